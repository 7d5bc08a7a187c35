"""One phone, one canonical form; and never a BSUID for a phone."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.channels.whatsapp.phones import phone_from_wa_id, read_phone


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


@given(
    st.from_regex(
        r"(55[1-9][1-9][6-9][0-9]{7}|5[24][0-9]{10}|52[0-9]{11}|549[0-9]{10}|55[0-9]{11}|[0-9]{5,15})",
        fullmatch=True,
    )
)
def test_the_canonical_form_is_stable(digits):
    phone = phone_from_wa_id(digits)
    assert phone is not None
    assert phone_from_wa_id(phone) == phone


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
        ("+1 555 0100", None, None),  # no area: it rings in one town only
        ("+1 555 555 0100", None, "+15555550100"),
        ("+974 0 3312 3456", None, None),  # a zero that Qatar does not have
        ("+974 3312 3456", None, "+97433123456"),
        ("+44 (0)20 7946 0958", None, "+442079460958"),
        ("+44 020 7946 0958", None, "+442079460958"),
        ("+66 081 234 5678", None, "+66812345678"),
        ("+39 06 1234 5678", None, "+390612345678"),  # a zero that Italy does have
        ("+225 07 12 34 56 78", None, "+2250712345678"),
        ("0044 20 7946 0958", None, "+442079460958"),
        ("00 (44) 20 7946 0958", None, "+442079460958"),
        ("000 44 20 7946 0958", None, None),
        ("00700 44 20 7946 0958", "KR", "+442079460958"),
        ("＋８２ １０-１２３４-５６７８", None, "+821012345678"),
        ("０１０-１２３４-５６７８", "KR", "+821012345678"),
        ("+๖๖ ๘๑ ๒๓๔ ๕๖๗๘", None, "+66812345678"),
        ("", None, None),
    ],
)
def test_what_people_write_becomes_canonical(written, region, expected):
    read = read_phone(written, region)
    assert (read.phone if read else None) == expected


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("+54 9 11 2345 6789", "5491123456789"),
        ("+54 11 2345 6789", "541123456789"),
        ("+52 1 55 1234 5678", "5215512345678"),
        ("+55 11 8765-4321", "551187654321"),
        ("+44 (0)20 7946 0958", "442079460958"),
    ],
)
def test_what_people_write_is_where_we_write_to(written, address):
    read = read_phone(written)
    assert read is not None
    assert (read.address, read.phone) == (address, phone_from_wa_id(address))


@pytest.mark.parametrize("wa_id", ["15550100", "97403312345", "888123456", "999123456789"])
def test_what_the_platform_gives_is_a_number_whatever_the_plan_says(wa_id):
    assert phone_from_wa_id(wa_id) == f"+{wa_id}"


def test_a_hostile_text_costs_no_more_than_its_length():
    began = process_time()
    assert read_phone("+1" + "\u0301\u0327" * 100_000) is None
    assert process_time() - began < 1
