"""The operators, as the search box offers them while somebody types."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.search.operators import OPERATORS, Name
from regulars.search.reading import choices_of, today_in_words


@dataclass(frozen=True, slots=True)
class OperatorHelp:
    """``word``: as it is offered in the reader's language, with its colon; ``choices``: what can stand behind it."""

    word: str
    words: str
    """all that it is called, to be found by"""
    label: str
    choices: tuple[str, ...]


def operator_help() -> list[OperatorHelp]:
    language = get_language() or "en"
    return [
        OperatorHelp(f"{word.offered(language)}:", " ".join(word.said), _labels()[name], _choices(name))
        for name, word in OPERATORS.items()
    ]


def _choices(name: Name) -> tuple[str, ...]:
    if name in ("before", "after"):
        return (today_in_words(), "7d", "2026-11-03")
    return tuple(choices_of(name))


def _labels() -> dict[Name, str]:
    return {
        "from": _("who said it: a name, you, or the customer"),
        "in": _("a number, a team, or groups"),
        "tag": _("what has a tag"),
        "before": _("before a day"),
        "after": _("from a day on"),
        "has": _("what came with it"),
        "status": _("what became of the conversation"),
        "is": _("what the conversation waits for"),
    }
