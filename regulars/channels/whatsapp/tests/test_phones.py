"""One phone, one canonical form; and never a BSUID for a phone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.channels.whatsapp.phones import display_phone, parse_phone, phone_from_wa_id, variants


@pytest.mark.parametrize(
    ("wa_id", "expected"),
    [
        ("12025550101", "+12025550101"),
        ("+12025550101", "+12025550101"),
        ("821012345678", "+821012345678"),
        ("551187654321", "+5511987654321"),  # Brazil, mobile without its ninth digit
        ("5511987654321", "+5511987654321"),
        ("551132654321", "+551132654321"),  # Brazil, landline
        ("5215512345678", "+525512345678"),
        ("525512345678", "+525512345678"),
        ("5491123456789", "+541123456789"),
        ("541123456789", "+541123456789"),
        ("56912345678", "+56912345678"),
        ("US.13491208655302741918", None),
        ("Y2FwaV9ncm91cA==", None),
        ("١٢٣٤٥٦٧٨", None),
        ("123", None),
        ("1" * 21, None),
        ("", None),
        ("+", None),
        ("1202555 0101", None),
    ],
)
def test_whatsapp_ids_become_canonical_phones(wa_id, expected):
    assert phone_from_wa_id(wa_id) == expected


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("+12025550101", ("+12025550101",)),
        ("+5511987654321", ("+5511987654321", "+551187654321")),
        ("+551132654321", ("+551132654321",)),
        ("+525512345678", ("+525512345678", "+5215512345678")),
        ("+541123456789", ("+541123456789", "+5491123456789")),
    ],
)
def test_variants_name_every_spelling(phone, expected):
    assert variants(phone) == expected


@given(
    st.from_regex(
        r"(55[1-9][1-9][6-9][0-9]{7}|5[24][0-9]{10}|52[0-9]{11}|549[0-9]{10}|55[0-9]{11}|[0-9]{5,15})",
        fullmatch=True,
    )
)
def test_the_canonical_form_is_stable_and_reached_from_every_variant(digits):
    phone = phone_from_wa_id(digits)
    assert phone is not None
    assert {phone_from_wa_id(variant) for variant in variants(phone)} == {phone}


@pytest.mark.parametrize(
    ("written", "region", "expected"),
    [
        ("010-1234-5678", "KR", "+821012345678"),
        ("+44 7700 900105", None, "+447700900105"),
        ("(11) 98765-4321", "BR", "+5511987654321"),
        ("+55 11 8765-4321", None, "+5511987654321"),
        ("+54 9 11 2345 6789", None, "+541123456789"),
        ("011 15 2345 6789", "AR", "+541123456789"),
        ("+52 1 55 1234 5678", None, "+525512345678"),
        ("010-1234-5678", None, None),
        ("not a number", "KR", None),
        ("+1 2", None, None),
        ("", None, None),
    ],
)
def test_what_people_write_becomes_canonical(written, region, expected):
    assert parse_phone(written, region) == expected


def test_phones_are_shown_with_spaces():
    assert display_phone("+821012345678") == "+82 10-1234-5678"
    assert display_phone("nonsense") == "nonsense"
