"""What the channels must provide so that messages can leave."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from regulars.conversations.operations.claiming import Claimed
from regulars.inboxes.ports import Deferred, SendResult


class Transport(Protocol):
    """Gives one message at a time to a channel's provider. Never raises for what the provider does."""

    async def send(self, claimed: Claimed) -> SendResult:
        """The judged result of exactly one attempt."""
        ...

    async def probe(self, connection_id: UUID, address: str) -> Deferred | None:
        """Whether sending from a number may work again, without sending; why it does not, if not."""
        ...

    def forget(self, connection_id: UUID) -> None:
        """Read the connection's credentials anew before the next message."""
        ...
