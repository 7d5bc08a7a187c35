"""What a message says, as it is stored beside its text."""

from __future__ import annotations

import msgspec
import orjson

from regulars.inboxes.ports import MessageContent

_EMPTY_CONTENT = MessageContent()


def content_json(content: MessageContent) -> str:
    if content == _EMPTY_CONTENT:
        return "{}"
    full = msgspec.to_builtins(content)
    return orjson.dumps({key: value for key, value in full.items() if value}).decode()
