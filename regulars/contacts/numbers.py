"""People's numbers as whoever looks may see them: whole, or ``+82 ••• 5678``. The only place that masks.

Who looks is known (``workspaces.sight``); whatever shows a number asks here and nothing else. Words that people wrote
stay as they wrote them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import phonenumbers

from regulars.workspaces.sight import NUMBERS, sees

HIDDEN = "•••"
SHOWN_DIGITS = 4
"""the last ones, which people know a caller by"""
TELLS_NUMBERS = {"contacts", "system"}
"""kinds of messages that are about numbers: cards, and notices of the platform"""
LEAST_DIGITS = 7
"""of what is taken for a number"""
_BETWEEN = r"()\s.\-/\u00b7\u200b-\u200f\u2010-\u2015\u2060\u2212\u202a-\u202e\u2066-\u2069"
"""what stands between the digits of a number, and around it: address books add marks of direction and odd dashes"""
_NUMBER = re.compile(rf"\+?[\d(][\d{_BETWEEN}]{{4,}}+")
_WHOLE_NUMBER = re.compile(rf"[+\d{_BETWEEN}]+")
"""both go through a text once: they read what strangers write, at any length"""
_NO_NUMBERS = {"birthday"}
_SAID = {"text", "content"}
"""columns of a message"""
_NOT_DIGITS = re.compile(r"\D+")


def shown_number(number: str) -> str:
    return number if sees(NUMBERS) else masked(number)


def written_number(number: str) -> str:
    """As people write it: in groups, with the code of its country."""
    if not sees(NUMBERS):
        return masked(number)
    parsed = _parsed(number)
    if parsed is None:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def shown_name(name: str) -> str:
    """A name, unless it is a number: some people are called by nothing else."""
    return shown_number(name) if is_number(name) else name


def shown_words(text: str) -> str:
    """What the platform wrote, which names numbers in its sentences."""
    if sees(NUMBERS):
        return text
    return _NUMBER.sub(_masked_there, text)


def _masked_there(found: re.Match[str]) -> str:
    """What follows its last digit belongs to the sentence."""
    run = found[0]
    if len(_digits(run)) < LEAST_DIGITS:
        return run
    end = next(place for place in range(len(run), 0, -1) if run[place - 1].isdecimal())
    return masked(run[:end]) + run[end:]


def is_number(text: str) -> bool:
    return bool(_WHOLE_NUMBER.fullmatch(text)) and len(_digits(text)) >= LEAST_DIGITS


def masked(number: str) -> str:
    """The code of the country and the last digits; of a short number nothing."""
    digits = _digits(number)
    if not digits:
        return number
    if len(digits) < LEAST_DIGITS:
        return HIDDEN
    parsed = _parsed(number)
    code = f"+{parsed.country_code} " if parsed else ""
    return f"{code}{HIDDEN} {digits[-SHOWN_DIGITS:]}"


def without_numbers(value: Any) -> Any:
    """``value``: what a card or a notice of the platform says, as JSON; in whole sentences numbers go, too."""
    if isinstance(value, str):
        return shown_words(value)
    if isinstance(value, list | tuple):
        return [without_numbers(each) for each in value]
    if isinstance(value, dict):
        return {name: each if name in _NO_NUMBERS else without_numbers(each) for name, each in value.items()}
    return value


def replaced_in(value: Any, left_out: Mapping[str, str]) -> Any:
    """``value``: rows as they are kept. ``left_out``: numbers in each writing, and what stands in their place."""
    if isinstance(value, str):
        for number, shown in left_out.items():
            value = value.replace(number, shown)
        return value
    if isinstance(value, dict):
        if value.get("kind") in TELLS_NUMBERS:
            value = {**value, **{name: without_numbers(value[name]) for name in _SAID & value.keys()}}
        return {key: replaced_in(each, left_out) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [replaced_in(each, left_out) for each in value]
    return value


def _digits(number: str) -> str:
    """In whichever script they are written."""
    return "".join(str(int(each)) for each in _NOT_DIGITS.sub("", number))


def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
