"""Conditions as sentences, and mistakes in words, in every language."""

from __future__ import annotations

from random import Random
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from regulars.kernel.conditions.language import parse
from regulars.kernel.conditions.problems import Problem, Wrong
from regulars.kernel.conditions.sentences import write_sentence
from regulars.kernel.conditions.tests import shop
from regulars.kernel.conditions.tests.generating import Generator
from regulars.kernel.conditions.wording import WORDS, to_invalid

LANGUAGES = ("en", "ko", "ru", "th")
WRITTEN: dict[str, Any] = {
    "all": [
        {
            "field": "purchases.count",
            "where": {"field": "status", "op": "is", "value": "paid"},
            "window": {"last": "P90D"},
            "op": ">=",
            "value": 2,
        },
        {
            "any": [
                {"field": "person.tags", "op": "has_any", "value": ["vip", "новый"]},
                {"field": "person.debt", "op": "<", "value": {"amount": "12.50", "currency": "EUR"}},
            ]
        },
        {
            "none": [
                {"field": "person.age", "op": "is_empty"},
                {
                    "field": "purchases.count",
                    "op": "<",
                    "value": 0.5,
                    "window": {"calendar": "month"},
                    "compare": {"last": "P3M"},
                },
            ]
        },
    ]
}


def _in(language: str, written: Any = WRITTEN) -> str:
    with override(language):
        return write_sentence(parse(written, shop.REGISTRY, "person"), ZoneInfo("Asia/Seoul"))


def test_a_condition_reads_as_a_sentence() -> None:
    assert _in("en") == (
        "count (Status is Paid), in the last 90 days: at least 2 and at least one of these: (Tags: at least one of"
        " “vip”, “новый”; Debt: less than 12.5 EUR) and none of these: (Age is not known; count, this month: less than"
        " 0.5 × that of: in the last 3 months)"
    )
    assert _in("ko").startswith("count (Status: Paid), 최근 90일: 2 이상 그리고 다음 중 하나 이상: ")
    assert _in("ru").startswith(
        "count (Status: Paid), за последние 90 дней: не меньше 2 и хотя бы одно из условий: "
    )
    assert _in("th").startswith("count (Status คือ Paid), ในช่วง 90 วันที่ผ่านมา: อย่างน้อย 2 และ ตรงอย่างน้อยหนึ่งข้อ: ")
    assert _in("en", {"all": []}) == "everything"


@pytest.mark.parametrize(
    ("language", "duration", "words"),
    [
        ("en", "P1D", "in the last 1 day"),
        ("en", "P1Y2M", "in the last 1 year 2 months"),
        ("ru", "P1D", "за последний 1 день"),
        ("ru", "P1W", "за последнюю 1 неделю"),
        ("ru", "P21D", "за последний 21 день"),
        ("ru", "P3M", "за последние 3 месяца"),
        ("ru", "PT11H", "за последние 11 часов"),
        ("ru", "P1Y2M", "за последнее время: 1 год 2 месяца"),
        ("ko", "P3M", "최근 3개월"),
        ("th", "P1Y2M", "ในช่วง 1 ปี 2 เดือนที่ผ่านมา"),
    ],
)
def test_a_stretch_bends_with_its_number(language: str, duration: str, words: str) -> None:
    leaf = {"field": "purchases.count", "op": ">", "value": 1, "window": {"last": duration}}
    assert _in(language, leaf).startswith(f"count, {words}: ")


def test_times_are_told_by_the_clocks_that_were_meant() -> None:
    between = {"from": "2026-10-31T15:00:00Z", "to": "2026-11-30T20:30:00Z"}
    leaf = {"field": "purchases.count", "op": ">", "value": 1, "window": between}
    assert _in("en", leaf) == "count, from 11/01/2026 to 12/01/2026 5:30 a.m.: more than 1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_condition_has_a_sentence(language: str) -> None:
    generator = Generator(shop.REGISTRY, "person", shop.POOLS, shop.MOMENTS, shop.KEYS)
    for seed in range(200):
        assert _in(language, generator.condition(Random(seed)))


def test_every_mistake_has_words_and_a_path() -> None:
    assert set(WORDS) == set(get_args(Problem))
    refusal = to_invalid(Wrong("no_value", "what it is compared with", "all[1].value"))
    assert (str(refusal), refusal.facts) == (
        "A value is missing",
        {"fields": {"conditions.all[1].value": "what it is compared with"}},
    )
