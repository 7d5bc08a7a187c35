"""Which conversations an act on a whole list is about, as data that a job keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from regulars.attention.queries import followed_by, mentioning
from regulars.conversations.queries.lists import CLOSING_WITHIN, ConversationFilter
from regulars.workspaces.access import Actor


class Selection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Every field narrows. ``assignee``: a member's id, ``me`` or ``none``; ``own``: what names me, or I follow."""

    inbox: UUID | None = None
    status: str = ""
    assignee: str = ""
    tag: str = ""
    text: str = ""
    unread: bool = False
    waiting: bool = False
    closing: bool = False
    own: Literal["", "mentions", "following"] = ""
    narrowing: Literal["", "at_risk", "batch", "overdue"] = ""

    def filter_for(self, actor: Actor, now: datetime) -> ConversationFilter:
        own = {"mentions": mentioning, "following": followed_by}.get(self.own)
        return ConversationFilter(
            inbox_id=self.inbox,
            status=self.status,
            assignee=self.assignee,
            tag=self.tag,
            text=self.text,
            unread=self.unread,
            waiting=self.waiting,
            closes_before=now + CLOSING_WITHIN if self.closing else None,
            matching=own(actor) if own else None,
            narrowing=self.narrowing,
        )
