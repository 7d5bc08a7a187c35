"""A case begins: by hand from a conversation, by REST, by a rule; always here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from regulars.cases.events import CaseContactLinked, CaseConversationLinked, CaseOpened
from regulars.cases.history import open_history
from regulars.cases.models import (
    FIRST_NUMBER,
    Case,
    CaseCategory,
    CaseContact,
    CaseConversation,
    CaseSettings,
)
from regulars.cases.operations.checking import (
    check_category,
    check_due,
    check_links,
    check_owner,
    check_priority,
    check_team,
    clean_text,
    clean_title,
)
from regulars.cases.telling import tell
from regulars.contacts.models import Contact
from regulars.conversations.models import Conversation
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member, Team


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """What a case begins with. Without a title it is called as its category is."""

    title: str = ""
    about: str = ""
    category: CaseCategory | None = None
    priority: str = "normal"
    owner: Member | None = None
    team: Team | None = None
    due_at: datetime | None = None
    conversations: Sequence[Conversation] = ()
    """that were accessed; their contacts belong to the case, too"""
    contacts: Sequence[Contact] = ()
    follows: Case | None = None


@transaction.atomic
def open_case(wanted: NewCase, *, by: Actor) -> Case:
    by.require("cases:edit")
    check_team(by.workspace_id, wanted.team)
    check_owner(by.workspace_id, wanted.owner)
    check_category(by.workspace_id, wanted.category)
    check_priority(wanted.priority)
    check_due(wanted.due_at)
    contacts = _everybody(wanted)
    check_links(wanted.conversations, contacts)
    title = clean_title(wanted.title or (wanted.category.name if wanted.category else ""))
    case = Case(
        workspace_id=by.workspace_id,
        title=title,
        about=clean_text(wanted.about, "about"),
        category=wanted.category,
        priority=wanted.priority,
        owner=wanted.owner,
        team=wanted.team,
        due_at=wanted.due_at,
        opened_by_id=by.id,
        opened_by_name=by.name,
        follows=wanted.follows,
    )
    case.updated_at = case.opened_at
    case.number = _next_number(by.workspace_id)
    case.save(force_insert=True)
    open_history(case, by.doer)
    CaseConversation.objects.bulk_create(
        CaseConversation(workspace_id=by.workspace_id, case=case, conversation=each, by_name=by.name)
        for each in wanted.conversations
    )
    CaseContact.objects.bulk_create(
        CaseContact(workspace_id=by.workspace_id, case=case, contact=each, by_name=by.name)
        for each in contacts
    )
    facts = (by.workspace_id, case.id, case.number)
    tell(
        CaseOpened(*facts, wanted.follows.id if wanted.follows else None, by.doer),
        *(CaseConversationLinked(*facts, each.id, by.doer) for each in wanted.conversations),
        *(CaseContactLinked(*facts, each.id, by.doer) for each in contacts),
    )
    return case


def _everybody(wanted: NewCase) -> list[Contact]:
    named = [*wanted.contacts, *(each.contact for each in wanted.conversations if each.contact)]
    return list({each.id: each for each in named}.values())


def hold_numbers(workspace_id: UUID) -> None:
    """Before conversations that are held for a case to be opened: whoever opens one holds the numbers first."""
    list(CaseSettings.objects.select_for_update().filter(workspace_id=workspace_id))


def _next_number(workspace_id: UUID) -> int:
    """The workspace's row is held from here on: two that open at once get two numbers; one that fails leaves no gap."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [workspace_id, FIRST_NUMBER])
        ((number,),) = cursor.fetchall()
    return int(number)


_NEXT = """
INSERT INTO cases_casesettings AS known (workspace_id, last_number) VALUES (%s, %s)
ON CONFLICT (workspace_id) DO UPDATE SET last_number = known.last_number + 1 RETURNING last_number
"""
