"""Two cases were one matter: the one points to the other, which is about everything of both. Can be undone."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.cases.events import CaseMerged, CaseUnmerged
from regulars.cases.models import Case, CaseContact, CaseConversation
from regulars.cases.operations.checking import check_unmerged, hold_cases, touch
from regulars.cases.telling import tell
from regulars.kernel.errors import Conflict, Invalid
from regulars.workspaces.access import Actor

_COPY = """
INSERT INTO {table} (id, workspace_id, case_id, {thing}, via_id, by_name)
SELECT gen_random_uuid(), workspace_id, %s, {thing}, %s, %s FROM {table} WHERE case_id = %s
ON CONFLICT (case_id, {thing}) DO NOTHING
"""


@transaction.atomic
def merge_case(case: Case, *, into: Case, by: Actor) -> None:
    """``case`` leaves the lists; its conversations and contacts belong to ``into``, what was said stays where it is."""
    by.require("cases:edit")
    if case.id == into.id or case.workspace_id != into.workspace_id:
        raise Invalid(_("A case is merged into another one"), fields={"into": "another case"})
    held = hold_cases(case.workspace_id, {case.id, into.id})
    gone, stays = held[case.id], held[into.id]
    if gone.merged_into_id == stays.id:
        return
    check_unmerged(gone)
    check_unmerged(stays)
    gone.merged_into = stays
    touch(gone, "merged_into")
    touch(stays)
    for model, thing in ((CaseConversation, "conversation_id"), (CaseContact, "contact_id")):
        with connection.cursor() as cursor:
            statement = _COPY.format(table=model._meta.db_table, thing=thing)  # noqa: SLF001 -- Django's public way to a table's name
            cursor.execute(statement, [stays.id, gone.id, by.name, gone.id])
    case.merged_into = stays
    tell(CaseMerged(gone.workspace_id, gone.id, gone.number, stays.id, stays.number, by.doer))


@transaction.atomic
def unmerge_case(case: Case, *, by: Actor) -> None:
    """What came to the other case with this one leaves it again. Repeating changes nothing."""
    by.require("cases:edit")
    if case.merged_into_id is None:
        return
    held = hold_cases(case.workspace_id, {case.id, case.merged_into_id})
    alone = held[case.id]
    if alone.merged_into_id is None:
        return
    other = held.get(alone.merged_into_id)
    if other is None:
        raise Conflict(_("Somebody changed this in the meantime. Look again before you decide."))
    if other.merged_into_id:
        raise Conflict(
            _("#%(number)s was merged into another case since. Undo that first.") % {"number": other.number}
        )
    alone.merged_into = case.merged_into = None
    touch(alone, "merged_into")
    touch(other)
    CaseConversation.objects.filter(case=other, via=alone).delete()
    CaseContact.objects.filter(case=other, via=alone).delete()
    tell(CaseUnmerged(alone.workspace_id, alone.id, alone.number, other.id, other.number, by.doer))
