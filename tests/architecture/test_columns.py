"""A new column must not touch the raw INSERTs of the message path: whatever they do not name, the database knows.

``docs/decisions/message-path.md`` says why they are raw.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import NOT_PROVIDED, AutoField, BigAutoField, Field, Model, Value
from django.db.models.functions import Now

from regulars.kernel import clock

REGULARS = Path(__file__).resolve().parents[2] / "regulars"
INSERT = re.compile(r"INSERT INTO (\w+)(?: AS \w+)? \(([^)]*)\)")


def _inserts() -> Iterator[tuple[Path, type[Model], set[str]]]:
    """Each raw INSERT of the product: where it stands, into what, and the columns that it names."""
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    for path in sorted(REGULARS.rglob("*.py")):
        if {"tests", "migrations"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for table, columns in INSERT.findall(node.value):
                    yield path, models[table], {each.strip() for each in columns.split(",")}


def _columns(model: type[Model]) -> list[Field[Any, Any]]:
    """The columns that must hold something and that the database does not count up by itself."""
    return [
        each
        for each in model._meta.concrete_fields
        if not each.null and not isinstance(each, AutoField | BigAutoField)
    ]


def _written_raw() -> set[type[Model]]:
    return {model for _path, model, _columns in _inserts()}


def test_the_raw_inserts_are_found():
    assert {model._meta.db_table for model in _written_raw()} >= {
        *("kernel_event", "kernel_keptanswer", "inboxes_delivery", "inboxes_ledgerentry"),
        *("contacts_contact", "contacts_contactidentity", "contacts_group"),
        *("conversations_conversation", "conversations_message", "conversations_messagestatus"),
        *("conversations_outgoingmessage", "conversations_unmatchedstatus"),
    }


def test_a_raw_insert_names_every_column_that_has_no_default_in_the_database():
    missing = {
        f"{path.name}: {model.__name__}": left_out
        for path, model, named in _inserts()
        if (left_out := {each.column for each in _columns(model) if each.db_default is NOT_PROVIDED} - named)
    }
    assert missing == {}


def test_where_python_has_a_default_the_database_has_it_too():
    without = [
        f"{model.__name__}.{each.name}"
        for model in _written_raw()
        for each in _columns(model)
        if not each.primary_key and each.default is not NOT_PROVIDED and each.db_default is NOT_PROVIDED
    ]
    assert without == []


def test_both_defaults_say_the_same():
    different = [
        f"{model.__name__}.{each.name}"
        for model in _written_raw()
        for each in _columns(model)
        if each.default is not NOT_PROVIDED and each.db_default is not NOT_PROVIDED and not _agree(each)
    ]
    assert different == []


def _agree(column: Field[Any, Any]) -> bool:
    if column.default is clock.now:
        return isinstance(column.db_default, Now)
    stored = column.db_default.value if isinstance(column.db_default, Value) else column.db_default
    return bool(stored == column.get_default())
