"""Queues, what waits in them, and why it went to whom, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.paging import PageQuery
from regulars.api.shapes.common import Id, Ref, refer_to_member
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.routing.models import PRIORITY_GOAL, Decision
from regulars.routing.passing import told as told_of
from regulars.routing.previewing import Previewed
from regulars.routing.queries import Now, QueueLine, Standing, Wait

Method = Literal["least_loaded", "longest_idle", "round_robin"]
Rule = Literal["returning", "owner", "specialist", "least_loaded", "longest_idle", "round_robin"]
Outcome = Literal["given", "kept", "overtaken"]
_CONDITIONS = (
    "When it takes a conversation, asked of the contact's last message; `/condition-fields?subject=message` lists what"
    " it can ask."
)
_EXAMPLE = {"all": [{"field": "contact.tier", "op": "is", "value": "A"}]}


class WaitShape(msgspec.Struct, kw_only=True):
    """How many wait for an answer."""

    count: Annotated[int, told("How many.", 4)]
    since: Annotated[Moment | None, told("Since when the one that waits longest; null when none does.")]


class QueueShape(msgspec.Struct, kw_only=True):
    """Who waits together, and who serves them."""

    id: Id
    name: Annotated[str, told("No other queue's.", "VIP")]
    place: Annotated[int, told("0 is the first: it takes what its conditions hold for before the others.", 0)]
    conditions: Annotated[dict[str, Any], told(_CONDITIONS, _EXAMPLE)]
    teams: Annotated[list[Ref], told("Who serves it; none: whoever staffs the number.")]
    skill: Annotated[str, told("What whoever serves it is good at; empty for anybody.", "refunds")]
    wants_language: Annotated[
        bool, told("Whether they speak the contact's language, where anybody of them does.", True)
    ]
    specialist: Annotated[Ref | None, told("Who is asked first.")]
    specialist_seconds: Annotated[int, told("After how long others get it.", 30)]
    method: Annotated[Method, told("Which of several who are free.", "least_loaded")]
    version: Annotated[str, told("Another one after each change; the same as the header `ETag`.", "3")]
    waiting: Annotated[WaitShape, told("Who waits in it now.")]


class NewQueue(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A queue to make; it is the last in order."""

    name: Annotated[str, told("1 to 80 characters, and no other queue's name.", "VIP")]
    conditions: Annotated[dict[str, Any], told(f"{_CONDITIONS} Left out: everything.", _EXAMPLE)] = (
        msgspec.field(default_factory=lambda: {"all": []})
    )
    teams: Annotated[list[str], told("Ids of who serves it.", [EXAMPLE_ID])] = msgspec.field(
        default_factory=list
    )
    skill: Annotated[str, told("A word.", "refunds")] = ""
    wants_language: Annotated[bool, told("Whether the language counts.", True)] = False
    specialist: Annotated[str | None, told("The id of an active member.", EXAMPLE_ID)] = None
    specialist_seconds: Annotated[int, told("0 to 86400.", 30)] = 30
    method: Annotated[Method, told("Which of several who are free.", "least_loaded")] = "least_loaded"


class QueueChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change, all of it or nothing; a field left out stays as it is."""

    name: Annotated[str | UnsetType, told("1 to 80 characters, and no other queue's name.", "VIP")] = UNSET
    place: Annotated[int | UnsetType, told("0 puts it first.", 0)] = UNSET
    conditions: Annotated[dict[str, Any] | UnsetType, told(_CONDITIONS, _EXAMPLE)] = UNSET
    teams: Annotated[list[str] | UnsetType, told("Ids of exactly those who serve it.", [EXAMPLE_ID])] = UNSET
    skill: Annotated[str | UnsetType, told("A word; empty for none.", "refunds")] = UNSET
    wants_language: Annotated[bool | UnsetType, told("Whether the language counts.", True)] = UNSET
    specialist: Annotated[
        str | UnsetType | None, told("The id of an active member, or null.", EXAMPLE_ID)
    ] = UNSET
    specialist_seconds: Annotated[int | UnsetType, told("0 to 86400.", 30)] = UNSET
    method: Annotated[Method | UnsetType, told("Which of several who are free.", "least_loaded")] = UNSET


class RoutingShape(msgspec.Struct, kw_only=True):
    """What routing does by itself."""

    inboxes: Annotated[list[str], told("Ids of the numbers that are routed; none: it is off.", [EXAMPLE_ID])]
    returns_to_previous: Annotated[
        bool,
        told("Whether who writes again goes to who had them last, or to the contact's owner, if free.", True),
    ]
    priority_after: Annotated[
        int, told("Who has written more often than that without an answer goes first; 0: nobody.", 2)
    ]
    reply_claims: Annotated[bool, told("Whether who answers what is nobody's has it from then on.", True)]
    capacity: Annotated[int, told("How many may wait for a member's answer, unless they have their own.", 10)]
    away_after_minutes: Annotated[
        int, told("Without an open screen for so long, who is online is away; 0: never.", 5)
    ]


class RoutingChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change, all of it or nothing; a field left out stays as it is."""

    inboxes: Annotated[list[str] | UnsetType, told("Ids of exactly the numbers to route.", [EXAMPLE_ID])] = (
        UNSET
    )
    returns_to_previous: Annotated[bool | UnsetType, told("As above.", True)] = UNSET
    priority_after: Annotated[int | UnsetType, told("0 to 100.", 2)] = UNSET
    reply_claims: Annotated[bool | UnsetType, told("As above.", True)] = UNSET
    capacity: Annotated[int | UnsetType, told("0 to 500.", 10)] = UNSET
    away_after_minutes: Annotated[int | UnsetType, told("0 to 1440.", 5)] = UNSET


class ConsideredShape(msgspec.Struct, kw_only=True):
    """Somebody who could have got it."""

    id: Id
    name: Annotated[str, told("As they were called then.", "Ann Agent")]
    verdict: Annotated[
        str,
        told(
            "`chosen`, or what was against it: `full`, `away`, `off_duty`, `team`, `skill`, `language`, `put_back`"
            " (they gave it back themselves), `specialist_first`, or `next` (another one was before them).",
            "full",
        ),
    ]
    load: Annotated[int, told("How many waited for their answer.", 3)]
    capacity: Annotated[int, told("How many they take.", 3)]


class DecisionShape(msgspec.Struct, kw_only=True):
    """Why it went to whom."""

    id: Id
    at: Annotated[Moment, told("When.")]
    cause: Annotated[str, told("The place of the event in the log by which it came to wait.", "1.4711")]
    cause_kind: Annotated[str, told("That event.", "MessageReceived")]
    trigger: Annotated[str, told("The event that made somebody free for it.", "AvailabilityChanged")]
    queue: Annotated[Ref | None, told("Where it waited, as it was called then.")]
    rule: Annotated[Rule, told("By which the member was chosen.", "least_loaded")]
    outcome: Annotated[
        Outcome,
        told("`given`; `kept` by who had it; `overtaken`: somebody else was faster.", "given"),
    ]
    is_priority: Annotated[bool, told("Whether it went before everybody.", False)]
    member: Annotated[Ref, told("Who was chosen.")]
    waited_since: Annotated[Moment, told("Since when the contact had waited.")]
    considered: Annotated[list[ConsideredShape], told("Who else could have got it, at most 20.")]


class StandingShape(msgspec.Struct, kw_only=True):
    """Where it waits."""

    queue: Annotated[Ref | None, told("Null when no queue takes it.")]
    place: Annotated[int, told("How many of the same queue are served before it.", 2)]
    since: Annotated[Moment, told("Since when the contact waits.")]
    cause_kind: Annotated[str, told("By what it came to wait.", "MessageReceived")]
    is_priority: Annotated[bool, told("Whether it goes before everybody.", False)]
    considered: Annotated[list[ConsideredShape], told("Why nobody has it, at most 20.")]


class ConversationRouting(msgspec.Struct, kw_only=True):
    """Where a conversation waits, and how it was given before."""

    waiting: Annotated[StandingShape | None, told("Null when it waits for nobody.")]
    decisions: Annotated[list[DecisionShape], told("The newest first, at most 50.")]


class ServerNow(msgspec.Struct, kw_only=True):
    """Somebody who answers."""

    member: Annotated[Ref, told("Who.")]
    availability: Annotated[str, told("`online`, `away` or `off_duty`.", "online")]
    load: Annotated[int, told("How many wait for their answer.", 3)]
    capacity: Annotated[int, told("How many they take.", 10)]
    since: Annotated[Moment | None, told("Since when the longest of theirs waits.")]


class QueueNow(msgspec.Struct, kw_only=True):
    """A queue right now."""

    queue: Annotated[Ref, told("Which.")]
    waiting: Annotated[WaitShape, told("Who waits in it.")]


class TeamNow(msgspec.Struct, kw_only=True):
    """A team right now."""

    team: Annotated[Ref, told("Which.")]
    waiting: Annotated[WaitShape, told("Who waits with it, whoever has them.")]


class NowShape(msgspec.Struct, kw_only=True):
    """Who waits and who has room, as far as the token sees it."""

    waiting: Annotated[WaitShape, told("All of them.")]
    priority: Annotated[WaitShape, told("Those that go before everybody.")]
    priority_goal_seconds: Annotated[int, told("Within which they should have an answer.", 60)]
    unassigned: Annotated[WaitShape, told("Those that are nobody's.")]
    unqueued: Annotated[WaitShape, told("Those of routed numbers that no queue takes.")]
    queues: Annotated[list[QueueNow], told("In their order.")]
    teams: Annotated[list[TeamNow], told("Those that the token reaches.")]
    members: Annotated[list[ServerNow], told("Those that the token reaches, the freest first.")]


class WaitingQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """Which of those that wait."""

    queue: Annotated[str | None, told("An id, `priority`, or `none`.", EXAMPLE_ID)] = None
    team: Annotated[str | None, told("An id.", EXAMPLE_ID)] = None
    assignee: Annotated[str | None, told("A member's id, or `none`.", "none")] = None


class PreviewOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to look at."""

    inboxes: Annotated[list[str], told("Ids of the numbers.", [EXAMPLE_ID])]
    limit: Annotated[int, msgspec.Meta(ge=1, le=50), told("How many conversations, 1 to 50.", 50)] = 50


class PreviewedShape(msgspec.Struct, kw_only=True):
    """A conversation as routing would have given it."""

    conversation_id: Id
    at: Annotated[Moment, told("When it began to wait.")]
    queue: Annotated[str, told("Which queue would have taken it; empty: none.", "VIP")]
    outcome: Annotated[
        Literal["given", "waits", "unknown", "no_queue"],
        told(
            "`waits`: nobody had room; `unknown`: of those who might have, nobody knows whether they were there.",
            "given",
        ),
    ]
    rule: Annotated[str, told("By which; empty when nobody.", "least_loaded")]
    would_go_to: Annotated[Ref | None, told("Who would have got it.")]
    went_to: Annotated[Ref | None, told("Who had it first after that.")]
    went_after_seconds: Annotated[int | None, told("How long after; null also when they had it before.", 95)]


class Preview(msgspec.Struct, kw_only=True):
    """The last conversations as routing would have given them."""

    conversations: Annotated[list[PreviewedShape], told("The newest first.")]


def build_wait(wait: Wait) -> WaitShape:
    return WaitShape(count=wait.count, since=wait.since)


def build_queue(line: QueueLine, place: int) -> QueueShape:
    queue = line.queue
    return QueueShape(
        id=str(queue.id),
        name=queue.name,
        place=place,
        conditions=queue.conditions or {"all": []},
        teams=[Ref(str(team.id), team.name) for team in line.teams],
        skill=queue.skill,
        wants_language=queue.wants_language,
        specialist=refer_to_member(queue.specialist),
        specialist_seconds=queue.specialist_seconds,
        method=queue.method,  # type: ignore[arg-type]  # the database holds that it is one of them
        version=str(queue.version),
        waiting=build_wait(line.wait),
    )


def build_decision(row: Decision) -> DecisionShape:
    return DecisionShape(
        id=str(row.id),
        at=row.at,
        cause=row.cause,
        cause_kind=row.cause_kind,
        trigger=row.trigger,
        queue=Ref(str(row.queue_id), row.queue_name) if row.queue_id else None,
        rule=row.rule,  # type: ignore[arg-type]  # the database holds that it is one of them
        outcome=row.outcome,  # type: ignore[arg-type]  # likewise
        is_priority=row.is_priority,
        member=Ref(str(row.member_id), row.member_name),
        waited_since=row.since,
        considered=_considered(row.considered),
    )


def _considered(rows: Sequence[Mapping[str, Any]]) -> list[ConsideredShape]:
    return [ConsideredShape(**each) for each in rows]


def build_standing(standing: Standing) -> StandingShape:
    row = standing.row
    return StandingShape(
        queue=Ref(str(row.queue.id), row.queue.name) if row.queue else None,
        place=standing.place,
        since=row.since,
        cause_kind=row.cause_kind,
        is_priority=row.is_priority,
        considered=_considered([told_of(each) for each in standing.considered]),
    )


def build_now(now: Now) -> NowShape:
    return NowShape(
        waiting=build_wait(now.all),
        priority=build_wait(now.priority),
        priority_goal_seconds=int(PRIORITY_GOAL.total_seconds()),
        unassigned=build_wait(now.unassigned),
        unqueued=build_wait(now.unqueued),
        queues=[
            QueueNow(queue=Ref(str(queue.id), queue.name), waiting=build_wait(wait))
            for queue, wait in now.queues
        ],
        teams=[
            TeamNow(team=Ref(str(team.id), team.name), waiting=build_wait(wait)) for team, wait in now.teams
        ],
        members=[
            ServerNow(
                member=Ref(str(server.id), server.name),
                availability=server.state,
                load=server.load,
                capacity=server.capacity,
                since=wait.since,
            )
            for server, wait in now.servers
        ],
    )


def build_previewed(row: Previewed) -> PreviewedShape:
    return PreviewedShape(
        conversation_id=str(row.conversation.id),
        at=row.at,
        queue=row.queue,
        outcome=row.outcome,
        rule=row.rule,
        would_go_to=Ref(str(row.would_go_to_id), row.would_go_to) if row.would_go_to_id else None,
        went_to=Ref(str(row.went_to_id), row.went_to) if row.went_to_id else None,
        went_after_seconds=row.went_after_seconds,
    )
