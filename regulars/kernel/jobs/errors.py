"""What went wrong in a job, as it is stored, and in words for whoever looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kernel import clock
from regulars.kernel.errors import ProductError

MOST_KEPT = 100
"""errors of one job; beyond it they are counted"""
LONGEST = 300
"""characters of a detail"""

WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "unexpected": (
        _("Something unexpected went wrong"),
        _("The log of the server says more. Resume it once the cause is mended."),
    ),
    "worker-died": (
        _("The process that did it ended in the middle"),
        _("Resume it: it goes on from where it stopped."),
    ),
    "unknown-kind": (
        _("This version does not know such a job"),
        _("It was asked for by another version. Resume it when that is back, or ask for it anew."),
    ),
    "database-away": (
        _("The database did not answer"),
        _("It is tried again by itself."),
    ),
}


@dataclass(frozen=True, slots=True)
class ToldError:
    """One error as people read it."""

    code: str
    title: str
    detail: str
    advice: str
    subject: str
    at: datetime


def to_stored(error: BaseException | str, subject: str = "") -> dict[str, str]:
    """A refusal keeps its words. Of everything else only the class is kept: its text may repeat what people said."""
    if isinstance(error, ProductError):
        code, detail = error.code, str(error.detail)
    elif isinstance(error, str):
        code, detail = error, ""
    else:
        code, detail = "unexpected", type(error).__name__
    return {
        "code": code,
        "detail": detail[:LONGEST],
        "subject": subject[:LONGEST],
        "at": clock.now().isoformat(),
    }


def in_words(stored: dict[str, Any]) -> ToldError:
    code = str(stored["code"])
    title, advice = WORDS.get(code) or _words_of_refusal(code)
    return ToldError(
        code=code,
        title=str(title),
        detail=str(stored.get("detail", "")),
        advice=str(advice),
        subject=str(stored.get("subject", "")),
        at=datetime.fromisoformat(stored["at"]),
    )


def _words_of_refusal(code: str) -> tuple[str | Promise, str | Promise]:
    known = next((each for each in _refusals(ProductError) if each.code == code), ProductError)
    return known.title, ""


def _refusals(of: type[ProductError]) -> Iterator[type[ProductError]]:
    for each in of.__subclasses__():
        yield each
        yield from _refusals(each)
