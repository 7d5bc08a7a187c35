"""Generated cases: some of the conversations that are made beside them have one, in every state."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from regulars.cases.history import STARTED
from regulars.cases.models import FIRST_NUMBER, OUTCOMES, PRIORITIES, STATUSES
from regulars.cases.operations.arranging import create_category
from regulars.cases.queries.settings import categories_in
from regulars.kernel.generating import NULL, Generated, Run, escaped
from regulars.kernel.ids import written_id_at
from regulars.workspaces.access import system_actor
from regulars.workspaces.models import Member

EACH = 20
"""conversations for a case"""
AT_ONCE = 5_000
ID_BITS = 74
RESOLVED = 0.7
CATEGORIES = (("Complaint", "red", "complaint"), ("Return", "amber", "return"), ("Repair", "olive", "repair"))
TITLES = (
    "Arrived broken",
    "Wrong size",
    "파손된 상품 교환",
    "Не пришла посылка",
    "ขอใบเสนอราคา",
    "Invoice is wrong",
    "Repair under warranty",
)
_CASE = (
    "id, workspace_id, number, title, status, priority, category_id, owner_id, due_at, outcome, opened_at,"
    " opened_by_id, opened_by_name, resolved_at, updated_at"
)
_LINK = "id, workspace_id, case_id, {}_id, linked_at, by_name"
_HISTORY = "case_id, workspace_id, fact, value, name, from_at, by_kind, why"
_ACTIVITY = "id, workspace_id, case_id, kind, actor_name, at"


class _Talk(NamedTuple):
    id: UUID
    contact_id: UUID | None
    since: datetime


class _Lines(NamedTuple):
    """Rows by table, in COPY's text form."""

    cases: list[str]
    conversations: list[str]
    contacts: list[str]
    history: list[str]
    activities: list[str]


def generated_cases() -> Generated:
    """Nobody asks for a number of them: one for so many conversations that are made."""
    return Generated((), check=lambda _run: None, write=_write)


def _write(run: Run) -> Iterator[int]:
    wanted = run.amounts.get("conversations", 0) // EACH
    if wanted:
        _make_all(run, wanted)
    yield from ()


def _make_all(run: Run, wanted: int) -> None:
    dice = run.dice("cases")
    kinds = _kinds(run.workspace_id)
    members = Member.objects.filter(workspace_id=run.workspace_id).select_related("user")
    owners = [(each.id.hex, escaped(str(each))) for each in members.order_by("created_at", "id")]
    last = UUID(int=0)
    while wanted > 0 and (talks := _talks(run, last, min(wanted, AT_ONCE))):
        _make_some(run, talks, kinds, owners, dice)
        wanted, last = wanted - len(talks), talks[-1].id


def _kinds(workspace_id: UUID) -> list[tuple[str, str]]:
    """Id and name of each; the usual ones where there are none."""
    if not categories_in(workspace_id).exists():
        for name, color, icon in CATEGORIES:
            create_category(workspace_id, name, color=color, icon=icon, by=system_actor(workspace_id, "seed"))
    return [(each.id.hex, escaped(each.name)) for each in categories_in(workspace_id)]


def _talks(run: Run, after: UUID, limit: int) -> list[_Talk]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, contact_id, created_at FROM conversations_conversation"
            " WHERE workspace_id = %s AND id > %s AND hashtext(id::text) %% %s = 0 ORDER BY id LIMIT %s",
            [run.workspace_id, after, EACH, limit],
        )
        return [_Talk(*row) for row in cursor.fetchall()]


@transaction.atomic
def _make_some(
    run: Run,
    talks: Sequence[_Talk],
    kinds: Sequence[tuple[str, str]],
    owners: Sequence[tuple[str, str]],
    dice: random.Random,
) -> None:
    lines = _Lines([], [], [], [], [])
    number = _numbers(run.workspace_id, len(talks))
    for place, talk in enumerate(talks):
        _draw(run, talk, number + place, dice.choice(kinds), dice.choice(owners), dice, lines)
    run.copy("cases_case", _CASE, lines.cases)
    run.copy("cases_caseconversation", _LINK.format("conversation"), lines.conversations)
    run.copy("cases_casecontact", _LINK.format("contact"), lines.contacts)
    run.copy("cases_casehistory", _HISTORY, lines.history)
    run.copy("cases_caseactivity", _ACTIVITY, lines.activities)


def _numbers(workspace_id: UUID, count: int) -> int:
    """The first of so many that follow each other."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [workspace_id, FIRST_NUMBER - 1 + count, count])
        ((last,),) = cursor.fetchall()
    return int(last) - count + 1


_TAKE = """
INSERT INTO cases_casesettings AS known (workspace_id, last_number) VALUES (%s, %s)
ON CONFLICT (workspace_id) DO UPDATE SET last_number = known.last_number + %s RETURNING last_number
"""


def _draw(
    run: Run,
    talk: _Talk,
    number: int,
    kind: tuple[str, str],
    owner: tuple[str, str],
    dice: random.Random,
    lines: _Lines,
) -> None:
    opened = _between(talk.since, run.until, dice)
    status = "resolved" if dice.random() < RESOLVED else dice.choice(STATUSES[:-1])
    resolved = _between(opened, run.until, dice) if status == "resolved" else None
    due = opened + timedelta(days=dice.randrange(1, 20)) if dice.random() < 0.5 else None
    priority = dice.choices(PRIORITIES, (1, 6, 2, 1))[0]
    case_id, at, house = _id(opened, dice), opened.isoformat(), run.workspace_id.hex
    ended = resolved.isoformat() if resolved else NULL
    outcome = dice.choices(OUTCOMES, (8, 1, 1))[0] if resolved else ""
    title = escaped(dice.choice(TITLES))
    said = (case_id, house, str(number), title, status, priority, kind[0], owner[0])
    until = (due.isoformat() if due else NULL, outcome, at, *owner, ended, ended if resolved else at)
    lines.cases.append("\t".join((*said, *until)))
    lines.conversations.append("\t".join((_id(opened, dice), house, case_id, talk.id.hex, at, owner[1])))
    if talk.contact_id:
        lines.contacts.append(
            "\t".join((_id(opened, dice), house, case_id, talk.contact_id.hex, at, owner[1]))
        )
    facts = (("status", status, ""), ("priority", priority, ""), ("team", NULL, ""))
    for fact, value, name in (
        *facts,
        ("owner", _dashed(owner[0]), owner[1]),
        ("category", _dashed(kind[0]), kind[1]),
    ):
        lines.history.append(f"{case_id}\t{house}\t{fact}\t{value}\t{name}\t{at}\timport\t{STARTED}")
    lines.activities.append("\t".join((_id(opened, dice), house, case_id, "opened", owner[1], at)))


def _id(at: datetime, dice: random.Random) -> str:
    return written_id_at(int(at.timestamp() * 1_000), dice.getrandbits(ID_BITS))


def _dashed(written: str) -> str:
    return str(UUID(written))


def _between(after: datetime, until: datetime, dice: random.Random) -> datetime:
    return after + timedelta(seconds=max(0, int(dice.random() * (until - after).total_seconds())))
