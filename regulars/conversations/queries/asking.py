"""What a condition holds for, of what somebody may see: contacts counted, conversations listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from psycopg.errors import QueryCanceled

from regulars.conversations.access import Choosing, contacts_visible_to
from regulars.conversations.condition_fields import CONVERSATION, may_ask
from regulars.kernel.conditions import to_sql
from regulars.kernel.conditions.fields import Registry
from regulars.kernel.conditions.language import parse
from regulars.kernel.conditions.probing import first_ids
from regulars.kernel.conditions.problems import Wrong, joined
from regulars.kernel.conditions.register import condition_fields
from regulars.kernel.conditions.tree import Condition, Group, leaves_of
from regulars.kernel.conditions.windows import AsOf
from regulars.kernel.conditions.wording import to_invalid
from regulars.workspaces.access import Actor
from regulars.workspaces.conditions import as_of_now, parse_written

NOTHING = Group("any", ())
"""a condition that holds for nothing"""
LONGEST_SECONDS = 10.0
"""the first page of what is common takes hundredths of one, a count over a million contacts 2"""


def count_contacts(actor: Actor, condition: Condition) -> int:
    """How many contacts it holds for now. Who sees all of them has the whole set counted, which is quicker."""
    actor.require("contacts:read")
    question = (condition, condition_fields(), "contact", actor.workspace_id, as_of_now(actor.workspace_id))
    if actor.far("contacts") == "all":
        return to_sql.count(*question)
    return contacts_visible_to(actor).filter(to_sql.matching(*question)).count()


def read_condition(written: Any, subject: str, actor: Actor, *, at: str = "conditions") -> Condition:
    """As the actor writes it, to be kept. Raises ``Invalid`` naming the leaf: also of what the actor may not ask."""
    condition = parse_written(written, subject, actor.workspace_id, at=at)
    for leaf in leaves_of(condition):
        if not may_ask(actor, leaf.field):
            raise to_invalid(Wrong("not_here", "a field that you may ask", joined(leaf.path, "field")), at)
    return condition


def kept_condition(written: Mapping[str, Any], actor: Actor) -> Condition | None:
    """About conversations, as it was kept. None where it cannot be read any more, or asks what the actor may not.

    A tag, a member or a number that is gone since is not found; the rest still holds.
    """
    try:
        condition = parse(written or {"all": []}, condition_fields(), CONVERSATION.name)
    except Wrong:
        return None
    return condition if all(may_ask(actor, leaf.field) for leaf in leaves_of(condition)) else None


def conversations_matching(actor: Actor, condition: Condition) -> Q:
    """For ``filter`` on conversations that the actor sees."""
    return to_sql.matching_few(condition, *_about_conversations(actor))


def first_matching(actor: Actor, condition: Condition) -> Choosing:
    """For ``first_visible``."""
    return lambda rows, limit: first_ids(rows, limit, condition, *_about_conversations(actor))


def _about_conversations(actor: Actor) -> tuple[Registry, str, UUID, AsOf]:
    return condition_fields(), CONVERSATION.name, actor.workspace_id, as_of_now(actor.workspace_id)


@contextmanager
def in_time(at: str = "conditions") -> Iterator[None]:
    """Each statement inside is given up after ``LONGEST_SECONDS``; then raises ``Invalid``.

    What a condition costs is up to whoever wrote it, and the database is everybody's. ``at``: what is told to be wrong.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout TO {round(LONGEST_SECONDS * 1000)}")
            yield
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")  # the caller's transaction may go on
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        expected = f"one that is answered within {LONGEST_SECONDS:g} seconds"
        raise to_invalid(Wrong("too_many", expected), at) from error
