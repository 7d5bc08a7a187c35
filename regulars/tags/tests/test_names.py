"""Names of tags: what is one word, however it is written."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.tags.names import NAME_LENGTH, clean_name, fold_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("VIP", "vip"),
        ("\uff36\uff29\uff30", "vip"),
        ("  late   payer ", "Late Payer"),
        ("Stra\u00dfe", "STRASSE"),
        ("\uff76\uff9e\uff97\uff7d", "\u30ac\u30e9\u30b9"),
        ("e\u0301clair", "\u00c9CLAIR"),
        ("\u1112\u1161\u11ab", "\ud55c"),
        ("\u0412\u0418\u041f", "\u0432\u0438\u043f"),
    ],
)
def test_case_width_and_spaces_make_no_difference(one: str, other: str):
    assert fold_name(one) == fold_name(other)


def test_signs_that_belong_to_a_letter_make_one():
    assert fold_name("\u0e01\u0e32") != fold_name("\u0e01\u0e48\u0e32")
    assert fold_name("resume") != fold_name("r\u00e9sum\u00e9")


@given(st.text())
def test_what_is_compared_is_compared_the_same_again(name: str):
    assert fold_name(fold_name(name)) == fold_name(name)
    assert fold_name(clean_name(name)) == fold_name(name)


@pytest.mark.parametrize("read", [clean_name, fold_name])
def test_a_hostile_text_costs_no_more_than_its_length(read):
    """Marks of two classes in turn, which Python puts in order one by one."""
    began = process_time()
    assert len(read("a" + "\u0301\u0327" * 100_000)) > NAME_LENGTH
    assert process_time() - began < 1
