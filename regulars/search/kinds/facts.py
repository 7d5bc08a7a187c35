"""Facts that things are found by, and which of them the operators ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from regulars.conversations.models import Message

SAID_BY_CONTACT, SAID_BY_US = "said:in", "said:out"
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_OF_MEDIA = {"image": "picture", "video": "video", "audio": "voice"}
FILES = frozenset({*_OF_MEDIA, "document"})
"""kinds of files that somebody would look for; stickers are none"""


def facts_of_message(message: Message, text: str) -> Iterator[str]:
    """Wants ``media`` joined."""
    yield SAID_BY_CONTACT if message.direction == "in" else SAID_BY_US
    yield f"inbox:{message.inbox_id}"
    if message.author_member_id:
        yield f"by:{message.author_member_id}"
    if message.media and message.media.kind in FILES:
        yield "has:file"
        if message.media.kind in _OF_MEDIA:
            yield f"has:{_OF_MEDIA[message.media.kind]}"
    if _LINK.search(text):
        yield "has:link"
