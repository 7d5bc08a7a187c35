"""What a case is about: conversations and contacts come to it and go. Repeating changes nothing."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from regulars.cases.events import (
    CaseContactLinked,
    CaseContactUnlinked,
    CaseConversationLinked,
    CaseConversationUnlinked,
)
from regulars.cases.models import Case, CaseContact, CaseConversation
from regulars.cases.operations.checking import MOST_LINKS, hold_case, stir, too_many_links
from regulars.cases.telling import tell
from regulars.contacts.models import Contact
from regulars.conversations.models import Conversation
from regulars.kernel.events import Event
from regulars.workspaces.access import Actor


@transaction.atomic
def link_conversation(case: Case, conversation: Conversation, *, by: Actor) -> None:
    """Both were accessed. Its contact belongs to the case from then on, too."""
    by.require("cases:edit")
    held = hold_case(case)
    happened: list[Event] = []
    if _add_conversation(held, conversation, by):
        happened.append(CaseConversationLinked(*_facts(held), conversation.id, by.doer))
        if conversation.contact and _add_contact(held, conversation.contact, by):
            happened.append(CaseContactLinked(*_facts(held), conversation.contact.id, by.doer))
        stir(held)
        tell(*happened)


@transaction.atomic
def link_contact(case: Case, contact: Contact, *, by: Actor) -> None:
    by.require("cases:edit")
    held = hold_case(case)
    if _add_contact(held, contact, by):
        stir(held)
        tell(CaseContactLinked(*_facts(held), contact.id, by.doer))


@transaction.atomic
def unlink_conversation(case: Case, conversation_id: UUID, *, by: Actor) -> bool:
    """Its contact stays with the case. False when it was not there."""
    by.require("cases:edit")
    held = hold_case(case)
    gone, _each = CaseConversation.objects.filter(case=held, conversation_id=conversation_id).delete()
    if gone:
        stir(held)
        tell(CaseConversationUnlinked(*_facts(held), conversation_id, by.doer))
    return bool(gone)


@transaction.atomic
def unlink_contact(case: Case, contact_id: UUID, *, by: Actor) -> bool:
    """False when it was not there."""
    by.require("cases:edit")
    held = hold_case(case)
    gone, _each = CaseContact.objects.filter(case=held, contact_id=contact_id).delete()
    if gone:
        stir(held)
        tell(CaseContactUnlinked(*_facts(held), contact_id, by.doer))
    return bool(gone)


def _add_conversation(case: Case, conversation: Conversation, by: Actor) -> bool:
    links = CaseConversation.objects.filter(case=case)
    if links.filter(conversation=conversation).exists():
        return False
    if links.count() >= MOST_LINKS:
        raise too_many_links()
    links.create(workspace_id=case.workspace_id, case=case, conversation=conversation, by_name=by.name)
    return True


def _add_contact(case: Case, contact: Contact, by: Actor) -> bool:
    links = CaseContact.objects.filter(case=case)
    if links.filter(contact=contact).exists():
        return False
    if links.count() >= MOST_LINKS:
        raise too_many_links()
    links.create(workspace_id=case.workspace_id, case=case, contact=contact, by_name=by.name)
    return True


def _facts(case: Case) -> tuple[UUID, UUID, int]:
    return case.workspace_id, case.id, case.number
