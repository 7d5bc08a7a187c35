"""One call is one line, told as it ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from regulars.web.inbox.calls import call_sentence, with_calls_folded
from regulars.web.inbox.view_models import ActivityView

AT = datetime(2026, 11, 22, 14, 2, tzinfo=UTC)


def step(place: int, call_id: str, **facts: object) -> ActivityView:
    return ActivityView(
        UUID(int=place),
        UUID(int=99),
        "call",
        "",
        {"call_id": call_id, **facts},
        AT + timedelta(seconds=place),
    )


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([("connect", "in", None, "")], "The contact called"),
        ([("connect", "in", None, ""), ("terminate", "in", 54, "completed")], "The contact called · 0:54"),
        (
            [("terminate", "in", 3_723, "completed"), ("connect", "", None, "")],
            "The contact called · 1:02:03",
        ),
        (
            [("connect", "in", None, ""), ("terminate", "in", None, "completed")],
            "Missed call from the contact",
        ),
        ([("connect", "out", None, ""), ("status", "out", None, "ringing")], "We called the contact"),
        (
            [("status", "out", None, "rejected"), ("terminate", "out", None, "")],
            "The contact declined our call",
        ),
        (
            [("connect", "out", None, ""), ("terminate", "out", 0, "failed")],
            "We called; the contact did not answer",
        ),
        (
            [("status", "out", None, "accepted"), ("terminate", "out", 151, "")],
            "We called the contact · 2:31",
        ),
    ],
)
def test_the_steps_of_a_call_are_one_line_with_its_length(
    steps: list[tuple[str, str, int | None, str]], said: str
) -> None:
    lines = [
        step(place, "c1", event=event, direction=direction, duration_seconds=seconds, status=status)
        for place, (event, direction, seconds, status) in enumerate(steps, start=1)
    ]
    (line,) = with_calls_folded(reversed(lines))
    assert isinstance(line, ActivityView)
    assert (line.id, line.at, call_sentence(line.facts)) == (UUID(int=1), lines[0].at, said)


def test_two_calls_and_what_has_no_id_stay_apart() -> None:
    lines = [step(1, "c1"), step(2, "c2"), step(3, "c1"), step(4, ""), step(5, "")]
    assert [line.id.int for line in with_calls_folded(lines)] == [1, 2, 4, 5]
