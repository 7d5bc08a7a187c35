"""A channel as the house sees it: one record for each kind of medium, listed in ``config.wiring.CHANNELS``.

The worker, the web process, screens and REST go by the records and import no channel. What lower rooms need to know
(reply window, pace, limits, meaning of codes) are the record's ``facts`` (``inboxes.ports.ChannelProfile``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol
from uuid import UUID

from regulars.conversations.ports import Transport
from regulars.inboxes.ports import ChannelProfile, InboundMessage, Notice, StatusUpdate, Update

if TYPE_CHECKING:  # the web process knows the rules of doors before Django is set up
    from regulars.blocking.ports import BlockList
    from regulars.inboxes.erasing import Eraser
    from regulars.inboxes.models import Connection
    from regulars.kernel.events import Recorded
    from regulars.media.operations import ToFetch

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


class Fetched(NamedTuple):
    """A contact's file as it was written to the target; ``sha256`` is hex."""

    mime_type: str
    size: int
    sha256: str


class CannotFetch(Exception):
    """A file did not come. ``is_final``: trying again cannot help; ``is_gone``: the platform no longer has it."""

    def __init__(self, reason: str, *, is_final: bool = False, is_gone: bool = False) -> None:
        super().__init__(reason)
        self.is_final, self.is_gone = is_final, is_gone


class Carrier(Transport, Protocol):
    """A channel's way to its provider in one worker: it sends, asks and fetches."""

    async def fetch(self, file: ToFetch, target: IO[bytes]) -> Fetched:
        """Write a contact's file to ``target`` (empty, writable, seekable); raises ``CannotFetch``.

        One with a ``source_url`` is an advertisement's picture: it is fetched without credentials of ours, from public
        addresses only, and is a picture by its content.
        """
        ...

    async def close(self) -> None: ...


class SharedNumber(NamedTuple):
    """A phone number that a contact gave us: canonical, and as the platform writes it."""

    phone: str
    written: str


def _shares_none(_message: InboundMessage) -> SharedNumber | None:
    return None


@dataclass(frozen=True, slots=True)
class AddressRules:
    """How a channel's addresses of one person hang together."""

    new_with_number: frozenset[str] = frozenset()
    """kinds of identity that a person has anew with another phone number"""
    shared_number: Callable[[InboundMessage], SharedNumber | None] = _shares_none
    """the number that the writer shares with a message, if any"""


class AccountNews(NamedTuple):
    """What a notice changes about sending."""

    display_address: str = ""
    """the number that it is about, as people write it"""
    per_second: int | None = None
    """messages that the number may send from now on"""
    messaging_limit: str = ""
    """how many people the account may write to first, in the platform's word"""


def _no_news(_notice: Notice) -> AccountNews:
    return AccountNews()


def _nothing_to_do(_workspace_id: UUID, _statuses: Sequence[StatusUpdate]) -> None:
    """For channels that keep no copies of files."""


@dataclass(frozen=True, slots=True)
class Templates:
    """For channels whose platform keeps message templates."""

    sync: Callable[[Connection], bool]
    """make the stored list equal to the account's; false when the platform refuses; raises ``NotAnswered``"""
    sync_for: Callable[[Sequence[Recorded]], None]
    """the accounts that events are about"""
    sync_all: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Account:
    """For channels whose accounts can be asked about."""

    check_numbers: Callable[[Sequence[Recorded]], None]
    """whether numbers that are new, or have new credentials, can send"""
    learn_owners: Callable[[Sequence[Recorded]], None]
    """which of the provider's businesses owns an account"""
    learn_all_owners: Callable[[], object]
    learn_qualities: Callable[[Sequence[Recorded]], None]
    """how the platform rates an account's numbers"""
    learn_all_qualities: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Presence:
    """For channels that tell a contact what members do."""

    send_read_receipts: Callable[[Sequence[Recorded]], None]
    show_typing: Callable[[Sequence[Recorded]], None]


class NotAnswered(Exception):
    """The platform did not answer a question as it should."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One kind of medium."""

    facts: ChannelProfile
    webhooks: WebhookRules
    parse: Callable[[bytes, datetime], Sequence[Update]]
    """a stored body, and when it came, to neutral updates; never raises"""
    update_at: Callable[[Any, str], Any]
    """the part of a decoded body that an update's ``path`` names; None when it is not there"""
    open_carrier: Callable[[], Carrier]
    """called once, inside the event loop"""
    addresses: AddressRules = AddressRules()
    news_of: Callable[[Notice], AccountNews] = _no_news
    forget_lost_copies: Callable[[UUID, Sequence[StatusUpdate]], None] = _nothing_to_do
    """when statuses tell that the platform has lost its copy of a file"""
    erase_from_deliveries: Eraser | None = None
    templates: Templates | None = None
    account: Account | None = None
    presence: Presence | None = None
    block_list: BlockList | None = None
    """for platforms that keep people from a number"""

    @property
    def kind(self) -> str:
        return self.facts.kind
