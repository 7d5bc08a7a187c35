"""Read questions about contacts that somebody was let in to."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from regulars.contacts.models import Consent, ContactIdentity


def identities_of(contact_ids: Collection[UUID]) -> QuerySet[ContactIdentity]:
    """The addresses that contacts have now."""
    return ContactIdentity.objects.filter(contact_id__in=contact_ids, retired_at=None)


def consents_of(contact_ids: Collection[UUID]) -> QuerySet[Consent]:
    """Everything that contacts ever allowed or forbade, the oldest first: the last word of each purpose counts."""
    return Consent.objects.filter(contact_id__in=contact_ids).order_by("at", "id")
