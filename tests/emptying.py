"""Empty the test database after a test whose transactions were real: rows go, and only from tables that have some.

Django truncates every table instead, which makes some thousand files anew, and then writes its content types and
permissions anew, which no test changes.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.test import TransactionTestCase
from psycopg import sql

KEPT = frozenset({"auth_permission", "django_content_type"})
"""what migrating writes"""


def empty_after_tests() -> None:
    """From now on, in place of what Django does."""
    TransactionTestCase._fixture_teardown = lambda _case: empty_database()  # type: ignore[attr-defined]


def empty_database() -> None:
    """Delete all rows in one transaction, at whose end the references are looked after."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _tables_with_rows():
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


def _tables_with_rows() -> list[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    asked = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(table), sql.Identifier(table))
        for table in sorted(set(tables) - KEPT)
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(asked))
        return [name for (name,) in cursor.fetchall()]
