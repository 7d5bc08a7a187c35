from __future__ import annotations

import pytest

from regulars.web.inbox.form_answers import Answer, answers_in


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        ({"flow_token": "t", "screen_1_B_0": "b", "screen_0_C_1": 4, "screen_0_D_0": "2026-12-04"},
         [("screen_0_D_0", "2026-12-04"), ("screen_0_C_1", "4"), ("screen_1_B_0", "b")]),
        ({"a": ["x", None, True], "b": {}, "c": None, "d": ""}, [("a", "x, Yes"), ("b", "—"), ("c", "—"), ("d", "—")]),
        ({"address": {"city": "Riga", "flow_token": "mine"}},
         [("address.city", "Riga"), ("address.flow_token", "mine")]),
        ({"screen_0_Taste_0": "1_Very_good", "screen_0_For_1": ["0_Me", "2_A_friend"], "own": "1_kept"},
         [("own", "1_kept"), ("screen_0_Taste_0", "Very good"), ("screen_0_For_1", "Me, A friend")]),
        ("no JSON at all", [("", "no JSON at all")]),
        ([1, {"a": 2}], [("", "1, {'a': 2}")]),
        (None, []),
        ({}, []),
        ({"flow_token": "t"}, []),
        ({"k" * 5_000: "v" * 5_000}, [("k" * 2_000, "v" * 2_000)]),
    ],
)  # fmt: skip
def test_answers_are_lines_of_key_and_answer(data: object, answers: list[tuple[str, str]]) -> None:
    assert answers_in(data) == [Answer(*each) for each in answers]


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("screen_0_Preferred_date_1", "Preferred date"),
        ("screen_12_날짜_3", "날짜"),
        ("address.city", "address.city"),
        ("screen_0_1", "screen 0 1"),
        ("screen_0___1", "screen_0___1"),
        ("delivery_day", "delivery day"),
        ("values.in_pin_code", "in pin code"),
        ("", ""),
    ],
)
def test_the_names_of_the_builder_are_read_as_words(key: str, label: str) -> None:
    assert Answer(key, "").label == label
