"""`regulars keys`: another key while nothing runs, killed in the middle and called again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import InvalidToken
from django.test import override_settings

from regulars.commands.tests.test_command_line import WITH_BYTECODE, regulars
from regulars.kernel.crypto import Undecryptable, decrypt, encrypt
from regulars.supervision.home import OLD_KEYS, PROJECT

ROWS = 5_000
FILL = """
INSERT INTO kernel_keptanswer (owner_id, intent, request_hash, sealed, created_at)
SELECT gen_random_uuid(), each::text, '', %s, now() FROM generate_series(1, %s) each
"""


def opens(sealed: str, key: str) -> bool:
    with override_settings(SECRET_KEY=key, SECRET_KEY_FALLBACKS=[]):
        try:
            return decrypt(sealed) == "a secret"
        except (Undecryptable, InvalidToken):
            return False


def killed_after_the_first_batch(environment: dict[str, str]) -> list[str]:
    """What it had said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "regulars", "keys", "rotate"],
        cwd=PROJECT,
        env=WITH_BYTECODE | environment,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert process.stdout is not None
    said = [process.stdout.readline(), process.stdout.readline()]
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    process.stdout.close()
    return said


def lines(done: Any) -> dict[str, str]:
    """The figures that `regulars keys` tells, by what they are of."""
    parts = (line.strip().rpartition(" ") for line in done.stdout.splitlines())
    return {" ".join(words.split()): figure for words, _space, figure in parts}


def test_a_rotation_that_is_killed_goes_on_and_forgets_the_old_key_at_its_end(
    tmp_path: Path, other_database: Callable[..., str]
) -> None:
    url = other_database(f"keys_{os.getpid()}")
    here = {
        "DATABASE_URL": url,
        "REGULARS_HOME": str(tmp_path),
        "REGULARS_SECRET_KEY": "",
        "PYTHONUNBUFFERED": "1",
    }
    assert regulars("migrate", **here).returncode == 0
    before = (tmp_path / "secret_key").read_text().strip()
    with override_settings(SECRET_KEY=before, SECRET_KEY_FALLBACKS=[]):
        sealed = encrypt("a secret")
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(FILL, [sealed, ROWS])
        with psycopg.connect(url, application_name="regulars:00000000"):
            refused = regulars("keys", "rotate", **here)
        assert refused.stderr.startswith("regulars: Regulars runs with another key (1 connections")
        assert not (tmp_path / OLD_KEYS).exists()

        said = killed_after_the_first_batch(here)
        assert (
            said[0] == "The server has a new key; the one before is kept until everything is sealed anew.\n"
        )
        now = (tmp_path / "secret_key").read_text().strip()
        assert ((tmp_path / OLD_KEYS).read_text().split(), now == before) == ([before], False)
        anew = session.execute(
            "SELECT count(*) FROM kernel_keptanswer WHERE sealed <> %s", [sealed]
        ).fetchone()
        assert anew is not None
        assert 500 <= anew[0] <= ROWS

        done = regulars("keys", "rotate", **here)
        assert (done.returncode, done.stderr, (tmp_path / OLD_KEYS).exists()) == (0, "", False)
        assert (tmp_path / "secret_key").read_text().strip() == now
        kept = session.execute("SELECT DISTINCT sealed FROM kernel_keptanswer").fetchall()
    assert all(opens(each, now) and not opens(each, before) for (each,) in kept[:20])
    told = lines(regulars("keys", **here))
    assert (told["under it"], told["under another"], told["cannot be opened"]) == (str(ROWS), "0", "0")
