"""What people are called. Who may see a contact is decided by ``conversations/access.py``."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from regulars.contacts.models import ContactIdentity


def names_at(workspace_id: UUID, addresses: Collection[str]) -> dict[str, str]:
    """Addresses are phones or user ids; unknown ones are left out."""
    known = ContactIdentity.objects.filter(
        workspace_id=workspace_id, value__in=addresses, retired_at=None
    ).select_related("contact")
    return {identity.value: identity.contact.display_name for identity in known}
