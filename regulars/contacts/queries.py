"""Read questions about contacts that somebody was let in to."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from regulars.contacts.models import Consent, ContactIdentity, MergeSuggestion


def identities_of(contact_ids: Collection[UUID]) -> QuerySet[ContactIdentity]:
    return ContactIdentity.objects.filter(contact_id__in=contact_ids, retired_at=None)


def perhaps_the_same(contact_id: UUID) -> list[UUID]:
    open_ones = MergeSuggestion.objects.filter(
        Q(first_id=contact_id) | Q(second_id=contact_id), decided_at=None
    )
    pairs = open_ones.order_by("created_at").values_list("first_id", "second_id")
    return [second if first == contact_id else first for first, second in pairs]


def consents_of(contact_ids: Collection[UUID]) -> QuerySet[Consent]:
    """The oldest first: the last word of each purpose counts."""
    return Consent.objects.filter(contact_id__in=contact_ids).order_by("at", "id")
