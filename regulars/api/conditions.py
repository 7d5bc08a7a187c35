"""Conditions that a caller wrote: read, refused with the leaf's path, and asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import msgspec
from django.db import OperationalError, connection, transaction
from django.db.models import Model, Q, QuerySet
from psycopg.errors import QueryCanceled

from regulars.api.paging import Take
from regulars.conversations.condition_fields import may_ask
from regulars.kernel.conditions import to_sql
from regulars.kernel.conditions.problems import Wrong, joined
from regulars.kernel.conditions.register import condition_fields
from regulars.kernel.conditions.tree import Condition, leaves_of
from regulars.kernel.conditions.wording import to_invalid
from regulars.workspaces.access import Actor
from regulars.workspaces.conditions import as_of_now, parse_written

Row = TypeVar("Row", bound=Model)
PARAMETER = "conditions"
LONGEST_SECONDS = 10.0
"""the first page of what is common takes hundredths of one, a count over a million contacts 2"""
_ALLOWED = "a field that /condition-fields lists for this token"


def take_matching(actor: Actor, written: str, subject: str) -> Take[Row]:
    """Of ordered rows the first that a condition holds for; raises ``Invalid`` naming the leaf."""
    condition = _read(actor, written, subject)
    return partial(_take, actor, condition, subject)


def matching(actor: Actor, written: str, subject: str) -> Q:
    """For ``filter``; raises ``Invalid`` naming the leaf."""
    condition = _read(actor, written, subject)
    return to_sql.matching(
        condition, condition_fields(), subject, actor.workspace_id, as_of_now(actor.workspace_id)
    )


def _take(actor: Actor, condition: Condition, subject: str, rows: QuerySet[Row], count: int) -> list[Row]:
    as_of = as_of_now(actor.workspace_id)
    with in_time():
        return to_sql.first(rows, count, condition, condition_fields(), subject, actor.workspace_id, as_of)


@contextmanager
def in_time() -> Iterator[None]:
    """Each statement inside is given up after ``LONGEST_SECONDS``; then raises ``Invalid``.

    What a condition costs is up to whoever wrote it, and the database is everybody's.
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
        raise to_invalid(Wrong("too_many", expected), PARAMETER) from error


def _read(actor: Actor, written: str, subject: str) -> Condition:
    try:
        tree = msgspec.json.decode(written)
    except (msgspec.DecodeError, RecursionError) as error:
        raise to_invalid(Wrong("shape", "JSON"), PARAMETER) from error
    condition = parse_written(tree, subject, actor.workspace_id, at=PARAMETER)
    for leaf in leaves_of(condition):
        if not may_ask(actor, leaf.field):
            raise to_invalid(Wrong("not_here", _ALLOWED, joined(leaf.path, "field")), PARAMETER)
    return condition
