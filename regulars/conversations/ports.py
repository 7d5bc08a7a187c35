"""What upper floors must provide so that messages can leave: the channels' way out, and what forbids it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Protocol, cast
from uuid import UUID

from django.conf import settings
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


FindBlocked = Callable[[Collection[UUID]], Collection[UUID]]
"""of these conversations, those whose contact is kept from the number; one query, however many"""


def find_blocked() -> FindBlocked:
    return cast("FindBlocked", import_string(settings.FIND_BLOCKED))
