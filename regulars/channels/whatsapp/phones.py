"""Phone numbers: one canonical form per subscriber, whatever spelling WhatsApp, a person or a file used.

The canonical form is E.164 with a leading ``+``, and where WhatsApp and the numbering plan disagree:

* Brazil: mobile numbers carry the ninth digit (``+55 DD 9XXXX-XXXX``); WhatsApp ids of old accounts lack it.
* Mexico: no ``1`` after ``52`` (the plan dropped it in 2019); WhatsApp ids still carry ``521``.
* Argentina: no ``9`` after ``54``; WhatsApp ids of mobiles are ``549…``, people write both. The digits after
  it are unique among mobiles and landlines alike, and a landline on WhatsApp has no ``9``, so leaving it out
  never joins two subscribers and never invents a number.

A BSUID is not a phone and never belongs here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from regulars.inboxes.ports import WrittenPhone

SHORTEST_PHONE = 5
LONGEST_PHONE = 20
"""digits; E.164 allows 15, WhatsApp ids are documented as digits of no stated length"""
LONGEST_WRITTEN = 200
"""characters, with all signs between; to put n marks in order takes Python n² steps"""

_ABROAD = re.compile(r"^\s*00(?=[\s().-]*[1-9])")
_NO_DIGIT = re.compile(r"[^0-9]")
_BRAZIL_WITHOUT_NINTH = re.compile(r"55([1-9][1-9])([6-9]\d{7})")
_MEXICO_OLD = re.compile(r"521(\d{10})")
_ARGENTINA_MOBILE = re.compile(r"549(\d{10})")


def phone_from_wa_id(wa_id: str) -> str | None:
    """The canonical phone of a WhatsApp id or of any full international number in digits.

    ``None`` for everything that is not all digits (a leading ``+`` is tolerated): a BSUID, a group id.
    """
    digits = wa_id[1:] if wa_id[:1] == "+" else wa_id
    if not (SHORTEST_PHONE <= len(digits) <= LONGEST_PHONE and digits.isascii() and digits.isdigit()):
        return None
    return "+" + (_canonical_digits(digits) if digits[0] == "5" else digits)


def read_phone(written: str, default_region: str | None = None) -> WrittenPhone | None:
    """As people write it; ``None`` when it cannot be one.

    ``default_region`` (ISO 3166 alpha-2) is needed for national spellings such as ``010-1234-5678``. Full-width digits
    and signs are those of an East Asian keyboard; ``00`` is how most of the world dials abroad, where no region says
    otherwise. What is longer than ``LONGEST_WRITTEN`` is none.
    """
    return None if len(written) > LONGEST_WRITTEN else _read_phone(written, default_region)


@lru_cache(maxsize=4096)
def _read_phone(written: str, default_region: str | None) -> WrittenPhone | None:
    written = unicodedata.normalize("NFKC", written)
    written = written if default_region else _ABROAD.sub("+", written)
    digits = _NO_DIGIT.sub("", written) if written.lstrip().startswith("+") else ""
    respelled = phone_from_wa_id(digits) if digits else None
    for candidate in (written, respelled):  # phonenumbers does not know Mexico's old mobile prefix any more
        number = _parse_possible(candidate, default_region) if candidate else None
        if number is not None:
            meant = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            phone = phone_from_wa_id(meant)
            return WrittenPhone(phone, digits if candidate is respelled else meant[1:]) if phone else None
    return None


def _parse_possible(written: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    return number if _can_exist(number) else None


def _can_exist(number: phonenumbers.PhoneNumber) -> bool:
    """Whether it is a whole number: not one without its area (``+1 555 0100``), not one whose zero is dialled at home
    only (``+974 0…``). Italy and a few others keep a zero; numbers that the plan has not given out yet may come.
    """
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return False
    return not number.italian_leading_zero or phonenumbers.is_valid_number(number)


def _canonical_digits(digits: str) -> str:
    if match := _BRAZIL_WITHOUT_NINTH.fullmatch(digits):
        return f"55{match[1]}9{match[2]}"
    if match := _MEXICO_OLD.fullmatch(digits):
        return f"52{match[1]}"
    if match := _ARGENTINA_MOBILE.fullmatch(digits):
        return f"54{match[1]}"
    return digits
