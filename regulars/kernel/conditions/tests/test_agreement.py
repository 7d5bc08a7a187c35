"""Both evaluators say the same of everybody, for any condition and any moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.kernel.conditions import to_sql
from regulars.kernel.conditions.counting import together_in_time
from regulars.kernel.conditions.fields import Sql
from regulars.kernel.conditions.in_memory import Facts, matches
from regulars.kernel.conditions.language import parse
from regulars.kernel.conditions.tests import shop
from regulars.kernel.conditions.tests.generating import Generator
from regulars.kernel.conditions.tree import Condition, write
from regulars.kernel.conditions.windows import AsOf, Stretch

PEOPLE = shop.make_people(40)
VISITS = shop.make_visits(PEOPLE)
BY_ID = {person.id: person for person in PEOPLE}
AT_ONCE = 30


@pytest.fixture
def stored(db: None) -> None:
    shop.store(PEOPLE, VISITS)


def _selected(found: Sql) -> set[Any]:
    with connection.cursor() as cursor:
        cursor.execute(found.text, found.values)
        return {row[0] for row in cursor.fetchall()}


def _one_by_one(condition: Condition, subject: str, as_of: AsOf) -> Sql:
    test = to_sql.one_by_one(condition, shop.REGISTRY, subject, shop.WORKSPACE, as_of, "outer")
    text = f'SELECT id FROM shop_{subject} "outer" WHERE workspace_id = %s AND {test.text}'  # noqa: S608
    return Sql(text, (shop.WORKSPACE, *test.values))


def _generator(subject: str) -> Generator:
    return Generator(shop.REGISTRY, subject, shop.POOLS, shop.MOMENTS, shop.KEYS)


def _in_memory(condition: Condition, facts: dict[Any, Facts], as_of: AsOf) -> set[Any]:
    return {each for each, known in facts.items() if matches(condition, known, as_of)}


PERSON_FACTS = {person.id: Facts({"person": person}) for person in PEOPLE}
VISIT_FACTS = {
    visit.id: Facts({"visit": visit, "person": BY_ID.get(visit.person_id) if visit.person_id else None})
    for visit in VISITS
}


@pytest.mark.parametrize(("subject", "facts"), [("person", PERSON_FACTS), ("visit", VISIT_FACTS)])
@pytest.mark.usefixtures("stored")
def test_sets_and_single_objects_agree(subject: str, facts: dict[Any, Facts]) -> None:
    @settings(max_examples=120 if subject == "person" else 40)
    @given(_generator(subject).conditions(AT_ONCE), st.sampled_from(shop.AS_OFS))
    def agree(written: list[dict[str, Any]], as_of: AsOf) -> None:
        for each in written:
            condition = parse(each, shop.REGISTRY, subject)
            expected = _in_memory(condition, facts, as_of)
            found = to_sql.ids(condition, shop.REGISTRY, subject, shop.WORKSPACE, as_of)
            assert _selected(found) == expected, (write(condition), as_of)
            few = to_sql.narrowed(condition, shop.REGISTRY, subject, shop.WORKSPACE, as_of)
            assert _selected(few) == expected, (write(condition), as_of)
            assert _selected(_one_by_one(condition, subject, as_of)) == expected, (write(condition), as_of)
            assert write(parse(write(condition), shop.REGISTRY, subject)) == write(condition)

    agree()


TWO_WINDOWS: dict[str, Any] = {
    "all": [
        {"field": "purchases.count", "window": {"last": "P90D"}, "op": ">=", "value": 1},
        {"field": "purchases.paid_count", "window": {"last": "P30D"}, "op": "<", "value": 3},
        {"field": "person.city", "op": "is", "value": "Seoul"},
    ]
}


def test_leaves_that_count_the_same_rows_read_them_once() -> None:
    """The property above holds for any number of reads; this holds it to one."""

    def reads(written: dict[str, Any]) -> int:
        condition = parse(written, shop.REGISTRY, "person")
        question = (condition, shop.REGISTRY, "person", shop.WORKSPACE, shop.AS_OFS[0])
        number = to_sql.ids(*question).text.count("FROM purchase counted")
        assert to_sql.one_by_one(*question, "outer").text.count("FROM purchase counted") == number
        return number

    first, second, *_rest = TWO_WINDOWS["all"]
    where = {"field": "shop", "op": "is", "value": "north"}
    assert reads(TWO_WINDOWS) == reads(first) == 1
    assert reads({"any": [first, {"none": [second, {**first, "compare": {"last": "P1Y"}}]}]}) == 1
    assert reads({"all": [first, {**second, "where": {"field": "sku", "op": "is", "value": "A-1"}}]}) == 1
    assert reads({"all": [first, {**second, "where": where}]}) == 2  # which joins another table
    assert reads({"all": [first, {"field": "purchases.last_sku", "op": "is", "value": "A-1"}]}) == 2


def test_what_is_there_or_not_is_joined_and_not_grouped() -> None:
    """PostgreSQL joins by ``EXISTS`` only where it stands alone."""

    def text(written: dict[str, Any]) -> str:
        condition = parse(written, shop.REGISTRY, "person")
        return to_sql.ids(condition, shop.REGISTRY, "person", shop.WORKSPACE, shop.AS_OFS[0]).text

    bought = {"field": "purchases.skus", "op": "has_any", "value": ["A-1", "B-2"]}
    nothing = {"field": "purchases.skus", "op": "is_empty", "value": True}
    first, second, city = TWO_WINDOWS["all"]
    for alone, said in ((bought, "(EXISTS"), ({"none": [bought]}, "(NOT EXISTS"), (nothing, "(NOT EXISTS")):
        assert said in text(alone)
        assert "GROUP BY" not in text({"all": [alone, city]})
        assert text({"all": [first, second, alone]}).count("GROUP BY") == 1
    assert "EXISTS" not in text({"any": [bought, city]})
    assert "EXISTS" not in text({**bought, "op": "has_all"})


MOMENT = st.integers(0, 99).map(lambda minutes: shop.NOW + timedelta(minutes=minutes))


@given(st.lists(st.builds(Stretch, MOMENT, MOMENT), min_size=1, max_size=6), st.lists(MOMENT))
def test_stretches_together_hold_what_each_holds(stretches: list[Stretch], moments: list[datetime]) -> None:
    """One that ends before it starts holds nothing."""
    together = together_in_time(stretches)
    edges = [edge for each in stretches for edge in (each.start, each.end)]
    for moment in (*moments, *edges):
        assert any(each.holds(moment) for each in together) == any(each.holds(moment) for each in stretches)
    assert len(together) <= len(stretches)
