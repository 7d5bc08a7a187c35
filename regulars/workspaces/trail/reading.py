"""Reading the trail: filtered, the newest first, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.utils.translation import gettext as _

from regulars.kernel.cursors import read_cursor, unknown_cursor, write_cursor
from regulars.kernel.errors import NotFound
from regulars.workspaces.access import Actor
from regulars.workspaces.models import AuditEntry, AuditSeal

PERMISSION = "audit:read"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichEntries:
    """Empty: all. ``object_id`` finds whatever touched it; ``until`` is not among them."""

    actor_id: UUID | None = None
    object_id: UUID | None = None
    act: str = ""
    verb: str = ""
    source: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryPage:
    entries: list[AuditEntry]
    next_cursor: str | None


def find_entries(actor: Actor, which: WhichEntries) -> QuerySet[AuditEntry]:
    actor.require(PERMISSION)
    entries = AuditEntry.objects.filter(workspace_id=actor.workspace_id)
    exact = {
        "actor_id": which.actor_id,
        "act": which.act,
        "verb": which.verb,
        "source": which.source,
        "at__gte": which.since,
        "at__lt": which.until,
    }
    entries = entries.filter(**{name: value for name, value in exact.items() if value})
    return entries.filter(object_ids__contains=[which.object_id]) if which.object_id else entries


def read_entries(actor: Actor, which: WhichEntries, *, limit: int, cursor: str | None = None) -> EntryPage:
    """Raises ``Invalid`` for a cursor that is none of ours."""
    entries = find_entries(actor, which)
    if cursor:
        at, last_id = _place_in(cursor)
        # the first says where in the index it goes on, the second which of one moment come
        entries = entries.filter(at__lte=at).filter(Q(at__lt=at) | Q(id__lt=last_id))
    if which.object_id:
        # those that touched it are found by its id and then put in order: along the time, every entry would be read
        entries = entries.annotate(moment=ExpressionWrapper(F("at") + timedelta(0), DateTimeField()))
    moment = "-moment" if which.object_id else "-at"
    found = list(entries.order_by(moment, "-id")[: limit + 1])
    shown = found[:limit]
    if len(found) <= limit:
        return EntryPage(shown, None)
    return EntryPage(shown, write_cursor([shown[-1].at.isoformat(), shown[-1].id]))


def _place_in(cursor: str) -> tuple[datetime, int]:
    try:
        written, last_id = read_cursor(cursor)
        at = datetime.fromisoformat(written)
    except (ValueError, TypeError) as error:
        raise unknown_cursor() from error
    if at.tzinfo is None or type(last_id) is not int or not 0 <= last_id < 2**63:
        raise unknown_cursor()
    return at, last_id


def access_entry(actor: Actor, entry_id: int | None) -> AuditEntry:
    actor.require(PERMISSION)
    own = AuditEntry.objects.filter(workspace_id=actor.workspace_id)
    found = own.filter(id=entry_id).first() if entry_id else None
    if found is None:
        raise NotFound(_("There is no such entry; entries are kept for two years"))
    return found


def seals_of(actor: Actor) -> QuerySet[AuditSeal]:
    """The newest first."""
    actor.require(PERMISSION)
    return AuditSeal.objects.filter(workspace_id=actor.workspace_id).order_by("-number")


def touched_in(entry: AuditEntry) -> Iterator[tuple[str, list[UUID]]]:
    """Kind by kind; entries of before seals were made name one thing."""
    place = 0
    for kind, count in entry.object_counts or [(entry.object_kind, len(entry.object_ids))]:
        yield kind, entry.object_ids[place : place + count]
        place += count
