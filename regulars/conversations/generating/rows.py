"""Threads as lines for COPY, and what of them the ledger counts."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import orjson

from regulars.conversations.generating.counting import EPISODE, FACT, Counted, Whose
from regulars.conversations.generating.scripts import MEDIA, Words
from regulars.conversations.generating.talking import NOTED, Said, Thread
from regulars.conversations.history import STARTED
from regulars.inboxes.ports import ProviderError
from regulars.kernel.generating import NULL, Run, escaped
from regulars.kernel.ids import written_id_at
from regulars.workspaces.business_hours import HoursOfWork

CONVERSATION = (
    "id, workspace_id, inbox_id, contact_id, status, snoozed_until, assignee_id, team_id, priority, unread_count,"
    " waiting_since, last_message_id, last_message_at, last_inbound_at, window_closes_at, created_at, updated_at,"
    " episode_id"
)
MESSAGE = (
    "id, workspace_id, inbox_id, conversation_id, contact_id, direction, kind, text, content, media_id, provider_id,"
    " target_provider_id, reply_to_provider_id, author_kind, author_member_id, author_name, status, error,"
    " pricing_category, pricing_type, sent_at, created_at"
)
OUTGOING = "message_id, inbox_id, conversation_id, state, attempts, not_before, outcome_reason, created_at, settled_at"
MEDIA_FILE = (
    "id, workspace_id, connection_id, kind, state, provider_media_id, mime_type, byte_count, filename, is_voice,"
    " sha256, is_animated, has_thumbnail, attempts, error, provider_uploads, created_at"
)
HISTORY = "conversation_id, workspace_id, fact, value, name, from_at, until_at, by_kind, by_id, by_name, why"
BY_HOUSE, BY_CONTACT = f"system\t{NULL}\t", f"contact\t{NULL}\t"
PRIORITIES = ("normal",) * 17 + ("high", "high", "urgent", "low")
REACHED = {"sent": ("sent",), "delivered": ("sent", "delivered"), "read": ("sent", "delivered", "read")}
ID_BITS = 74


@dataclass(frozen=True, slots=True)
class Platform:
    """What a channel's own traces look like, for rows that seem to have come and gone by it.

    ``id_prefix`` and ``id_digits``: of its ids of messages; ``failures``: what it refuses messages with;
    ``window_seconds``: how long free text is allowed after a contact's message.
    """

    kind: str
    id_prefix: str
    id_digits: int
    window_seconds: int
    failures: tuple[ProviderError, ...]


class Desk(NamedTuple):
    """An inbox with those who answer there."""

    inbox_id: UUID
    connection_id: UUID
    address: str
    members: tuple[tuple[str, str], ...]
    """(id, name) of each"""
    teams: tuple[tuple[str, str], ...]
    """(id, name) of each"""


class Person(NamedTuple):
    """A contact whose thread is to be written."""

    id: UUID
    name: str
    language: str
    time_zone: str
    since: datetime


@dataclass(slots=True)
class Batch:
    """The rows of some threads of one inbox, to be written together."""

    run: Run
    desk: Desk
    platform: Platform
    dice: random.Random
    work: HoursOfWork
    conversations: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    provider_ids: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    """of the thread: assigned, resolved and so on"""
    history: list[str] = field(default_factory=list)
    episodes: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(flow, outcome, reason) of the ledger"""

    def write(self) -> None:
        """Needs a transaction."""
        copy = self.run.copy
        copy("conversations_conversation", CONVERSATION, self.conversations)
        copy("media_mediafile", MEDIA_FILE, self.files)
        copy("conversations_message", MESSAGE, self.messages)
        copy("conversations_providermessageid", "inbox_id, provider_id, message_id", self.provider_ids)
        copy("conversations_messagestatus", "message_id, status, participant, at", self.statuses)
        copy("conversations_outgoingmessage", OUTGOING, self.outgoing)
        copy(
            "conversations_note",
            "id, workspace_id, conversation_id, author_id, author_name, text, created_at",
            self.notes,
        )
        copy(
            "conversations_activity",
            "id, workspace_id, conversation_id, kind, actor_name, facts, at",
            self.lines,
        )
        copy("conversations_conversationhistory", HISTORY, self.history)
        copy("conversations_episode", EPISODE, self.episodes)
        copy("conversations_fact", FACT, self.facts)

    def add(self, person: Person, thread: Thread, words: Words) -> None:
        _Writer(self, person, thread, words).write()


class _Writer:
    """Of one thread; its parts share what stands in every row."""

    def __init__(self, batch: Batch, person: Person, thread: Thread, words: Words) -> None:
        self._batch, self._person, self._thread, self._words = batch, person, thread, words
        dice, said = batch.dice, thread.said
        self._id = written_id_at(said[0].at * 1_000, dice.getrandbits(ID_BITS))
        self._member = dice.choice(batch.desk.members)
        place = (batch.run.workspace_id.hex, batch.desk.inbox_id.hex, self._id, person.id.hex)
        self._place = "\t".join(place)
        self._contact_name = escaped(person.name)
        self._answered_by = ""
        """the message with which a member took it on"""
        whose = Whose(
            place[0], self._id, place[1], batch.platform.kind, (self._member[0], escaped(self._member[1]))
        )
        work = batch.work
        self._counted = Counted(whose, work.hours, work.episode_hours, dice, self._say_status)
        self._by_member = f"member\t{self._member[0]}\t{self._member[1]}"
        self._status = [_Then(said[0].at, "open", why=STARTED)]
        self._assignee = [_Then(said[0].at, NULL, why=STARTED)]

    def write(self) -> None:
        names: list[str] = []
        """what the platform calls each message of the thread; empty where it never got it"""
        last_id = ""
        for place, each in enumerate(self._thread.said):
            message_id = self._write_message(each, names)
            self._counted.note(each, message_id)
            if place == self._thread.last:
                last_id = message_id
            if each.begins:
                self._write_beginning(each)
        self._write_end(last_id)
        episodes, facts = self._counted.rows()
        self._batch.episodes.extend(episodes)
        self._batch.facts.extend(facts)

    def _write_message(self, each: Said, names: list[str]) -> str:
        batch, turn = self._batch, each.turn
        bits = batch.dice.getrandbits
        platform = batch.platform
        message_id = written_id_at(
            each.at * 1_000 + (bits(9) if turn.is_ours else 1_000 + bits(11)), bits(ID_BITS)
        )
        sent_at = _written(each.at)
        name = f"{platform.id_prefix}{bits(4 * platform.id_digits):0{platform.id_digits}X}"
        if each.state == "failed":
            name = ""
        names.append(name)
        if name:
            batch.provider_ids.append(f"{batch.desk.inbox_id.hex}\t{name}\t{message_id}")
        quoted = (names[each.quotes] if each.quotes is not None else "") or NULL
        target, reply_to = (quoted, NULL) if turn.kind == "reaction" else (NULL, quoted)
        file_id = self._write_file(each, sent_at) if turn.kind in MEDIA else NULL
        if turn.is_ours:
            error, direction, price = (
                self._write_outgoing(each, message_id, sent_at),
                "out",
                turn.kind == "template",
            )
            author = f"member\t{self._member[0]}\t{self._member[1]}"
        else:
            error, direction, price = NULL, "in", False
            author = f"contact\t{NULL}\t{self._contact_name}"
            batch.counts["inbound", "stored", ""] += 1
        batch.messages.append(
            f"{message_id}\t{self._place}\t{direction}\t{turn.kind}\t{turn.text}\t{turn.content}\t{file_id}"
            f"\t{name or NULL}\t{target}\t{reply_to}\t{author}\t{each.state}\t{error}"
            f"\t{'utility' if price else ''}\t{'regular' if price else ''}\t{sent_at}\t{sent_at}"
        )
        return message_id

    def _write_outgoing(self, each: Said, message_id: str, sent_at: str) -> str:
        """Its job and its statuses; returns the error, NULL when there is none."""
        batch = self._batch
        batch.counts["outbound", "intended", ""] += 1
        place = f"{message_id}\t{batch.desk.inbox_id.hex}\t{self._id}"
        if each.state == "failed":
            error = batch.dice.choice(batch.platform.failures)
            batch.counts["outbound", "refused", str(error.code)] += 1
            batch.outgoing.append(f"{place}\trefused\t1\t{sent_at}\t{error.code}\t{sent_at}\t{sent_at}")
            told = {"code": error.code, "title": error.title, "details": error.details}
            return escaped(orjson.dumps(told).decode())
        batch.counts["outbound", "accepted", ""] += 1
        batch.outgoing.append(f"{place}\taccepted\t1\t{sent_at}\t\t{sent_at}\t{sent_at}")
        batch.statuses.append(f"{message_id}\taccepted\t\t{sent_at}")
        at, reached = each.at, REACHED[each.state]
        for status in reached:
            at += 1 if status != "read" else 1 + batch.dice.getrandbits(9)
            batch.statuses.append(f"{message_id}\t{status}\t\t{_written(at)}")
        batch.counts["inbound", "stored", ""] += len(reached)
        if not self._answered_by:
            self._answered_by = message_id
            self._write_line("claimed", each.at, self._member[1], f'{{"message_id":"{UUID(message_id)}"}}')
            taken_at = max(each.at, self._assignee[0].at + 1)
            self._assignee.append(
                _Then(taken_at, str(UUID(self._member[0])), self._member[1], "claimed", self._by_member)
            )
        return NULL

    def _write_file(self, each: Said, sent_at: str) -> str:
        """Its contents are gone, as they are at the platform after some days."""
        batch, kind = self._batch, each.turn.kind
        file_id = written_id_at(each.at * 1_000, batch.dice.getrandbits(ID_BITS))
        filename = "invoice.pdf" if kind == "document" else ""
        batch.files.append(
            f"{file_id}\t{batch.run.workspace_id.hex}\t{batch.desk.connection_id.hex}\t{kind}\texpired"
            f"\t{batch.dice.getrandbits(50)}\t{MEDIA[kind]}\t{10_000 + batch.dice.getrandbits(19)}\t{filename}"
            f"\t{'t' if kind == 'audio' else 'f'}\t\tf\tf\t1\t\t{{}}\t{sent_at}"
        )
        return file_id

    def _write_beginning(self, each: Said) -> None:
        if self._words.notes and self._batch.dice.random() < NOTED:
            member_id, member_name = self._member
            note_id = written_id_at(each.at * 1_000 + 500, self._batch.dice.getrandbits(ID_BITS))
            self._batch.notes.append(
                f"{note_id}\t{self._batch.run.workspace_id.hex}\t{self._id}\t{member_id}\t{member_name}"
                f"\t{self._batch.dice.choice(self._words.notes)}\t{_written(each.at + 90)}"
            )

    def _say_status(self, kind: str, at: int, actor: str) -> None:
        self._write_line(kind, at, actor, "{}")
        is_resolved = kind == "resolved"
        status, by = ("resolved", self._by_member) if is_resolved else ("open", BY_CONTACT)
        self._status.append(_Then(at, status, why=kind, by=by))

    def _write_fact(self, fact: str, rows: Sequence[_Then]) -> None:
        place = f"{self._id}\t{self._batch.run.workspace_id.hex}\t{fact}"
        ends = [*(_written(row.at) for row in rows[1:]), NULL]
        self._batch.history += [
            f"{place}\t{row.value}\t{row.name}\t{_written(row.at)}\t{end}\t{row.by}\t{row.why}"
            for row, end in zip(rows, ends, strict=True)
        ]

    def _write_line(self, kind: str, at: int, actor: str, facts: str) -> None:
        line_id = written_id_at(at * 1_000, self._batch.dice.getrandbits(ID_BITS))
        self._batch.lines.append(
            f"{line_id}\t{self._batch.run.workspace_id.hex}\t{self._id}\t{kind}\t{actor}\t{facts}\t{_written(at)}"
        )

    def _write_end(self, last_id: str) -> None:
        batch, thread = self._batch, self._thread
        dice = batch.dice
        if thread.resolved_at:
            self._say_status("resolved", thread.resolved_at, self._member[1])
        self._counted.end(thread)
        assignee = self._member[0] if self._answered_by and dice.random() < 0.85 else NULL
        team, team_name = (
            dice.choice(batch.desk.teams) if batch.desk.teams and dice.random() < 0.6 else (NULL, "")
        )
        if self._answered_by and assignee == NULL:
            self._assignee.append(_Then(thread.said[-1].at + 2, NULL, why="unassigned", by=self._by_member))
        if thread.status == "snoozed":
            self._status.append(_Then(thread.said[-1].at + 1, "snoozed", why="snoozed", by=self._by_member))
        self._write_fact("status", self._status)
        self._write_fact("assignee", self._assignee)
        named = NULL if team == NULL else str(UUID(team))
        self._write_fact("team", [_Then(thread.said[0].at, named, team_name, STARTED)])
        closes = thread.last_inbound_at and thread.last_inbound_at + batch.platform.window_seconds
        begun, said_last = _written(thread.said[0].at), _written(thread.said[thread.last].at)
        workspace, inbox, _own_id, contact = self._place.split("\t")
        batch.conversations.append(
            f"{self._id}\t{workspace}\t{inbox}\t{contact}\t{thread.status}\t{_or_null(thread.snoozed_until)}"
            f"\t{assignee}\t{team}\t{dice.choice(PRIORITIES)}\t{thread.unread}\t{_or_null(thread.waiting_since)}"
            f"\t{last_id}\t{said_last}\t{_or_null(thread.last_inbound_at)}\t{_or_null(closes)}\t{begun}"
            f"\t{_or_null(thread.resolved_at) if thread.resolved_at else said_last}\t{self._counted.last_id}"
        )


class _Then(NamedTuple):
    """What a fact was from a second (since 1970) on."""

    at: int
    value: str
    name: str = ""
    why: str = ""
    by: str = BY_HOUSE
    """kind, id and name"""


def _written(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _or_null(at: int | None) -> str:
    return NULL if at is None else _written(at)
