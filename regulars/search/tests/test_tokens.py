"""What is kept of a text finds every part that is promised, and what is found is there."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regulars.search.folding import fold, fold_with_places
from regulars.search.terms import Term, excerpt_of, find_in
from regulars.search.tokens import tokens_of

LETTERS = {
    "ko": "가각나다라배송지연안녕하세요",
    "th": "กขคงจขอบคุณสั่งน้ำแข็งไม่ได้",
    "zh": "订单发货茶你好谢谢物流",
    "ja": "カタカナひらがなガギ発送",
    "ru": "абвгдеёжзийклмнопрстуф",
    "en": "abcdefghijklmnopqrstuvwxyzÉÜñ",
    "ar": "ابتثجحخدذرزسشأإآةى\u064b\u064f\u0640",
    "hi": "हिन्दी नमस्ते",
}
UNSPACED = ("ko", "th", "zh", "ja")
anything = st.text(max_size=60)
mixed = st.text(alphabet="".join(LETTERS.values()) + " \n.,-:/+()0123456789٣๔👍", max_size=60)


def is_found(text: str, written: str) -> bool:
    term = Term(written)
    return term.tokens <= tokens_of(text) and find_in(text, [term]) is not None


@st.composite
def part_of_unspaced(draw: st.DrawFn) -> tuple[str, str]:
    letters = LETTERS[draw(st.sampled_from(UNSPACED))].replace(" ", "")
    word = draw(st.text(alphabet=letters, min_size=1, max_size=12))
    start = draw(st.integers(0, len(word) - 1))
    end = draw(st.integers(start + 1, len(word)))
    around = draw(st.sampled_from([("", ""), ("hello ", "."), ("12", "x")]))
    return f"{around[0]}{word}{around[1]}", word[start:end]


@given(part_of_unspaced())
def test_every_part_of_text_without_spaces_is_found(case: tuple[str, str]) -> None:
    text, part = case
    if Term(part).pieces:  # a silent mark alone is nothing to look for
        assert is_found(text, part)


@st.composite
def part_of_word(draw: st.DrawFn) -> tuple[str, str]:
    letters = LETTERS[draw(st.sampled_from(("ru", "en", "ar")))]
    word = draw(st.text(alphabet=letters, min_size=1, max_size=12))
    folded = fold(word)
    start = draw(st.integers(0, max(0, len(folded) - 3)))
    end = draw(st.integers(min(len(folded), start + 3), len(folded)))
    begins = draw(st.booleans())
    return f"… {word}, ok", folded[: max(1, end)] if begins else folded[start:end]


@given(part_of_word())
def test_every_part_of_three_letters_and_every_beginning_of_a_word_is_found(case: tuple[str, str]) -> None:
    text, part = case
    if Term(part).pieces:
        assert is_found(text, part)


@given(
    st.text("0123456789", min_size=3, max_size=14),
    st.lists(st.sampled_from([" ", "-", ") ", " (", "."]), min_size=14, max_size=14),
)
def test_every_part_of_a_number_is_found_however_it_is_set(digits: str, gaps: list[str]) -> None:
    written = "".join(
        f"{digit}{gap if place % 3 == 2 else ''}"
        for place, (digit, gap) in enumerate(zip(digits, gaps, strict=False))
    )
    text = f"call {written.strip(' -().')} now"
    assert is_found(text, digits[:3])
    assert is_found(text, digits[-3:]) if not digits[-3:].startswith("0") else True


@given(mixed, mixed)
@example("0:0", "00")
def test_what_is_found_stands_in_the_text(text: str, written: str) -> None:
    found = find_in(text, [Term(written)]) if Term(written).pieces else None
    for start, end in found or []:
        assert 0 <= start < end <= len(text)
    if found:
        assert Term(written).tokens <= tokens_of(text)  # so the index leads there


@given(anything | mixed)
@example("ﬃ Å ǆ ΐ ß İ")
@example("가\u11a8 か\u0301\u3099 e\u200d\u0301")
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(mixed)
def test_places_lead_back_to_the_text(text: str) -> None:
    folded = fold_with_places(text)
    assert folded.text == fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))


@given(anything | mixed, mixed)
def test_an_excerpt_shows_what_was_found(text: str, written: str) -> None:
    found = find_in(text, [Term(written)]) if Term(written).pieces else []
    excerpt = excerpt_of(text, found or [])
    assert len(excerpt.text) <= 182
    for start, end in excerpt.found:
        assert (
            fold(excerpt.text[start:end].strip("…")) in fold(text.replace("\n", " ").replace("\r", " "))
            or not text.isprintable()
        )


@pytest.mark.parametrize(
    ("text", "written", "shown"),
    [
        ("오늘 배송지를 바꿔주세요", "송지", ["송지"]),
        ("ขอบคุณมากครับ", "คุณ", ["คุณ"]),
        ("我的订单还没发货", "订单", ["订单"]),
        ("我想喝茶", "茶", ["茶"]),
        ("Ёлка стоит", "елка", ["Ёлка"]),
        ("Café Müller", "cafe mull", ["Café", "Müll"]),
        ("delivery", "liver", ["liver"]),
        ("أهلاً وسهلاً", "اهلا", ["أهلاً"]),
        ("مُدَرِّس", "مدرس", ["مُدَرِّس"]),
        ("الطلب وصل", "طلب", ["طلب"]),
        ("ＡＢＣ　１２３", "abc 123", ["ＡＢＣ", "１２３"]),
        ("Call +49 (171) 555-12 now", "4917155512", ["49 (171) 555-12"]),
        ("4917155512", "+49 (171) 555-12", ["17155512"]),
        ("0171 55 512", "+49 171 55512", ["171 55 512"]),
        ("๐๘๑-๒๓๔๕", "0812345", ["๘๑-๒๓๔๕"]),
        ("طلب ١٢٣٤", "1234", ["١٢٣٤"]),
        ("Order AB-123 is late", "ab123", ["AB-123"]),
        ("Order AB123 is late", "AB-123", ["AB123"]),
        ("18,900원 입니다", "18900", ["18,900"]),
        ("Thanks 👍🏽", "👍", ["👍"]),
    ],
)
def test_in_every_language(text: str, written: str, shown: list[str]) -> None:
    terms = [Term(each) for each in (written.split() if "+" not in written else [written])]
    found = find_in(text, terms)
    assert found is not None
    assert [text[start:end] for start, end in found] == shown
    assert all(term.tokens <= tokens_of(text) for term in terms)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("송지 배송", Term("배송지")),
        ("the order of a monk", Term("nk or")),
        ("in the cart", Term("art it", is_phrase=True)),
        ("smart cart", Term("art", is_phrase=True)),
        ("1234", Term("34567")),
        ("день", Term("ночь")),
    ],
)
def test_what_is_not_there_is_not_found(text: str, term: Term) -> None:
    assert find_in(text, [term]) is None


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    assert find_in("1-" * 10_000 + "x", [Term("1" * 80 + "2")]) is None
    assert find_in("a " * 10_000, [Term(" ".join("ab" * 50), is_phrase=True)]) is None
