"""What happens to cases shows on the open screens of cases: each is asked anew as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from regulars.cases.events import CASE_EVENTS, CATEGORY_EVENTS
from regulars.cases.queries.pages import cases_with
from regulars.contacts.events import CONTACT_EVENTS, MERGE_EVENTS
from regulars.conversations.events import MESSAGE_EVENTS, STATE_EVENTS
from regulars.kernel.events import Event
from regulars.web.live.topics import Eyes, Looker, Piece, Topic

PERMISSION = "cases:read"
THREAD_EVENTS = (*MESSAGE_EVENTS, *STATE_EVENTS)
"""after which a case shows another last line of one of its threads"""


def _draw_lists(happened: Sequence[Event], _eyes: Eyes) -> list[Piece]:
    workspaces = frozenset(each.workspace_id for each in happened)
    return [
        Piece("page", {}, lambda to: to.actor.workspace_id in workspaces and to.actor.can(PERMISSION)),
    ]


def _draw_pages(happened: Sequence[Event], eyes: Eyes) -> list[Piece]:
    """One query, if anybody said anything; what is told says no more than that there is something."""
    changed = _changed(happened, eyes)
    everywhere = frozenset(
        each.workspace_id
        for each in happened
        if isinstance(each, (*CONTACT_EVENTS, *MERGE_EVENTS, *CATEGORY_EVENTS))
    )

    def is_for(to: Looker) -> bool:
        return to.actor.can(PERMISSION) and (to.subject in changed or to.actor.workspace_id in everywhere)

    return [Piece("page", {}, is_for)] if changed or everywhere else []


def _changed(happened: Sequence[Any], eyes: Eyes) -> set[UUID]:
    cases = {each.case_id for each in happened if isinstance(each, CASE_EVENTS)}
    cases |= {
        getattr(each, name) for each in happened for name in ("into_id", "from_id") if hasattr(each, name)
    }
    threads = {each.conversation_id for each in happened if isinstance(each, THREAD_EVENTS)}
    if threads and eyes.subjects:
        cases |= cases_with(threads, eyes.subjects)
    return cases


CASE_LISTS = Topic("cases", (*CASE_EVENTS, *CATEGORY_EVENTS), _draw_lists, is_counted=True)
"""list and board"""
CASE_PAGE = Topic(
    "case",
    (*CASE_EVENTS, *CATEGORY_EVENTS, *THREAD_EVENTS, *CONTACT_EVENTS, *MERGE_EVENTS),
    _draw_pages,
)
"""the page of the case that is the screen's subject"""
