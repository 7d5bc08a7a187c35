"""The table of this room that leads to a contact."""

from __future__ import annotations

from regulars.blocking.models import Block
from regulars.contacts.registry import ContactTable

CONTACT_TABLES = (ContactTable(model=Block, unexported="what members decided about them"),)
