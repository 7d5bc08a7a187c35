"""For whom something is that people keep: for one member alone (``owner``), for teams, or for everybody."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q

from regulars.workspaces.access import Actor

AUDIENCES = ("member", "teams", "all")


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
