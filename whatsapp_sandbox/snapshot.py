"""Remembering across restarts: one JSON file in ``--state``, written whole and renamed into place."""

from __future__ import annotations

import logging
import os
from collections import deque
from typing import TYPE_CHECKING, Any

import orjson

from whatsapp_sandbox.model import (
    ChatMessage,
    Customer,
    Flow,
    Group,
    MediaItem,
    Signup,
    Template,
    TemplateGroup,
    Thread,
)

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

logger = logging.getLogger(__name__)
FILE = "sandbox.json"
FORMAT = 1
EVERY_SECONDS = 5.0
_SECTIONS: dict[str, type[Any]] = {
    "customers": Customer,
    "messages": ChatMessage,
    "media": MediaItem,
    "templates": Template,
    "template_groups": TemplateGroup,
    "groups": Group,
    "flows": Flow,
    "signups": Signup,
}


def save(sandbox: Sandbox) -> None:
    if sandbox.state_dir is None:
        return
    sections = {name: list(getattr(sandbox, name).values()) for name in _SECTIONS}
    data = {
        "format": FORMAT,
        "threads": list(sandbox.threads.values()),
        "deleted_template_names": sandbox.deleted_template_names,
        "dialogs": sandbox.dialogs,
        "offset": sandbox.clock.offset,
    } | sections
    path = sandbox.state_dir / FILE
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(orjson.dumps(data, default=list))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def load(sandbox: Sandbox) -> bool:
    path = None if sandbox.state_dir is None else sandbox.state_dir / FILE
    if path is None or not path.exists():
        return False
    try:
        data = orjson.loads(path.read_bytes())
        if data.get("format") != FORMAT:
            raise ValueError(f"format {data.get('format')} is not {FORMAT}")
        _fill(sandbox, data)
    except (OSError, ValueError, TypeError, KeyError) as error:
        logger.warning("the saved state %s cannot be used and is ignored: %s", path.name, error)
        sandbox.forget()
        return False
    return True


def _fill(sandbox: Sandbox, data: dict[str, Any]) -> None:
    for name, kind in _SECTIONS.items():
        setattr(sandbox, name, {item["id"]: kind(**item) for item in data.get(name, [])})
    for message in sandbox.messages.values():
        message.statuses = [(str(status), float(at)) for status, at in message.statuses]
    for item in data["threads"]:
        thread = Thread(**item)
        thread.message_ids = deque(thread.message_ids)
        sandbox.threads[(thread.number_id, thread.customer_id)] = thread
    for customer in sandbox.customers.values():
        sandbox.index_customer(customer)
    sandbox.deleted_template_names = data["deleted_template_names"]
    sandbox.dialogs = data["dialogs"]
    sandbox.clock.offset = data["offset"]


def keep_saving(sandbox: Sandbox) -> None:
    if sandbox.state_dir is None:
        return
    seen = sandbox.feed.last

    def again() -> None:
        nonlocal seen
        if sandbox.feed.last != seen:
            seen = sandbox.feed.last
            save(sandbox)
        sandbox.scheduler.after(EVERY_SECONDS, again, counted=False)

    sandbox.scheduler.after(EVERY_SECONDS, again, counted=False)
