"""Whom a condition holds for, of those that somebody may see."""

from __future__ import annotations

from regulars.conversations.access import contacts_visible_to
from regulars.kernel.conditions import to_sql
from regulars.kernel.conditions.register import condition_fields
from regulars.kernel.conditions.tree import Condition
from regulars.workspaces.access import Actor
from regulars.workspaces.conditions import as_of_now


def count_contacts(actor: Actor, condition: Condition) -> int:
    """How many contacts it holds for now. Who sees all of them has the whole set counted, which is quicker."""
    actor.require("contacts:read")
    question = (condition, condition_fields(), "contact", actor.workspace_id, as_of_now(actor.workspace_id))
    if actor.far("contacts") == "all":
        return to_sql.count(*question)
    return contacts_visible_to(actor).filter(to_sql.matching(*question)).count()
