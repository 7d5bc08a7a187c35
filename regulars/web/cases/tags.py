"""Words and drawings of cases. Load with ``{% load cases %}``."""

from __future__ import annotations

from django import template

from regulars.cases.models import CaseActivity, CaseCategory, CaseComment
from regulars.tags.models import COLORS
from regulars.web.cases import words

register = template.Library()
register.filter("case_status_word", words.status_word)
register.filter("outcome_word", words.outcome_word)
register.filter("priority_word", words.priority_word)
register.filter("case_sentence", words.sentence)
register.filter("case_due_in", words.due_in)


@register.filter
def case_status_icon(status: str) -> str:
    return words.STATUS_ICONS.get(status, "case")


@register.filter
def case_icon(item: CaseActivity) -> str:
    return words.ACTIVITY_ICONS.get(item.kind, "system")


@register.filter
def category_icon(category: CaseCategory) -> str:
    return words.sprite_icon(category.icon)


@register.filter
def category_tone(category: CaseCategory) -> int:
    return COLORS.index(category.color)


@register.filter
def is_comment(item: CaseActivity | CaseComment) -> bool:
    return isinstance(item, CaseComment)
