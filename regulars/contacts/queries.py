"""Read questions about contacts that somebody was let in to."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, When

from regulars.contacts.models import Consent, Contact, ContactIdentity, MergeSuggestion
from regulars.contacts.numbers import masked, replaced_in
from regulars.kernel.touching import looked_at
from regulars.workspaces.sight import NUMBERS, sees


def identities_of(contact_ids: Collection[UUID]) -> QuerySet[ContactIdentity]:
    """Their numbers and names elsewhere: whoever watches is told whose."""
    looked_at("contact", contact_ids)
    return ContactIdentity.objects.filter(contact_id__in=contact_ids, retired_at=None)


def open_suggestions(suggestions: QuerySet[MergeSuggestion]) -> QuerySet[MergeSuggestion]:
    """The newest first; not those of contacts who are one person meanwhile."""
    undecided = suggestions.filter(decided_at=None).exclude(first__person=F("second__person"))
    return undecided.order_by("-created_at", "-id")


def suggestions_about(suggestions: QuerySet[MergeSuggestion], person_id: UUID) -> QuerySet[MergeSuggestion]:
    return open_suggestions(suggestions).filter(
        Q(first__person_id=person_id) | Q(second__person_id=person_id)
    )


def contacts_of_person(workspace_id: UUID, person_id: UUID) -> QuerySet[Contact]:
    """Who is one person, the one that stands for it first."""
    found = Contact.objects.filter(workspace_id=workspace_id, person_id=person_id)
    return found.order_by(Case(When(id=person_id, then=0), default=1), "created_at", "id")


def consents_of(contact_ids: Collection[UUID]) -> QuerySet[Consent]:
    """The oldest first: the last word of each purpose counts."""
    return Consent.objects.filter(contact_id__in=contact_ids).order_by("at", "id")


def without_numbers_of(contact_ids: Collection[UUID]) -> Callable[[Any], Any] | None:
    """Takes out of rows every number that these contacts have and had, in each writing that is kept. None for whoever
    sees numbers.
    """
    if sees(NUMBERS):
        return None
    # unscoped: by contacts that were accessed
    rows = ContactIdentity.objects.filter(contact__in=list(contact_ids), kind="phone")
    written = {each for row in rows.values_list("value", "provider_address") for each in row if each}
    written |= {each.lstrip("+") for each in written}
    left_out = {each: masked(each) for each in sorted(written, key=len, reverse=True)}
    return lambda rows: replaced_in(rows, left_out)
