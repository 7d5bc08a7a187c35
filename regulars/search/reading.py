"""A search as somebody wrote it, for the screens and REST alike: read, or refused in words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.search.asking import Asked, WrongValue, read_search
from regulars.search.operators import CHOICES, OPERATORS, WHEN, Name


def ask(written: str, zone: ZoneInfo) -> Asked:
    """``zone``: whose today it is. Raises ``Invalid``."""
    try:
        return read_search(written, clock.now().astimezone(zone).date())
    except WrongValue as wrong:
        raise Invalid(_explain(wrong), fields={"q": f"{wrong.operator}:{wrong.value}"}) from wrong


def _explain(wrong: WrongValue) -> str:
    name = OPERATORS[wrong.operator].offered(_language())
    if not wrong.value:
        return _("Write something behind “%(operator)s:”") % {"operator": name}
    if wrong.operator in ("before", "after"):
        return _("“%(value)s” is no day. Write one like 2026-11-03, 3.11.2026, %(today)s or 7d") % {
            "value": wrong.value,
            "today": today_in_words(),
        }
    return _("“%(operator)s:” knows no “%(value)s”. It can be %(choices)s") % {
        "operator": name,
        "value": wrong.value,
        "choices": ", ".join(choices_of(wrong.operator)),
    }


def choices_of(operator: Name) -> list[str]:
    """What can stand behind an operator besides names, in the reader's language."""
    return [word.offered(_language()) for word in CHOICES.get(operator, {}).values()]


def today_in_words() -> str:
    return WHEN["today"].offered(_language())


def _language() -> str:
    return get_language() or "en"
