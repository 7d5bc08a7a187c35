"""Conditions drawn from whatever a registry knows, as JSON, for property tests.

A condition comes of a seed: were each of its parts drawn by Hypothesis, a hundred would take a minute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from regulars.kernel.conditions.fields import Field, Registry
from regulars.kernel.conditions.values import MEMBERSHIP, ORDERED, takes_list

Json = dict[str, Any]
Pools = Mapping[str, Sequence[Any]]
"""values worth comparing with, by field, or by type of field"""


@dataclass(frozen=True)
class Generator:
    """Draws conditions about one subject. ``keys``: of families, by the pattern's name."""

    registry: Registry
    subject: str
    pools: Pools
    moments: Sequence[datetime]
    keys: Mapping[str, Sequence[str]]

    def conditions(self, count: int) -> st.SearchStrategy[list[Json]]:
        seeds = st.lists(st.integers(0, 2**32), min_size=1, max_size=count)
        return seeds.map(lambda drawn: [self.condition(Random(seed)) for seed in drawn])

    def condition(self, draw: Random) -> Json:
        fields = [
            each
            for each in self.registry.of(self.subject)
            if each.sql or each.test or each.rows or each.name in self.keys
        ]
        counting = [each for each in fields if each.rows]
        if counting and draw.random() < 0.25:
            return self._narrowed(draw, fields, counting)
        return _tree(draw, lambda: self._leaf(draw, draw.choice(fields)), 0)

    def _narrowed(self, draw: Random, fields: Sequence[Field], counting: Sequence[Field]) -> Json:
        """What people ask most: a few leaves that count the same rows in several stretches of time, and some others."""
        rows = draw.choice(counting).rows
        same = [each for each in counting if each.rows and rows and each.rows.table == rows.table]
        asked = [draw.choice(same), draw.choice(same), *draw.choices(fields, k=draw.choice((1, 2, 4)))]
        parts = [self._leaf(draw, each) for each in asked]
        return {"all": [part if draw.random() < 0.8 else {"none": [part]} for part in parts]}

    def _leaf(self, draw: Random, field: Field) -> Json:
        name = field.name
        if keys := self.keys.get(name):
            name = f"{name.partition('<')[0]}{draw.choice(keys)}"
        compare = field.takes_compare and draw.random() < 0.3
        operator = draw.choice(field.operators_with(compare=compare))
        leaf: Json = {"field": name, "op": operator}
        if compare:
            leaf["value"] = self._factor(draw, field, operator)
        elif operator != "is_empty" or draw.random() < 0.5:
            pool = self.pools.get(field.name, self.pools[field.type])
            leaf["value"] = _value(draw, field, operator, pool)
        if field.rows is not None and field.takes_where and draw.random() < 0.5:
            rows = list(field.rows.fields.values())
            where = _tree(draw, lambda: self._leaf(draw, draw.choice(rows)), 1)
            leaf["where"] = where if draw.random() < 0.7 else [where]
        if field.takes_window and (compare or draw.random() < 0.6):
            leaf["window"] = self._window(draw)
        while compare and leaf.get("compare", leaf["window"]) == leaf["window"]:
            leaf["compare"] = self._window(draw)
        return leaf

    def _factor(self, draw: Random, field: Field, operator: str) -> Any:
        factors = [draw.choice((0, 0.5, 1, 1.5, 2)) for _ in range(2)]
        factor = sorted(factors) if operator == "between" else factors[0]
        if field.type != "money":
            return factor
        return {"factor": factor, "currency": draw.choice(self.pools["money"])["currency"]}

    def _window(self, draw: Random) -> Json:
        start, end = sorted(draw.sample(self.moments, 2))
        last = draw.choice(("P1D", "P7D", "P30D", "P90D", "P1M", "P1Y", "PT36H", "P2W", "P200D"))
        return draw.choice(
            (
                {"last": last},
                {"last": last},
                {"calendar": draw.choice(("day", "week", "month", "quarter", "year"))},
                {"since": draw.choice(("trigger", "enrollment", "step-1"))},
                {"from": start.isoformat()},
                {"to": end.isoformat()},
                {"from": start.isoformat(), "to": (end + timedelta(days=draw.choice((0, 9)))).isoformat()},
            )
        )


def _tree(draw: Random, leaf: Callable[[], Json], depth: int) -> Json:
    if depth >= 3 or draw.random() < 0.45:
        return leaf()
    return {
        draw.choice(("all", "any", "none")): [
            _tree(draw, leaf, depth + 1) for _ in range(draw.choice((0, 1, 2, 2, 3)))
        ]
    }


def _value(draw: Random, field: Field, operator: str, pool: Sequence[Any]) -> Any:
    if operator == "is_empty":
        return draw.random() < 0.5
    if field.type == "any":
        pool = _of_one_kind(draw, operator, pool)
    if operator == "contains" and field.type == "text":
        word = draw.choice(pool)
        return draw.choice((word, word.upper(), word[len(word) // 2 :], word[:2]))
    if operator == "between":
        return _ordered(draw.choice(pool), draw.choice(pool))
    if takes_list(operator) or (field.only_operators and operator in MEMBERSHIP):
        return [draw.choice(pool) for _ in range(draw.choice((1, 1, 2, 3)))]
    return draw.choice(pool)


def _of_one_kind(draw: Random, operator: str, pool: Sequence[Any]) -> Sequence[Any]:
    texts = [each for each in pool if isinstance(each, str)]
    numbers = [each for each in pool if not isinstance(each, str | bool)]
    if operator in ORDERED:
        return numbers
    if operator in MEMBERSHIP or operator == "contains":
        return texts
    return draw.choice((texts, numbers, [True, False]))


def _ordered(one: Any, other: Any) -> list[Any]:
    if isinstance(one, dict):
        low, high = sorted((one, other), key=lambda each: float(each["amount"]))
        return [low, {**high, "currency": low["currency"]}]
    return sorted((one, other))
