"""The store behind the door, on a real database: every request gets its answer, and what is stored adds up."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection

from regulars.channels.door import storing
from regulars.channels.door.storing import DeliveryStore, Unavailable
from regulars.kernel import room
from regulars.kernel.crypto import open_bytes

OWNER = uuid4()
pytestmark = pytest.mark.django_db(transaction=True)


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


async def put_all(url: str, *requests: tuple[UUID | None, bytes, dict[str, int], str]) -> None:
    store = DeliveryStore(url)
    await asyncio.gather(*(store.put(*request) for request in requests))
    await store.close()


def test_a_group_is_stored_in_its_order_with_its_ledger(database_url):
    bodies = [b"\x00\xff{1}", b"", b"x" * 100_000]
    asyncio.run(
        put_all(
            database_url,
            (OWNER, bodies[0], {"100": 2}, ""),
            (None, b"not kept", {"": 1}, "unknown-connection"),
            (OWNER, bodies[1], {"100": 1, "été-ไทย": 3}, ""),
            (OWNER, bodies[2], {"": 1}, ""),
        )
    )
    stored = rows("SELECT connection_id, body, update_counts::text FROM inboxes_delivery ORDER BY id")
    assert [(row[0], open_bytes(bytes(row[1]))) for row in stored] == [(OWNER, body) for body in bodies]
    assert [row[2] for row in stored] == ['{"100": 2}', '{"100": 1, "été-ไทย": 3}', '{"": 1}']
    ledger = rows(
        "SELECT connection_id, address, flow, outcome, reason, sum(update_count), sum(delivery_count)"
        " FROM inboxes_ledgerentry GROUP BY 1, 2, 3, 4, 5 ORDER BY 3, 2"
    )
    assert ledger == [
        (None, "", "door", "rejected", "unknown-connection", 1, 1),
        (OWNER, "", "inbound", "received", "", 1, 1),
        (OWNER, "100", "inbound", "received", "", 3, 2),
        (OWNER, "été-ไทย", "inbound", "received", "", 3, 0),
    ]


def test_nothing_but_refusals(database_url):
    asyncio.run(put_all(database_url, (OWNER, b"", {"": 1}, "bad-signature"), (None, b"", {"": 1}, "x")))
    assert rows("SELECT count(*) FROM inboxes_delivery") == [(0,)]
    assert rows("SELECT sum(update_count) FROM inboxes_ledgerentry WHERE flow = 'door'") == [(2,)]


def test_more_than_a_socket_takes_at_once(database_url):
    """40 MB in three groups: the kernel takes them in many pieces."""
    big = bytes(range(256)) * 16_384
    asyncio.run(put_all(database_url, *[(OWNER, big, {"100": 1}, "")] * 10))
    assert [open_bytes(row[0]) == big for row in rows("SELECT body FROM inboxes_delivery")] == [True] * 10


def test_a_lost_connection_costs_one_answer_and_no_row(database_url):
    async def story() -> None:
        store = DeliveryStore(database_url)
        await store.put(OWNER, b"before", {"100": 1})
        end_connections(database_url)
        try:
            await store.put(OWNER, b"between", {"100": 1})
        except Unavailable:
            await store.put(OWNER, b"between", {"100": 1})
        await store.put(OWNER, b"after", {"100": 1})
        await store.close()

    asyncio.run(story())
    assert [open_bytes(bytes(row[0])) for row in rows("SELECT body FROM inboxes_delivery ORDER BY id")] == [
        b"before",
        b"between",
        b"after",
    ]


def end_connections(url: str) -> None:
    """What a restart of PostgreSQL does to the store's connection."""
    with psycopg.connect(url, autocommit=True) as own:
        own.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE '%%stored AS%%' AND pid <> pg_backend_pid()"
        )


def test_what_postgresql_refuses_is_unavailable_and_the_next_is_stored(database_url):
    async def story() -> None:
        store = DeliveryStore(database_url)
        with pytest.raises(Unavailable, match="SQLSTATE 22021"):
            await store.put(OWNER, b"{}", {"a\x00b": 1}, "nul-in-a-text")
        await store.put(OWNER, b"next", {"100": 1})
        await store.close()

    asyncio.run(story())
    assert rows("SELECT count(*) FROM inboxes_delivery") == [(1,)]
    assert rows("SELECT sum(update_count) FROM inboxes_ledgerentry") == [(1,)]


def test_that_there_was_no_room_is_said_until_something_is_stored_again_or_for_a_minute(
    database_url, client, monkeypatch
):
    def told() -> str:
        word: str = client.get("/readyz").json()["checks"]["room"]
        return word

    async def story(state: str) -> None:
        store = DeliveryStore(database_url)
        with psycopg.connect(database_url, autocommit=True) as own:
            own.execute(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END$$".encode()
            )
            own.execute("CREATE TRIGGER refuse BEFORE INSERT ON inboxes_delivery EXECUTE FUNCTION refuse()")
        try:
            with pytest.raises(Unavailable, match=f"SQLSTATE {state}"):
                await store.put(OWNER, b"{}", {"100": 1})
        finally:
            with psycopg.connect(database_url, autocommit=True) as own:
                own.execute("DROP FUNCTION refuse CASCADE")
            await store.close()

    assert told() == "ok"
    asyncio.run(story("22000"))
    assert told() == "ok"
    asyncio.run(story("53100"))
    assert told() == "the database had no room for what came in 0 s ago; make room on its disk"
    assert client.get("/readyz").status_code == 503
    asyncio.run(put_all(database_url, (OWNER, b"{}", {"100": 1}, "")))
    assert told() == "ok"
    asyncio.run(story("53100"))
    monkeypatch.setattr(room, "REMEMBERED", -1.0)
    assert told() == "ok"


def test_nobody_waits_longer_than_the_deadline(database_url, monkeypatch):
    async def story() -> None:
        store = DeliveryStore(database_url)
        await store.put(OWNER, b"first", {"100": 1})
        monkeypatch.setattr(storing, "ANSWER_DEADLINE_SECONDS", 0.2)
        monkeypatch.setattr(storing, "EXPIRY_CHECK_SECONDS", 0.05)
        monkeypatch.setattr(storing, "COMMIT_DEADLINE_SECONDS", 1.0)
        with psycopg.connect(database_url) as own:
            own.execute("LOCK TABLE inboxes_delivery IN ACCESS EXCLUSIVE MODE")
            first = asyncio.create_task(store.put(OWNER, b"held", {"100": 1}))
            await asyncio.sleep(0.1)
            second = asyncio.create_task(store.put(OWNER, b"behind it", {"100": 1}))
            for each in (first, second):
                with pytest.raises(Unavailable, match="does not answer"):
                    await each
        await asyncio.sleep(1.2)
        await store.put(OWNER, b"later", {"100": 1})
        await store.close()

    asyncio.run(story())
    assert open_bytes(rows("SELECT body FROM inboxes_delivery ORDER BY id DESC LIMIT 1")[0][0]) == b"later"
