"""Messages come in: one transaction for the batch, a handful of set-based statements whatever its size.

Duplicates go out, conversations are found or made, messages saved, conversations moved on, events recorded.
Repeating a batch, in any order and split, leads to the same state.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from django.db import connection

from regulars.conversations.events import (
    ConversationReopenedByMessage,
    ConversationStarted,
    MessageReceived,
)
from regulars.conversations.models import SILENT_KINDS, UNCOUNTED_KINDS
from regulars.conversations.operations.completing import Repetition, complete_messages
from regulars.conversations.operations.contents import stored_words
from regulars.conversations.operations.episodes import Opening, begin_earlier, go_on
from regulars.conversations.operations.facts import note_answers_by_phone
from regulars.conversations.operations.media_rows import insert_ad_pictures, insert_media
from regulars.conversations.operations.reacting import Uncounted, forget_reactions, withdraw_reactions
from regulars.conversations.operations.starting import Incoming, Thread, find_or_start, thread_key
from regulars.conversations.operations.statuses import adopt_unmatched
from regulars.conversations.operations.telling import tell_all
from regulars.conversations.provider_ids import Named, find_messages, take_ids
from regulars.inboxes.ports import InboundMessage
from regulars.kernel.database import binary_cursor
from regulars.kernel.events import Doer, Event
from regulars.kernel.ids import id_at, new_id
from regulars.protection.matching import Watch
from regulars.protection.queries import watch_of

LATE_AFTER = timedelta(seconds=5)
"""a message older than the thread's last by more than this is marked as arrived late"""

Outcome = Literal["stored", "duplicate"]


class _New(NamedTuple):
    """A message that we do not have yet, as far as we know, with the id it gets and its conversation."""

    id: UUID
    incoming: Incoming
    thread: Thread


def receive_messages(
    workspace_id: UUID, batch: Sequence[Incoming], *, reply_window: timedelta, are_new: bool = False
) -> list[Outcome]:
    """Store what is new of ``batch`` and say for each, in order, whether it was. Needs a transaction.

    ``reply_window``: how long the channel lets us answer freely after a contact's message.
    ``are_new``: the caller has asked ``find_stored`` and left out repetitions, which it owes to
    ``complete_messages``.
    """
    if not batch:
        return []
    fresh = list(range(len(batch))) if are_new else _without_duplicates(batch)
    if not fresh:
        return _complete(workspace_id, batch, ["duplicate"] * len(batch))
    chosen = [batch[index] for index in fresh]
    keys = [thread_key(each) for each in chosen]
    threads = find_or_start(workspace_id, dict(zip(reversed(keys), reversed(chosen), strict=True)))
    new = [_New(_id_for(each.message), each, threads[key]) for each, key in zip(chosen, keys, strict=True)]
    watch = watch_of(workspace_id)
    stored = _insert_messages(workspace_id, new, _insert_media(workspace_id, new, watch), watch)
    _insert_ad_pictures(workspace_id, stored)
    _move_threads_on(stored, _weigh_reactions(stored, reply_window))
    _write_threads(list(threads.values()), reply_window)
    _go_on(list(threads.values()))
    tell_all(_events(workspace_id, stored))
    echoes = [(each.inbox_id, each.message.provider_id) for each in chosen if each.message.direction == "out"]
    if echoes:
        adopt_unmatched(workspace_id, echoes)
    if len(stored) == len(batch):
        return ["stored"] * len(batch)
    kept = {each.id for each in stored}
    outcomes: list[Outcome] = ["duplicate"] * len(batch)
    for index, each in zip(fresh, new, strict=True):
        if each.id in kept:
            outcomes[index] = "stored"
    return _complete(workspace_id, batch, outcomes)


def _id_for(message: InboundMessage) -> UUID:
    """What was said before we came lies among what was said then."""
    return id_at(message.sent_at) if message.source == "history" else new_id()


def _complete(workspace_id: UUID, batch: Sequence[Incoming], outcomes: list[Outcome]) -> list[Outcome]:
    """A duplicate may bring the file that a placeholder waits for, and is stored with it."""
    again = [index for index, outcome in enumerate(outcomes) if outcome == "duplicate"]
    repetitions = [
        Repetition(each.message, each.inbox_id, each.delivery_id, each.connection_id)
        for each in (batch[index] for index in again)
    ]
    for index, outcome in zip(again, complete_messages(workspace_id, repetitions), strict=True):
        outcomes[index] = outcome
    return outcomes


def find_stored(keys: Collection[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    return set(find_messages(keys))


def _without_duplicates(batch: Sequence[Incoming]) -> list[int]:
    first: dict[tuple[UUID, str], int] = {}
    for index, each in enumerate(batch):
        first.setdefault((each.inbox_id, each.message.provider_id), index)
    for key in find_stored(first):
        del first[key]
    return sorted(first.values())


_INSERT_MESSAGES = """
INSERT INTO conversations_message (id, workspace_id, inbox_id, conversation_id, contact_id, direction, kind, text,
  content, media_id, provider_id, target_provider_id, reply_to_provider_id, author_kind, author_name, source, status,
  sent_at, arrived_late, delivery_id, path, created_at, pricing_category, pricing_type)
SELECT id, %s, inbox_id, conversation_id, contact_id, direction, kind, body, content, media_id, provider_id, target,
  reply_to, author_kind, author_name, source, status, sent_at, late, delivery_id, path, now(), '', ''
FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::text[], %b::jsonb[],
  %b::uuid[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::timestamptz[],
  %b::bool[], %b::bigint[], %b::text[])
  AS new(id, inbox_id, conversation_id, contact_id, direction, kind, body, content, media_id, provider_id, target,
  reply_to, author_kind, author_name, source, status, sent_at, late, delivery_id, path)
"""


def _insert_messages(
    workspace_id: UUID, new: Sequence[_New], media: dict[UUID, UUID], watch: Watch
) -> list[_New]:
    """Returns those that really are new, which are all unless others store the same at the same time."""
    kept = take_ids(
        [Named(each.incoming.inbox_id, each.incoming.message.provider_id, each.id) for each in new]
    )
    stored = [each for each in new if each.id in kept]
    rows = [_row(each, media.get(each.id), watch) for each in stored]
    if rows:
        with binary_cursor() as cursor:
            cursor.execute(
                _INSERT_MESSAGES, [workspace_id, *(list(column) for column in zip(*rows, strict=True))]
            )
    return stored


def _row(new: _New, media_id: UUID | None, watch: Watch) -> tuple[object, ...]:
    each, message = new.incoming, new.incoming.message
    text, content = stored_words(message, watch)
    author_kind, author_name = _author(each)
    return (
        new.id,
        each.inbox_id,
        new.thread.id,
        _person_of(each),
        message.direction,
        message.kind,
        text,
        content,
        media_id,
        message.provider_id,
        message.target_provider_id,
        message.reply_to_provider_id,
        author_kind,
        author_name,
        message.source,
        _status(message),
        message.sent_at,
        _is_late(message, new.thread),
        each.delivery_id,
        message.path,
    )


def _insert_media(workspace_id: UUID, new: Sequence[_New], watch: Watch) -> dict[UUID, UUID]:
    return insert_media(
        workspace_id, [(each.id, each.incoming.connection_id, each.incoming.message) for each in new], watch
    )


def _insert_ad_pictures(workspace_id: UUID, stored: Sequence[_New]) -> None:
    ads = [each for each in stored if each.incoming.message.content.referral]
    insert_ad_pictures(
        workspace_id, [(each.id, each.incoming.connection_id, each.incoming.message) for each in ads]
    )


def _person_of(each: Incoming) -> UUID | None:
    """Who said it or whom it was said to; what we say in a group is said to nobody alone."""
    return None if each.group_id and each.message.direction == "out" else each.contact_id


def _author(each: Incoming) -> tuple[str, str]:
    if each.message.direction == "in":
        return "contact", each.contact_name
    return "phone_app", ""


_HISTORY_STATUSES = {
    "ERROR": "failed",
    "PENDING": "sent",
    "SENT": "sent",
    "DELIVERED": "delivered",
    "READ": "read",
    "PLAYED": "played",
}


def _status(message: InboundMessage) -> str:
    if message.direction == "in":
        return "received"
    return _HISTORY_STATUSES.get(message.history_status.upper(), "sent")


def _is_late(message: InboundMessage, thread: Thread) -> bool:
    if message.source == "history" or thread.last_message_at is None:
        return False
    return message.sent_at < thread.last_message_at - LATE_AFTER


def _weigh_reactions(stored: Sequence[_New], reply_window: timedelta) -> set[UUID]:
    reactions = [each.id for each in stored if each.incoming.message.kind == "reaction"]
    withdrawn = withdraw_reactions(reactions)
    new_ids = [each.id for each in stored] if withdrawn else []
    forget_reactions(withdrawn, new_ids, Uncounted(UNCOUNTED_KINDS, reply_window))
    return withdrawn


def _move_threads_on(stored: Sequence[_New], withdrawn: set[UUID]) -> None:
    for each in stored:
        _note_answer(each.incoming.message, each.thread)
    for each in stored:
        is_news = each.incoming.message.kind not in UNCOUNTED_KINDS and each.id not in withdrawn
        _apply(each.incoming.message, each.id, each.thread, is_news=is_news)


def _note_answer(message: InboundMessage, thread: Thread) -> None:
    """Somebody answered from the phone app: what was said until then waits no longer, whenever we hear of it."""
    if message.direction == "in" or message.source == "history" or message.kind in SILENT_KINDS:
        return
    thread.by_phone.append(message.sent_at)
    if thread.answered_at is None or message.sent_at > thread.answered_at:
        thread.answered_at = thread.newly_answered_at = message.sent_at


def _apply(message: InboundMessage, message_id: UUID, thread: Thread, *, is_news: bool) -> None:
    place = (message.sent_at, message_id)
    if is_news and (thread.last is None or place > thread.last):
        thread.last = place
    if message.source == "history":
        return
    if message.kind not in SILENT_KINDS and (message.direction == "in" or thread.status != "resolved"):
        thread.said_at.append(message.sent_at)
    if message.source == "standby":
        thread.owned_elsewhere = True
    if message.direction == "out" or not is_news:
        return
    if thread.opened_window_at is None or message.sent_at > thread.opened_window_at:
        thread.opened_window_at = thread.last_inbound_at = message.sent_at
    if message.content.referral is not None:
        thread.from_ad_at = max(filter(None, (thread.from_ad_at, message.sent_at)))
    is_answered = thread.answered_at is not None and message.sent_at <= thread.answered_at
    if not is_answered:
        thread.unread += 1
    if message.kind not in SILENT_KINDS:
        thread.reopens = not thread.sleeps
        if is_answered:
            thread.by_phone.append(message.sent_at)
        else:
            thread.waiting_since = min(filter(None, (thread.waiting_since, message.sent_at)))


_WRITE_THREADS = """
UPDATE conversations_conversation c SET
  last_message_id = CASE WHEN new.last_at IS NOT NULL
    AND (c.last_message_at IS NULL OR new.last_at >= c.last_message_at)
    THEN new.last_id ELSE c.last_message_id END,
  last_message_at = GREATEST(c.last_message_at, new.last_at),
  last_inbound_at = GREATEST(c.last_inbound_at, new.inbound_at),
  window_closes_at = GREATEST(c.window_closes_at, new.window_at + make_interval(secs => %s::float)),
  ad_opened_at = GREATEST(c.ad_opened_at, new.ad_at),
  answered_elsewhere_at = GREATEST(c.answered_elsewhere_at, new.answered_at),
  unread_count = CASE WHEN new.answered_at IS NULL THEN c.unread_count + new.unread
    ELSE LEAST(c.unread_count + new.unread, (SELECT count(*) FROM conversations_message m
      WHERE m.conversation_id = c.id AND m.sent_at > new.answered_at AND m.direction = 'in'
        AND m.source <> 'history' AND NOT m.kind = ANY(%s) AND NOT m.is_withdrawn)) END,
  waiting_since = CASE WHEN new.answered_at IS NULL THEN LEAST(c.waiting_since, new.waiting_at)
    ELSE (SELECT min(m.sent_at) FROM conversations_message m
      WHERE m.conversation_id = c.id AND m.sent_at > new.answered_at AND m.direction = 'in'
        AND m.source <> 'history' AND NOT m.kind = ANY(%s)
        AND m.sent_at >= LEAST(c.waiting_since, new.waiting_at)) END,
  owned_elsewhere = COALESCE(new.elsewhere, c.owned_elsewhere),
  status = CASE WHEN new.reopens THEN 'open' ELSE c.status END,
  snoozed_until = CASE WHEN new.reopens THEN NULL ELSE c.snoozed_until END,
  updated_at = now()
FROM unnest(%b::uuid[], %b::uuid[], %b::timestamptz[], %b::timestamptz[], %b::timestamptz[], %b::timestamptz[],
  %b::int[], %b::timestamptz[], %b::timestamptz[], %b::bool[], %b::bool[])
  AS new(id, last_id, last_at, inbound_at, window_at, ad_at, unread, waiting_at, answered_at, elsewhere, reopens)
WHERE c.id = new.id
"""


def _write_threads(threads: Sequence[Thread], reply_window: timedelta) -> None:
    rows = [
        (
            thread.id,
            thread.last[1] if thread.last else None,
            thread.last[0] if thread.last else None,
            thread.last_inbound_at,
            thread.opened_window_at,
            thread.from_ad_at,
            thread.unread,
            thread.waiting_since,
            thread.newly_answered_at,
            thread.owned_elsewhere,
            thread.reopens,
        )
        for thread in threads
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE_THREADS,
            [
                str(reply_window.total_seconds()),
                sorted(UNCOUNTED_KINDS),
                sorted(SILENT_KINDS),
                *(list(column) for column in zip(*rows, strict=True)),
            ],
        )


THE_CONTACT = Doer("contact", None, "")


def _go_on(threads: Sequence[Thread]) -> None:
    """No statement for messages in conversations that are open, unless they come late or were said on the phone."""
    go_on(
        [
            Opening(each.id, min(each.said_at), THE_CONTACT)
            for each in threads
            if each.said_at and not each.has_episode
        ]
    )
    begin_earlier(
        [
            (each.id, at)
            for each in threads
            for at in each.said_at
            if each.last_message_at and at < each.last_message_at
        ]
    )
    note_answers_by_phone([(each.id, at) for each in threads for at in each.by_phone])


def _events(workspace_id: UUID, stored: Sequence[_New]) -> list[Event]:
    events: list[Event] = []
    announced: set[UUID] = set()
    for each in stored:
        incoming, thread = each.incoming, each.thread
        if thread.id not in announced:
            announced.add(thread.id)
            if thread.is_new:
                contact_id = None if incoming.group_id else incoming.contact_id
                events.append(ConversationStarted(workspace_id, thread.id, contact_id))
            elif thread.reopens and thread.status != "open":
                events.append(
                    ConversationReopenedByMessage(workspace_id, thread.id, thread.status, thread.is_of_group)
                )
        events.append(
            MessageReceived(
                workspace_id,
                thread.id,
                _person_of(incoming),
                each.id,
                incoming.message.kind,
                incoming.message.direction,
            )
        )
    return events
