"""Another secret key: everything that lies sealed in the database is sealed anew, batch by batch.

Nothing is noted of how far it is: each row says by itself under which key it lies. Stopped anywhere, by whatever, it
goes on where it was when it is begun again, for what is sealed anew already costs a look. A batch is a transaction that
holds its rows, so what somebody writes meanwhile is neither lost nor overwritten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from psycopg import sql

from regulars.kernel.crypto import SealedField, Undecryptable, decrypt, keyed_mark

AT_ONCE = 500
"""rows of a table that are held and sealed anew together"""
Row = tuple[Any, ...]
"""the key of a row, then what is sealed in it, in the order of the fields"""
Lies = Literal["now", "before", "lost"]
"""under which key something lies: of now, one before, or none that this server has"""


@dataclass(slots=True)
class Progress:
    """How far it is, in rows of all tables."""

    rows: int
    seen: int = 0
    sealed: Counter[Lies] = field(default_factory=Counter)
    """what was found, by the key that it lay under"""


def other_processes() -> int:
    """How many connections processes hold that run with another key, and would go on to seal under it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees what it saw first
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
            " AND starts_with(application_name, 'regulars:') AND application_name <> %s",
            [f"regulars:{settings.KEY_MARK}"],
        )
        (found,) = cursor.fetchone()
    return int(found)


def count_sealed() -> Progress:
    """Reads every row and changes none."""
    progress = Progress(_count())
    for table in _tables():
        after: Any = None
        while rows := _read(table, after, sql.SQL("")):
            _look(table, rows, progress)
            after = rows[-1][0]
    return progress


def seal_anew() -> Generator[Progress, None, None]:
    """Under the key of now, everything that lies under one before; told after each batch, which then stands."""
    progress = Progress(_count())
    for table in _tables():
        after: Any = None
        while rows := _seal_batch(table, after, progress):
            after = rows[-1][0]
            yield progress


@transaction.atomic
def _seal_batch(table: Table, after: Any, progress: Progress) -> list[Row]:
    rows = _read(table, after, sql.SQL("FOR NO KEY UPDATE"))
    _write(table, _look(table, rows, progress))
    return rows


@dataclass(frozen=True, slots=True)
class Table:
    """One that holds something sealed."""

    name: str
    key: str
    sealed: tuple[str, ...]
    """its columns"""
    fields: tuple[SealedField, ...]
    """of each column"""
    marks: tuple[tuple[int, str, str], ...]
    """the place of a sealed column, the column of its keyed hash, and what that is for"""

    @property
    def holds(self) -> sql.Composed:
        """Of a row, that there is something sealed in it."""
        tests = (
            sql.SQL(each.holds).format(sql.Identifier(column))
            for column, each in zip(self.sealed, self.fields, strict=True)
        )
        return sql.SQL("({})").format(sql.SQL(" OR ").join(tests))


def _tables() -> list[Table]:
    """In an order that stays."""
    found = {
        each.name: each for model in apps.get_models(include_auto_created=True) if (each := _table(model))
    }
    return [found[name] for name in sorted(found)]


def _table(model: type[models.Model]) -> Table | None:
    about = model._meta  # noqa: SLF001 -- Django's public way to a model's columns
    fields: list[Any] = [each for each in about.local_fields if isinstance(each, SealedField)]
    if not fields or about.proxy or not about.managed:
        return None
    marks = tuple((place, *each.mark) for place, each in enumerate(fields) if each.mark)
    columns = tuple(str(each.column) for each in fields)
    return Table(about.db_table, str(about.pk.column), columns, tuple(fields), marks)


def _count() -> int:
    with connection.cursor() as cursor:
        found = 0
        for table in _tables():
            counted = sql.SQL("SELECT count(*) FROM {} WHERE {}")
            cursor.execute(counted.format(sql.Identifier(table.name), table.holds))
            found += cursor.fetchone()[0]
        return found


def _read(table: Table, after: Any, hold: sql.SQL) -> list[Row]:
    key = sql.Identifier(table.key)
    beyond = sql.SQL("") if after is None else sql.SQL("AND {} > %s").format(key)
    query = sql.SQL(
        "SELECT {columns} FROM {table} WHERE {holds} {beyond} ORDER BY {key} LIMIT %s {hold}"
    ).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, (table.key, *table.sealed))),
        table=sql.Identifier(table.name),
        holds=table.holds,
        beyond=beyond,
        key=key,
        hold=hold,
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [*([] if after is None else [after]), AT_ONCE])
        return list(cursor.fetchall())


def _look(table: Table, rows: Sequence[Row], progress: Progress) -> dict[Any, list[Any]]:
    """What each row is to have instead, by its key; rows that stay as they are are left out."""
    changed = {}
    for key, *sealed in rows:
        found = [_anew(how, each) for how, each in zip(table.fields, sealed, strict=True)]
        lies: Lies = "now"
        if any(each[0] == "lost" for each in found):
            lies = "lost"
        elif any(each[0] == "before" for each in found):
            lies = "before"
        progress.sealed[lies] += 1
        if any(lay == "before" for lay, _sealed in found):
            changed[key] = [anew for _lay, anew in found]
        progress.seen += 1
    return changed


def _anew(how: SealedField, sealed: Any) -> tuple[Lies, Any]:
    if sealed is None:
        return "now", None
    try:
        anew = how.anew(sealed)
    except Undecryptable:
        return "lost", sealed
    return ("now", sealed) if anew is None else ("before", anew)


def _write(table: Table, changed: dict[Any, list[Any]]) -> None:
    if not changed:
        return
    columns = [*table.sealed, *(column for _place, column, _purpose in table.marks)]
    settled = [sql.SQL("{0} = COALESCE(%s, {0})").format(sql.Identifier(each)) for each in columns]
    statement = sql.SQL("UPDATE {table} SET {settled} WHERE {key} = %s").format(
        table=sql.Identifier(table.name), settled=sql.SQL(", ").join(settled), key=sql.Identifier(table.key)
    )
    written = [
        [
            *sealed,
            *(_mark(sealed[place], purpose) for place, _column, purpose in table.marks),
            key,
        ]
        for key, sealed in changed.items()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, written)


def _mark(sealed: str | None, purpose: str) -> str | None:
    """None: of nothing, and of what no key opens, there is none; the one that stands there stays."""
    try:
        return None if sealed is None else keyed_mark(decrypt(sealed), purpose)
    except Undecryptable:
        return None
