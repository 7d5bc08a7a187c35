"""Where a phone lives: country, language and time zone as a first guess. Pure.

Facts come from the ``phonenumbers`` metadata and CLDR (``babel``); a person or a later message corrects them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from babel.languages import get_official_languages
from phonenumbers import timezone as phone_zones


@dataclass(frozen=True, slots=True)
class Place:
    """ISO 3166 country, ISO 639 language and IANA zone; each may be empty."""

    country: str = ""
    language: str = ""
    time_zone: str = ""


def place_of_phone(phone: str) -> Place:
    """``phone`` is E.164 with ``+``; an empty place when it suggests none."""
    return _place(phone) if phone.startswith("+") else Place()


@lru_cache(maxsize=50_000)
def _place(phone: str) -> Place:
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return Place()
    country = phonenumbers.region_code_for_number(number) or ""
    if not country or country == "001":
        country = phonenumbers.region_code_for_country_code(number.country_code or 0)
    zones = [zone for zone in phone_zones.time_zones_for_number(number) if zone != "Etc/Unknown"]
    known = country if country not in {"ZZ", "001"} else ""
    return Place(known, _language(known), _middle(zones))


def place_of_bsuid(bsuid: str) -> Place:
    """A BSUID starts with its country (``KR.…``)."""
    country = bsuid.partition(".")[0]
    known = country if len(country) == 2 and country.isalpha() and country.isupper() else ""
    return Place(known, _language(known), "")


@lru_cache(maxsize=300)
def _language(country: str) -> str:
    languages = get_official_languages(country, de_facto=True) if country else ()
    return languages[0].split("_")[0] if languages else ""


def _middle(zones: list[str]) -> str:
    """Of the zones of a wide country the middle one by name order: wrong by the fewest hours on average."""
    return zones[len(zones) // 2] if zones else ""
