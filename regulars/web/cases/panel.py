"""What the inbox says about the cases of a conversation and its person. Two queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from regulars.cases.models import Case
from regulars.cases.queries.pages import cases_beside, seen_links
from regulars.conversations.models import Conversation
from regulars.kernel import clock
from regulars.workspaces.access import Actor

SHOWN = 5


@dataclass(frozen=True, slots=True)
class CaseBeside:
    case: Case
    is_here: bool
    """the conversation belongs to it; else only its person"""
    is_overdue: bool


def about_cases(actor: Actor, conversation: Conversation) -> dict[str, Any]:
    if not actor.can("cases:read"):
        return {"shows_cases": False}
    found = cases_beside(actor, conversation, SHOWN + 1)
    shown = found[:SHOWN]
    links = seen_links(actor, [each.id for each in shown]) if shown else {}
    now = clock.now()
    return {
        "shows_cases": True,
        "may_open_case": actor.can("cases:edit"),
        "cases_beside": [
            CaseBeside(each, _is_in(conversation.id, links[each.id]), each.is_overdue(now)) for each in shown
        ],
        "has_more_cases": len(found) > SHOWN,
    }


def _is_in(conversation_id: UUID, linked: list[UUID]) -> bool:
    return conversation_id in linked
