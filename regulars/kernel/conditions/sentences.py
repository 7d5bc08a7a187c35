"""A condition as a sentence in the reader's language.

Patterns stand beside each other rather than bend into one another: labels and values keep their form in every language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext, pgettext_lazy

from regulars.kernel.conditions.fields import Field
from regulars.kernel.conditions.tree import Condition, Group, Leaf
from regulars.kernel.conditions.values import Money, write_value
from regulars.kernel.conditions.windows import Between, Calendar, Last, Since, Window, parts_of

Names = Callable[[Field], Mapping[str, str]]
"""what people call the values of a field"""
_PATTERNS: Mapping[str, str | Promise] = {
    "is": pgettext_lazy("condition", "%(what)s is %(value)s"),
    "is_not": pgettext_lazy("condition", "%(what)s is not %(value)s"),
    "in": pgettext_lazy("condition", "%(what)s is one of %(value)s"),
    "not_in": pgettext_lazy("condition", "%(what)s is none of %(value)s"),
    "contains": pgettext_lazy("condition", "%(what)s contains %(value)s"),
    "<": pgettext_lazy("condition", "%(what)s: less than %(value)s"),
    "<=": pgettext_lazy("condition", "%(what)s: at most %(value)s"),
    ">": pgettext_lazy("condition", "%(what)s: more than %(value)s"),
    ">=": pgettext_lazy("condition", "%(what)s: at least %(value)s"),
    "between": pgettext_lazy("condition", "%(what)s: %(value)s to %(upper)s"),
    "has_any": pgettext_lazy("condition", "%(what)s: at least one of %(value)s"),
    "has_all": pgettext_lazy("condition", "%(what)s: all of %(value)s"),
    "is_empty": pgettext_lazy("condition", "%(what)s is not known"),
    "is_filled": pgettext_lazy("condition", "%(what)s is known"),
}
CALENDAR_WORDS: Mapping[str, str | Promise] = {
    "day": pgettext_lazy("stretch of time", "today"),
    "week": pgettext_lazy("stretch of time", "this week"),
    "month": pgettext_lazy("stretch of time", "this month"),
    "quarter": pgettext_lazy("stretch of time", "this quarter"),
    "year": pgettext_lazy("stretch of time", "this year"),
}
ANCHOR_WORDS: Mapping[str, str | Promise] = {
    "trigger": pgettext_lazy("stretch of time", "since the trigger"),
    "enrollment": pgettext_lazy("stretch of time", "since the enrollment"),
}
_Unit = Callable[[int], str]
_IN_THE_LAST: Sequence[_Unit] = (
    lambda n: npgettext("stretch of time", "in the last %(count)d year", "in the last %(count)d years", n),
    lambda n: npgettext("stretch of time", "in the last %(count)d month", "in the last %(count)d months", n),
    lambda n: npgettext("stretch of time", "in the last %(count)d week", "in the last %(count)d weeks", n),
    lambda n: npgettext("stretch of time", "in the last %(count)d day", "in the last %(count)d days", n),
    lambda n: npgettext("stretch of time", "in the last %(count)d hour", "in the last %(count)d hours", n),
    lambda n: npgettext(
        "stretch of time", "in the last %(count)d minute", "in the last %(count)d minutes", n
    ),
    lambda n: npgettext(
        "stretch of time", "in the last %(count)d second", "in the last %(count)d seconds", n
    ),
)
"""years to seconds, each alone: Russian bends "the last" by what follows"""
_UNITS: Sequence[_Unit] = (
    lambda n: npgettext("in the last", "%(count)d year", "%(count)d years", n),
    lambda n: npgettext("in the last", "%(count)d month", "%(count)d months", n),
    lambda n: npgettext("in the last", "%(count)d week", "%(count)d weeks", n),
    lambda n: npgettext("in the last", "%(count)d day", "%(count)d days", n),
    lambda n: npgettext("in the last", "%(count)d hour", "%(count)d hours", n),
    lambda n: npgettext("in the last", "%(count)d minute", "%(count)d minutes", n),
    lambda n: npgettext("in the last", "%(count)d second", "%(count)d seconds", n),
)
"""the same beside each other: 1 year 2 months"""


def write_sentence(condition: Condition, zone: tzinfo, names: Names | None = None) -> str:
    """The whole condition, its times by the clocks of ``zone``; ``names``: of values that are ids."""
    return _Writer(zone, names or _fixed_names).write(condition, is_inside=False)


def label_of(field: Field) -> str:
    """What people call a field; one of their own by its key."""
    if field.type == "any":
        return f"{field.label} {_quoted(field.name.rpartition('.')[2])}"
    return str(field.label)


def _fixed_names(field: Field) -> Mapping[str, str]:
    return {each.value: str(each.label) for each in field.choices.fixed} if field.choices else {}


@dataclass(frozen=True, slots=True)
class _Writer:
    zone: tzinfo
    names: Names

    def write(self, condition: Condition, *, is_inside: bool) -> str:
        if isinstance(condition, Leaf):
            return self._leaf(condition)
        return self._group(condition, is_inside=is_inside)

    def _group(self, group: Group, *, is_inside: bool) -> str:
        if not group.parts:
            return (
                pgettext("condition", "nothing")
                if group.join == "any"
                else pgettext("condition", "everything")
            )
        if len(group.parts) == 1 and group.join != "none":
            return self.write(group.parts[0], is_inside=is_inside)
        parts = [self.write(part, is_inside=True) for part in group.parts]
        if group.join == "all":
            text = pgettext("between conditions", " and ").join(parts)
            return f"({text})" if is_inside else text
        listed = "; ".join(parts)
        if group.join == "any":
            return pgettext("condition", "at least one of these: (%(parts)s)") % {"parts": listed}
        return pgettext("condition", "none of these: (%(parts)s)") % {"parts": listed}

    def _leaf(self, leaf: Leaf) -> str:
        what = self._what(leaf)
        if leaf.operator == "is_empty":
            return str(_PATTERNS["is_empty" if leaf.value else "is_filled"]) % {"what": what}
        named = self.names(leaf.field)
        value, upper = leaf.value, ""
        if leaf.operator == "between":
            value, upper = value[0], self._value_or_factor(leaf, value[1], named)
        written = self._value_or_factor(leaf, value, named)
        return str(_PATTERNS[leaf.operator]) % {"what": what, "value": written, "upper": upper}

    def _what(self, leaf: Leaf) -> str:
        what = label_of(leaf.field)
        if leaf.where is not None and not (isinstance(leaf.where, Group) and not leaf.where.parts):
            what = f"{what} ({self.write(leaf.where, is_inside=False)})"
        return f"{what}, {self._stretch(leaf.window)}" if leaf.window is not None else what

    def _value_or_factor(self, leaf: Leaf, value: Any, named: Mapping[str, str]) -> str:
        if leaf.compare is None:
            return self._value(value, named)
        currency = f" ({value.currency})" if isinstance(value, Money) else ""
        factor = _number(value.amount if isinstance(value, Money) else value)
        return pgettext("condition", "%(factor)s × that of: %(stretch)s") % {
            "factor": factor,
            "stretch": self._stretch(leaf.compare) + currency,
        }

    def _value(self, value: Any, named: Mapping[str, str]) -> str:
        match value:
            case tuple():
                return ", ".join(self._value(each, named) for each in value)
            case bool():
                return _("yes") if value else _("no")
            case Money():
                return f"{_number(value.amount)} {value.currency}"
            case Decimal():
                return _number(value)
            case datetime():
                return self._moment(value)
            case _:
                written = str(write_value(value))
                return named.get(written) or _quoted(written)

    def _stretch(self, window: Window) -> str:
        """A window in words: in the last 90 days."""
        match window:
            case Last(duration):
                return _last(duration)
            case Calendar(unit):
                return str(CALENDAR_WORDS[unit])
            case Since(anchor):
                known = ANCHOR_WORDS.get(anchor)
                return str(known or pgettext("stretch of time", "since the step %(step)s") % {"step": anchor})
            case Between(start, end):
                return self._between(start, end)

    def _between(self, start: datetime | None, end: datetime | None) -> str:
        if start is None or end is None:
            known = start or end
            pattern = (
                pgettext("stretch of time", "from %(start)s on")
                if start
                else pgettext("stretch of time", "before %(end)s")
            )
            written = self._moment(known) if known else ""
            return pattern % {"start": written, "end": written}
        return pgettext("stretch of time", "from %(start)s to %(end)s") % {
            "start": self._moment(start),
            "end": self._moment(end),
        }

    def _moment(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        is_midnight = not (local.hour or local.minute or local.second)
        return date_format(local, "SHORT_DATE_FORMAT" if is_midnight else "SHORT_DATETIME_FORMAT")


def _last(duration: str) -> str:
    units = [unit for unit in zip(parts_of(duration), _IN_THE_LAST, _UNITS, strict=True) if unit[0]]
    if len(units) == 1:
        ((count, alone, _beside),) = units
        return alone(count) % {"count": count}
    written = " ".join(beside(count) % {"count": count} for count, _alone, beside in units)
    return pgettext("stretch of time", "in the last %(duration)s") % {"duration": written}


def _quoted(text: str) -> str:
    return pgettext("quoted", "“%(text)s”") % {"text": text}


def _number(number: Decimal) -> str:
    shown = format(number.normalize(), "f")
    places = len(shown.partition(".")[2])
    return number_format(number, places)
