"""Clocks of generated conversations whose contact waits: drawn like all others, and told to nobody.

What was due before anybody looked counts as told: a shop that is made up warns nobody of last month.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import connection, transaction

from regulars.conversations.models import Conversation
from regulars.kernel import clock
from regulars.kernel.generating import Generated, Run
from regulars.service_levels.drawing import draw_silently
from regulars.service_levels.following_up import look_again, note_said
from regulars.service_levels.models import AnswerClock

AT_ONCE = 5_000
_TOLD = """
UPDATE service_levels_answerclock SET
  warned_at = CASE WHEN warn_at <= %(now)s THEN warn_at END,
  breached_at = CASE WHEN due_at <= %(now)s THEN due_at END,
  rings_at = CASE WHEN warn_at > %(now)s THEN warn_at WHEN due_at > %(now)s THEN due_at END
WHERE conversation_id = ANY(%(ids)s) AND met_at IS NULL AND stopped_at IS NULL
"""
CONVERSATIONS, CLOCKS = (
    str(each._meta.db_table)  # noqa: SLF001 -- Django's public way to a table's name
    for each in (Conversation, AnswerClock)
)


def generated_clocks() -> Generated:
    return Generated((), check=lambda run: None, write=_write, watches=frozenset({CONVERSATIONS}))


def _write(run: Run) -> Iterator[int]:
    for ids in run.made(CONVERSATIONS, AT_ONCE):
        run.rows[CLOCKS] += _draw(ids)
        yield 0


@transaction.atomic
def _draw(ids: Sequence[UUID]) -> int:
    changed = draw_silently(ids)
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, {"now": clock.now(), "ids": list(changed)})
    note_said(dict.fromkeys(ids))
    look_again(ids)
    return len(changed)
