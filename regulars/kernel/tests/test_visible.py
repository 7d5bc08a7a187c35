from __future__ import annotations

import pytest

from regulars.kernel.visible import direction_at_end, is_invisible


@pytest.mark.parametrize(
    ("text", "invisible"),
    [
        ("", False),
        ("a", False),
        (" \n\t", True),
        ("\u200b\u200d\u2060\ufeff", True),
        ("\u200e\u202e\u2066", True),
        ("\u3164\u115f\u2800\ufe0f\U000e0100", True),
        ("\u200b.", False),
        ("👍🏽\ufe0f", False),
        ("ก็", False),
    ],
)
def test_what_nobody_can_see(text: str, invisible: bool) -> None:
    assert is_invisible(text) == invisible


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("hi", "ltr"),
        ("مرحبا hi", "rtl"),
        ("1 שלום", "rtl"),
        ("hi\nمرحبا\n12!", "rtl"),
        ("مرحبا\nhi", "ltr"),
        ("12 👍", ""),
    ],
)
def test_the_last_line_with_a_letter_says_how_a_text_ends(text: str, direction: str) -> None:
    assert direction_at_end(text) == direction
