"""What happens to people and their rights. ``by`` is null where the command line or a seed did it."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event, past_event


@event
class RoleCreated(Event):
    """Somebody made a role."""

    workspace_id: UUID
    role_id: UUID
    name: str
    by: Doer


@event
class RoleChanged(Event):
    """A role allows something else, reaches another distance, or has another name."""

    workspace_id: UUID
    role_id: UUID
    name: str
    given: tuple[str, ...]
    taken: tuple[str, ...]
    """permissions that came and went"""
    from_reach: tuple[str, ...]
    to_reach: tuple[str, ...]
    """``contacts:own``, of the kinds of things whose reach is different"""
    by: Doer


@event
class RoleRemoved(Event):
    """A role is gone; whoever had it has another one."""

    workspace_id: UUID
    role_id: UUID
    name: str
    moved_to: UUID | None
    by: Doer


@event
class MemberInvited(Event):
    """Somebody invited a person, or invited them anew."""

    workspace_id: UUID
    invitation_id: UUID
    role: str
    by: Doer


@event
class InvitationWithdrawn(Event):
    """An invitation cannot be accepted any more."""

    workspace_id: UUID
    invitation_id: UUID
    by: Doer


@event
class MemberAdded(Event):
    """A person is a member (again)."""

    workspace_id: UUID
    member_id: UUID
    role: str
    invitation_id: UUID | None = None
    """the one that they accepted"""


@event
class MemberRoleChanged(Event):
    """Somebody gave a member another role."""

    workspace_id: UUID
    member_id: UUID
    from_role: str
    to_role: str
    by: Doer


@event
class MemberTeamsChanged(Event):
    """A member is in other teams than before."""

    workspace_id: UUID
    member_id: UUID
    from_team_ids: tuple[UUID, ...]
    to_team_ids: tuple[UUID, ...]
    by: Doer


@event
class MemberLetIn(Event):
    """Somebody let a member in again."""

    workspace_id: UUID
    member_id: UUID
    by: Doer


@event
class MemberLockedOut(Event):
    """Somebody put a member out, with sessions, tokens and invitations."""

    workspace_id: UUID
    member_id: UUID
    by: Doer


@event
class TeamCreated(Event):
    """Somebody made a team."""

    workspace_id: UUID
    team_id: UUID
    name: str
    by: Doer


@event
class TeamRenamed(Event):
    """Somebody called a team something else."""

    workspace_id: UUID
    team_id: UUID
    from_name: str
    to_name: str
    by: Doer


@event
class TeamRemoved(Event):
    """Somebody removed a team."""

    workspace_id: UUID
    team_id: UUID
    name: str
    by: Doer


@event
class TokenCreated(Event):
    """Somebody made a token for scripts."""

    workspace_id: UUID
    token_id: UUID
    role: str
    by: Doer | None


@event
class TokenRevoked(Event):
    """A token works no more."""

    workspace_id: UUID
    token_id: UUID
    by: Doer


@event
class SessionEnded(Event):
    """Somebody signed out of a browser, or was signed out of it: what is open in it must close."""

    workspace_id: UUID
    session_id: UUID
    member_id: UUID | None = None


@event
class BusinessHoursChanged(Event):
    """The hours that count as business time are others, or after how long a new episode begins."""

    workspace_id: UUID
    from_time_zone: str
    to_time_zone: str
    from_week: str
    to_week: str
    """as JSON; empty where every hour counts"""
    from_episode_hours: int
    to_episode_hours: int
    by: Doer


@event
class PasswordChanged(Event):
    """Somebody has another password; ``by_link``: they did not need the one before."""

    workspace_id: UUID
    member_id: UUID
    by_link: bool = False


@event
class AvailabilityChanged(Event):
    """A member is online, away or off duty; ``why``: they said so (``chosen``), or their screens did."""

    workspace_id: UUID
    member_id: UUID
    from_state: str
    to_state: str
    why: str
    by: Doer


@event
class CapacityChanged(Event):
    """A member takes more or fewer at once; null: as many as is usual in the workspace."""

    workspace_id: UUID
    member_id: UUID
    from_capacity: int | None
    to_capacity: int | None
    by: Doer


@event
class MemberSkillsChanged(Event):
    """A member is good at other things, or answers in other languages."""

    workspace_id: UUID
    member_id: UUID
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    by: Doer


@event
class DutySettingsChanged(Event):
    """The usual capacity is another one, when members are away by themselves, or whether an answer claims."""

    workspace_id: UUID
    capacity: int
    away_after_minutes: int
    reply_claims: bool
    by: Doer


@event
class SecondFactorAdded(Event):
    """Somebody has another second factor; ``kind``: app or passkey."""

    workspace_id: UUID
    member_id: UUID
    kind: str
    name: str


@event
class SecondFactorRemoved(Event):
    """A second factor of somebody opens nothing any more. All of them at once: ``kind`` is all, ``name`` empty."""

    workspace_id: UUID
    member_id: UUID
    kind: str
    name: str
    by: Doer | None
    """null: on the command line"""


@event
class SecondFactorRuleChanged(Event):
    """A second factor is asked of others, or from another moment on."""

    workspace_id: UUID
    everybody_from: str
    """RFC 3339; empty where it is not asked of everybody"""
    roles: tuple[str, ...]
    """whom it is asked of by their role"""
    by: Doer


@past_event
class MemberChanged(Event):
    """Role, teams or activity of a member changed."""

    workspace_id: UUID
    member_id: UUID


@past_event
class TeamChanged(Event):
    """A team was made, renamed or removed."""

    workspace_id: UUID
    team_id: UUID


ROLE_EVENTS = (RoleCreated, RoleChanged, RoleRemoved)
INVITATION_EVENTS = (MemberInvited, InvitationWithdrawn)
MEMBER_EVENTS = (
    MemberAdded,
    MemberRoleChanged,
    MemberTeamsChanged,
    MemberLetIn,
    MemberLockedOut,
    MemberChanged,
)
"""after which what a member may see and do is different"""
AVAILABILITY_EVENTS = (AvailabilityChanged, CapacityChanged, MemberSkillsChanged, DutySettingsChanged)
"""after which somebody takes more, less or other work"""
SECOND_FACTOR_EVENTS = (SecondFactorAdded, SecondFactorRemoved, SecondFactorRuleChanged)
TEAM_EVENTS = (TeamCreated, TeamRenamed, TeamRemoved, TeamChanged)
TOKEN_EVENTS = (TokenCreated, TokenRevoked)
