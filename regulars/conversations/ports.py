"""What the channels must provide so that messages can leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from uuid import UUID

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
