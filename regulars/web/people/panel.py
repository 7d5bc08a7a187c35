"""What the inbox says about the person behind a contact. Few queries, and two for each suggestion that shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from regulars.contacts.models import Contact, ContactIdentity, Merge, MergeSuggestion
from regulars.contacts.operations.merging import UNDO_WITHIN
from regulars.contacts.queries import contacts_of_person, identities_of, open_suggestions, suggestions_about
from regulars.conversations.access import merge_suggestions_visible_to, merges_visible_to
from regulars.conversations.models import Conversation
from regulars.conversations.queries.lists import ConversationFilter, list_conversations
from regulars.kernel import clock
from regulars.web.inbox.building import conversation_row
from regulars.web.inbox.view_models import ConversationRow
from regulars.workspaces.access import Actor

OTHERS_LIMIT = 5


@dataclass(frozen=True, slots=True)
class SuggestedPerson:
    """Somebody who may be the person that is shown, with a conversation of theirs that the member sees."""

    suggestion: MergeSuggestion
    here: Contact
    other: Contact
    conversation: ConversationRow | None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person with all their contacts and what is known of each."""

    person: Contact
    contacts: Sequence[Contact]
    identities: Sequence[ContactIdentity]

    @property
    def is_merged(self) -> bool:
        return len(self.contacts) > 1

    @property
    def names(self) -> dict[UUID, str]:
        return {each.id: each.display_name for each in self.contacts}


def person_facts(contact: Contact) -> PersonFacts:
    contacts = list(contacts_of_person(contact.workspace_id, contact.person_id))
    places = {each.id: place for place, each in enumerate(contacts)}
    found = identities_of(list(places)).order_by("-kind", "first_seen_at")
    identities = sorted(found, key=lambda each: places[each.contact_id])
    return PersonFacts(contacts[0], contacts, identities)


def other_threads(actor: Actor, conversation: Conversation) -> list[ConversationRow]:
    """Of the same person, the newest first."""
    if conversation.contact is None:
        return []
    wanted = ConversationFilter(person_id=conversation.contact.person_id)
    page = list_conversations(actor, wanted, limit=OTHERS_LIMIT + 1)
    return [conversation_row(each) for each in page.items if each.id != conversation.id][:OTHERS_LIMIT]


def about_merges(actor: Actor, contact: Contact) -> dict[str, Any]:
    return {
        "suggested": suggested_people(actor, contact),
        "merges": _merges_of(actor, contact.person_id),
        "can_merge": actor.can("contacts:merge"),
    }


def suggested_people(actor: Actor, contact: Contact) -> list[SuggestedPerson]:
    visible = merge_suggestions_visible_to(actor)
    found = suggestions_about(visible, contact.person_id)[:OTHERS_LIMIT]
    return [_suggested(actor, each, contact.person_id) for each in found]


def suggestion_count(actor: Actor) -> int:
    if not actor.can("contacts:merge"):
        return 0
    return open_suggestions(merge_suggestions_visible_to(actor)).count()


def _suggested(actor: Actor, suggestion: MergeSuggestion, person_id: UUID) -> SuggestedPerson:
    pair = (suggestion.first, suggestion.second)
    here, other = pair if suggestion.first.person_id == person_id else pair[::-1]
    page = list_conversations(actor, ConversationFilter(person_id=other.person_id), limit=1)
    rows = [conversation_row(each) for each in page.items]
    return SuggestedPerson(suggestion, here, other, rows[0] if rows else None)


def _merges_of(actor: Actor, person_id: UUID) -> list[Merge]:
    """Those that can still be undone, the newest first."""
    if not actor.can("contacts:merge"):
        return []
    theirs = merges_visible_to(actor).filter(Q(first__person_id=person_id) | Q(second__person_id=person_id))
    recent = theirs.filter(undone_at=None, made_at__gt=clock.now() - UNDO_WITHIN)
    return list(recent.order_by("-made_at", "-id")[:OTHERS_LIMIT])
