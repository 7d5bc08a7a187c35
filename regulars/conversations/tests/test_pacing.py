"""How fast a number may speak: never above its rate, and as fast as it may."""

from __future__ import annotations

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from regulars.conversations.pacing import PeoplePace, Throughput
from regulars.inboxes.ports import PersonPace

PACE = PersonPace(seconds=6.0, burst=45)

waits = st.lists(st.floats(0, 3, allow_nan=False), min_size=1, max_size=60)


@given(st.sampled_from([1, 20, 80, 1000]), waits)
def test_no_stretch_of_time_holds_more_than_its_rate_and_one_bucket(rate: int, gaps: list[float]):
    bucket, now, sent = Throughput(rate), 100.0, []
    for gap in gaps:
        now += gap
        count = bucket.available(now)
        bucket.take(count)
        sent.append((now, count))
    for index, (began, _count) in enumerate(sent):
        total = 0
        for at, count in sent[index:]:
            total += count
            assert total <= rate * (at - began) + rate + 1e-6


@given(st.sampled_from([1, 80, 1000]), st.floats(1, 1_000))
def test_whoever_rests_has_one_second_worth_and_no_more(rate: int, rest: float):
    bucket = Throughput(rate)
    bucket.take(bucket.available(0.0))
    assert bucket.available(rest) == rate


def test_a_lower_rate_counts_at_once():
    bucket = Throughput(1000)
    assert bucket.available(0.0) == 1000
    bucket.per_second = 20
    assert bucket.available(0.0) == 20


@given(waits)
def test_no_person_gets_more_than_the_burst_and_one_each_six_seconds(gaps: list[float]):
    pace, person, now, sent = PeoplePace(PACE), uuid4(), 50.0, []
    for gap in [0.0] * 60 + gaps:
        now += gap
        if person not in pace.held(now):
            pace.note_sent(person, now)
            sent.append(now)
    assert len([at for at in sent if at == 50.0]) == PACE.burst
    for index, began in enumerate(sent):
        for count, at in enumerate(sent[index:], start=1):
            assert count <= PACE.burst + (at - began) / PACE.seconds + 1e-6


def test_others_are_not_held():
    pace, person, other = PeoplePace(PACE), uuid4(), uuid4()
    for _ in range(PACE.burst):
        pace.note_sent(person, 0.0)
    pace.note_sent(other, 0.0)
    assert pace.held(0.0) == [person]
    assert pace.held(PACE.seconds) == []


def test_a_longer_hold_is_not_shortened():
    pace, person = PeoplePace(PACE), uuid4()
    pace.hold(person, 60.0)
    pace.hold(person, 10.0)
    assert pace.held(59.0) == [person]
    assert pace.held(60.0) == []
