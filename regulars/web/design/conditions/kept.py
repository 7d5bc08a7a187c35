"""A condition that a page of its own keeps (a queue, a service level, a view): read from its form, drawn, told."""

from __future__ import annotations

from uuid import UUID

from django.http import QueryDict

from regulars.kernel.conditions.language import parse
from regulars.kernel.conditions.problems import Wrong
from regulars.kernel.conditions.register import condition_fields
from regulars.kernel.conditions.sentences import write_sentence
from regulars.kernel.conditions.tree import Condition
from regulars.web.design.conditions.drawing import ConditionForm
from regulars.web.design.conditions.form import Json, Posted, read_form
from regulars.workspaces.conditions import names_in, zone_of


def written_in(post: QueryDict, workspace_id: UUID) -> Json:
    """What the form says, however little of it is filled in; ``{"all": []}`` where nothing is said."""
    return read_form(Posted(dict(post.lists()), zone_of(workspace_id)), condition_fields())


def form_of(written: Json, subject: str, workspace_id: UUID, *, shows_gaps: bool) -> ConditionForm:
    return ConditionForm(written, subject, workspace_id, zone_of(workspace_id), shows_gaps=shows_gaps)


def sentence_of(condition: Condition, workspace_id: UUID) -> str:
    """In words, with the names that stand for ids in this workspace."""
    return write_sentence(condition, zone_of(workspace_id), lambda asked: names_in(workspace_id, asked))


def sentence_of_written(written: Json, subject: str, workspace_id: UUID) -> str:
    """Empty where it cannot be read any more, as when what it asks about is gone."""
    try:
        return sentence_of(parse(written or {"all": []}, condition_fields(), subject), workspace_id)
    except Wrong:
        return ""
