"""Leaving somebody out who is to be forgotten, while older deliveries are read (``inboxes.erasing``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.channels.receiving.belonging import Holds, is_theirs
from regulars.inboxes.erasing import Erasure, Traces
from regulars.inboxes.ports import (
    Rejected,
    Update,
)


def leave_out(
    updates: Sequence[Update], received_at: datetime, erasures: Sequence[Erasure], channel: str
) -> Sequence[Update]:
    for erasure in erasures:
        if received_at < erasure.asked_at:
            holds = holder_of(erasure.traces, channel)
            updates = [
                Rejected(reason="erased", path=each.path, address=getattr(each, "address", ""))
                if is_theirs(each, holds, received_at)
                else each
                for each in updates
            ]
    return updates


@dataclass(frozen=True, slots=True)
class Known:
    """An address by which the person is, or until a moment was, known."""

    kind: str
    value: str
    until: datetime | None


def known_of(traces: Traces, channel: str) -> list[Known]:
    return [Known(each.kind, each.value, each.until) for each in traces.identities if each.channel == channel]


def holder_of(traces: Traces, channel: str) -> Holds:
    untils = {(each.kind, each.value): each.until for each in known_of(traces, channel)}

    def holds(kind: str, value: str, at: datetime) -> bool:
        if (kind, value) not in untils:
            return False
        until = untils[kind, value]
        return until is None or at <= until

    return holds
