"""The platform's side: signed posts, and a client that tries again on anything but 200, as Meta does."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import httpx

from .product import NO_TLS, Product

RETRY_PAUSE = (0.05, 0.4)
_PLAIN = re.compile(r"/")


def encode(body: Any) -> bytes:
    """JSON as people write it: UTF-8, nothing escaped."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def escape(body: Any) -> bytes:
    r"""JSON as Meta writes it: ``\uXXXX`` in lower case, slashes as ``\/`` (reference §2.2)."""
    return _PLAIN.sub(r"\/", json.dumps(body, ensure_ascii=True, separators=(",", ":"))).encode()


def sign(raw: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def headers_for(raw: bytes, secret: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "X-Hub-Signature-256": sign(raw, secret)}


def post(product: Product, raw: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """Signed unless other headers are given."""
    connection = product.connection
    given = headers_for(raw, connection["app_secret"]) if headers is None else dict(headers)
    return httpx.post(connection["webhook_url"], content=raw, headers=given, timeout=60, verify=NO_TLS)


@dataclass
class Delivered:
    """What came of a number of deliveries."""

    accepted: list[int] = field(default_factory=list)
    """indexes of the bodies that were answered with 200"""
    answers: dict[str, int] = field(default_factory=dict)
    """how often each status (or kind of failure) was the answer"""

    def note(self, answer: str) -> None:
        self.answers[answer] = self.answers.get(answer, 0) + 1


async def deliver(
    product: Product, bodies: Sequence[bytes], *, at_once: int = 8, tries: int = 1, patience: float = 20.0
) -> Delivered:
    """Post signed bodies in their order, ``at_once`` at a time, each until it is accepted or ``tries`` are used up.

    The pauses between tries are short, for a test has no 36 hours; the number at once is the only bound.
    """
    result = Delivered()
    url, secret = product.connection["webhook_url"], product.connection["app_secret"]
    waiting: asyncio.Queue[int] = asyncio.Queue()
    for index in range(len(bodies)):
        waiting.put_nowait(index)
    timeout = aiohttp.ClientTimeout(total=patience)
    async with aiohttp.ClientSession(timeout=timeout) as session:

        async def work() -> None:
            while not waiting.empty():
                index = waiting.get_nowait()
                raw = bodies[index]
                for _ in range(tries):
                    answer = await _try(session, url, raw, headers_for(raw, secret))
                    result.note(answer)
                    if answer == "200":
                        result.accepted.append(index)
                        break
                    if tries > 1:
                        await asyncio.sleep(random.uniform(*RETRY_PAUSE))

        await asyncio.gather(*(work() for _ in range(at_once)))
    return result


async def _try(session: aiohttp.ClientSession, url: str, raw: bytes, headers: Mapping[str, str]) -> str:
    try:
        async with session.post(url, data=raw, headers=headers) as response:
            await response.read()
            return str(response.status)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return type(error).__name__


def answers_of(product: Product, bodies: Iterable[bytes]) -> list[int]:
    return [post(product, raw).status_code for raw in bodies]
