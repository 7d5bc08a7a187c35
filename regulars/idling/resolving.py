"""Idle conversations are resolved, batch by batch. Nothing is kept in between: killed anywhere, it goes on."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from regulars.conversations.models import NEWEST_FIRST
from regulars.conversations.operations.resolving import resolve_silent
from regulars.idling.finding import idle_since, rule_actor, silence_of
from regulars.idling.models import IdleRule

BATCH_SIZE = 500


class _Place(NamedTuple):
    """Behind which the next batch is looked for: lists of the silent are read once, from the newest on."""

    at: datetime
    id: UUID


def resolve_idle() -> int:
    """Of every workspace whose rule is on; returns how many."""
    # unscoped: time passes for all
    found = (
        IdleRule.objects.filter(is_on=True).order_by("workspace_id").values_list("workspace_id", flat=True)
    )
    return sum(resolve_idle_in(workspace_id) for workspace_id in list(found))


def resolve_idle_in(workspace_id: UUID) -> int:
    done, place = 0, None
    while True:
        count, place = _resolve_batch(workspace_id, place)
        done += count
        if place is None:
            return done


@transaction.atomic
def _resolve_batch(workspace_id: UUID, after: _Place | None) -> tuple[int, _Place | None]:
    """How many were resolved, and where to go on; None when there is nothing more.

    Holds the rule: what is changed or turned off meanwhile counts from the next batch on, and two workers take turns.
    """
    rule = IdleRule.objects.select_for_update().filter(workspace_id=workspace_id, is_on=True).first()
    since = silence_of(rule) if rule else None
    if rule is None or since is None:
        return 0, None
    rows = idle_since(rule, since)
    if after:
        # the bound alone is what the index is entered by
        rows = rows.filter(last_message_at__lte=after.at)
        rows = rows.filter(Q(last_message_at__lt=after.at) | Q(id__lt=after.id))
    found = list(rows.order_by(*NEWEST_FIRST).values_list("id", "last_message_at")[:BATCH_SIZE])
    by = rule_actor(workspace_id)
    resolved = resolve_silent(
        [each for each, _at in found],
        since=since,
        idle_for=rule.idle_for,
        counted_by=rule.counted_by,
        by=by,
    )
    if len(found) < BATCH_SIZE:
        return len(resolved), None
    last_id, last_at = found[-1]
    return len(resolved), _Place(last_at, last_id) if last_at else None
