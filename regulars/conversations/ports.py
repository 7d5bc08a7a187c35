"""What upper floors provide: the channels' way out, what forbids it, and how rooms above narrow lists."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Protocol, cast
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from regulars.inboxes.ports import Deferred, SendResult

if TYPE_CHECKING:
    from regulars.conversations.operations.claiming import Claimed


class Transport(Protocol):
    """Gives one message at a time to a channel's provider. Never raises for what the provider does."""

    async def send(self, claimed: Claimed) -> SendResult:
        """Exactly one attempt."""
        ...

    async def probe(self, connection_id: UUID, address: str) -> Deferred | None:
        """Asks without sending; why it does not work again, None if it may."""
        ...

    def forget(self, connection_id: UUID) -> None:
        """Its credentials are read anew before the next message."""
        ...


Narrowing = Callable[[UUID], Q]
"""a workspace → which of its conversations are meant"""


def narrowings() -> Mapping[str, Narrowing]:
    """By the word that a list is narrowed with (``config.wiring.NARROWINGS``)."""
    return cast("Mapping[str, Narrowing]", import_string(settings.NARROWINGS))


FindBlocked = Callable[[Collection[UUID]], Collection[UUID]]
"""of these conversations, those whose contact is kept from the number; one query, however many"""


def find_blocked() -> FindBlocked:
    return cast("FindBlocked", import_string(settings.FIND_BLOCKED))
