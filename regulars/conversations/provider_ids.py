"""The platforms' ids of messages: which message each is, and that none is two.

The messages lie in parts, in which nothing but their own id can be unique; so what the platform calls them stands in a
slim table of its own. Everything that gives a message such an id goes through here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from regulars.conversations.models import Message, ProviderMessageId
from regulars.kernel.database import binary_cursor

MessageKey = tuple[UUID, str]
"""(inbox, provider id)"""


class Named(NamedTuple):
    """A message with what its platform calls it."""

    inbox_id: UUID
    provider_id: str
    message_id: UUID


def take_ids(wanted: Sequence[Named]) -> set[UUID]:
    """Give messages their platform ids; returns those that have got one: the others are known under another id of ours.

    Needs a transaction. Whoever takes the same at the same time waits until that ends.
    """
    if not wanted:
        return set()
    with binary_cursor() as cursor:
        cursor.execute(_TAKE, [list(column) for column in zip(*wanted, strict=True)])
        return {row[0] for row in cursor.fetchall()}


_TAKE = """
INSERT INTO conversations_providermessageid (inbox_id, provider_id, message_id)
SELECT inbox_id, provider_id, message_id FROM unnest(%b::uuid[], %b::text[], %b::uuid[])
  AS new(inbox_id, provider_id, message_id)
ON CONFLICT DO NOTHING RETURNING message_id
"""


def find_messages(keys: Collection[MessageKey]) -> dict[MessageKey, UUID]:
    """Which messages these are, as far as we have them."""
    if not keys:
        return {}
    with binary_cursor() as cursor:
        cursor.execute(_FIND, [[key[0] for key in keys], [key[1] for key in keys]])
        return {(row[0], row[1]): row[2] for row in cursor.fetchall()}


_FIND = """
SELECT p.inbox_id, p.provider_id, p.message_id FROM unnest(%b::uuid[], %b::text[]) AS w(inbox_id, provider_id)
JOIN conversations_providermessageid p ON p.inbox_id = w.inbox_id AND p.provider_id = w.provider_id
"""


def messages_called(inbox_ids: Iterable[UUID], provider_ids: Iterable[str]) -> QuerySet[Message]:
    """The messages of these numbers that their platform calls so; at the caller's risk whose they are."""
    named = ProviderMessageId.objects.filter(inbox_id__in=set(inbox_ids), provider_id__in=set(provider_ids))
    return Message.objects.filter(
        id__in=named.values("message_id")
    )  # unscoped: of numbers that the caller names


def forget_ids(messages: QuerySet[Message]) -> None:
    """Before messages are removed: the platform's ids of them."""
    with binary_cursor() as cursor:
        cursor.execute(_FORGET, [list(messages.values_list("id", flat=True))])


_FORGET = """
DELETE FROM conversations_providermessageid p USING conversations_message m
WHERE m.id = ANY(%b::uuid[]) AND p.inbox_id = m.inbox_id AND p.provider_id = m.provider_id
"""
