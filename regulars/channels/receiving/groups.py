"""Which groups a batch writes in, and what notices tell about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from regulars.contacts.operations.grouping import group_lane, identify_groups, rename_group
from regulars.inboxes.ports import InboundMessage, Notice, Update
from regulars.kernel import clock


def group_lanes(workspace_id: UUID, channel: str, update: Update) -> Iterator[str]:
    if isinstance(update, InboundMessage) and update.group_id:
        yield group_lane(workspace_id, channel, update.group_id)
    elif isinstance(update, Notice) and update.group_news:
        yield group_lane(workspace_id, channel, update.group_news.group_id)


def groups_of(
    workspace_id: UUID, channel: str, messages: Iterable[InboundMessage]
) -> dict[str | None, UUID | None]:
    named = {message.group_id for message in messages if message.group_id}
    found: dict[str | None, UUID | None] = {None: None}
    found.update(identify_groups(workspace_id, channel, named).items())
    return found


def follow_group_news(workspace_id: UUID, channel: str, notice: Notice) -> None:
    if notice.group_news:
        news = notice.group_news
        rename_group(workspace_id, channel, news.group_id, news.subject, at=notice.at or clock.now())
