"""What a request changes in the whole database, counted; the same request from several sides at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Barrier
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import IntegerField, Model

from tests.cast import make_cast

from .screens import Stage, set_stage

TIMES = 3
_BOOKKEEPING = {"kernel.KeptAnswer", "workspaces.BrowserSession", "workspaces.WrongGuesses"}
"""tables that note that something was asked, and from where, not that it was done"""


def census() -> dict[str, int]:
    """How many rows each table has, and what its counters add up to."""
    with connection.cursor() as cursor:
        cursor.execute(_counting())
        return {label: int(count) for label, count in cursor.fetchall()}


@cache
def _counting() -> str:
    parts = []
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if "regulars." in model.__module__ and label not in _BOOKKEEPING:
            figures = {"rows": "count(*)"} | {
                name: f'coalesce(sum("{name}"), 0)' for name in _counters(model)
            }
            parts += [
                f"SELECT '{label}.{name}', {figure} FROM \"{model._meta.db_table}\""  # noqa: S608 - names of ours
                for name, figure in figures.items()
            ]
    return " UNION ALL ".join(parts)


def _counters(model: type[Model]) -> list[str]:
    numbers = [field.name for field in model._meta.concrete_fields if isinstance(field, IntegerField)]
    return [name for name in numbers if name.endswith("count") or name in {"version", "revision"}]


def change_since(before: dict[str, int]) -> dict[str, int]:
    return {label: count - before[label] for label, count in census().items() if count != before[label]}


def effect_of_one(prepare: Callable[[Stage], Callable[[], Any]]) -> dict[str, int]:
    """What a single request changes; all of it is rolled back."""
    with transaction.atomic():
        send = prepare(set_stage(make_cast()))
        before = census()
        assert send().status_code < 400
        change = change_since(before)
        transaction.set_rollback(True)
    return change


def at_once(send: Callable[[], Any]) -> list[Any]:
    barrier = Barrier(TIMES)

    def once(_number: int) -> Any:
        barrier.wait()
        try:
            return send()
        finally:
            connection.close()

    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(once, range(TIMES)))
