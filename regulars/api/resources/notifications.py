"""What the member who made the token is told of: listed, marked as seen, chosen, muted."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from msgspec import UNSET

from regulars.api.makers import maker_of
from regulars.api.paging import Page, newest_first
from regulars.api.shapes.notifications import (
    NotificationQuery,
    NotificationSettingsChanges,
    NotificationSettingsShape,
    NotificationShape,
    NotificationsSeen,
    SeenCount,
    build_notification,
    build_settings,
)
from regulars.conversations.access import access_conversation
from regulars.conversations.notifying import notifications_of
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import parse_id
from regulars.notifications.choosing import choice_of
from regulars.notifications.operations import (
    choose_preset,
    choose_privacy,
    choose_quiet,
    choose_ways,
    mute_conversation,
    read_notifications,
    unmute_conversation,
)
from regulars.workspaces.access import Actor


def list_notifications(actor: Actor, query: NotificationQuery) -> Page[NotificationShape]:
    """Those of the member who made the token, the newest first, as far as the token sees their conversations."""
    rows = notifications_of(actor, maker_of(actor).id)
    page, next_cursor = newest_first(rows.filter(read_at=None) if query.unread else rows, "at", query)
    return Page([build_notification(row) for row in page], next_cursor)


def mark_seen(actor: Actor, body: NotificationsSeen) -> SeenCount:
    """Clear them on all screens of the member, and what is on its way to their browsers."""
    if body.conversation_ids is None:
        return SeenCount(read_notifications(maker_of(actor)))
    ids = [parse_id(each) for each in body.conversation_ids]
    if None in ids:
        raise Invalid(_("There is no such conversation"), fields={"conversation_ids": "ids of conversations"})
    return SeenCount(read_notifications(maker_of(actor), [each for each in ids if each]))


def get_notification_settings(actor: Actor) -> NotificationSettingsShape:
    """What the member who made the token is told of, by which ways, and when it is quiet."""
    return build_settings(choice_of(maker_of(actor)))


def change_notification_settings(
    actor: Actor, body: NotificationSettingsChanges
) -> NotificationSettingsShape:
    """Counts for what happens from then on."""
    member = maker_of(actor)
    if body.preset is not UNSET:
        choose_preset(member, body.preset)
    if body.levels is not UNSET:
        choose_ways(member, {str(kind): ways for kind, ways in body.levels.items()})
    if body.quiet is not UNSET:
        start, end = (body.quiet.start, body.quiet.end) if body.quiet else (None, None)
        choose_quiet(member, start, end)
    if body.is_private is not UNSET:
        choose_privacy(member, body.is_private)
    return build_settings(choice_of(member))


def mute(actor: Actor, conversation_id: UUID) -> None:
    """The member who made the token is told nothing of the conversation any more. Twice is once."""
    mute_conversation(maker_of(actor), access_conversation(actor, conversation_id).id)


def unmute(actor: Actor, conversation_id: UUID) -> None:
    """The member who made the token is told of the conversation again."""
    unmute_conversation(maker_of(actor), access_conversation(actor, conversation_id).id)
