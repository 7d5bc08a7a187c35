"""Saved views: kept, changed, read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects
from msgspec import UNSET

from regulars.api.paging import Page
from regulars.api.parsing import parse_reference
from regulars.api.preconditions import IfMatch
from regulars.api.shapes.conversations import ConversationShape, build_conversations
from regulars.api.shapes.saved_views import (
    NewSavedView,
    PlaceOrder,
    SavedViewChanges,
    SavedViewShape,
    ViewConversationsQuery,
    build_views,
)
from regulars.conversations.queries.asking import NOTHING, in_time
from regulars.conversations.queries.lists import ConversationFilter
from regulars.conversations.queries.lists import list_conversations as read_page
from regulars.saved_views import operations
from regulars.saved_views.access import access_removed_view, access_view
from regulars.saved_views.arranging import count_view, in_order, move_view
from regulars.saved_views.asking import condition_of
from regulars.saved_views.models import SavedView
from regulars.saved_views.operations import ViewDraft, draft_of
from regulars.saved_views.queries import count_for_all, count_in
from regulars.workspaces.access import Actor


def list_views(actor: Actor) -> Page[SavedViewShape]:
    """Those of everybody, of your teams, and your own, as they stand in your navigation, all on one page."""
    views = [each.view for each in in_order(actor)]
    prefetch_related_objects(views, "teams")
    return Page(build_views(views, count_for_all([actor])[0], actor.member_id), None)


def get_view(actor: Actor, view_id: UUID) -> SavedViewShape:
    """One view, with how many conversations are in it."""
    return _shape(actor, access_view(actor, view_id))


def create_view(actor: Actor, body: NewSavedView) -> SavedViewShape:
    """Keep a view. For others than oneself it takes `saved_views:manage`."""
    draft = ViewDraft(body.name, body.conditions, body.order, body.audience, _ids(body.teams))
    return _shape(actor, operations.create_view(draft, by=actor))


def change_view(actor: Actor, view_id: UUID, body: SavedViewChanges, if_match: IfMatch) -> SavedViewShape:
    """Change some of it.

    With `If-Match`, only the version that was read is changed: 412 ``changed-meanwhile`` when somebody was quicker.
    """
    view = access_view(actor, view_id)
    draft = replace(draft_of(view), **_changes(body))
    return _shape(actor, operations.change_view(view, draft, by=actor, versions=if_match))


def remove_view(actor: Actor, view_id: UUID) -> None:
    """It can be restored for a day."""
    operations.remove_view(access_view(actor, view_id), by=actor)


def restore_view(actor: Actor, view_id: UUID) -> SavedViewShape:
    """Bring a removed one back, as it was."""
    return _shape(actor, operations.restore_view(access_removed_view(actor, view_id), by=actor))


def place_view(actor: Actor, view_id: UUID, body: PlaceOrder) -> None:
    """Put it elsewhere in your own navigation, or have it counted there. For members: a token has no navigation."""
    view = access_view(actor, view_id)
    if body.place is not UNSET:
        move_view(view, body.place, by=actor)
    if body.is_counted is not UNSET:
        count_view(view, by=actor, is_counted=body.is_counted)


def list_view_conversations(
    actor: Actor, view_id: UUID, query: ViewConversationsQuery
) -> Page[ConversationShape]:
    """The conversations in it that you may see."""
    view = access_view(actor, view_id)
    wanted = ConversationFilter(condition=condition_of(view, actor) or NOTHING)
    order: Any = query.order or view.order
    with in_time():
        page = read_page(actor, wanted, order=order, limit=query.limit, cursor=query.cursor)
    return Page(build_conversations(page.items, to=actor), page.next_cursor)


def _shape(actor: Actor, view: SavedView) -> SavedViewShape:
    count = count_in(actor, view)
    return build_views([view], {} if count is None else {view.id: count}, actor.member_id)[0]


def _changes(body: SavedViewChanges) -> dict[str, Any]:
    names = ("name", "conditions", "order", "audience")
    told = {name: getattr(body, name) for name in names if getattr(body, name) is not UNSET}
    if body.teams is not UNSET:
        told["team_ids"] = _ids(body.teams)
    return told


def _ids(written: Iterable[str]) -> tuple[UUID, ...]:
    return tuple(parse_reference(each, "teams") for each in written)
