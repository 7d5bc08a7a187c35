"""What this room asks of channels: to put somebody on a number's block list, and to take them off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from regulars.inboxes.models import Inbox
from regulars.inboxes.ports import Identity, ProviderError


class BlockList(Protocol):
    """A platform's list of people who do not reach a number; repeating a call changes nothing.

    Answers None when it is done, or why the platform refuses for good. Raises ``NoAnswer`` when asking later may help.
    """

    def block(self, inbox: Inbox, person: Identity) -> ProviderError | None: ...

    def unblock(self, inbox: Inbox, person: Identity) -> ProviderError | None: ...


class NoAnswer(Exception):
    """The platform did not say whether it did it."""

    def __init__(self, error: ProviderError) -> None:
        super().__init__(error.title)
        self.error = error


class _Record(Protocol):
    """The part of ``channels.record.Channel`` that this room knows."""

    @property
    def block_list(self) -> BlockList | None: ...


def block_list_of(channel: str) -> BlockList | None:
    """None where the platform has no such list."""
    records = cast("Mapping[str, _Record]", import_string(settings.CHANNELS))
    return records[channel].block_list
