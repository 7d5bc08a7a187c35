"""Events of the kernel's own tests, and a second connection to write them from."""

from __future__ import annotations

import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection

from regulars.kernel.events import Event, event


@event
class KettleBoiled(Event):
    workspace_id: UUID
    cup_id: UUID
    cup_ids: tuple[UUID, ...]
    words: tuple[str, ...]
    owner_id: UUID | None
    note: str


@event
class KettleEmptied(Event):
    workspace_id: UUID


WORKSPACE = uuid4()


def boiled(note: str = "") -> KettleBoiled:
    return KettleBoiled(WORKSPACE, uuid4(), (uuid4(), uuid4()), ("a", "b"), None, note)


@pytest.fixture
def other_session(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A session of somebody else to the same database, with a transaction that it ends by itself."""
    values = connection.get_connection_params()
    values.pop("cursor_factory", None)
    values.pop("context", None)
    with psycopg.connect(**values) as session:
        yield session
        session.rollback()


def wait_until_visible() -> None:
    """Wait for the transactions of other tests' databases: transaction ids are one row for the whole server."""
    for _ in range(12_000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT transaction_id < pg_snapshot_xmin(pg_current_snapshot()) FROM kernel_event"
                " ORDER BY generation DESC, transaction_id DESC LIMIT 1"
            )
            row = cursor.fetchone()
        if row is None or row[0]:
            return
        time.sleep(0.01)
    raise TimeoutError("somebody else's transaction runs for longer than two minutes")
