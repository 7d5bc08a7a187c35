"""First guesses from a number, an id and a script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.contacts.places import Place, place_of_bsuid, place_of_phone


@pytest.mark.parametrize(
    ("phone", "place"),
    [
        ("+821012345678", Place("KR", "ko", "Asia/Seoul")),
        ("+66812345678", Place("TH", "th", "Asia/Bangkok")),
        ("+442079460958", Place("GB", "en", "Europe/London")),
        ("12025550101", Place()),
        ("+999123456", Place()),
        ("+", Place()),
    ],
)
def test_a_number_tells_its_place(phone, place):
    assert place_of_phone(phone) == place


@given(st.text(max_size=30))
def test_no_text_breaks_the_guess(text: str):
    assert isinstance(place_of_phone("+" + text), Place)
    assert isinstance(place_of_bsuid(text), Place)
