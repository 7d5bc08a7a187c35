"""The tables of this room that lead to a contact."""

from __future__ import annotations

from regulars.acts.models import ActChange
from regulars.contacts.registry import ContactTable

CONTACT_TABLES = (
    ContactTable(
        model=ActChange, unexported="what members did, for taking it back", retain="acts.purge_acts"
    ),
)
