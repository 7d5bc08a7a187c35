"""``python -m tests.running.noting_worker``: the product's worker, which notes what it hands to reactions.

Beside what a reaction does and in the same transaction, a row of ``handled`` for each event: what was handled twice is
there twice. One reaction more, ``tests.everything``, takes every kind of event.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import uvloop  # noqa: E402
from django.db import connection  # noqa: E402

from config import running, wiring  # noqa: E402
from regulars.kernel.events import Event, Recorded  # noqa: E402
from regulars.kernel.reactions import Reaction  # noqa: E402

TABLES = """
CREATE TABLE IF NOT EXISTS handled (
  place bigint GENERATED ALWAYS AS IDENTITY, reaction text, generation int, transaction_id bigint, event_id bigint
);
CREATE TABLE IF NOT EXISTS wanted (reaction text PRIMARY KEY, kinds text[]);
"""
EVERYTHING = "tests.everything"


def noted(reaction: Reaction) -> Reaction:
    return replace(reaction, run=_noting(reaction.name, reaction.run))


def _noting(name: str, run: Callable[[Sequence[Recorded]], None]) -> Callable[[Sequence[Recorded]], None]:
    def run_and_note(happened: Sequence[Recorded]) -> None:
        run(happened)
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO handled (reaction, generation, transaction_id, event_id) VALUES (%s, %s, %s, %s)",
                [
                    (name, each.position.generation, each.position.transaction_id, each.position.event_id)
                    for each in happened
                ],
            )

    return run_and_note


def main() -> None:
    everything = Reaction(EVERYTHING, tuple(Event.kinds.values()), lambda _happened: None)
    reactions = tuple(noted(each) for each in (*wiring.REACTIONS, everything))
    wiring.REACTIONS = reactions
    refusal = running.refusal_to_run()
    assert not refusal, refusal
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.executemany(
            "INSERT INTO wanted VALUES (%s, %s) ON CONFLICT (reaction) DO NOTHING",
            [(each.name, each.kinds) for each in reactions],
        )
    connection.close()
    from config import worker

    uvloop.run(worker.main())


if __name__ == "__main__":
    main()
