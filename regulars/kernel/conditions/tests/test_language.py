"""What is written is understood, and what is wrong is named with its path."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from regulars.kernel.conditions.explaining import explain, write_verdict
from regulars.kernel.conditions.fields import join
from regulars.kernel.conditions.in_memory import Facts, matches
from regulars.kernel.conditions.language import DEEPEST, MOST_LEAVES, parse
from regulars.kernel.conditions.problems import Wrong
from regulars.kernel.conditions.tests import shop
from regulars.kernel.conditions.windows import AsOf, Stretch, parse_window, stretch_of

AGE = {"field": "person.age", "op": ">=", "value": 3}
LAST = {"field": "purchases.last_days_ago", "op": "<", "value": 1}
COUNT = {"field": "purchases.count", "op": ">=", "value": 1}


def _deep(levels: int) -> dict[str, Any]:
    written: dict[str, Any] = AGE
    for _ in range(levels):
        written = {"all": [written]}
    return written


@pytest.mark.parametrize(
    ("written", "problem", "path"),
    [
        (None, "shape", ""),
        ([AGE], "shape", ""),
        ({}, "shape", ""),
        ({"all": [AGE], "any": []}, "shape", ""),
        ({"not": [AGE]}, "shape", ""),
        ({"all": AGE}, "shape", "all"),
        ({"all": [AGE, 7]}, "shape", "all[1]"),
        ({"all": [{"any": [AGE, {**AGE, "why": 1}]}]}, "shape", "all[0].any[1].why"),
        ({"op": "is", "value": 1}, "unknown_field", "field"),
        ({"field": "person.shoes", "op": "is", "value": 1}, "unknown_field", "field"),
        ({"field": "visit.length", "op": "is", "value": 1}, "not_here", "field"),
        ({"field": "person.notes.", "op": "is", "value": 1}, "unknown_field", "field"),
        ({"field": "person.age", "op": "contains", "value": "1"}, "unknown_operator", "op"),
        ({"field": "person.age", "op": ["is"], "value": 1}, "unknown_operator", "op"),
        ({"field": "purchases.count", "op": "is_empty"}, "unknown_operator", "op"),
        ({"field": "person.age", "op": "is"}, "no_value", "value"),
        ({"field": "person.age", "op": "is", "value": "3"}, "value_type", "value"),
        ({"field": "person.age", "op": "is", "value": True}, "value_type", "value"),
        ({"field": "person.age", "op": "is", "value": 10**19}, "value_type", "value"),
        ({"field": "person.age", "op": "is", "value": float("inf")}, "value_type", "value"),
        ({"field": "person.age", "op": "in", "value": 3}, "value_list", "value"),
        ({"field": "person.age", "op": "in", "value": []}, "value_list", "value"),
        ({"field": "person.age", "op": "in", "value": [1] * 1001}, "value_list", "value"),
        ({"field": "person.age", "op": "between", "value": [3]}, "value_bounds", "value"),
        ({"field": "person.age", "op": "between", "value": [3, 1]}, "value_bounds", "value"),
        ({"field": "person.name", "op": "is", "value": ""}, "value_type", "value"),
        ({"field": "person.name", "op": "is", "value": "a\x00"}, "value_type", "value"),
        ({"field": "person.name", "op": "is", "value": "\ud800"}, "value_type", "value"),
        ({"field": "person.kind", "op": "is", "value": "club"}, "unknown_value", "value"),
        ({"field": "person.kind", "op": "in", "value": ["retail", "club"]}, "unknown_value", "value[1]"),
        ({"field": "person.owner", "op": "is", "value": "me"}, "value_type", "value"),
        ({"field": "person.born", "op": "<", "value": "2026-11-29T08:00:00"}, "value_type", "value"),
        ({"field": "person.born", "op": "<", "value": "9999-12-31T23:59:59-12:00"}, "value_type", "value"),
        ({"field": "person.debt", "op": "<", "value": 3}, "value_type", "value"),
        (
            {"field": "person.debt", "op": "<", "value": {"amount": "x", "currency": "EUR"}},
            "value_type",
            "value",
        ),
        (
            {"field": "person.debt", "op": "<", "value": {"amount": "1", "currency": "euro"}},
            "value_currency",
            "value",
        ),
        (
            {
                "field": "person.debt",
                "op": "between",
                "value": [{"amount": "1", "currency": "EUR"}, {"amount": "2", "currency": "USD"}],
            },
            "value_currency",
            "value",
        ),
        ({**AGE, "where": AGE}, "no_where", "where"),
        ({**AGE, "window": {"last": "P1D"}}, "no_window", "window"),
        ({**COUNT, "where": {"field": "person.age", "op": "is", "value": 1}}, "unknown_field", "where.field"),
        ({**COUNT, "where": [{"field": "sku", "op": "is", "value": 1}]}, "value_type", "where[0].value"),
        (
            {**COUNT, "where": {"any": [{"field": "sku", "op": "<"}]}},
            "unknown_operator",
            "where.any[0].op",
        ),
        ({"all": [{**COUNT, "window": {"last": "90 days"}}]}, "window", "all[0].window.last"),
        ({**COUNT, "window": {"last": "P0D"}}, "window", "window.last"),
        ({**COUNT, "window": {"last": "P1D", "since": "trigger"}}, "window", "window"),
        ({**COUNT, "window": {"calendar": "decade"}}, "window", "window.calendar"),
        ({**COUNT, "window": {"from": "yesterday"}}, "window", "window.from"),
        (
            {**COUNT, "window": {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}},
            "window",
            "window.to",
        ),
        ({**COUNT, "window": {"since": ""}}, "window", "window.since"),
        (
            {"field": "purchases.last_days_ago", "op": "<", "value": 1, "compare": {"last": "P1D"}},
            "no_compare",
            "compare",
        ),
        ({**COUNT, "window": {"last": "P1D"}, "compare": {"last": "P1D"}}, "no_compare", "compare"),
        ({**COUNT, "op": "in", "value": [1], "compare": {"last": "P1D"}}, "unknown_operator", "op"),
        (
            {"field": "purchases.total", "op": "<", "value": 1, "compare": {"last": "P1D"}},
            "value_type",
            "value",
        ),
        (_deep(DEEPEST + 1), "too_deep", ".".join(["all[0]"] * DEEPEST)),
        ({"all": [AGE] * (MOST_LEAVES + 1)}, "too_many", f"all[{MOST_LEAVES}]"),
    ],
)
def test_what_is_wrong_is_named_with_its_path(written: Any, problem: str, path: str) -> None:
    with pytest.raises(Wrong) as refused:
        parse(written, shop.REGISTRY, "person")
    assert (refused.value.problem, refused.value.path) == (problem, path)


def test_the_values_of_a_workspace_are_asked_for_what_a_person_writes_only() -> None:
    written = {"field": "person.owner", "op": "is", "value": str(UUID(int=99))}
    assert parse(written, shop.REGISTRY, "person").path == ""
    with pytest.raises(Wrong) as refused:
        parse(written, shop.REGISTRY, "person", known_values=lambda _field: {str(UUID(int=11))})
    assert (refused.value.problem, refused.value.path) == ("unknown_value", "value")


def test_two_rooms_cannot_contribute_one_field() -> None:
    with pytest.raises(ValueError, match=r"person\.name"):
        join([shop.SHOP, shop.SHOP])


SEOUL, NEW_YORK = ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York")


def _utc(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("window", "at", "zone", "start", "end"),
    [
        ({"last": "P90D"}, _utc(2026, 11, 18), UTC, _utc(2026, 8, 20) + TICK, _utc(2026, 11, 18) + TICK),
        ({"last": "P1M"}, _utc(2026, 3, 31), UTC, _utc(2026, 2, 28) + TICK, _utc(2026, 3, 31) + TICK),
        ({"last": "P1Y"}, _utc(2024, 2, 29), UTC, _utc(2023, 2, 28) + TICK, _utc(2024, 2, 29) + TICK),
        ({"last": "P999Y"}, _utc(2026, 3, 31), UTC, _utc(1970, 1, 1) + TICK, _utc(2026, 3, 31) + TICK),
        (
            {"calendar": "day"},
            _utc(2026, 11, 18, 16),
            SEOUL,
            _utc(2026, 11, 18, 15),
            _utc(2026, 11, 18, 16) + TICK,
        ),
        (
            {"calendar": "week"},
            _utc(2026, 11, 18, 3),
            SEOUL,
            _utc(2026, 11, 15, 15),
            _utc(2026, 11, 18, 3) + TICK,
        ),
        (
            {"calendar": "month"},
            _utc(2026, 11, 30, 16),
            SEOUL,
            _utc(2026, 11, 30, 15),
            _utc(2026, 11, 30, 16) + TICK,
        ),
        # summer time ended in between: local midnight was at another distance from Greenwich
        (
            {"calendar": "month"},
            _utc(2026, 11, 18),
            NEW_YORK,
            _utc(2026, 11, 1, 4),
            _utc(2026, 11, 18) + TICK,
        ),
        ({"calendar": "quarter"}, _utc(2026, 11, 18), UTC, _utc(2026, 10, 1), _utc(2026, 11, 18) + TICK),
        ({"calendar": "year"}, _utc(2026, 11, 18), UTC, _utc(2026, 1, 1), _utc(2026, 11, 18) + TICK),
        ({"since": "trigger"}, _utc(2026, 11, 18), UTC, _utc(2026, 11, 17) + TICK, _utc(2026, 11, 18) + TICK),
        (
            {"from": "2026-01-01T00:00:00Z"},
            _utc(2026, 11, 18),
            UTC,
            _utc(2026, 1, 1),
            _utc(2026, 11, 18) + TICK,
        ),
        (
            {"to": "2027-01-01T00:00:00Z"},
            _utc(2026, 11, 18),
            UTC,
            _utc(1970, 1, 1),
            _utc(2026, 11, 18) + TICK,
        ),
    ],
)
def test_windows_end_at_the_moment_that_is_asked_about(
    window: Any, at: datetime, zone: Any, start: datetime, end: datetime
) -> None:
    as_of = AsOf(at, zone, {"trigger": _utc(2026, 11, 17)})
    assert stretch_of(parse_window(window), as_of) == Stretch(start, end)


def test_nothing_is_known_since_a_step_that_was_not_taken() -> None:
    assert stretch_of(parse_window({"since": "step-9"}), AsOf(_utc(2026, 11, 18))) is None


def _person(**facts: Any) -> Facts:
    rest: dict[str, Any] = {
        "id": UUID(int=1),
        "name": "",
        "city": "",
        "kind": "retail",
        "age": None,
        "owner_id": None,
        "is_active": None,
        "born_at": None,
        "due_at": None,
        "tags": [],
        "notes": {},
        "debt": None,
        "debt_currency": "",
        **facts,
    }
    return Facts({"person": shop.Person(**rest)})


def _holds(written: Any, **facts: Any) -> bool:
    return matches(parse(written, shop.REGISTRY, "person"), _person(**facts), AsOf(shop.NOW))


def test_a_missing_value_fails_every_operator_but_is_empty_and_none_is_not_any() -> None:
    for operator, value in (
        ("is", 1),
        ("is_not", 1),
        ("not_in", [1]),
        ("<", 1),
        (">=", 1),
        ("between", [0, 9]),
    ):
        leaf = {"field": "person.age", "op": operator, "value": value}
        assert not _holds(leaf)
        assert _holds({"none": [leaf]})
    assert _holds({"field": "person.age", "op": "is_empty"})
    assert not _holds({"field": "person.age", "op": "is_empty", "value": False})
    assert _holds({"all": []})
    assert not _holds({"any": []})
    assert _holds({"none": []})


def _bought(*amounts: tuple[str, str, int]) -> list[shop.Purchase]:
    return [
        shop.Purchase(
            number, UUID(int=1), shop.NOW - timedelta(days=days), Decimal(amount), currency, 1, "paid", "A-1"
        )
        for number, (amount, currency, days) in enumerate(amounts)
    ]


def test_money_is_compared_within_one_currency() -> None:
    bought = _bought(("10", "EUR", 50), ("5", "EUR", 5), ("9000", "KRW", 5))

    def total(operator: str, amount: str, currency: str) -> bool:
        value = {"amount": amount, "currency": currency}
        return _holds({"field": "purchases.total", "op": operator, "value": value}, purchases=bought)

    assert total("is", "15.00", "EUR")
    assert total("<", "20", "EUR")
    assert total(">", "20", "KRW")
    assert not total("<", "20", "USD")
    assert not total("is_not", "20", "USD")


def test_two_windows_are_compared_by_a_factor() -> None:
    bought = _bought(("10", "EUR", 50), ("5", "EUR", 5), ("7", "EUR", 6))

    def compared(operator: str, factor: Any, field: str = "purchases.count", **rest: Any) -> bool:
        leaf = {
            "field": field,
            "op": operator,
            "value": factor,
            "window": {"last": "P30D"},
            "compare": {"last": "P90D"},
        }
        return _holds({**leaf, **rest}, purchases=bought)

    assert compared("<", None)
    assert compared(">", 0.5)
    assert compared("between", [0.5, 1])
    assert not compared(">", 1)
    assert compared(">", {"factor": 0.5, "currency": "EUR"}, "purchases.total")
    assert not compared(">", {"factor": 0.5, "currency": "USD"}, "purchases.total")
    # more than any multiple of nothing, and not more than nothing itself
    assert compared(">", 100, compare={"to": "2020-01-01T00:00:00Z"})


def test_an_explanation_tells_what_every_leaf_saw_then() -> None:
    written = {"all": [{**COUNT, "window": {"last": "P30D"}, "value": 2}, {"none": [AGE]}]}
    facts = _person(age=7, purchases=_bought(("10", "EUR", 50), ("5", "EUR", 5)))
    condition = parse(written, shop.REGISTRY, "person")
    then, now = (AsOf(shop.NOW - timedelta(days=days)) for days in (40, 0))
    assert write_verdict(explain(condition, facts, now)) == {
        "all": [
            {
                "field": "purchases.count",
                "op": ">=",
                "window": {"last": "P30D"},
                "value": 2,
                "saw": 1,
                "holds": False,
            },
            {
                "none": [{"field": "person.age", "op": ">=", "value": 3, "saw": 7, "holds": True}],
                "holds": False,
            },
        ],
        "holds": False,
    }
    assert explain(condition, facts, then).parts[0].value == 1
    assert [each.path for each in explain(condition, facts, now).parts] == ["all[0]", "all[1]"]
