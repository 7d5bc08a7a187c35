"""What members say about a case to each other."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.cases.events import CaseCommented
from regulars.cases.models import Case, CaseComment
from regulars.cases.operations.checking import TEXT_LENGTH, hold_cases, stir
from regulars.kernel.errors import Invalid
from regulars.kernel.events import record
from regulars.workspaces.access import Actor


@transaction.atomic
def comment_case(case: Case, text: str, *, by: Actor) -> CaseComment:
    """Also of a case that was merged or is over."""
    by.require("cases:edit")
    text = text.strip()
    if not text or len(text) > TEXT_LENGTH:
        raise Invalid(
            _("A comment has 1 to %(limit)s characters") % {"limit": TEXT_LENGTH},
            fields={"text": f"1 to {TEXT_LENGTH} characters"},
        )
    held = hold_cases(case.workspace_id, [case.id])[case.id]
    comment = CaseComment.objects.create(
        workspace_id=held.workspace_id, case=held, author_id=by.member_id, author_name=by.name, text=text
    )
    stir(held)
    record(CaseCommented(held.workspace_id, held.id, held.number, comment.id, by.doer))
    return comment
