from __future__ import annotations

from uuid import UUID, uuid4

import msgspec
import pytest

from regulars.web.live.presence import (
    LOOKS_FOR_SECONDS,
    WRITES_FOR_SECONDS,
    Beat,
    Board,
    Person,
    State,
    read_beat,
)

HERE, ANA, BEN = uuid4(), uuid4(), uuid4()


def beat(member: UUID, state: State, where: UUID = HERE) -> Beat:
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
