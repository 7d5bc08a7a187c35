"""Reading stored deliveries again: after a number was added, a mistake of ours was mended, a kind is understood now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.inboxes.access import access_delivery, deliveries_of
from regulars.inboxes.events import DeliveriesReplayed
from regulars.inboxes.ledger import LedgerRow, add_to_ledger
from regulars.inboxes.models import ChannelNotice, Delivery, sealed_fields
from regulars.inboxes.queue import wake_readers
from regulars.kernel import clock
from regulars.kernel.events import Doer, record
from regulars.kernel.jobs.asking import start_job
from regulars.kernel.jobs.context import JobContext
from regulars.kernel.jobs.kinds import JobKind
from regulars.kernel.jobs.models import Job
from regulars.kernel.telling import Moment
from regulars.workspaces.access import Actor
from regulars.workspaces.jobs import actor_of_job
from regulars.workspaces.operations import audit

PERMISSION = "connections:manage"
REPLAY_BATCH = 500
REST_SECONDS = 0.2
LONGEST_REST_SECONDS = 30.0
"""then the next batch is given in any case"""


@dataclass(frozen=True, slots=True)
class WhichDeliveries:
    """Which of a workspace's deliveries; what is left out does not narrow."""

    ids: Collection[int] | None = None
    connection_id: UUID | None = None
    state: str = ""
    """pending, processed or failed"""
    since: datetime | None = None


EVERY_DELIVERY = WhichDeliveries()


def find_deliveries(actor: Actor, which: WhichDeliveries) -> QuerySet[Delivery]:
    rows = deliveries_of(actor)
    if which.ids is not None:
        rows = rows.filter(id__in=which.ids)
    if which.connection_id is not None:
        rows = rows.filter(connection_id=which.connection_id)
    if which.state:
        rows = rows.filter(state=which.state)
    if which.since is not None:
        rows = rows.filter(received_at__gte=which.since)
    return rows


@transaction.atomic
def open_delivery(delivery_id: int, *, by: Actor) -> Delivery:
    """It holds what people said, so the audit trail says who looked."""
    found = access_delivery(by, delivery_id, with_body=True)
    audit(by, "deliveries:open", "delivery", str(delivery_id))
    return found


def notices_of(actor: Actor) -> QuerySet[ChannelNotice]:
    """``is_kept``: its delivery is there to be read again."""
    actor.require(PERMISSION)
    rows = ChannelNotice.objects.filter(workspace_id=actor.workspace_id)
    kept = Delivery.objects.filter(id=OuterRef("delivery_id"))
    return (
        rows.select_related("connection", "inbox")
        .defer(*sealed_fields("connection__"))
        .annotate(is_kept=Exists(kept))
    )


_REPLAY = """
WITH wanted AS (
  SELECT d.id FROM inboxes_delivery d JOIN inboxes_connection c ON c.id = d.connection_id
  WHERE c.workspace_id = %(workspace)s AND d.state <> 'pending'
    AND (%(ids)s::bigint[] IS NULL OR d.id = ANY(%(ids)s))
    AND (%(connection)s::uuid IS NULL OR d.connection_id = %(connection)s)
    AND (%(state)s = '' OR d.state = %(state)s)
    AND (%(since)s::timestamptz IS NULL OR d.received_at >= %(since)s)
    AND d.id > %(after)s AND d.id <= %(until)s
  ORDER BY d.id LIMIT %(limit)s::bigint FOR UPDATE OF d
), again AS (
  UPDATE inboxes_delivery d SET state = 'pending', attempts = 0, retry_at = NULL, error = '', processed_at = NULL
  FROM wanted WHERE d.id = wanted.id RETURNING d.id, d.connection_id, d.update_counts
)
SELECT a.connection_id, c.key, SUM(c.value::bigint), (SELECT count(*) FROM again), (SELECT max(id) FROM again)
FROM again a LEFT JOIN LATERAL jsonb_each_text(a.update_counts) AS c ON true GROUP BY 1, 2
"""
_LAST_ID = 2**63 - 1


@transaction.atomic
def replay_deliveries(which: WhichDeliveries, *, by: Actor) -> int:
    """Have stored deliveries of the actor's workspace read again; returns how many. Those that wait wait on.

    All in one transaction: for a few. What they hold is counted anew as received; what is known already comes out as
    duplicate.
    """
    by.require(PERMISSION)
    count, _last = _have_read_again(which, by.workspace_id, by.doer)
    audit(by, "deliveries:replay", "workspace", str(by.workspace_id), deliveries=count)
    return count


def _have_read_again(
    which: WhichDeliveries,
    workspace_id: UUID,
    doer: Doer,
    after: int = 0,
    until: int = _LAST_ID,
    limit: int | None = None,
) -> tuple[int, int]:
    """How many, and the last one's id."""
    values = {
        "workspace": workspace_id,
        "ids": None if which.ids is None else list(which.ids),
        "connection": which.connection_id,
        "state": which.state,
        "since": which.since,
        "after": after,
        "until": until,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_REPLAY, values)
        rows = cursor.fetchall()
    count, last = (int(rows[0][3]), int(rows[0][4])) if rows else (0, after)
    add_to_ledger(
        LedgerRow(connection_id, address, "inbound", "received", "", int(updates))
        for connection_id, address, updates, _count, _last in rows
        if address is not None
    )
    wake_readers()
    record(DeliveriesReplayed(workspace_id, count, doer))
    return count, last


class ReplayArguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which deliveries the job has read again; every field narrows."""

    state: Literal["", "failed", "processed"] = "failed"
    connection: UUID | None = None
    since: Moment | None = None


class ReplayResult(msgspec.Struct, frozen=True):
    """How many were given to the readers."""

    deliveries: int


class _Reached(msgspec.Struct, frozen=True):
    """The last delivery that is read again, and the last there was when the job began."""

    after: int
    until: int


@transaction.atomic
def start_replay(which: WhichDeliveries, *, by: Actor) -> Job:
    """The same as :func:`replay_deliveries` for any number of them: live messages do not wait behind them."""
    by.require(PERMISSION)
    total = find_deliveries(by, which).exclude(state="pending").count()
    arguments = msgspec.convert(
        {"state": which.state, "connection": which.connection_id, "since": which.since}, ReplayArguments
    )
    job = start_job(REPLAY, arguments, by=by, total=total)
    audit(by, "deliveries:replay", "job", str(job.id), deliveries=total)
    return job


def _replay(context: JobContext[ReplayArguments]) -> ReplayResult:
    by = actor_of_job(context)
    by.require(PERMISSION)
    asked = context.arguments
    which = WhichDeliveries(state=asked.state, connection_id=asked.connection, since=asked.since)
    reached = context.checkpoint(_Reached) or _begin(context, which, by)
    while True:
        _let_readers_catch_up(context)
        with transaction.atomic():
            after, until = reached.after, reached.until
            count, last = _have_read_again(which, by.workspace_id, by.doer, after, until, REPLAY_BATCH)
            if not count:
                return ReplayResult(context.done)
            reached = _Reached(last, until)
            context.save(reached, context.done + count)


def _begin(context: JobContext[ReplayArguments], which: WhichDeliveries, by: Actor) -> _Reached:
    there = find_deliveries(by, which).exclude(state="pending").aggregate(total=Count("id"), last=Max("id"))
    context.progress(0, there["total"])
    return _Reached(0, there["last"] or 0)


def _let_readers_catch_up(context: JobContext[ReplayArguments]) -> None:
    """Deliveries are read the oldest first: whatever comes in just now would wait behind all that is read again."""
    began = monotonic()
    while monotonic() - began < LONGEST_REST_SECONDS:
        context.check_canceled()
        waiting = Delivery.objects.filter(connection__workspace_id=context.workspace_id, state="pending")
        due = waiting.filter(Q(retry_at=None) | Q(retry_at__lte=clock.now()))
        if due[:REPLAY_BATCH].count() < REPLAY_BATCH:
            return
        sleep(REST_SECONDS)


def _describe(asked: ReplayArguments) -> str:
    said = {"failed": _("Those that failed"), "processed": _("Those that were read")}.get(
        asked.state, _("All")
    )
    if asked.since is None:
        return said
    since = formats.date_format(asked.since.astimezone(UTC), "SHORT_DATETIME_FORMAT") + " UTC"
    return _("%(which)s, since %(time)s") % {"which": said, "time": since}


def _tell(result: Mapping[str, Any]) -> str:
    count = int(result["deliveries"])
    told = ngettext("%(count)d delivery is read again", "%(count)d deliveries are read again", count)
    return told % {"count": formats.number_format(count, use_l10n=True, force_grouping=True)}


REPLAY = JobKind(
    key="inboxes.replay",
    label=gettext_lazy("Read deliveries again"),
    arguments=ReplayArguments,
    run=_replay,
    permission=PERMISSION,
    describe=_describe,
    tell=_tell,
    is_single=True,
    scheduled_arguments={"state": "failed"},
)
