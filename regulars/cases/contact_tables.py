"""The tables of this room that hold a contact. What a case says is handed out where it is about nobody else."""

from __future__ import annotations

from regulars.cases.models import (
    Case,
    CaseActivity,
    CaseComment,
    CaseContact,
    CaseConversation,
    CaseFile,
    CaseHistory,
)
from regulars.cases.operations.removing import cases_only_about, forgetting_cases
from regulars.contacts.registry import ContactTable

CONTACT_TABLES = (
    ContactTable(
        model=Case,
        rows=cases_only_about,
        erase=forgetting_cases,
        withheld=frozenset({"edition"}),
        stays="cases that are about others, too",
    ),
    # unscoped: the contacts were let in to, and so in all of these
    ContactTable(
        model=CaseConversation,
        rows=lambda ids: CaseConversation.objects.filter(conversation__contact__in=ids),
    ),
    ContactTable(model=CaseContact, rows=lambda ids: CaseContact.objects.filter(contact__in=ids)),
    ContactTable(
        model=CaseComment, rows=lambda ids: CaseComment.objects.filter(case__in=cases_only_about(ids))
    ),
    ContactTable(model=CaseFile, rows=lambda ids: CaseFile.objects.filter(case__in=cases_only_about(ids))),
    ContactTable(
        model=CaseActivity, rows=lambda ids: CaseActivity.objects.filter(case__in=cases_only_about(ids))
    ),
    ContactTable(
        model=CaseHistory, rows=lambda ids: CaseHistory.objects.filter(case__in=cases_only_about(ids))
    ),
)
