"""Who is on duty, how much they take, and what they are good at."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from regulars.api.makers import acting_as
from regulars.api.parsing import parse_reference
from regulars.api.shapes.common import Id
from regulars.conversations.operations.handing_over import Successor, hand_over_open, open_conversations_of
from regulars.kernel.errors import Invalid, NotFound
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.workspaces.access import Actor, access_member, access_own_token
from regulars.workspaces.availability import choose_availability
from regulars.workspaces.models import Member
from regulars.workspaces.queries import find_member, find_team
from regulars.workspaces.serving import serving_of_member, set_capacity, set_skills

State = Literal["online", "away", "off_duty"]


class AvailabilityShape(msgspec.Struct, kw_only=True):
    """How a member works right now."""

    member_id: Id
    availability: Annotated[
        State,
        told("`away` also when who chose to be online has had no screen open for a while.", "online"),
    ]
    chosen: Annotated[State, told("What they said last.", "online")]
    since: Annotated[Moment | None, told("Since when; null for who was never seen on a screen.")]
    capacity: Annotated[int, told("How many may wait for their answer at once.", 10)]
    own_capacity: Annotated[int | None, told("Null: as many as is usual in the workspace.", 10)]
    skills: Annotated[list[str], told("What they are good at, in lower case.", ["refunds"])]
    languages: Annotated[list[str], told("What they answer in.", ["ko", "en"])]
    open_conversations: Annotated[int, told("How many are open and theirs.", 9)]


class Handover(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What becomes of the open conversations."""

    to: Annotated[Literal["queue", "team", "member"], told("`queue`: nobody's again.", "queue")]
    id: Annotated[str | None, told("The team's or the member's.", EXAMPLE_ID)] = None


class AvailabilityChoice(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to be from now on."""

    availability: Annotated[State, told("Stands until another choice.", "off_duty")]
    hand_over: Annotated[
        Handover | UnsetType, told("Left out: the open conversations stay with the member.")
    ] = UNSET


class ServingChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change, all of it or nothing; a field left out stays as it is."""

    availability: Annotated[State | UnsetType, told("Stands until another choice.", "online")] = UNSET
    hand_over: Annotated[
        Handover | UnsetType, told("Left out: the open conversations stay with the member.")
    ] = UNSET
    own_capacity: Annotated[int | UnsetType | None, told("0 to 500; 0: nothing; null: as usual.", 10)] = UNSET
    skills: Annotated[list[str] | UnsetType, told("Exactly these words.", ["refunds"])] = UNSET
    languages: Annotated[list[str] | UnsetType, told("Exactly these codes.", ["ko"])] = UNSET


def get_own_availability(actor: Actor) -> AvailabilityShape:
    """That of the member who made the token."""
    return _build(_maker(actor))


def choose_own_availability(actor: Actor, body: AvailabilityChoice) -> AvailabilityShape:
    """For the member who made the token, and what becomes of their open conversations."""
    member = _maker(actor)
    by = acting_as(member, actor)
    if body.hand_over is not UNSET:
        hand_over_open(member, _successor(actor, body.hand_over), by=by)
    choose_availability(member, body.availability, by=by)
    return _build(member)


def get_availability(actor: Actor, member_id: UUID) -> AvailabilityShape:
    """How a member works right now."""
    return _build(access_member(actor, member_id))


def change_availability(actor: Actor, member_id: UUID, body: ServingChanges) -> AvailabilityShape:
    """Of a member whose work the token's role arranges."""
    member = access_member(actor, member_id)
    if body.hand_over is not UNSET:
        hand_over_open(member, _successor(actor, body.hand_over), by=actor)
    if body.own_capacity is not UNSET:
        set_capacity(member, body.own_capacity, by=actor)
    if body.skills is not UNSET or body.languages is not UNSET:
        set_skills(
            member,
            skills=None if body.skills is UNSET else body.skills,
            languages=None if body.languages is UNSET else body.languages,
            by=actor,
        )
    if body.availability is not UNSET:
        choose_availability(member, body.availability, by=actor)
    return _build(member)


def _maker(actor: Actor) -> Member:
    maker = access_own_token(actor).created_by
    if maker is None:
        raise NotFound(_("This token was made by nobody who could be on duty"))
    return maker


def _successor(actor: Actor, told_: Handover) -> Successor:
    if told_.to == "queue":
        return Successor("queue")
    if told_.id is None:
        raise Invalid(_("Say to whom"), fields={"hand_over.id": "the id of a team or a member"})
    wanted = parse_reference(told_.id, "hand_over.id")
    if told_.to == "team":
        return Successor("team", team=find_team(actor.workspace_id, wanted))
    return Successor("member", member=find_member(actor.workspace_id, wanted))


def _build(member: Member) -> AvailabilityShape:
    serving = serving_of_member(member)
    return AvailabilityShape(
        member_id=str(member.id),
        availability=serving.state,  # type: ignore[arg-type]  # the database holds that it is one of them
        chosen=serving.chosen,  # type: ignore[arg-type]  # likewise
        since=serving.since,
        capacity=serving.capacity,
        own_capacity=serving.own_capacity,
        skills=sorted(serving.skills),
        languages=sorted(serving.languages),
        open_conversations=open_conversations_of(member),
    )
