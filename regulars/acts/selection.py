"""Which conversations an act on a whole list is about, as data that a job keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.db.models import Q

from regulars.attention.queries import followed_by, mentioning
from regulars.conversations.queries.asking import NOTHING, kept_condition
from regulars.conversations.queries.lists import CLOSING_WITHIN, ConversationFilter
from regulars.kernel.conditions.tree import Condition
from regulars.workspaces.access import Actor


class Selection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Every field narrows. ``assignee``: a member's id, ``me`` or ``none``; ``own``: what names me, or I follow.

    ``conditions``: what else must hold, as ``kernel.conditions`` writes it.
    """

    inbox: UUID | None = None
    status: str = ""
    assignee: str = ""
    tag: str = ""
    text: str = ""
    unread: bool = False
    waiting: bool = False
    closing: bool = False
    own: Literal["", "mentions", "following"] = ""
    narrowing: Literal["", "at_risk", "batch", "overdue", "idle"] = ""
    conditions: dict[str, Any] | None = None

    def filter_for(self, actor: Actor, now: datetime) -> ConversationFilter:
        return ConversationFilter(
            inbox_id=self.inbox,
            status=self.status,
            assignee=self.assignee,
            tag=self.tag,
            text=self.text,
            unread=self.unread,
            waiting=self.waiting,
            closes_before=now + CLOSING_WITHIN if self.closing else None,
            matching=self._own(actor),
            condition=self._condition(actor),
            narrowing=self.narrowing,
        )

    def _condition(self, actor: Actor) -> Condition | None:
        return None if self.conditions is None else kept_condition(self.conditions, actor) or NOTHING

    def _own(self, actor: Actor) -> Q | None:
        own = {"mentions": mentioning, "following": followed_by}.get(self.own)
        return own(actor) if own else None
