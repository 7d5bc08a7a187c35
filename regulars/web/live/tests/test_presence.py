from __future__ import annotations

import dataclasses
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec.structs import replace

from regulars.conversations.access import ConversationFacts, Staffing
from regulars.web.live.answering import Answering, AnsweringTold
from regulars.web.live.presence import (
    LOOKS_FOR_SECONDS,
    WRITES_FOR_SECONDS,
    Beat,
    Board,
    Person,
    Said,
    State,
    read_beat,
)
from regulars.workspaces.access import Actor

HERE, ANA, BEN = uuid4(), uuid4(), uuid4()


def beat(member: UUID, state: Said, where: UUID = HERE) -> Beat:
    return Beat(where, Person(member, "Ana" if member == ANA else "Ben", "A", 1), state)


def states(board: Board, now: float) -> dict[str, State]:
    return {person.name: state for person, state in board.people(HERE, now)}


def test_who_is_there_is_told_once_and_forgotten_by_itself() -> None:
    board = Board()
    assert board.hear(beat(ANA, "looking"), 0)
    assert not board.hear(beat(ANA, "looking"), 20)
    assert board.hear(beat(BEN, "writing"), 20)
    assert not board.hear(beat(BEN, "writing"), 26)
    assert states(board, 26) == {"Ben": "writing", "Ana": "looking"}
    assert board.hear(beat(BEN, "noting"), 27)

    ends = 27 + WRITES_FOR_SECONDS
    assert board.forget_old(27, ends - 1) == set()
    assert board.forget_old(ends - 1, ends) == {HERE}
    assert states(board, ends) == {"Ana": "looking", "Ben": "looking"}
    assert board.forget_old(ends, 20 + LOOKS_FOR_SECONDS) == {HERE}
    assert (board.has(HERE, ANA), board.has(HERE, BEN)) == (False, True)

    assert board.hear(beat(BEN, "gone"), 70)
    assert board.places == {}
    assert not board.hear(beat(BEN, "gone"), 71)
    assert board.places == {}


@pytest.mark.parametrize("payload", ["", "{}", '{"state": "dancing"}', "[]"])
def test_what_is_no_beat_is_not_heard(payload: str) -> None:
    assert read_beat(payload) is None


def test_a_beat_arrives_as_it_was_told() -> None:
    said = beat(ANA, "writing")
    assert read_beat(msgspec.json.encode(said).decode()) == said


FACTS = ConversationFacts(uuid4(), uuid4(), None, None)


def answers(member: UUID, *, holds: bool = True) -> Beat:
    return replace(beat(member, "writing"), holds=holds, facts=FACTS)


def told_of(news: list[Answering]) -> list[tuple[str | None, bool]]:
    return [(each.person.name if each.person else None, each.is_conflict) for each in news]


def test_lists_are_told_who_answers_once_and_when_it_is_over() -> None:
    board, lists = Board(), AnsweringTold()
    steps: tuple[tuple[Beat, list[tuple[str | None, bool]]], ...] = (
        (beat(ANA, "looking"), []),
        (answers(BEN), [("Ben", False)]),
        (answers(BEN), []),
        (answers(ANA, holds=False), [("Ben", True)]),
        (beat(BEN, "gone"), [("Ana", False)]),
        (beat(ANA, "noting"), [(None, False)]),
        (beat(ANA, "looking"), []),
    )
    for each, news in steps:
        board.hear(each, 10.0)
        assert told_of(lists.news(board, {HERE}, 10.0)) == news
    board.hear(answers(ANA), 20.0)
    assert told_of(lists.news(board, {HERE}, 20.0)) == [("Ana", False)]
    assert told_of(lists.all(board, 21.0)) == [("Ana", False)]
    assert [(person.name, state) for person, state in board.people(HERE, 21.0)] == [("Ana", "answering")]
    later = 21.0 + WRITES_FOR_SECONDS
    assert HERE in board.forget_old(21.0, later)
    assert told_of(lists.news(board, {HERE}, later)) == [(None, False)]


def test_only_who_may_see_the_conversation_is_told() -> None:
    actor = Actor(
        "member",
        ANA,
        FACTS.workspace_id,
        "Ana",
        "agent",
        frozenset({"conversations:read"}),
        reach={"conversations": "all"},
    )
    staffing = Staffing({}, {})
    seen = Answering(HERE, FACTS, None, is_conflict=False)
    assert seen.is_seen_by(actor, staffing)
    assert not seen.is_seen_by(dataclasses.replace(actor, workspace_id=uuid4()), staffing)
