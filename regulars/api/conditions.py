"""Conditions that a caller wrote: read, refused with the leaf's path, and asked."""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

import msgspec
from django.db.models import Model, QuerySet

from regulars.api.paging import Take
from regulars.conversations.condition_fields import may_ask
from regulars.conversations.queries.asking import in_time
from regulars.kernel.conditions.probing import first
from regulars.kernel.conditions.problems import Wrong, joined
from regulars.kernel.conditions.register import condition_fields
from regulars.kernel.conditions.tree import Condition, leaves_of
from regulars.kernel.conditions.wording import to_invalid
from regulars.workspaces.access import Actor
from regulars.workspaces.conditions import as_of_now, parse_written

Row = TypeVar("Row", bound=Model)
PARAMETER = "conditions"
_ALLOWED = "a field that /condition-fields lists for this token"


def take_matching(actor: Actor, written: str, subject: str) -> Take[Row]:
    """Of ordered rows the first that a condition holds for; raises ``Invalid`` naming the leaf."""
    return take_of(actor, read_text(actor, written, subject), subject)


def take_of(actor: Actor, condition: Condition, subject: str) -> Take[Row]:
    return partial(_take, actor, condition, subject)


def _take(actor: Actor, condition: Condition, subject: str, rows: QuerySet[Row], count: int) -> list[Row]:
    as_of = as_of_now(actor.workspace_id)
    with in_time():
        return first(rows, count, condition, condition_fields(), subject, actor.workspace_id, as_of)


def read_text(actor: Actor, written: str, subject: str) -> Condition:
    """Of a parameter, which has it as JSON."""
    try:
        tree = msgspec.json.decode(written)
    except (msgspec.DecodeError, RecursionError) as error:
        raise to_invalid(Wrong("shape", "JSON"), PARAMETER) from error
    return read_tree(actor, tree, subject)


def read_tree(actor: Actor, tree: Any, subject: str) -> Condition:
    condition = parse_written(tree, subject, actor.workspace_id, at=PARAMETER)
    for leaf in leaves_of(condition):
        if not may_ask(actor, leaf.field):
            raise to_invalid(Wrong("not_here", _ALLOWED, joined(leaf.path, "field")), PARAMETER)
    return condition
