"""For whom something is that people keep: for one member alone (``owner``), for teams, or for everybody."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal, get_args
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from regulars.kernel.errors import Invalid
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Team

Audience = Literal["member", "teams", "all"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)


def usable_by(actor: Actor, kept: Any) -> Q:
    """``kept``: a model with ``audience``, ``owner`` and ``teams``."""
    through = kept.teams.through
    column = f"{kept._meta.model_name}_id"  # noqa: SLF001 (Django's documented door to it)
    ours = through.objects.filter(**{column: OuterRef("pk")}, team_id__in=list(actor.team_ids))
    return Q(audience="all") | own(actor) | Q(Exists(ours), audience="teams")


def seen_by(actor: Actor, kept: Any, managing: str) -> Q:
    """With the permission ``managing`` also those of every team. What is somebody's own nobody else sees."""
    return ~Q(audience="member") | own(actor) if actor.can(managing) else usable_by(actor, kept)


def own(actor: Actor) -> Q:
    return Q(audience="member", owner_id=actor.member_id, owner_id__isnull=False)


def can_change(actor: Actor, kept: Any, managing: str) -> bool:
    if kept.audience == "member":
        return kept.owner_id is not None and kept.owner_id == actor.member_id
    return actor.can(managing)


def give_to(kept: Any, audience: str, team_ids: Collection[UUID], *, by: Actor) -> list[Team]:
    """Set ``audience`` and ``owner`` of a row that is not saved yet; the teams that it is for, to be set after that.

    Raises ``Invalid`` for an unknown audience, and for teams that are none or another workspace's.
    """
    if audience not in AUDIENCES:
        raise Invalid(
            _("Choose one of those that there are"), fields={"audience": f"one of {', '.join(AUDIENCES)}"}
        )
    kept.audience = audience
    if audience != "member":
        kept.owner_id = None
    elif kept.owner_id is None:
        kept.owner_id = by.member_id
    if audience != "teams":
        return []
    found = list(Team.objects.filter(workspace_id=kept.workspace_id, id__in=team_ids))
    if not found or len(found) != len(set(team_ids)):
        raise Invalid(_("Choose the teams that it is for"), fields={"teams": "teams of this workspace"})
    return found
