"""What languages are called, by their codes as people and platforms write them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language_info


def language_info(code: str) -> Mapping[str, str]:
    """Django's facts about a language (``pt_BR``, ``en``): ``name_local``, ``name_translated``; empty if unknown."""
    for known in (code.replace("_", "-").lower(), code.split("_", maxsplit=1)[0].lower()):
        try:
            return {name: str(value) for name, value in get_language_info(known).items()}
        except KeyError:
            continue
    return {}
