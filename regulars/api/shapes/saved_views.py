"""Saved views as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.paging import PageQuery
from regulars.api.shapes.common import Id, Ref
from regulars.kernel.telling import EXAMPLE_ID, told
from regulars.saved_views.models import SavedView
from regulars.saved_views.queries import MOST_SHOWN

Audience = Literal["member", "teams", "all"]
Order = Literal["longest_waiting", "newest", "closing", "waking"]
_CONDITIONS = (
    "What holds of the conversations in it; `/condition-fields?subject=conversation` lists what it can ask."
)
_EXAMPLE = {"all": [{"field": "conversation.waiting_minutes", "op": ">=", "value": 30}]}
_AUDIENCE = "Who has it: `member` is whoever made it alone; the others take `saved_views:manage`."
_TEAMS = "Ids of the teams that have it, with the audience `teams`."


class CountShape(msgspec.Struct, kw_only=True):
    """How many conversations are in it, of those that you may see."""

    count: Annotated[int, told(f"How many, at most {MOST_SHOWN}.", 12)]
    has_more: Annotated[bool, told("Whether there are more than that.", False)]


class SavedViewShape(msgspec.Struct, kw_only=True):
    """A list of conversations that somebody keeps."""

    id: Id
    name: Annotated[str, told("1 to 60 characters.", "VIP waiting")]
    conditions: Annotated[dict[str, Any], told(_CONDITIONS, _EXAMPLE)]
    order: Annotated[Order, told("How its conversations are sorted.", "longest_waiting")]
    audience: Annotated[Audience, told("Who has it.", "all")]
    teams: Annotated[list[Ref], told("The teams that have it, with the audience `teams`.")]
    is_own: Annotated[bool, told("Whether it is yours alone.", False)]
    version: Annotated[str, told("Another one after each change; the same as the header `ETag`.", "3")]
    count: Annotated[
        CountShape | None,
        told("Of one view always, unless it took too long; in the list of those that you have counted."),
    ]


class NewSavedView(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A view to keep."""

    name: Annotated[str, told("1 to 60 characters.", "VIP waiting")]
    conditions: Annotated[dict[str, Any], told(f"{_CONDITIONS} Left out: all.", _EXAMPLE)] = msgspec.field(
        default_factory=lambda: {"all": []}
    )
    order: Annotated[Order, told("How its conversations are sorted.", "longest_waiting")] = "longest_waiting"
    audience: Annotated[Audience, told(f"{_AUDIENCE} Tokens have none of their own.", "all")] = "all"
    teams: Annotated[list[str], told(_TEAMS, [EXAMPLE_ID])] = msgspec.field(default_factory=list)


class SavedViewChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change, all of it or nothing; a field left out stays as it is."""

    name: Annotated[str | UnsetType, told("1 to 60 characters.", "VIP waiting")] = UNSET
    conditions: Annotated[dict[str, Any] | UnsetType, told(_CONDITIONS, _EXAMPLE)] = UNSET
    order: Annotated[Order | UnsetType, told("How its conversations are sorted.", "newest")] = UNSET
    audience: Annotated[Audience | UnsetType, told(_AUDIENCE, "all")] = UNSET
    teams: Annotated[list[str] | UnsetType, told(_TEAMS, [EXAMPLE_ID])] = UNSET


class PlaceOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How a member has a view in their navigation; a field left out stays as it is."""

    place: Annotated[int | UnsetType, told("0 puts it first.", 0)] = UNSET
    is_counted: Annotated[bool | UnsetType, told("Whether its count stands beside it.", True)] = UNSET


class ViewConversationsQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """A page of a view."""

    order: Annotated[Order | None, told("Instead of the view's own.", "newest")] = None


def build_views(
    views: list[SavedView], counts: Mapping[UUID, int], member_id: UUID | None
) -> list[SavedViewShape]:
    """``teams`` want to be fetched with them."""
    return [_build(view, counts.get(view.id), member_id) for view in views]


def _build(view: SavedView, count: int | None, member_id: UUID | None) -> SavedViewShape:
    return SavedViewShape(
        id=str(view.id),
        name=view.name,
        conditions=view.conditions,
        order=view.order,  # type: ignore[arg-type]  # held by a constraint
        audience=view.audience,  # type: ignore[arg-type]  # held by a constraint
        teams=[Ref(str(team.id), team.name) for team in sorted(view.teams.all(), key=lambda each: each.name)],
        is_own=view.owner_id is not None and view.owner_id == member_id,
        version=str(view.version),
        count=None
        if count is None
        else CountShape(count=min(count, MOST_SHOWN), has_more=count > MOST_SHOWN),
    )
