"""The tables of this room that hold a contact."""

from __future__ import annotations

from regulars.contacts.registry import ContactTable
from regulars.scheduling.models import ScheduledMessage

CONTACT_TABLES = (ContactTable(model=ScheduledMessage, unexported="a member's, and not said yet"),)
