"""`regulars replay`: real processes, on a database of their own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from regulars.commands.tests.test_command_line import regulars


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--delivery", "7", "--failed"), "--delivery names the deliveries"),
        (("--events", "--since", "2026-11-29"), "--events is about parked events"),
        (("--since", "yesterday"), "--since is 'yesterday'; it must be a time like"),
        (("--delivery", "x"), "'x' is not a valid integer"),
    ],
)
def test_what_makes_no_sense_is_said(arguments: tuple[str, ...], sentence: str):
    done = regulars("replay", *arguments)
    assert (done.returncode, sentence in done.stderr, done.stdout) == (2, True, "")


@pytest.fixture
def own_database() -> Iterator[str]:
    """The home of this test owns it: other files of commands bring homes of theirs to the common one."""
    usual = os.environ["DATABASE_URL"]
    base, _slash, rest = usual.rpartition("/")
    _name, mark, query = rest.partition("?")
    name = f"replay_{os.getpid()}"
    with psycopg.connect(usual, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield f"{base}/{name}{mark}{query}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_what_failed_waits_to_be_read_again(tmp_path: Path, own_database: str):
    place = {"REGULARS_HOME": str(tmp_path), "DATABASE_URL": own_database}
    regulars("migrate", **place)
    name, email = f"Replay {tmp_path.name}", f"{tmp_path.name}@replay.example"
    made = regulars("create-owner", "--workspace", name, "--email", email, "--json", **place)
    slug = json.loads(made.stdout)["workspace"]
    with psycopg.connect(own_database, autocommit=True) as session:
        failed, read = _store(session, slug, "failed"), _store(session, slug, "processed")
        first = regulars("replay", "--workspace", slug, "--json", **place)
        assert json.loads(first.stdout) == {"deliveries": 1, "workspaces": {slug: 1}}
        assert _states(session, failed, read) == ["failed", "processed"]
        assert _jobs(session, slug) == [("inboxes.replay", "waiting", 1)]
        twice = regulars("replay", "--workspace", slug, "--json", **place)
        assert (json.loads(twice.stdout)["deliveries"], len(_jobs(session, slug))) == (1, 1)
        one = regulars("replay", "--delivery", str(read), "--workspace", name, **place)
        assert one.stdout == "1 delivery will be read again by the workers that run.\n"
        assert _states(session, failed, read) == ["failed", "pending"]
        again = regulars("replay", "--delivery", str(read), "--workspace", slug, **place)
        assert (again.returncode, "there is no such delivery any more" in again.stderr) == (1, True)
        events = regulars("replay", "--events", "--workspace", slug, "--json", **place)
        assert json.loads(events.stdout) == {"parked_events": 0, "workspaces": {slug: 0}}
        session.execute("DELETE FROM kernel_job")
        session.execute("DELETE FROM inboxes_delivery WHERE id = ANY(%s)", [[failed, read]])
    unknown = regulars("replay", "--workspace", "nobody", **place)
    assert (unknown.returncode, unknown.stderr.split(";")[0]) == (1, "Error: --workspace is 'nobody'")


def _store(session: psycopg.Connection, slug: str, state: str) -> int:
    connection_id = uuid4()
    session.execute(
        "INSERT INTO inboxes_connection (id, workspace_id, channel, key, name, account_id, app_id, verify_token,"
        " app_secrets, access_token, created_at)"
        " SELECT %s, id, 'whatsapp', %s, 'x', '1', '', '', '', '', now() FROM workspaces_workspace WHERE slug = %s",
        [connection_id, connection_id.hex, slug],
    )
    row = session.execute(
        "INSERT INTO inboxes_delivery (connection_id, body, update_counts, state) VALUES (%s, '{}', '{\"\": 1}', %s)"
        " RETURNING id",
        [connection_id, state],
    ).fetchone()
    assert row is not None
    return int(row[0])


def _jobs(session: psycopg.Connection, slug: str) -> list[tuple[str, str, int]]:
    return session.execute(
        "SELECT kind, status, total FROM kernel_job j JOIN workspaces_workspace w ON w.id = j.workspace_id"
        " WHERE w.slug = %s",
        [slug],
    ).fetchall()


def _states(session: psycopg.Connection, *ids: int) -> list[str]:
    rows = session.execute("SELECT state FROM inboxes_delivery WHERE id = ANY(%s) ORDER BY id", [list(ids)])
    return [row[0] for row in rows.fetchall()]
