"""The tables of this room that hold a contact."""

from __future__ import annotations

from regulars.answering.models import Hold
from regulars.contacts.registry import ContactTable

CONTACT_TABLES = (ContactTable(model=Hold, unexported="which member writes just now"),)
