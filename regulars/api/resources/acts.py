"""Doing something to several conversations in one go, and taking it back."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from regulars.acts.operations.acting import act_on_many
from regulars.acts.operations.in_bulk import start_act_on_all
from regulars.acts.operations.undoing import undo_act as take_back
from regulars.acts.selection import Selection
from regulars.api.conditions import read_tree
from regulars.api.parsing import parse_reference
from regulars.api.shapes.acts import (
    ActShape,
    NewAct,
    NewActOnAll,
    SnoozeQuery,
    SnoozeTimes,
    build_act,
    build_time,
)
from regulars.api.shapes.jobs import JobShape, build_job
from regulars.conversations.snoozing.presets import presets
from regulars.conversations.snoozing.reading import read_moment
from regulars.kernel import clock
from regulars.kernel.conditions.tree import write
from regulars.kernel.errors import Invalid
from regulars.workspaces.access import Actor
from regulars.workspaces.business_hours import business_hours_of
from regulars.workspaces.queries import time_zone_of


def act(actor: Actor, body: NewAct) -> ActShape:
    """Assign, tag, snooze … several conversations. Each gets all of it or nothing, and what is refused says why.

    Each action asks for its own permission: `conversations:resolve` to resolve, snooze and reopen,
    `conversations:assign` for the others but reading.
    """
    ids = [parse_reference(each, "conversations") for each in body.conversations]
    return build_act(act_on_many(ids, body.actions, by=actor, looked_at=body.looked_at))


def act_on_all(actor: Actor, body: NewActOnAll) -> JobShape:
    """The same to all conversations of a list, however many: a job that can be canceled and undone."""
    where = body.where
    selection = Selection(
        inbox=parse_reference(where.inbox, "where.inbox") if where.inbox else None,
        status=where.status,
        assignee=where.assignee,
        tag=where.tag,
        text=where.q,
        unread=where.unread,
        waiting=where.waiting,
        closing=where.closing,
        narrowing=where.narrowing,
        conditions=write(read_tree(actor, where.conditions, "conversation")) if where.conditions else None,
    )
    return build_job(start_act_on_all(selection, body.actions, by=actor, looked_at=body.looked_at))


def undo_act(actor: Actor, act_id: UUID) -> ActShape:
    """Take an act back, by whoever did it, within an hour: what others changed since stays as it is."""
    return build_act(take_back(act_id, by=actor))


def snooze_times(actor: Actor, query: SnoozeQuery) -> SnoozeTimes:
    """The usual moments to put a conversation off to, or the one that a text means."""
    named = query.time_zone or time_zone_of(actor.workspace_id)
    if named not in available_timezones():
        raise Invalid(_("There is no such time zone"), fields={"time_zone": "Asia/Seoul"})
    zone, now = ZoneInfo(named), clock.now()
    if query.text.strip():
        found = read_moment(query.text, now, zone)
        return SnoozeTimes([build_time("text", found)] if found else [])
    hours = business_hours_of(actor.workspace_id)
    return SnoozeTimes([build_time(each.key, each.at) for each in presets(now, zone, hours)])
