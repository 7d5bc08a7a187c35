"""The tables of this room that hold a contact."""

from __future__ import annotations

from regulars.contacts.registry import ContactTable
from regulars.service_levels.models import AnswerClock, FollowUp

CONTACT_TABLES = (
    ContactTable(model=AnswerClock, unexported="by when they were to be answered is of the business"),
    ContactTable(model=FollowUp, unexported="that it waits for a follow-up is of the business"),
)
