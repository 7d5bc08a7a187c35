"""What conditions can ask, and what becomes of one that is asked of a single object."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from regulars.api.conditions import read_text
from regulars.api.paging import Page
from regulars.api.shapes.conditions import (
    ConditionExplanation,
    ConditionField,
    ExplanationQuery,
    FieldsQuery,
    build_field,
)
from regulars.conversations.access import access_contact, access_conversation
from regulars.conversations.condition_fields import facts_of_contact, facts_of_conversation, may_ask
from regulars.kernel import clock
from regulars.kernel.conditions.explaining import explain, write_verdict
from regulars.kernel.conditions.in_memory import Facts
from regulars.kernel.conditions.register import condition_fields
from regulars.kernel.conditions.sentences import write_sentence
from regulars.kernel.errors import Invalid
from regulars.workspaces.access import Actor
from regulars.workspaces.conditions import as_of, as_of_now, names_in, zone_of


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


def explain_contact(actor: Actor, contact_id: UUID, query: ExplanationQuery) -> ConditionExplanation:
    """Why a condition holds for a contact, or does not: leaf by leaf, with the value of that moment."""
    contact = access_contact(actor, contact_id)
    return _explain(actor, query, "contact", facts_of_contact(contact))


def explain_conversation(
    actor: Actor, conversation_id: UUID, query: ExplanationQuery
) -> ConditionExplanation:
    """Why a condition holds for a conversation, or does not: leaf by leaf, with the value of that moment."""
    conversation = access_conversation(actor, conversation_id)
    return _explain(actor, query, "conversation", facts_of_conversation(conversation))


def _explain(actor: Actor, query: ExplanationQuery, subject: str, facts: Facts) -> ConditionExplanation:
    workspace_id = actor.workspace_id
    condition = read_text(actor, query.conditions, subject)
    if query.as_of is not None and not clock.is_nameable(query.as_of):
        raise Invalid(_("This time is too far from now"), fields={"as_of": "a time between 1970 and 2100"})
    moment = as_of_now(workspace_id) if query.as_of is None else as_of(workspace_id, query.as_of)
    verdict = explain(condition, facts, moment)
    return ConditionExplanation(
        holds=verdict.holds,
        as_of=moment.at,
        sentence=write_sentence(condition, zone_of(workspace_id), partial(names_in, workspace_id)),
        conditions=write_verdict(verdict),
    )
