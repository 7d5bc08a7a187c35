"""The updates of a batch take effect: messages, statuses, notices, wishes and calls, each counted by how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists

from regulars.channels.receiving.groups import follow_group_news, groups_of
from regulars.channels.receiving.leaving_out import leave_out
from regulars.channels.receiving.notices import NoticedUpdate, address_of, notice_row
from regulars.channels.receiving.people import NamesSomebody, links_of, person_seen
from regulars.channels.record import Channel
from regulars.channels.register import channels
from regulars.contacts.operations.editing import record_consent
from regulars.contacts.operations.identifying import identify_contacts
from regulars.contacts.operations.linking import Link, link_identities
from regulars.conversations.operations.calls import IncomingCall, note_calls
from regulars.conversations.operations.completing import Repetition, complete_messages
from regulars.conversations.operations.receiving import find_stored, receive_messages
from regulars.conversations.operations.starting import Incoming
from regulars.conversations.operations.statuses import IncomingStatus, receive_statuses
from regulars.inboxes.erasing import open_erasures
from regulars.inboxes.ledger import LedgerRow
from regulars.inboxes.models import Connection, ErasureRequest, Inbox
from regulars.inboxes.operations import (
    NoticeRow,
    record_notices,
    reread_notices,
    set_messaging_limit,
    set_throughput,
)
from regulars.inboxes.ports import (
    AddressBookChange,
    Call,
    InboundMessage,
    Notice,
    PreferenceChange,
    Rejected,
    StatusUpdate,
    TemplateChange,
    Update,
)
from regulars.kernel import clock
from regulars.message_templates.operations import apply_template_change

ALWAYS_OPEN = timedelta(days=36_525)
"""the reply window of channels that have none"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this worker reads."""

    id: int
    connection_id: UUID
    connection: Connection | None
    """None: removed since the door looked it up, with everything that belonged to it"""
    received_at: datetime
    updates: Sequence[Update]


@dataclass(slots=True)
class Tally:
    """How the updates of a batch ended, per (connection, address, outcome, reason)."""

    counts: dict[tuple[UUID, str, str, str], int] = field(default_factory=dict)

    def add(self, connection_id: UUID, address: str, outcome: str, reason: str = "", count: int = 1) -> None:
        key = (connection_id, address, outcome, reason)
        self.counts[key] = self.counts.get(key, 0) + count

    def rows(self) -> Iterator[LedgerRow]:
        for (connection_id, address, outcome, reason), count in self.counts.items():
            yield LedgerRow(connection_id, address, "inbound", outcome, reason, count)


_Arrival = tuple[Claimed, InboundMessage]


@dataclass(slots=True)
class _Batch:
    """The updates of one connection, sorted by kind, each with its delivery."""

    connection: Connection
    channel: Channel
    inboxes: dict[str, UUID]
    tally: Tally
    messages: list[_Arrival] = field(default_factory=list)
    statuses: list[tuple[Claimed, StatusUpdate]] = field(default_factory=list)
    others: list[tuple[Claimed, NoticedUpdate]] = field(default_factory=list)
    now: datetime = field(default_factory=clock.now)

    @property
    def reply_window(self) -> timedelta:
        return self.channel.facts.reply_window or ALWAYS_OPEN

    def count(self, address: str, outcome: str, reason: str = "") -> None:
        self.tally.add(self.connection.id, address, outcome, reason)


def apply_updates(connection_row: Connection, deliveries: Sequence[Claimed], tally: Tally) -> None:
    inboxes, is_erasing = _read_inboxes(connection_row)
    batch = _Batch(connection_row, channels()[connection_row.channel], inboxes, tally)
    erasures = open_erasures(connection_row.workspace_id) if is_erasing else []
    for delivery in deliveries:
        for update in leave_out(delivery.updates, delivery.received_at, erasures, batch.channel.kind):
            _sort(batch, delivery, update)
    fresh = _keep_others(batch)
    _apply_messages(batch, list(_links_of(batch, fresh)))
    _apply_statuses(batch)
    _follow_others(batch, fresh)


def _read_inboxes(connection_row: Connection) -> tuple[dict[str, UUID], bool]:
    """The numbers by address, and whether somebody is being erased: asked together, once their lanes are held."""
    asked = ErasureRequest.objects.filter(workspace_id=connection_row.workspace_id)
    inboxes = Inbox.objects.filter(connection=connection_row)
    rows = list(inboxes.values_list("address", "id", Exists(asked)))
    return {address: inbox_id for address, inbox_id, _is_erasing in rows}, any(row[2] for row in rows)


def _sort(batch: _Batch, delivery: Claimed, update: Update) -> None:
    if isinstance(update, Rejected):
        batch.count(update.address, "rejected", update.reason.replace("_", "-"))
    elif isinstance(update, TemplateChange | Notice):
        batch.others.append((delivery, update))
    elif update.address not in batch.inboxes:
        batch.count(update.address, "rejected", "unknown-inbox")
    elif isinstance(update, InboundMessage):
        batch.messages.append((delivery, update))
    elif isinstance(update, StatusUpdate):
        batch.statuses.append((delivery, update))
    else:
        batch.others.append((delivery, update))


def _apply_messages(batch: _Batch, links: Sequence[Link]) -> None:
    fresh, repeated = _sift_messages(batch)
    told = _links_of(batch, [message for _delivery, message in fresh])
    _link_addresses(batch, [*links, *told])
    if fresh:
        _store_messages(batch, fresh)
    if repeated:
        _complete_messages(batch, repeated)


def _links_of(batch: _Batch, updates: Sequence[Update]) -> Iterator[Link]:
    for update in updates:
        yield from links_of(update, batch.now, batch.channel.addresses)


def _sift_messages(batch: _Batch) -> tuple[list[_Arrival], list[_Arrival]]:
    """Repetitions are apart: they must not touch contacts."""
    keys = [(batch.inboxes[message.address], message.provider_id) for _delivery, message in batch.messages]
    stored = find_stored(set(keys)) if keys else set()
    fresh, repeated = [], []
    for key, each in zip(keys, batch.messages, strict=True):
        if key in stored:
            repeated.append(each)
        else:
            stored.add(key)
            fresh.append(each)
    return fresh, repeated


def _store_messages(batch: _Batch, fresh: Sequence[_Arrival]) -> None:
    workspace_id = batch.connection.workspace_id
    contact_ids = _identify(batch, [message for _delivery, message in fresh])
    groups = groups_of(workspace_id, batch.channel.kind, (message for _delivery, message in fresh))
    incoming = [
        Incoming(
            message=message,
            inbox_id=batch.inboxes[message.address],
            contact_id=contact_id,
            contact_name=message.contact.name,
            delivery_id=delivery.id,
            connection_id=batch.connection.id,
            group_id=groups[message.group_id],
        )
        for (delivery, message), contact_id in zip(fresh, contact_ids, strict=True)
    ]
    for each, outcome in zip(
        incoming,
        receive_messages(workspace_id, incoming, reply_window=batch.reply_window, are_new=True),
        strict=True,
    ):
        batch.count(each.message.address, outcome)


def _complete_messages(batch: _Batch, repeated: Sequence[_Arrival]) -> None:
    """After what is fresh: a placeholder of the history and its file may stand in one batch."""
    repetitions = [
        Repetition(message, batch.inboxes[message.address], delivery.id, batch.connection.id)
        for delivery, message in repeated
    ]
    outcomes = complete_messages(batch.connection.workspace_id, repetitions)
    for each, outcome in zip(repetitions, outcomes, strict=True):
        batch.count(each.message.address, outcome)


def _known(contact_id: UUID | None) -> UUID:
    if contact_id is None:
        raise LookupError("a person with an identity has no contact")
    return contact_id


def _link_addresses(batch: _Batch, links: Sequence[Link]) -> None:
    """What ties addresses together goes before everybody who is named by one, in the order in which it happened."""
    for link in sorted(links, key=lambda each: each.at or batch.now):
        link_identities(
            batch.connection.workspace_id, batch.channel.kind, link, portfolio=batch.connection.portfolio
        )


def _identify(batch: _Batch, updates: Sequence[NamesSomebody]) -> list[UUID]:
    found = identify_contacts(
        batch.connection.workspace_id,
        batch.channel.kind,
        [person_seen(update, batch.now, batch.channel.addresses) for update in updates],
        portfolio=batch.connection.portfolio,
        lanes_are_held=True,
    )
    return [_known(contact_id) for contact_id in found]


def _apply_statuses(batch: _Batch) -> None:
    rows = [IncomingStatus(status, batch.inboxes[status.address]) for _delivery, status in batch.statuses]
    outcomes = receive_statuses(batch.connection.workspace_id, rows)
    batch.channel.forget_lost_copies(batch.connection.workspace_id, [each.status for each in rows])
    for each, outcome in zip(rows, outcomes, strict=True):
        batch.count(each.status.address, outcome)


def _consent(batch: _Batch, contact_id: UUID, state: str, source: str, at: datetime) -> None:
    record_consent(
        contact_id,
        batch.connection.workspace_id,
        channel=batch.channel.kind,
        purpose="marketing",
        state=state,
        source=source,
        at=at,
        proof={"connection": str(batch.connection.id)},
    )


def _keep_others(batch: _Batch) -> list[NoticedUpdate]:
    notices = [
        notice_row(
            update,
            batch.connection.id,
            batch.inboxes.get(address_of(update)),
            delivery.id,
            delivery.received_at,
        )
        for delivery, update in batch.others
    ]
    kept = record_notices(batch.connection.workspace_id, notices)
    for (_delivery, update), notice_id in zip(batch.others, kept, strict=True):
        batch.count(address_of(update), "stored" if notice_id else "duplicate")
    return _effective(batch, notices, kept)


def _follow_others(batch: _Batch, fresh: Sequence[NoticedUpdate]) -> None:
    for update in fresh:
        if isinstance(update, TemplateChange):
            apply_template_change(batch.connection, update)
        elif isinstance(update, PreferenceChange):
            _prefer(batch, update)
        elif isinstance(update, AddressBookChange):
            if update.action == "add" and update.contact.identities:
                _identify(batch, [update])
        elif isinstance(update, Notice):
            _follow_notice(batch, update)
    _apply_calls(batch, [update for update in fresh if isinstance(update, Call)])


def _effective(
    batch: _Batch, notices: Sequence[NoticeRow], kept: Sequence[UUID | None]
) -> list[NoticedUpdate]:
    """What is new, and what is replayed: only its notice is known, its effect may have been missed.

    What a notice says of the account holds until a later one says otherwise; of people, all that was told counts.
    """
    known = [index for index, notice_id in enumerate(kept) if notice_id is None]
    reread = reread_notices([notices[index] for index in known])
    is_last_word = {known[place]: is_last for place, is_last in reread.items()}
    return [
        update
        for index, (_delivery, update) in enumerate(batch.others)
        if kept[index] or (index in is_last_word and (is_last_word[index] or not _is_of_account(update)))
    ]


def _is_of_account(update: NoticedUpdate) -> bool:
    if isinstance(update, Notice):
        return not update.contact.identities and update.group_news is None
    return isinstance(update, TemplateChange)


def _follow_notice(batch: _Batch, notice: Notice) -> None:
    news = batch.channel.news_of(notice)
    if news.per_second is not None:
        set_throughput(batch.connection, news.display_address, news.per_second)
    if news.messaging_limit:
        set_messaging_limit(batch.connection, news.messaging_limit)
    follow_group_news(batch.connection.workspace_id, batch.channel.kind, notice)


def _apply_calls(batch: _Batch, calls: Sequence[Call]) -> None:
    if not calls:
        return
    note_calls(
        batch.connection.workspace_id,
        [
            IncomingCall(call, batch.inboxes[call.address], contact_id)
            for call, contact_id in zip(calls, _identify(batch, calls), strict=True)
        ],
        reply_window=batch.reply_window,
    )


def _prefer(batch: _Batch, change: PreferenceChange) -> None:
    (contact_id,) = _identify(batch, [change])
    state = "opted_out" if change.value == "stop" else "opted_in"
    _consent(batch, contact_id, state, f"{batch.channel.kind}:user_preferences", change.at)
