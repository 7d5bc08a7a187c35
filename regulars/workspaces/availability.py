"""Whether a member is on duty: what they say themselves, and what their open screens tell.

A choice stands until the member makes another. Only whoever chose to be online is away by themselves when no screen of
theirs was open for a while, and back with the first one. What was so when is kept (``MemberHistory``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.errors import Invalid, NotAllowed
from regulars.kernel.events import Doer, record_all
from regulars.kernel.history import HOUSE, Change, keep
from regulars.workspaces.access import Actor
from regulars.workspaces.availability_models import STATES
from regulars.workspaces.events import AvailabilityChanged
from regulars.workspaces.models import Member, MemberAvailability, MemberHistory

CHOSEN, SCREEN, NO_SCREEN = "chosen", "screen", "no screen"
"""why somebody is what they are"""
NEVER_SEEN = "away"
SEEN_IS_NOTED_EVERY = timedelta(seconds=30)


class _Was(NamedTuple):
    """Whose state is another one from now on."""

    workspace_id: UUID
    member_id: UUID
    before: str
    now: str


def may_arrange(actor: Actor, member: Member) -> bool:
    """Whether somebody may say how another works: with the permission, as far as they reach."""
    if member.id == actor.member_id:
        return True
    if not actor.can("routing:manage") or member.workspace_id != actor.workspace_id:
        return False
    return actor.sees_all or bool(actor.team_ids & {team.id for team in member.teams.all()})


def check_arranges(actor: Actor, member: Member) -> None:
    if not may_arrange(actor, member):
        raise NotAllowed(_("You arrange the work of your own teams only"), permission="routing:manage")


@transaction.atomic
def choose_availability(member: Member, state: str, *, by: Actor) -> None:
    """Stands until another choice. Online without any screen, somebody is away again after a while."""
    check_arranges(by, member)
    if state not in STATES:
        raise Invalid(
            _("Choose online, away or off duty"), fields={"availability": f"one of {', '.join(STATES)}"}
        )
    now = clock.now()
    row = hold_availability(member)
    before, row.chosen = row.state, state
    row.seen_at = now if state == "online" else row.seen_at
    if before != state:
        row.state, row.since = state, now
    row.save(update_fields=["chosen", "state", "since", "seen_at"])
    if before != state:
        _tell([_Was(member.workspace_id, member.id, before, state)], CHOSEN, by.doer, now)


def hold_availability(member: Member) -> MemberAvailability:
    """Their row until the transaction ends, made if they have none yet."""
    MemberAvailability.objects.bulk_create(
        [MemberAvailability(member=member, workspace_id=member.workspace_id, since=clock.now())],
        ignore_conflicts=True,
    )
    return MemberAvailability.objects.select_for_update(no_key=True).get(member=member)


_NOTE_HERE = """
WITH here AS (
  SELECT m.id, m.workspace_id FROM workspaces_member m WHERE m.id = ANY(%b::uuid[]) AND m.is_active
), before AS (
  SELECT a.member_id, a.state FROM workspaces_memberavailability a JOIN here ON here.id = a.member_id
  ORDER BY a.member_id FOR NO KEY UPDATE OF a
), noted AS (
  INSERT INTO workspaces_memberavailability AS a (member_id, workspace_id, chosen, state, since, seen_at)
  SELECT id, workspace_id, 'online', 'online', %s, %s FROM here
    WHERE (SELECT count(*) FROM before) >= 0 ORDER BY id -- what was is read, and held, before it is written
  ON CONFLICT (member_id) DO UPDATE SET seen_at = EXCLUDED.seen_at,
    state = CASE WHEN a.chosen = 'online' THEN 'online' ELSE a.state END,
    since = CASE WHEN a.chosen = 'online' AND a.state <> 'online' THEN EXCLUDED.since ELSE a.since END
  RETURNING a.workspace_id, a.member_id, a.state
)
SELECT n.workspace_id, n.member_id, COALESCE(b.state, %s), n.state FROM noted n LEFT JOIN before b USING (member_id)
WHERE n.state IS DISTINCT FROM b.state
"""


@transaction.atomic
def note_here(member_ids: Collection[UUID]) -> None:
    """A screen of theirs is open: whoever wants to be online is. One statement, and those for what changed."""
    if not member_ids:
        return
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_HERE, [sorted(member_ids), now, now, NEVER_SEEN])
        changed = [_Was(*row) for row in cursor.fetchall()]
    _tell(changed, SCREEN, HOUSE, now)


_NOTE_ABSENT = """
WITH gone AS (
  SELECT a.member_id FROM workspaces_memberavailability a
    LEFT JOIN workspaces_dutysettings s ON s.workspace_id = a.workspace_id
  WHERE a.state = 'online' AND COALESCE(s.away_after_minutes, 5) > 0
    AND COALESCE(a.seen_at, '-infinity') < %s - make_interval(mins => COALESCE(s.away_after_minutes, 5))
  ORDER BY a.member_id FOR NO KEY UPDATE OF a
)
UPDATE workspaces_memberavailability a SET state = 'away', since = %s FROM gone WHERE a.member_id = gone.member_id
RETURNING a.workspace_id, a.member_id, 'online', 'away'
"""


@transaction.atomic
def note_absent() -> int:
    """Those who are online without a screen for longer than their workspace allows are away. Returns how many."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_ABSENT, [now, now])
        changed = [_Was(*row) for row in cursor.fetchall()]
    _tell(changed, NO_SCREEN, HOUSE, now)
    return len(changed)


def _tell(changed: Sequence[_Was], why: str, by: Doer, at: datetime) -> None:
    record_all(
        AvailabilityChanged(each.workspace_id, each.member_id, each.before, each.now, why, by)
        for each in changed
    )
    if changed:
        keep(
            MemberHistory,
            (
                Change(each.workspace_id, each.member_id, "availability", each.now, by=by, why=why)
                for each in changed
            ),
            at=at,
        )
