"""Words and marks of routing. Load with ``{% load routing %}``."""

from __future__ import annotations

from typing import Any

from django import template

from regulars.routing.models import Decision
from regulars.web.routing import words

register = template.Library()


@register.filter
def availability_word(state: str) -> str:
    return str(words.STATES.get(state, state))


@register.filter
def verdict_word(verdict: str) -> str:
    return str(words.VERDICTS.get(verdict, verdict))


@register.filter
def rule_word(rule: str) -> str:
    return str(words.RULES.get(rule, rule))


@register.filter
def method_word(method: str) -> str:
    return str(words.METHODS.get(method, method))


@register.filter
def cause_word(kind: str) -> str:
    return str(words.CAUSES.get(kind, kind))


@register.filter
def outcome_sentence(decision: Decision) -> str:
    return str(words.OUTCOMES[decision.outcome]) % {"name": decision.member_name}


@register.inclusion_tag("routing/_load.html")
def load_bar(load: int, capacity: int, name: str) -> dict[str, Any]:
    return {"load": load, "capacity": capacity, "name": name, "is_full": load >= capacity}
