"""Whoever is removed is forgotten: a case that was only about them goes with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from regulars.cases.events import CaseForgotten
from regulars.cases.models import Case, CaseContact, CaseConversation, CaseFile
from regulars.cases.operations.filing import forget_files
from regulars.contacts.models import Contact
from regulars.kernel.events import record_all


def cases_only_about(contact_ids: Collection[UUID]) -> QuerySet[Case]:
    """Cases of these contacts, and of nobody else."""
    # unscoped: these contacts were let in to
    mine = Case.objects.filter(
        Exists(CaseContact.objects.filter(case_id=OuterRef("pk"), contact__in=contact_ids))
        | Exists(
            CaseConversation.objects.filter(case_id=OuterRef("pk"), conversation__contact__in=contact_ids)
        )
    )
    others = CaseContact.objects.filter(case_id=OuterRef("pk")).exclude(contact__in=contact_ids)
    elsewhere = CaseConversation.objects.filter(case_id=OuterRef("pk")).exclude(
        Q(conversation__contact__in=contact_ids, conversation__contact__isnull=False)
    )
    return mine.filter(~Exists(others), ~Exists(elsewhere))


@contextmanager
def forgetting_cases(contact: Contact) -> Iterator[None]:
    theirs = list(cases_only_about([contact.id]).select_for_update().order_by("id"))
    ids = [each.id for each in theirs]
    yield
    record_all(CaseForgotten(each.workspace_id, each.id, each.number) for each in theirs)
    lay_there = CaseFile.objects.filter(workspace_id=contact.workspace_id, case__in=ids)
    files = list(lay_there.values_list("media_id", flat=True))
    Case.objects.filter(workspace_id=contact.workspace_id, id__in=ids).delete()
    forget_files(contact.workspace_id, files)
