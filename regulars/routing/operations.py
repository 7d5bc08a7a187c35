"""Write verbs about queues, and about which numbers are routed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.conversations.queries.asking import read_condition
from regulars.inboxes.models import Inbox
from regulars.kernel import clock
from regulars.kernel.conditions.tree import write
from regulars.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from regulars.kernel.events import record
from regulars.kernel.locks import hold
from regulars.kernel.ordering import moved_to
from regulars.routing.events import QueueChanged, QueueCreated, QueueRemoved, RoutingChanged
from regulars.routing.filing import ASKED_ABOUT
from regulars.routing.models import METHODS, Queue, RoutedInbox, RoutingSettings
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member, Team
from regulars.workspaces.operations import audit
from regulars.workspaces.serving import WORD_LENGTH, clean_word

MOST_QUEUES = 50
NAME_LENGTH = 80
LONGEST_SPECIALIST_SECONDS = 86_400
MOST_PRIORITY_AFTER = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a queue is to be."""

    name: str
    conditions: Mapping[str, Any] = field(default_factory=lambda: {"all": []})
    team_ids: tuple[UUID, ...] = ()
    skill: str = ""
    wants_language: bool = False
    specialist_id: UUID | None = None
    specialist_seconds: int = 30
    method: str = "least_loaded"


def wanted_of(queue: Queue) -> Wanted:
    """What it is."""
    return Wanted(
        queue.name,
        queue.conditions or {"all": []},
        tuple(sorted(queue.teams.values_list("id", flat=True))),
        queue.skill,
        queue.wants_language,
        queue.specialist_id,
        queue.specialist_seconds,
        queue.method,
    )


@transaction.atomic
def create_queue(workspace_id: UUID, wanted: Wanted, *, by: Actor) -> Queue:
    """The last in order."""
    by.require("routing:manage")
    hold(f"queues:{workspace_id}")
    there = list(Queue.objects.filter(workspace_id=workspace_id).values_list("position", flat=True))
    if len(there) >= MOST_QUEUES:
        raise Conflict(_("There are at most %(limit)s queues") % {"limit": MOST_QUEUES})
    queue = Queue(workspace_id=workspace_id, position=max(there, default=-1) + 1)
    _fill(queue, wanted, by)
    queue.save(force_insert=True)
    queue.teams.set(_teams(queue.workspace_id, wanted.team_ids))
    record(QueueCreated(workspace_id, queue.id, queue.name, by.doer))
    audit(by, "queues:create", "queue", str(queue.id), name=queue.name)
    return queue


@transaction.atomic
def change_queue(queue: Queue, wanted: Wanted, *, by: Actor, versions: Collection[str] | None = None) -> None:
    """``versions``: those that somebody looked at when they decided; None: whatever it is by now."""
    by.require("routing:manage")
    held = _hold(queue)
    if versions is not None and str(held.version) not in versions:
        raise ChangedMeanwhile(version=str(held.version))
    before = wanted_of(held)
    _fill(held, wanted, by)
    if before != Wanted(
        held.name,
        held.conditions,
        tuple(sorted(wanted.team_ids)),
        held.skill,
        held.wants_language,
        held.specialist_id,
        held.specialist_seconds,
        held.method,
    ):
        held.version += 1
        held.save()
        held.teams.set(_teams(held.workspace_id, wanted.team_ids))
        record(QueueChanged(held.workspace_id, held.id, held.name, by.doer))
        audit(by, "queues:change", "queue", str(held.id), name=held.name)
    queue.refresh_from_db()


@transaction.atomic
def remove_queue(queue: Queue, *, by: Actor) -> None:
    """What waits in it is taken by the next queue whose conditions hold."""
    by.require("routing:manage")
    hold(f"queues:{queue.workspace_id}")
    if Queue.objects.filter(id=queue.id).delete()[0]:
        record(QueueRemoved(queue.workspace_id, queue.id, queue.name, by.doer))
        audit(by, "queues:remove", "queue", str(queue.id), name=queue.name)


@transaction.atomic
def move_queue(queue: Queue, place: int, *, by: Actor) -> None:
    """``place``: 0 is the first; beyond the end is the last."""
    by.require("routing:manage")
    hold(f"queues:{queue.workspace_id}")
    rows = list(Queue.objects.filter(workspace_id=queue.workspace_id).order_by("position", "id"))
    ordered = moved_to(place, queue, rows)
    if ordered == rows:
        return
    for position, each in enumerate(ordered):
        each.position = position
    Queue.objects.bulk_update(ordered, ["position"])
    record(QueueChanged(queue.workspace_id, queue.id, queue.name, by.doer))
    audit(by, "queues:move", "queue", str(queue.id), place=place)


@transaction.atomic
def change_routing(
    workspace_id: UUID,
    *,
    inbox_ids: Collection[UUID] | None = None,
    returns_to_previous: bool | None = None,
    priority_after: int | None = None,
    by: Actor,
) -> None:
    """Exactly these numbers are routed from now on, what waits there included. What is left out stays."""
    by.require("routing:manage")
    hold(f"queues:{workspace_id}")
    before = set(RoutedInbox.objects.filter(workspace_id=workspace_id).values_list("inbox_id", flat=True))
    wanted = before if inbox_ids is None else _known_inboxes(workspace_id, inbox_ids)
    RoutingSettings.objects.bulk_create([RoutingSettings(workspace_id=workspace_id)], ignore_conflicts=True)
    held = RoutingSettings.objects.select_for_update().get(workspace_id=workspace_id)
    was = (held.returns_to_previous, held.priority_after)
    if returns_to_previous is not None:
        held.returns_to_previous = returns_to_previous
    if priority_after is not None:
        if not 0 <= priority_after <= MOST_PRIORITY_AFTER:
            raise Invalid(
                _("Choose 0 to %(limit)s messages") % {"limit": MOST_PRIORITY_AFTER},
                fields={"priority_after": f"a whole number, 0 to {MOST_PRIORITY_AFTER}; 0 for never"},
            )
        held.priority_after = priority_after
    if wanted == before and was == (held.returns_to_previous, held.priority_after):
        return
    held.save()
    RoutedInbox.objects.filter(workspace_id=workspace_id).exclude(inbox_id__in=wanted).delete()
    RoutedInbox.objects.bulk_create(
        RoutedInbox(inbox_id=each, workspace_id=workspace_id, since=clock.now())
        for each in sorted(wanted - before)
    )
    facts = RoutingChanged(
        workspace_id, tuple(sorted(wanted)), held.returns_to_previous, held.priority_after, by.doer
    )
    record(facts)
    audit(
        by, "routing:change", "workspace", str(workspace_id), inboxes=[str(each) for each in sorted(wanted)]
    )


def _known_inboxes(workspace_id: UUID, inbox_ids: Collection[UUID]) -> set[UUID]:
    known = set(
        Inbox.objects.filter(workspace_id=workspace_id, id__in=inbox_ids).values_list("id", flat=True)
    )
    if known != set(inbox_ids):
        raise Invalid(_("There is no such number"), fields={"inboxes": "numbers of this workspace"})
    return known


def _hold(queue: Queue) -> Queue:
    hold(f"queues:{queue.workspace_id}")
    held = Queue.objects.select_for_update().filter(id=queue.id).first()
    if held is None:
        raise NotFound(_("There is no such queue"))
    return held


def _fill(queue: Queue, wanted: Wanted, by: Actor) -> None:
    queue.name = _free_name(queue, wanted.name)
    queue.conditions = write(read_condition(wanted.conditions, ASKED_ABOUT, by))
    queue.skill = _checked_skill(wanted.skill)
    queue.wants_language = wanted.wants_language
    queue.specialist_id = _checked_specialist(queue.workspace_id, wanted.specialist_id)
    queue.specialist_seconds = _checked_seconds(wanted.specialist_seconds)
    queue.method = _checked_method(wanted.method)
    _teams(queue.workspace_id, wanted.team_ids)


def _free_name(queue: Queue, name: str) -> str:
    wanted = " ".join(name.split())
    if not 1 <= len(wanted) <= NAME_LENGTH:
        raise Invalid(
            _("The name of a queue has 1 to %(limit)s characters") % {"limit": NAME_LENGTH},
            fields={"name": f"1 to {NAME_LENGTH} characters"},
        )
    others = Queue.objects.filter(workspace_id=queue.workspace_id, name__iexact=wanted).exclude(id=queue.id)
    if others.exists():
        raise Conflict(_("A queue with this name exists already"), fields={"name": "a name of its own"})
    return wanted


def _checked_skill(skill: str) -> str:
    word = clean_word(skill)
    if len(word) > WORD_LENGTH:
        raise Invalid(
            _("A skill has at most %(limit)s characters") % {"limit": WORD_LENGTH},
            fields={"skill": f"at most {WORD_LENGTH} characters"},
        )
    return word


def _checked_specialist(workspace_id: UUID, member_id: UUID | None) -> UUID | None:
    if member_id is None:
        return None
    if not Member.objects.filter(workspace_id=workspace_id, id=member_id, is_active=True).exists():
        raise Invalid(_("There is no such member"), fields={"specialist": "an active member, or nobody"})
    return member_id


def _checked_seconds(seconds: int) -> int:
    if not 0 <= seconds <= LONGEST_SPECIALIST_SECONDS:
        raise Invalid(
            _("Choose 0 to %(limit)s seconds") % {"limit": LONGEST_SPECIALIST_SECONDS},
            fields={"specialist_seconds": f"a whole number, 0 to {LONGEST_SPECIALIST_SECONDS}"},
        )
    return seconds


def _checked_method(method: str) -> str:
    if method not in METHODS:
        raise Invalid(_("There is no such way to choose"), fields={"method": f"one of {', '.join(METHODS)}"})
    return method


def _teams(workspace_id: UUID, team_ids: Collection[UUID]) -> list[Team]:
    found = list(Team.objects.filter(workspace_id=workspace_id, id__in=team_ids))
    if len(found) != len(set(team_ids)):
        raise Invalid(_("There is no such team"), fields={"teams": "teams of this workspace"})
    return found
