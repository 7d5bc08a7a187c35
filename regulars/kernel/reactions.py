"""Running reactions: each reads the event log with its own cursor, in order, at least once.

A reaction gets a batch and does its work in one transaction with the move of its cursor, so what it writes
to the database happens exactly once. It asks other machines *before* it writes: a transaction that has written
keeps every reader of the log waiting until it ends. A failing batch is retried with back-off; when it keeps
failing, its events are tried one by one and the culprits are parked, so that no reaction ever stops for good
and none holds up another.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from regulars.kernel import clock
from regulars.kernel.database import is_away
from regulars.kernel.errands import wake_errands
from regulars.kernel.events import (
    Event,
    EventParked,
    Page,
    ParkedEventTried,
    Position,
    Recorded,
    end_of_log,
    facts_of,
    read_after,
    record,
    record_all,
    recorded_at,
)
from regulars.kernel.locks import try_to_hold
from regulars.kernel.metrics import REACTION_CORE_SECONDS, REACTION_EVENTS, REACTION_FAILURES
from regulars.kernel.models import ParkedEvent, ReactionCursor

logger = logging.getLogger(__name__)

BATCH_SIZE = 500
ATTEMPTS_BEFORE_PARKING = 4
WRITTEN_DOWN_AFTER = timedelta(seconds=5)
"""how far a cursor may lag behind what its reaction passed over"""


@dataclass(frozen=True, slots=True)
class Reaction:
    """A name for the cursor, the event classes it wants, and what it does with a batch of them.

    ``is_slow``: it waits for answers of other machines, and nobody minds when it comes later.
    """

    name: str
    events: tuple[type[Event], ...]
    run: Callable[[Sequence[Recorded]], None]
    is_slow: bool = False

    @property
    def kinds(self) -> list[str]:
        return [each.__name__ for each in self.events]


def wired_reactions() -> Sequence[Reaction]:
    """(``config.wiring.REACTIONS``)"""
    return cast("Sequence[Reaction]", import_string(settings.REACTIONS))


def run_reaction(reaction: Reaction) -> bool:
    """True when there may be more to do at once. Raises what says that the database is away."""
    try:
        with transaction.atomic():
            cursor = _take_cursor(reaction.name)
            if cursor is None:
                return False
            start, page = _read_on(reaction, _position(cursor))
            if page.events:
                _run(reaction, page.events)
            if page.events or cursor.failed_attempts or _is_due(cursor):
                _move(cursor, page.end)
            else:
                _nothing_until[reaction.name] = page.end
            return page.has_more and page.end != start
    except Exception as error:
        if is_away(error):
            raise  # nothing is wrong with the events: the loop says so in a line and comes again
        logger.exception("reaction failed", extra={"reaction": reaction.name})
        REACTION_FAILURES.labels(reaction.name).inc()
        return _after_failure(reaction, error)


def _run(reaction: Reaction, events: Sequence[Recorded]) -> None:
    """Counts what it costs: of this thread, for reactions run beside each other."""
    began = time.thread_time()
    reaction.run(events)
    REACTION_CORE_SECONDS.labels(reaction.name).inc(time.thread_time() - began)
    REACTION_EVENTS.labels(reaction.name).inc(len(events))


_nothing_until: dict[str, Position] = {}
"""how far this process has looked without writing it down: most of the log is for others, and a write costs a commit"""


def _read_on(reaction: Reaction, written: Position) -> tuple[Position, Page]:
    """Where the reaction reads on, and what comes there."""
    start = max(written, _nothing_until.get(reaction.name, Position()))
    page = read_after(start, reaction.kinds, BATCH_SIZE)
    if start == written or page.generation == start.generation:
        return start, page
    del _nothing_until[reaction.name]  # of a log before this one: what was restored may hold something there
    return written, read_after(written, reaction.kinds, BATCH_SIZE)


def _is_due(cursor: ReactionCursor) -> bool:
    return clock.now() - cursor.updated_at > WRITTEN_DOWN_AFTER


def names_of_due() -> set[str]:
    """Who has something to do though nothing happened: to try again, or to write down how far it came."""
    now = clock.now()
    is_due = Q(retry_at__lte=now) | Q(updated_at__lt=now - WRITTEN_DOWN_AFTER)
    return set(ReactionCursor.objects.filter(is_due).values_list("name", flat=True))


def ensure_cursors(reactions: Sequence[Reaction]) -> None:
    """Give new reactions a cursor at the end of the log and forget those of reactions that are no more.

    A forgotten one would keep every later event from being purged. Names must be unique.
    """
    ReactionCursor.objects.exclude(name__in=[each.name for each in reactions]).delete()
    end = end_of_log()
    for reaction in reactions:
        ReactionCursor.objects.get_or_create(
            name=reaction.name,
            defaults=_columns(end),
        )


def parked_in(workspace_id: UUID) -> QuerySet[ParkedEvent]:
    return ParkedEvent.objects.filter(workspace_id=workspace_id)


def ask_to_retry(workspace_id: UUID, ids: Collection[int] | None = None) -> int:
    wanted = parked_in(workspace_id)
    if ids is not None:
        wanted = wanted.filter(id__in=ids)
    count = wanted.update(retry_asked_at=clock.now())
    if count:
        wake_errands()
    return count


def retry_asked(reactions: Sequence[Reaction]) -> int:
    """What fails again stays parked with its new error. Returns how many went."""
    by_name = {each.name: each for each in reactions}
    asked = ParkedEvent.objects.filter(retry_asked_at__isnull=False).order_by("id")
    return sum(_retry(by_name.get(name), parked) for parked, name in asked.values_list("id", "reaction"))


def _retry(reaction: Reaction | None, parked_id: int) -> bool:
    try:
        with transaction.atomic():
            asked = ParkedEvent.objects.filter(id=parked_id, retry_asked_at__isnull=False)
            parked = asked.first() if try_to_hold(f"parked:{parked_id}") else None
            if parked is None:
                return False
            if reaction is None:
                raise LookupError("this version has no such reaction any more")
            retry_parked(reaction, parked)
            return True
    except Exception as error:
        if is_away(error):
            raise
        logger.warning("a parked event failed again", extra={"parked": parked_id}, exc_info=True)
        _note_another_failure(parked_id, error)
        return False


@transaction.atomic
def _note_another_failure(parked_id: int, error: Exception) -> None:
    again = ParkedEvent.objects.filter(id=parked_id)
    again.update(error=_in_words(error), retry_asked_at=None)
    record_all(ParkedEventTried(each.workspace_id, each.reaction, each.kind, False) for each in again)


@transaction.atomic
def retry_parked(reaction: Reaction, parked: ParkedEvent) -> None:
    """Raises what the reaction raises. An event that the reaction no longer wants goes as well."""
    if parked.kind in reaction.kinds:
        position = Position(parked.generation, int(parked.transaction_id), parked.event_id)
        reaction.run(
            [recorded_at(position, parked.happened_at, parked.workspace_id, parked.kind, parked.body)]
        )
    parked.delete()
    record(ParkedEventTried(parked.workspace_id, reaction.name, parked.kind, True))


def forget_errors(workspace_id: UUID, about: Collection[str]) -> None:
    """Empty the errors of parked events that are about these objects: an error may repeat what somebody said."""
    ids = set(about)
    gone = [each.id for each in parked_in(workspace_id) if ids & {str(word) for word in each.body.values()}]
    ParkedEvent.objects.filter(id__in=gone).update(error="")


def _take_cursor(name: str) -> ReactionCursor | None:
    """The cursor, ours until the transaction ends; None when another worker has it or it is too early."""
    cursor = ReactionCursor.objects.filter(name=name).first() if try_to_hold(f"reaction:{name}") else None
    if cursor and cursor.retry_at and cursor.retry_at > clock.now():
        return None
    return cursor


def _position(cursor: ReactionCursor) -> Position:
    return Position(cursor.generation, int(cursor.transaction_id), cursor.event_id)


def _columns(position: Position) -> dict[str, object]:
    return {
        "generation": position.generation,
        "transaction_id": str(position.transaction_id),
        "event_id": position.event_id,
    }


def _move(cursor: ReactionCursor, end: Position) -> None:
    for column, value in _columns(end).items():
        setattr(cursor, column, value)
    cursor.failed_attempts, cursor.retry_at, cursor.last_error = 0, None, ""
    cursor.updated_at = clock.now()
    cursor.save()


def _after_failure(reaction: Reaction, error: Exception) -> bool:
    with transaction.atomic():
        cursor = _take_cursor(reaction.name)
        if cursor is None:
            return False
        cursor.failed_attempts += 1
        cursor.last_error = type(error).__name__
        if cursor.failed_attempts < ATTEMPTS_BEFORE_PARKING:
            cursor.retry_at = clock.now() + timedelta(seconds=2**cursor.failed_attempts)
            cursor.save()
            return False
        _digest_one_by_one(reaction, cursor)
        return True


def _digest_one_by_one(reaction: Reaction, cursor: ReactionCursor) -> None:
    page = read_after(_position(cursor), reaction.kinds, BATCH_SIZE)
    parked = []
    for each in page.events:
        try:
            with transaction.atomic():
                reaction.run([each])
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the reaction
            _park(reaction.name, each, error)
            parked.append(EventParked(each.event.workspace_id, reaction.name, type(each.event).__name__))
    record_all(parked)
    _move(cursor, page.end)


def _park(reaction: str, happened: Recorded, error: Exception) -> None:
    facts = {
        **_columns(happened.position),
        "workspace_id": happened.event.workspace_id,
        "kind": type(happened.event).__name__,
        "body": facts_of(happened.event),
        "happened_at": happened.happened_at,
        "error": _in_words(error),
    }
    event_id = facts.pop("event_id")
    ParkedEvent.objects.get_or_create(reaction=reaction, event_id=event_id, defaults=facts)


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:2000]
