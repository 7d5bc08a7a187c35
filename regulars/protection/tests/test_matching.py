"""Which words are found in what was said, in four languages."""

from __future__ import annotations

import unicodedata
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.protection.matching import NO_WATCH, Watch, fold, texts_in, watch_for
from regulars.protection.words import BUILT_IN

HOUSE = watch_for(BUILT_IN)


@pytest.mark.parametrize(
    "said",
    [
        "Please send me the CONTRACT.",
        "two contracts, signed",
        "ｐａｙｍｅｎｔ failed",
        "my credit\u00a0card",
        "계약서를 보내 주세요",
        "결제했어요",
        "пришлите ДОГОВОРА и акт",
        "об оплате завтра",
        "платежа ещё нет",
        "ส่งสัญญาให้ด้วยค่ะ",
        "จะโอนเงินพรุ่งนี้",
        "договорились, пришлю договор",
        "สัญญาณไม่ดี ขอสัญญาด้วย",
    ],
)
def test_it_is_found_however_it_is_written(said: str):
    assert HOUSE.covers(said)
    assert HOUSE.covers(unicodedata.normalize("NFD", said))
    assert HOUSE.covers("", said.upper())


@pytest.mark.parametrize(
    "said",
    [
        "",
        "hello",
        "a subcontractor came by",
        "two bank holidays",
        "안녕하세요",
        "сколько стоит доставка?",
        "спаспортом",
        "договорились, до завтра",
        "договорённость есть",
        "강력 해결제",
        "출입금지 구역",
        "ไม่มีสัญญาณโทรศัพท์",
        "สวัสดีค่ะ",
    ],
)
def test_other_words_protect_nothing(said: str):
    assert not HOUSE.covers(said)


def test_nothing_to_look_for_covers_nothing():
    assert watch_for({"en": [" ", "\t"]}) is NO_WATCH
    assert not NO_WATCH.covers("contract")


@given(
    word=st.sampled_from([word for words in BUILT_IN.values() for word in words]),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
def test_a_word_among_others_is_found(word: str, before: str, after: str):
    assert HOUSE.covers(f"{before} {word}{after if after[:1].isspace() else ' ' + after}")


@given(said=st.text(max_size=40))
def test_folding_twice_is_folding_once_for_what_is_looked_for(said: str):
    watch = watch_for({"en": [said]}) if len(said.strip()) > 1 else NO_WATCH
    assert watch is NO_WATCH or watch.covers(f" {said} ") or not fold(said).strip()


def test_a_long_text_is_read_once():
    began = process_time()
    assert not HOUSE.covers("пл" * 200_000, "c" * 200_000, "con" * 100_000)
    assert process_time() - began < 1


def test_what_json_says_is_read_and_names_of_fields_are_not():
    said = {"payment": {"note": "hello", "lines": ["one", {"title": "two"}], "count": 3, "none": None}}
    assert list(texts_in(said)) == ["hello", "one", "two"]
    assert not HOUSE.covers(*texts_in(said))


def test_a_watch_is_made_once_for_the_same_words():
    assert watch_for({"en": ["a b", "c d"]}) is watch_for({"ko": ["c d"], "th": ["a b"]})
    assert isinstance(HOUSE, Watch)
