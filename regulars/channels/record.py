"""A channel as the house sees it: one record for each kind of medium, listed in ``config.wiring.CHANNELS``.

The worker, the web process, screens and REST go by the records and import no channel. What lower rooms need to know
(reply window, pace, limits, meaning of codes) are the record's ``facts`` (``inboxes.ports.ChannelFacts``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.inboxes.ports import ChannelFacts, Update

IsSigned = Callable[[bytes, bytes], bool]
"""(body, what the signature's header says): whether the provider has sent it"""
Answer = tuple[int, str]


@dataclass(frozen=True, slots=True)
class WebhookRules:
    """What is a channel's own about its webhooks' door (``channels.door``)."""

    signature_header: bytes
    """in lower case"""
    verifier: Callable[[Sequence[bytes]], IsSigned]
    """of the secrets that are accepted, the newest first"""
    count: Callable[[bytes], dict[str, int]]
    """the updates of a body by address, as ``parse`` will find them; raises ``NotJSON`` or ``TooDeep``"""
    shake_hands: Callable[[str, Mapping[str, list[str]]], Answer] | None = None
    """the answer to a GET, from the connection's verify token and the query; None where the provider asks for none"""


@dataclass(frozen=True, slots=True)
class Channel:
    """One kind of medium."""

    facts: ChannelFacts
    webhooks: WebhookRules
    parse: Callable[[bytes, datetime], Sequence[Update]]
    """a stored body, and when it came, to neutral updates; never raises"""

    @property
    def kind(self) -> str:
        return self.facts.kind
