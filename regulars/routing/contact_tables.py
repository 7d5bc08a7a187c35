"""The tables of this room that hold a contact."""

from __future__ import annotations

from regulars.contacts.registry import ContactTable
from regulars.routing.models import Decision, Waiting

CONTACT_TABLES = (
    ContactTable(model=Waiting, unexported="whether it waits just now is of the business"),
    ContactTable(model=Decision, unexported="to which member it was given, and why, is of the business"),
)
