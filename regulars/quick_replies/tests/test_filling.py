"""Names in texts: written in two ways, filled in or left as a gap."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.quick_replies.advice import Advice, advise, count_characters, count_emoji
from regulars.quick_replies.filling import Filled, fill, gaps_in, names_in, unknown_in
from regulars.quick_replies.humanizing import Money, Reader, humanize
from regulars.quick_replies.shortcuts import clean_shortcut, fold_shortcut, is_shortcut
from regulars.quick_replies.wordings import Wording, choose_wording, speaks

NAMES = ("name", "price", "order")
pieces = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="{}%|"), max_size=8),
    st.sampled_from(
        ["{{name}}", "{{ price }}", "%order%", "{{name|there}}", "{{order|}}", "{{Price}}", " 5% ", "{", "}"]
    ),
)
texts = st.lists(pieces, max_size=12).map("".join)
values = st.dictionaries(st.sampled_from(NAMES), st.text(st.characters(codec="utf-8"), max_size=12))


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hi {{name}}!", Filled("Hi Ana!")),
        ("Hi {{ Name }}!", Filled("Hi Ana!")),
        ("คุณ%name%ครับ", Filled("คุณAnaครับ")),
        ("It costs {{price}}", Filled("It costs {{price}}", ("price",))),
        ("It costs {{price|a little}}", Filled("It costs a little")),
        ("{{price|}}Here", Filled("Here")),
        ("%price% and {{PRICE}}", Filled("{{price}} and {{price}}", ("price",))),
        ("50%off%, 100% sure", Filled("50%off%, 100% sure")),
        ("https://example.com/a%20b%20c", Filled("https://example.com/a%20b%20c")),
        ("{{name|a|b}} {{}} {{1}}", Filled("{{name|a|b}} {{}} {{1}}")),
    ],
)
def test_a_text_is_filled_in(text, filled):
    assert fill(text, {"name": "Ana"}) == filled


@settings(max_examples=300, deadline=None)
@given(texts, values)
def test_what_is_left_open_is_told_and_the_rest_stays(text, known):
    filled = fill(text, known)
    assert filled.gaps == gaps_in(filled.text)
    open_ones = {
        each.name for each in names_in(text) if each.fallback is None and not known.get(each.name, "").strip()
    }
    assert open_ones <= set(filled.gaps)
    around = re.sub(r"\{\{[^{}]*\}\}|%[A-Za-z]\w*%", "", text)
    if not names_in(text):
        assert filled.text == text
    elif not known:
        assert fill(filled.text, {}) == Filled(filled.text, filled.gaps)
    assert len(around) <= len(text)


@settings(max_examples=200, deadline=None)
@given(values)
def test_a_value_brings_no_name_with_it(known):
    filled = fill("{{name|x}}, %price%", {**known, "name": "{{order}} {{price|y}}"})
    assert "order" not in filled.gaps
    assert filled.text.startswith("((order)) ((price|y)), ")


def test_unknown_names_are_told_as_they_are_written():
    assert unknown_in("{{name}} {{ nmae }} %oder% %oder%", NAMES) == ["{{ nmae }}", "%oder%"]


@pytest.mark.parametrize(
    ("language", "zone", "said"),
    [
        ("en", "Europe/Berlin", ("3 days ago", "2 hours ago", "in 2 days", "May 20, 2026", "€12.50")),
        ("ko", "Asia/Seoul", ("3일 전", "2시간 전", "2일 후", "2026년 5월 20일", "€12.50")),
        (
            "ru-RU",
            "Europe/Moscow",
            ("3 дня назад", "2 часа назад", "через 2 дня", "20 мая 2026\u202fг.", "12,50\xa0€"),
        ),
        (
            "th",
            "Asia/Bangkok",
            ("3 วันที่ผ่านมา", "2 ชั่วโมงที่ผ่านมา", "ในอีก 2 วัน", "20 พฤษภาคม ค.ศ. 2026", "€12.50"),
        ),
        ("xx", "UTC", ("3 days ago", "2 hours ago", "in 2 days", "May 20, 2026", "€12.50")),
    ],
)
def test_values_are_said_in_the_customers_words(language, zone, said):
    now = datetime(2026, 5, 10, 10, tzinfo=UTC)
    reader = Reader(language, ZoneInfo(zone), now)
    told = (
        now - timedelta(days=3),
        now - timedelta(hours=2),
        date(2026, 5, 12),
        date(2026, 5, 20),
        Money(Decimal("12.5"), "EUR"),
    )
    assert tuple(humanize(each, reader) for each in told) == said


def test_a_day_is_counted_by_the_customers_clock():
    now = datetime(2026, 5, 10, 20, tzinfo=UTC)
    moment = datetime(2026, 5, 10, 10, tzinfo=UTC)
    assert humanize(moment, Reader("en", ZoneInfo("UTC"), now)) == "10 hours ago"
    assert humanize(moment, Reader("en", ZoneInfo("Asia/Seoul"), now)) == "1 day ago"


def test_the_text_of_the_customers_language_is_read_else_the_first():
    wordings = [Wording(language=each, text=each) for each in ("en", "pt", "pt_BR", "ko")]
    asked = {"pt-br": "pt_BR", "pt_PT": "pt", "ko_KR": "ko", "th": "en", "": "en"}
    assert {each: choose_wording(wordings, each).language for each in asked} == asked
    assert [speaks(wordings[0], each) for each in ("en_GB", "", "th")] == [True, True, False]


@pytest.mark.parametrize("written", ["оплата", "배송", "ราคา", "price-2", "2nd", "日本語", "a" * 32])
def test_a_shortcut_is_of_any_script(written):
    assert is_shortcut(written)


@pytest.mark.parametrize("written", ["", "two words", "a/b", "-a", "a" * 33, "😀", "\u0301a"])
def test_what_is_no_shortcut(written):
    assert not is_shortcut(written)


def test_shortcuts_are_compared_without_case_and_width():
    assert fold_shortcut("/\uff36\uff29\uff30") == fold_shortcut(" vip ") == "vip"
    assert clean_shortcut("/оплата") == "оплата"


def test_what_a_reader_sees_is_counted():
    assert count_characters("นี้👨‍👩‍👧🇰🇷é") == 4
    assert [count_emoji(each) for each in ("🎉🎉🇰🇷", "1️⃣", "❤️", "©", "12 #")] == [3, 1, 1, 0, 0]


def test_advice_is_given_past_160_characters_and_two_emoji():
    assert advise("น้ำ" * 79 + "🎉🎉") == []
    assert advise("a" * 161) == [Advice("long", 161, 160)]
    assert advise("👍👍👍") == [Advice("many_emoji", 3, 2)]
