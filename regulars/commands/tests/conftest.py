"""Databases beside the session's, for commands that change what all of one share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import psycopg
import pytest


@pytest.fixture
def other_database() -> Iterator[Callable[[str, str], str]]:
    base, _slash, rest = os.environ["DATABASE_URL"].rpartition("/")
    _name, mark, query = rest.partition("?")
    made: list[str] = []

    def make(name: str, options: str = "") -> str:
        on_server(f"CREATE DATABASE {name} TEMPLATE template0 {options}")
        made.append(name)
        return f"{base}/{name}{mark}{query}"

    yield make
    for name in made:
        on_server(f"DROP DATABASE {name} WITH (FORCE)")


def on_server(statement: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(statement.encode())
