"""The channels' facts for screens: limits before sending, and what error codes mean."""

from __future__ import annotations

from collections.abc import Mapping

from regulars.channels.whatsapp.facts import FACTS
from regulars.inboxes.ports import ChannelFacts

_CHANNELS: Mapping[str, ChannelFacts] = {FACTS.kind: FACTS}


def facts_of(kind: str) -> ChannelFacts:
    """The facts of a channel that a connection names."""
    return _CHANNELS[kind]
