"""`regulars seed` from outside: real processes, the session's database."""

from __future__ import annotations

import json
import os
from pathlib import Path

import psycopg
import pytest

from regulars.commands.tests.test_command_line import regulars


def test_it_fills_a_workspace_of_its_own_or_leaves_none_behind(tmp_path: Path):
    place = {"REGULARS_HOME": str(tmp_path)}
    regulars("migrate", **place)
    amounts = ("--contacts", "12", "--messages", "120", "--seed", "5", "--new")
    done = regulars("seed", *amounts, "--until", "2026-11-29T08:00:00Z", "--json", **place)
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    expected = {"contacts": 12, "conversations": 6, "messages": 120, "tags": 3}
    assert (facts["seed"], facts["until"], facts["amounts"]) == (5, "2026-11-29T08:00:00+00:00", expected)
    assert facts["rows"]["conversations_message"] == 120
    assert [each["role"] for each in facts["members"]][:2] == ["owner", "admin"]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as session:
        query = (
            "SELECT count(*), count(*) FILTER (WHERE i.paused_reason = '') FROM inboxes_inbox i"
            " JOIN workspaces_workspace w ON w.id = i.workspace_id WHERE w.slug = %s"
        )
        assert session.execute(query, [facts["workspace"]]).fetchone() == (2, 0)
        known = session.execute("SELECT count(*) FROM workspaces_workspace").fetchone()
        refused = regulars(
            "seed", "--new", "--contacts", "1", "--messages", "9", "--conversations", "9", **place
        )
        assert (refused.returncode, "Ask for" in refused.stderr, refused.stdout) == (1, True, "")
        assert session.execute("SELECT count(*) FROM workspaces_workspace").fetchone() == known


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--contacts", "-1"), "--contacts"),
        (("--days", "0"), "--days"),
        (("--until", "soon"), "--until is 'soon'; it must be a time like"),
        (("--trains", "3"), "No such option"),
    ],
)
def test_a_wrong_option_is_named(arguments: tuple[str, ...], sentence: str):
    done = regulars("seed", *arguments)
    assert (done.returncode, sentence in done.stderr, done.stdout) == (2, True, "")
