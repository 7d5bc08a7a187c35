"""Public holidays of countries and their parts, by the library that keeps them. Pure; nothing reads the clock.

A country is named by its code (``KR``), a part of it after a dash (``DE-BY``). The library is read when it is first
asked: it takes longer than anything else that a process reads at its start.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any

COUNTRY_CODE_LENGTH = 2


@cache
def countries() -> Mapping[str, tuple[str, ...]]:
    """By the code of each country that is known, the codes of its parts."""
    import holidays

    known = holidays.list_supported_countries(include_aliases=False)
    return {
        code: tuple(part for part in parts if part.isascii() and part.isalnum())
        for code, parts in sorted(known.items())
        if len(code) == COUNTRY_CODE_LENGTH
    }


def is_known(code: str) -> bool:
    country, _dash, part = code.partition("-")
    parts = countries().get(country)
    return parts is not None and (code == country or part in parts)


@lru_cache(maxsize=512)
def public_holidays(code: str, year: int, language: str = "en") -> Mapping[date, str]:
    """The days of a year with their names, in the language where the library has it; nothing for an unknown code."""
    import holidays

    if not is_known(code):
        return {}
    country, _dash, part = code.partition("-")
    spoken = holidays.list_localized_countries(include_aliases=False).get(country, ())
    found = next((each for each in spoken if each.partition("_")[0] == language), None)
    found = found or next((each for each in spoken if each.startswith("en")), None)
    asked: dict[str, Any] = {"subdiv": part} if part else {}
    kept = holidays.country_holidays(country, years=year, language=found, **asked)
    return {day: name for day, name in sorted(kept.items()) if day.year == year}
