"""What conditions can ask."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.api.paging import Page
from regulars.api.shapes.conditions import ConditionField, FieldsQuery, build_field
from regulars.conversations.condition_fields import may_ask
from regulars.kernel.conditions.register import condition_fields
from regulars.kernel.errors import Invalid
from regulars.workspaces.access import Actor


def list_condition_fields(actor: Actor, query: FieldsQuery) -> Page[ConditionField]:
    """Every field of a condition that the token may ask, with its operators and values, all on one page.

    What was said with a contact is for tokens that see all conversations.
    """
    registry = condition_fields()
    if query.subject is not None and query.subject not in registry.subjects:
        raise Invalid(
            _("Conditions are about something else"),
            fields={"subject": f"one of {', '.join(registry.subjects)}"},
        )
    fields = registry.of(query.subject) if query.subject else registry.all()
    return Page(
        [build_field(each, registry, actor.workspace_id) for each in fields if may_ask(actor, each)], None
    )
