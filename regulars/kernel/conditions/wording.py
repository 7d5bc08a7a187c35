"""What is wrong with a condition, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kernel.conditions.problems import Problem, Wrong, joined
from regulars.kernel.errors import Invalid

WORDS: Mapping[Problem, str | Promise] = {
    "shape": _("This is no condition"),
    "too_deep": _("The condition nests too deep"),
    "too_many": _("The condition asks too much at once"),
    "unknown_field": _("There is no such field"),
    "not_here": _("This field cannot be asked here"),
    "unknown_operator": _("This field is not compared like that"),
    "no_value": _("A value is missing"),
    "value_type": _("This field needs another kind of value"),
    "value_list": _("This needs a list of values"),
    "value_bounds": _("This needs two values, the lower one first"),
    "value_currency": _("Amounts are compared in one currency"),
    "unknown_value": _("There is no such value"),
    "no_where": _("This field counts nothing that could be narrowed down"),
    "no_window": _("This field does not ask about a stretch of time"),
    "no_compare": _("There is no second stretch of time to compare with"),
    "window": _("This is no stretch of time"),
    "no_set": _("This can be asked of a single occasion only"),
}


def words_for(wrong: Wrong) -> str:
    return str(WORDS[wrong.problem])


def to_invalid(wrong: Wrong, at: str = "conditions") -> Invalid:
    """The refusal that names the leaf, and what would be right there; ``at``: where the condition stands."""
    return Invalid(words_for(wrong), fields={joined(at, wrong.path): wrong.expected})
