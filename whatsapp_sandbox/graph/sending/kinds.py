"""Checks of the plain message types: text, media, location, contacts, reaction, pin.

Limits: Meta's page "send messages" (2026). Each check takes the body under the type's key and returns nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from whatsapp_sandbox.emoji import is_one_emoji
from whatsapp_sandbox.errors import GraphError, invalid, missing
from whatsapp_sandbox.graph.sending.checks import (
    Json,
    check_text,
    may_text,
    need_choice,
    need_link,
    need_list,
    need_number,
    need_object,
    need_text,
)

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

TEXT_LONGEST = 4_096
CAPTION_LONGEST = 1_024
CONTACTS_MOST = 257
MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")
_EMOJI_LONGEST = 40  # a family with skin tones is 11 code points; this is far above


def check_plain_text(body: Json) -> None:
    value = body.get("body")
    if value is None or value == "":
        raise missing("text['body']")
    if not isinstance(value, str):
        raise invalid("text['body']", "must be a string")
    if len(value) > TEXT_LONGEST:
        raise GraphError(100, f"Param text['body'] must be at most {TEXT_LONGEST} characters long.")
    if not value.strip():
        raise invalid("text['body']", "must not be blank")
    if not isinstance(body.get("preview_url", False), bool):
        raise invalid("text['preview_url']", "must be a boolean")


def check_media(sandbox: Sandbox, kind: str, body: Json) -> None:
    check_source(sandbox, kind, body, kind)
    if kind in ("image", "video", "document"):
        may_text(body, "caption", kind, CAPTION_LONGEST)
    elif body.get("caption") is not None:
        raise invalid(f"{kind}['caption']", f"is not supported for {kind}")
    if kind == "document":
        may_text(body, "filename", kind, 240)
    if kind == "audio" and not isinstance(body.get("voice", False), bool):
        raise invalid("audio['voice']", "must be a boolean")


def check_source(sandbox: Sandbox, kind: str, body: Json, path: str) -> None:
    from whatsapp_sandbox.media_store import find_media

    media_id, link = body.get("id"), body.get("link")
    if media_id is None and link is None:
        raise missing(f"{path}['id'] or {path}['link']")
    if media_id is not None and link is not None:
        raise invalid(path, "give either id or link, not both")
    if link is not None:
        need_link(body, "link", path)
        return
    if not isinstance(media_id, (str, int)) or find_media(sandbox, str(media_id)) is None:
        raise invalid(f"{path}['id']", f"media {media_id} does not exist or has expired; upload it again")


def check_location(body: Json) -> None:
    need_number(body, "latitude", "location", -90, 90)
    need_number(body, "longitude", "location", -180, 180)
    may_text(body, "name", "location", 1_000)
    may_text(body, "address", "location", 1_000)


def check_contacts(body: Any) -> None:
    cards = need_list({"contacts": body}, "contacts", "", 1, CONTACTS_MOST)
    for index, card in enumerate(cards):
        path = f"contacts[{index}]"
        name = need_object(card, "name", path)
        need_text(name, "formatted_name", f"{path}['name']", 1_024)
        if not any(value for key, value in name.items() if key != "formatted_name"):
            raise missing(f"{path}['name']: one of first_name, last_name, middle_name, suffix, prefix")
        birthday = card.get("birthday")
        if birthday is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(birthday)):
            raise invalid(f"{path}['birthday']", "must be YYYY-MM-DD")
        for key in ("phones", "emails", "addresses", "urls"):
            if key in card:
                need_list(card, key, path, 0, 1_000)


def check_reaction(body: Json) -> None:
    need_text(body, "message_id", "reaction", 512)
    emoji = body.get("emoji")
    if emoji is None:
        raise missing("reaction['emoji']")
    if emoji == "":
        return
    check_text(emoji, "reaction['emoji']", _EMOJI_LONGEST)
    if not is_one_emoji(emoji):
        raise invalid("reaction['emoji']", "must be one emoji")


def check_pin(body: Json) -> None:
    """Groups only; checked against the group by the sender."""
    kind = need_choice(body, "type", "pin", ("pin", "unpin"))
    need_text(body, "message_id", "pin", 512)
    if kind == "pin":
        need_number(body, "expiration_days", "pin", 1, 30)
