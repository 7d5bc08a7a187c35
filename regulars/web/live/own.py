"""What a member typed on one screen, for the others that they have the same conversation open on.

Told in passing, like presence: the draft itself is kept by ``conversations.operations.handling``, and a lost
notification costs no more than a look when the conversation is opened the next time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from regulars.web.live.screen import Screen

CHANNEL = "regulars_own"
"""the NOTIFY channel; its payload is a :class:`Typed`"""
LONGEST_TOLD = 6_000
"""bytes; a notification takes 8,000 (PostgreSQL, NOTIFY). Longer texts wait until the conversation is opened."""


class Typed(msgspec.Struct, frozen=True):
    """A draft as it is kept now. ``text`` is empty when it was forgotten."""

    member_id: UUID
    conversation_id: UUID
    mode: str
    text: str
    intent: str


def tell_own(typed: Typed) -> None:
    """On commit, every web process hears it."""
    payload = msgspec.json.encode(typed)
    if len(payload) > LONGEST_TOLD:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload.decode()])


def read_typed(payload: str) -> Typed | None:
    try:
        return msgspec.json.decode(payload, type=Typed)
    except msgspec.DecodeError:
        return None


def for_own_screens(
    typed: Typed, screens: Iterable[Screen], offer: Callable[[Screen, dict[str, Any]], None]
) -> None:
    """No other member, and no other conversation, hears of it."""
    facts = {"conversation_id": str(typed.conversation_id), "mode": typed.mode, "text": typed.text}
    for screen in screens:
        if screen.subject == typed.conversation_id and screen.viewer.actor.member_id == typed.member_id:
            offer(screen, {**facts, "intent": typed.intent})
