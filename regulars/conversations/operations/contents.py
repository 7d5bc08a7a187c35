"""What a message says, as it is stored beside its text."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson

from regulars.inboxes.ports import InboundMessage, MessageContent
from regulars.protection.fields import Opened, sealed_content, sealed_text
from regulars.protection.matching import Watch, texts_in

_EMPTY_CONTENT = MessageContent()


def stored_words(message: InboundMessage, watch: Watch) -> tuple[str, str]:
    """The text and the JSON of the content, both sealed where the watch covers either."""
    content = _said(message.content)
    if _covers(watch, message.text, content):
        return sealed_text(message.text), orjson.dumps(sealed_content(content)).decode()
    return message.text, orjson.dumps(content).decode() if content else "{}"


def stored_filename(message: InboundMessage, watch: Watch) -> str:
    """Of the file that it brings; sealed together with the words."""
    name = message.content.media.filename if message.content.media else ""
    return Opened(name) if _covers(watch, message.text, _said(message.content)) else name


def _covers(watch: Watch, text: str, content: dict[str, Any]) -> bool:
    return watch.covers(text, *texts_in(content))


def _said(content: MessageContent) -> dict[str, Any]:
    if content == _EMPTY_CONTENT:
        return {}
    return {key: value for key, value in msgspec.to_builtins(content).items() if value}
