"""Columns of a batch arrive at PostgreSQL as they were, whatever is in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError, connection
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.adapt import PyFormat, Transformer
from psycopg.types.array import ListBinaryDumper

from regulars.kernel.ids import new_id

texts = st.text(st.characters(blacklist_characters="\x00", blacklist_categories=["Cs"]), max_size=2000)


def _there_and_back(type_name: str, items: list[Any]) -> list[Any]:
    statement = f"SELECT value FROM unnest(%b::{type_name}[]) AS value"  # noqa: S608 (our own word)
    with connection.cursor() as cursor:
        cursor.execute(statement, [items])
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | texts, max_size=30), st.lists(st.none() | st.uuids(), max_size=30))
def test_texts_and_uuids_come_back(words, ids):
    assert _there_and_back("text", words) == words
    assert _there_and_back("uuid", ids) == ids


@pytest.mark.django_db
def test_long_texts_come_back():
    words = ["ข้อความ" * 5000, "", None, "a" * 1023, "b" * 1024]
    assert _there_and_back("text", words) == words


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("type_name", "items"),
    [
        ("bigint", [1, None, 2**40]),
        ("bool", [True, None, False]),
        ("timestamptz", [datetime(2026, 11, 22, tzinfo=UTC), None]),
        ("text", [["a", "b"], ["c", None]]),
        ("uuid", []),
        ("text", [None, None]),
    ],
)
def test_other_lists_are_left_to_psycopg(type_name, items):
    flat = [value for item in items for value in (item if isinstance(item, list) else [item])]
    assert _there_and_back(type_name, items) == flat


ONE_VALUES: list[tuple[str, Any]] = [
    ("text", "ข้อความ"),
    ("text", ""),
    ("uuid", new_id()),
    ("jsonb", '{"a": 1}'),
    ("bool", False),
    ("int", 3),
    ("bigint", 2**40),
    ("timestamptz", datetime(2026, 11, 22, tzinfo=UTC)),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("type_name", "value"), ONE_VALUES)
def test_one_value_throughout_comes_back(type_name, value):
    (alone,) = _there_and_back(type_name, [value])
    for count in (2, 3000):
        assert _there_and_back(type_name, [value] * count) == [alone] * count
    assert _there_and_back(type_name, [value, value, None, value]) == [alone, alone, None, alone]


def test_one_value_is_written_as_psycopg_writes_it():
    for _type_name, value in ONE_VALUES:
        items = [value] * 7
        dumper: Any = Transformer().get_dumper(items, PyFormat.BINARY)
        assert dumper.dump(items) == ListBinaryDumper.dump(dumper, items)


@pytest.mark.django_db
def test_mixed_lists_are_refused():
    with pytest.raises(DataError, match="mixed types"):
        _there_and_back("text", ["a", new_id()])


def test_the_short_way_is_taken_and_writes_the_same(monkeypatch):
    lists: list[list[Any]] = [["a", None, "ü"], [new_id(), None]]
    dumpers: list[Any] = [Transformer().get_dumper(items, PyFormat.BINARY) for items in lists]
    written = [dumper.dump(items) for dumper, items in zip(dumpers, lists, strict=True)]
    by_psycopg = [ListBinaryDumper.dump(*pair) for pair in zip(dumpers, lists, strict=True)]
    assert written == by_psycopg
    monkeypatch.setattr(ListBinaryDumper, "dump", None)
    assert [dumper.dump(items) for dumper, items in zip(dumpers, lists, strict=True)] == written
