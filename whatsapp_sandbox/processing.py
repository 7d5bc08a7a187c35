"""The files of an accepted message are opened before it goes on; what does not fit fails it with 131053."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import aiohttp

from whatsapp_sandbox import statuses
from whatsapp_sandbox.content import HEAD, problem_inside
from whatsapp_sandbox.media_store import TYPES, find_media, kind_of, problem_with, read_bytes, store
from whatsapp_sandbox.model import ChatMessage

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]
_KINDS = {**{kind: kind for kind in TYPES}, "gif": "video"}
_tasks: set[asyncio.Task[None]] = set()  # the loop keeps only weak references


class _Use(NamedTuple):
    """A file where a message uses it, as an image, a video and so on."""

    kind: str
    source: Json


def process_files(sandbox: Sandbox, message: ChatMessage, go_on: Callable[[], None]) -> None:
    uses = list(_uses(message))
    problem = next(filter(None, (_problem_of_upload(sandbox, use) for use in uses)), None)
    if problem is not None:
        sandbox.scheduler.after(0.2, statuses.fail, sandbox, message, 131053, problem)
        return
    links = [use for use in uses if use.source.get("link") and _fetches(sandbox, str(use.source["link"]))]
    if not links:
        go_on()
        return
    task = asyncio.get_running_loop().create_task(_fetch_all(sandbox, message, links, go_on))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


def _uses(message: ChatMessage) -> Iterator[_Use]:
    body: Any = message.template or message.body
    if message.type in TYPES:
        yield _Use(message.type, body)
    elif isinstance(body, dict):
        action = body.get("action")
        cards = body.get("cards") or (action.get("cards") if isinstance(action, dict) else None) or []
        for part in (body, *cards):
            yield from _header(part.get("header"))


def _header(header: Any) -> Iterator[_Use]:
    name = header.get("type") if isinstance(header, dict) else None
    source = header.get(name) if isinstance(name, str) else None
    if name in _KINDS and isinstance(source, dict):
        yield _Use(_KINDS[name], source)


def _problem_of_upload(sandbox: Sandbox, use: _Use) -> str | None:
    item = find_media(sandbox, str(use.source["id"])) if use.source.get("id") else None
    return _problem(use, item.mime_type, read_bytes(sandbox, item, HEAD)) if item is not None else None


def _problem(use: _Use, mime_type: str, data: bytes) -> str | None:
    if kind_of(mime_type) != use.kind:
        accepted = ", ".join(sorted(TYPES[use.kind][1]))
        return f"Unsupported {use.kind.capitalize()} mime type {mime_type}. Please use one of {accepted}."
    return problem_inside(mime_type, data, is_voice=use.kind == "audio" and use.source.get("voice") is True)


def _fetches(sandbox: Sandbox, link: str) -> bool:
    how = sandbox.switches.media.links
    local = urlsplit(link).hostname in ("127.0.0.1", "localhost", "::1")
    return how == "fetch" or (how == "local" and local)


async def _fetch_all(
    sandbox: Sandbox, message: ChatMessage, uses: list[_Use], go_on: Callable[[], None]
) -> None:
    for use in uses:
        problem = await _fetch(sandbox, message, use)
        if problem is not None:
            statuses.fail(sandbox, message, 131053, f"Downloading media from weblink failed: {problem}")
            return
    go_on()


async def _fetch(sandbox: Sandbox, message: ChatMessage, use: _Use) -> str | None:
    link = str(use.source["link"])
    try:
        async with sandbox.outbox.session.get(link, timeout=aiohttp.ClientTimeout(total=10)) as response:
            data = await response.read()
            mime_type = response.content_type
            status = response.status
    except (aiohttp.ClientError, OSError, TimeoutError):
        return link
    if status != 200:
        return f"HTTP status {status}"
    problem = problem_with(mime_type, data) or _problem(use, mime_type, data)
    if problem is None:
        item = store(sandbox, data, mime_type, inbound=False, number_id=message.number_id)
        use.source["fetched_id"] = item.id
    return problem
