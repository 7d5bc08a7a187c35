"""The endings of links: what follows a template's own address, in characters that an address may have. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote

_LINE_BREAK = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_WHOLE_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//|www\.", re.IGNORECASE)
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ADDRESS_CHARACTERS = "%/?#[]@!$&'()*+,;=:-._~"
"""what RFC 3986 lets stand as it is, beside letters and digits"""


Value = TypeVar("Value")


def with_endings(values: Mapping[str, Value], addresses: Mapping[str, str]) -> Mapping[str, Value | str]:
    written = {key: value for key in addresses if isinstance(value := values.get(key), str)}
    return {**values, **{key: link_ending(value, addresses[key]) for key, value in written.items()}}


def link_ending(written: str, address: str) -> str:
    """What is sent: who pastes the whole address of the right page means its end; spaces and scripts are encoded."""
    ending = written.strip()
    for known in filter(None, (address, address.partition("://")[2])):
        if ending.lower().startswith(known.lower()):
            ending = ending[len(known) :]
            break
    if _LINE_BREAK.search(ending):
        return ending  # refused as it is
    return quote(_BARE_PERCENT.sub("%25", ending), safe=_ADDRESS_CHARACTERS)


def problem_of_ending(ending: str) -> str:
    """``line_break`` or ``whole_address``; empty when it can follow an address."""
    if _LINE_BREAK.search(ending):
        return "line_break"
    return "whole_address" if _WHOLE_ADDRESS.match(ending) else ""
