"""The phone's side of a Flow with an endpoint: requests sealed for the business, answers opened, all of them counted.

Shapes, encryption and codes: Meta's page "implementing endpoints for Flows" (2026). The payload is AES-128-GCM with the
tag at its end; the AES key is RSA-OAEP (SHA-256) for the number's public key; the answer comes in base64 under the
same key with every bit of the initial vector turned over.
"""

from __future__ import annotations

import base64
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from whatsapp_sandbox.account import BusinessNumber
from whatsapp_sandbox.model import Flow
from whatsapp_sandbox.settings import SettingError
from whatsapp_sandbox.webhooks.envelope import sign

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]
ANSWER_WITHIN = 10.0
"""Seconds that a phone waits for the endpoint."""
REQUESTS_KEPT = 1_000
KEY_BYTES, TAG_BYTES, RSA_LEAST = 16, 16, 2_048
TIMEOUT, NO_ANSWER = "timeout_error", "no_http_response_error"
WRONG_STATUS, UNREADABLE = "unexpected_http_status_code_error", "response_decryption_error"
REFRESH_KEY, TOKEN_ENDED = 421, 427


@dataclass(slots=True)
class Answer:
    """What the endpoint said to one request; ``problem`` is empty when the phone could read it."""

    status: int
    body: Json | None = None
    problem: str = ""


def read_public_key(pem: str) -> rsa.RSAPublicKey:
    """An RSA key of 2,048 bits in PEM. Raises ValueError."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("not a public key in PEM") from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size != RSA_LEAST:
        raise ValueError(f"not an RSA key of {RSA_LEAST} bits")
    return key


def seal(payload: bytes, public_key: rsa.RSAPublicKey, key: bytes, vector: bytes) -> Json:
    """The three texts of a request."""
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    parts = {
        "encrypted_flow_data": AESGCM(key).encrypt(vector, payload, None),
        "encrypted_aes_key": public_key.encrypt(key, oaep),
        "initial_vector": vector,
    }
    return {name: base64.b64encode(data).decode() for name, data in parts.items()}


def open_answer(text: bytes, key: bytes, vector: bytes) -> Json | None:
    """The answer's object, None when it is not sealed as it should be."""
    turned = bytes(byte ^ 0xFF for byte in vector)
    try:
        body = orjson.loads(AESGCM(key).decrypt(turned, base64.b64decode(text, validate=True), None))
    except (ValueError, InvalidTag):
        return None
    return body if isinstance(body, dict) else None


async def ask(sandbox: Sandbox, flow: Flow, number: BusinessNumber, payload: Json) -> Answer:
    """Send one request and count it; after 421 the phone takes the business's key anew and tries once more.

    Raises SettingError when there is nobody to ask or no key to seal with.
    """
    answer = await _post(sandbox, flow, number, payload)
    if answer.status == REFRESH_KEY:
        answer = await _post(sandbox, flow, number, payload)
    return answer


async def _post(sandbox: Sandbox, flow: Flow, number: BusinessNumber, payload: Json) -> Answer:
    if not flow.endpoint_uri:
        raise SettingError(f"Flow {flow.id} has no endpoint_uri; POST /{flow.id} sets it")
    if not number.public_key:
        raise SettingError(
            f"number {number.id} has no key; POST /{number.id}/whatsapp_business_encryption sets it"
        )
    key, vector = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(TAG_BYTES)
    body = orjson.dumps(seal(orjson.dumps(payload), read_public_key(number.public_key), key, vector))
    app = sandbox.apps.get(flow.app_id)
    headers = {"X-Hub-Signature-256": sign(body, app.secret if app else "")}
    began = time.monotonic()
    answer = await _send(sandbox.outbox.session, flow.endpoint_uri, body, headers, (key, vector))
    took = time.monotonic() - began
    flow.requests.append([sandbox.now(), took, str(payload["action"]), answer.problem])
    del flow.requests[:-REQUESTS_KEPT]
    sandbox.counters["flow_requests"] += 1
    return answer


async def _send(
    session: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str], lock: tuple[bytes, bytes]
) -> Answer:
    limit = aiohttp.ClientTimeout(total=ANSWER_WITHIN)
    try:
        async with session.post(
            url, data=body, headers=headers, timeout=limit, allow_redirects=False
        ) as told:
            raw, status = await told.read(), told.status
    except TimeoutError:
        return Answer(0, problem=TIMEOUT)
    except (aiohttp.ClientError, OSError):
        return Answer(0, problem=NO_ANSWER)
    if status != 200:
        return Answer(status, problem=WRONG_STATUS)
    opened = open_answer(raw.strip(), *lock)
    return Answer(status, opened, "" if opened is not None else UNREADABLE)
