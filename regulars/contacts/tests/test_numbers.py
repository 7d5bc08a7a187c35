"""What is taken for a number, however it is written, and that looking for one ends."""

from __future__ import annotations

from time import process_time

import pytest

from regulars.contacts.numbers import is_number, shown_name, shown_words, without_numbers


@pytest.mark.parametrize(
    "written",
    [
        "+82 10-1234-5678",
        "\u202a+82 10\u20111234\u20115678\u202c",
        "\u2068010.1234.5678\u2069",
        "((82) 10) 1234 5678",
        "+66 \u0e58\u0e51 \u0e52\u0e53\u0e54 \u0e55\u0e56\u0e57\u0e58",
    ],
)
def test_a_name_that_is_a_number_is_hidden_however_it_is_written(written: str):
    assert is_number(written)
    assert shown_name(written).endswith("\u2022\u2022\u2022 5678")
    assert shown_words(f"It was {written}.").endswith(".")
    assert "1234" not in shown_words(f"It was {written}.")


@pytest.mark.parametrize("written", ["Alice", "Room 12", "2-1", "Alice 2", "(((((((", "(1) 2 (3)"])
def test_names_and_small_numbers_stay(written: str):
    assert (shown_name(written), shown_words(written)) == (written, written)


@pytest.mark.parametrize("written", ["(" * 200_000, "1" + " " * 200_000 + "x", "+" * 200_000, "1(" * 100_000])
def test_what_a_stranger_calls_themselves_is_read_once(written: str):
    began = process_time()
    without_numbers({"name": written})
    is_number(written)
    assert process_time() - began < 1
