"""Where a phone lives: country, language and time zone as a first guess. Pure.

Facts come from the ``phonenumbers`` metadata and CLDR (``babel``); a person or a later message corrects them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from babel.languages import get_official_languages
from phonenumbers import timezone as phone_zones

_PREFIX_LENGTH = 7
"""digits after the plus that decide country and zone; numbers sharing them share the guess"""


@dataclass(frozen=True, slots=True)
class Place:
    """ISO 3166 country, ISO 639 language and IANA zone; each may be empty."""

    country: str = ""
    language: str = ""
    time_zone: str = ""


def place_of_phone(phone: str) -> Place:
    """The place that an E.164 number (with ``+``) suggests; an empty one when it suggests none."""
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
    """A BSUID starts with its country (``KR.…``): country and language, and no zone."""
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


def language_of_script(text: str) -> str:
    """The language that the script of a text gives away (ko, th, ja, ru, ar, he, el, zh); else empty."""
    counts: dict[str, int] = {}
    for character in text[:400]:
        language = _script_language(ord(character))
        if language:
            counts[language] = counts.get(language, 0) + 1
    if counts.get("ja") and counts.get("zh"):
        counts["ja"] += counts.pop("zh")
    letters = sum(1 for character in text[:400] if character.isalpha())
    best = max(counts, key=lambda each: counts[each], default="")
    return best if best and counts[best] * 2 >= letters else ""


_SCRIPTS: tuple[tuple[int, int, str], ...] = (
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x04FF, "ru"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x06FF, "ar"),
    (0x0E00, 0x0E7F, "th"),
    (0x1100, 0x11FF, "ko"),
    (0x3040, 0x30FF, "ja"),
    (0x3130, 0x318F, "ko"),
    (0x4E00, 0x9FFF, "zh"),
    (0xAC00, 0xD7AF, "ko"),
)


def _script_language(code: int) -> str:
    if code < 0x0370:
        return ""
    return next((language for first, last, language in _SCRIPTS if first <= code <= last), "")
