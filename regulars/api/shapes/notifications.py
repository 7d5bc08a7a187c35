"""Public shapes of notifications and of what a member chose."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal, cast

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.paging import PageQuery
from regulars.api.shapes.common import Id
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.notifications.levels import Choice
from regulars.notifications.models import Notification

Kind = Literal["assigned", "mention", "reply", "service_level"]
Preset = Literal["usual", "everything", "mentions", "quiet"]
Way = Literal["badge", "sound", "desktop", "push", "mail"]


class NotificationShape(msgspec.Struct, kw_only=True):
    """What there is to see in a conversation: the newest of it."""

    id: Id
    conversation_id: Annotated[str, told("The conversation; there is one notification for each.", EXAMPLE_ID)]
    kind: Annotated[Kind, told("What happened last.", "reply")]
    message_id: Annotated[str | None, told("The newest message that it is about.", EXAMPLE_ID)]
    count: Annotated[int, told("How often something happened since it was last seen.", 3)]
    at: Annotated[Moment, told("When it happened last.")]
    read_at: Annotated[Moment | None, told("When it was seen; null while it was not.")]


class NotificationQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """Which notifications are listed."""

    unread: Annotated[bool, told("Only those that were not seen.", True)] = False


class NotificationsSeen(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What was seen."""

    conversation_ids: Annotated[
        Annotated[list[str], msgspec.Meta(max_length=100)] | None,
        told("In these conversations, at most 100; null for all.", [EXAMPLE_ID]),
    ] = None


class SeenCount(msgspec.Struct):
    """How much was marked."""

    count: Annotated[int, told("How many had not been seen.", 2)]


class QuietShape(msgspec.Struct, forbid_unknown_fields=True):
    """From when until when it is quiet each day; past midnight when it ends earlier."""

    start: Annotated[time, told("By the member's clock.", "22:00:00")]
    end: Annotated[time, told("By the member's clock.", "07:00:00")]


class NotificationSettingsShape(msgspec.Struct, kw_only=True):
    """What the member who made the token is told of, and how."""

    levels: Annotated[
        dict[Kind, list[Way]],
        told("Ways by kind; an empty list means not at all.", {"reply": ["badge", "push"]}),
    ]
    preset: Annotated[Preset | None, told("Whose ways these are; null for a choice of their own.", "usual")]
    quiet: Annotated[QuietShape | None, told("No sound, desktop notification or push then; null for never.")]
    is_private: Annotated[bool, told("Pushes and mails name nobody and repeat no words.", False)]
    time_zone: Annotated[str, told("The member's own.", "Asia/Bangkok")]


class NotificationSettingsChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change; a field left out stays as it is."""

    levels: Annotated[
        dict[Kind, list[Way]] | UnsetType,
        told("Of the kinds that are named.", {"assigned": ["badge", "mail"]}),
    ] = UNSET
    preset: Annotated[
        Preset | UnsetType, told("Ways of all kinds at once, before ``levels``.", "mentions")
    ] = UNSET
    quiet: Annotated[QuietShape | UnsetType | None, told("Null for never.")] = UNSET
    is_private: Annotated[bool | UnsetType, told("Name nobody and repeat no words.", True)] = UNSET


def build_notification(row: Notification) -> NotificationShape:
    return NotificationShape(
        id=str(row.id),
        conversation_id=str(row.conversation_id),
        kind=cast("Kind", row.kind),
        message_id=str(row.message_id) if row.message_id else None,
        count=row.count,
        at=row.at,
        read_at=row.read_at,
    )


def build_settings(choice: Choice) -> NotificationSettingsShape:
    return NotificationSettingsShape(
        levels={cast("Kind", kind): cast("list[Way]", sorted(ways)) for kind, ways in choice.levels.items()},
        preset=cast("Preset | None", choice.preset or None),
        quiet=QuietShape(choice.quiet.start, choice.quiet.end) if choice.quiet else None,
        is_private=choice.is_private,
        time_zone=choice.time_zone,
    )
