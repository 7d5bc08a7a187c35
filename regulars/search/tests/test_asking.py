"""How a search is read: operators and their words in four languages, values, days."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.search.asking import Asked, WrongValue, read_search
from regulars.search.operators import CHOICES, OPERATORS, meaning, operator_named
from regulars.search.terms import Term

TODAY = date(2026, 11, 30)


def read(written: str) -> Asked:
    return read_search(written, TODAY)


def test_words_and_phrases() -> None:
    assert read('late "two words" “so too”').terms == (
        Term("late"),
        Term("two words", is_phrase=True),
        Term("so too", is_phrase=True),
    )
    assert read("https://a.example/b re: 10:30").terms == (
        Term("https://a.example/b"),
        Term("re:"),
        Term("10:30"),
    )


@pytest.mark.parametrize(
    "written",
    [
        "from:me in:group has:picture status:open is:unread tag:vip",
        "보낸사람:나 위치:그룹 포함:사진 상태:열림 조건:안읽음 태그:vip",
        "от:меня в:группе есть:фото статус:открыт только:непрочитанные тег:vip",
        "จาก:ฉัน ใน:กลุ่ม มี:รูปภาพ สถานะ:เปิดอยู่ เฉพาะ:ยังไม่อ่าน แท็ก:vip",
        "FROM:Me In:groups HAS:ｐｈｏｔｏ status：OPEN is:un-read label:vip",
    ],
)
def test_every_language_says_the_same(written: str) -> None:
    asked = read(written)
    assert meaning(CHOICES["from"], asked.who[0]) == "me"
    assert meaning(CHOICES["in"], asked.where[0]) == "group"
    assert replace(asked, who=(), where=()) == Asked(
        tags=("vip",), has=("picture",), statuses=("open",), states=("unread",)
    )


def test_no_word_means_two_things() -> None:
    names = [said for word in OPERATORS.values() for said in word.said]
    assert len({operator_named(said) for said in names}) == len(OPERATORS)
    assert len(names) == len(set(names))
    for words in CHOICES.values():
        said = [each for word in words.values() for each in word.said]
        assert len(said) == len(set(said))


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-11-03", date(2026, 11, 3)),
        ("2026/11/3", date(2026, 11, 3)),
        ("3.11.2026", date(2026, 11, 3)),
        ("3.11.2569", date(2026, 11, 3)),
        ("2569-11-03", date(2026, 11, 3)),
        ("2026-11", date(2026, 11, 1)),
        ("2026", date(2026, 1, 1)),
        ("today", TODAY),
        ("어제", date(2026, 11, 29)),
        ("вчера", date(2026, 11, 29)),
        ("เมื่อวาน", date(2026, 11, 29)),
        ("7d", date(2026, 11, 23)),
        ("2w", date(2026, 11, 16)),
    ],
)
def test_days(value: str, day: date) -> None:
    assert read(f"before:{value}") == Asked(until=day)
    assert read(f"after:{value}") == Asked(since=day)


@pytest.mark.parametrize(
    "written",
    [
        "has:dog",
        "status:gone",
        "is:blue",
        "before:tomorrowish",
        "after:31.2.2026",
        'from:""',
        "до:32.1.2026",
        "after:9999y",
    ],
)
def test_what_cannot_be_is_refused(written: str) -> None:
    with pytest.raises(WrongValue):
        read(written)


def test_values_of_several_words() -> None:
    assert read('from:"Anna Petrova" tag:«очень важно»') == Asked(
        who=("Anna Petrova",), tags=("очень важно",)
    )


@given(st.text(max_size=100))
def test_whatever_is_written_is_read_or_refused(written: str) -> None:
    with suppress(WrongValue):
        assert len(read(written).terms) <= 20
