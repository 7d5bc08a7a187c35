"""The other side: cards that went out are kept, pictures are handed out, somebody has moved away."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import IO
from uuid import UUID

from regulars.channels.record import CannotFetch, Fetched
from regulars.conversations.operations.claiming import Claimed
from regulars.inboxes.ports import Accepted, Deferred, OutgoingText, ProviderError, Refused, SendResult
from regulars.media.operations import ToFetch

from .facts import MOVED


class PostOffice:
    """Implements ``channels.record.Carrier``."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.pictures: dict[str, bytes] = {}
        self.refuses: Callable[[], bool] = bool

    async def send(self, claimed: Claimed) -> SendResult:
        to_send = claimed.to_send
        assert to_send.recipient is not None
        assert isinstance(to_send.content, OutgoingText)
        assert to_send.recipient.kind == "line_user"
        if self.refuses():
            return Refused(error=ProviderError(code=MOVED, title="moved away", meaning="unreachable"))
        self.sent.append(to_send.content.body)
        return Accepted(provider_id=f"card-{len(self.sent)}")

    async def probe(self, connection_id: UUID, address: str) -> Deferred | None:
        return None

    def forget(self, connection_id: UUID) -> None:
        """There are no credentials to remember."""

    async def fetch(self, file: ToFetch, target: IO[bytes]) -> Fetched:
        picture = self.pictures.get(file.provider_media_id)
        if picture is None:
            raise CannotFetch("the picture is gone", is_gone=True)
        target.write(picture)
        return Fetched("image/png", len(picture), sha256(picture).hexdigest())

    async def close(self) -> None:
        """Nothing is open."""
