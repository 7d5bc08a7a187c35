"""Conditions as sentences, and mistakes in words, in every language."""

from __future__ import annotations

from random import Random
from typing import Any, get_args

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
        return write_sentence(parse(written, shop.REGISTRY, "person"))


def test_a_condition_reads_as_a_sentence() -> None:
    assert _in("en") == (
        "count (Status is Paid), in the last 90 days: at least 2 and at least one of these: (Tags: at least one of"
        " “vip”, “новый”; Debt: less than 12.5 EUR) and none of these: (Age is not known; count, this month: less than"
        " 0.5 × that of: in the last 3 months)"
    )
    assert _in("ko").startswith("count (Status: Paid), 최근 90일: 2 이상 그리고 다음 중 하나 이상: ")
    assert _in("ru").startswith(
        "count (Status: Paid), за последнее время: 90 дней: не меньше 2 и хотя бы одно из: "
    )
    assert _in("th").startswith("count (Status คือ Paid), ในช่วง 90 วัน ที่ผ่านมา: อย่างน้อย 2 และ อย่างน้อยหนึ่งข้อ: ")
    assert _in("en", {"all": []}) == "everything"


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
