"""One call is one line with its length, however many steps the platform told of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from django.utils.translation import gettext as _

from regulars.web.inbox.view_models import ActivityView, UnreadableView

Outcome = Literal["", "answered", "declined", "unanswered"]
"""empty while nobody told how it ended"""


def with_calls_folded(lines: Iterable[ActivityView | UnreadableView]) -> list[ActivityView | UnreadableView]:
    """Oldest first; the steps of one call stand where the first one was, under its id."""
    folded: dict[object, ActivityView | UnreadableView] = {}
    for line in sorted(lines, key=lambda line: line.position):
        call_id = (
            line.facts.get("call_id") if isinstance(line, ActivityView) and line.kind == "call" else None
        )
        key = ("call", call_id) if call_id else line.id
        known = folded.get(key)
        if isinstance(known, ActivityView) and isinstance(line, ActivityView):
            folded[key] = replace(known, facts=_together(known.facts, line.facts))
        else:
            folded[key] = line
    return list(folded.values())


def _together(earlier: Mapping[str, object], later: Mapping[str, object]) -> dict[str, object]:
    told = {name: value for name, value in later.items() if value not in (None, "")}
    steps = (*_steps_of(earlier), *_steps_of(later))
    return {**earlier, **told, "steps": steps}


def _steps_of(facts: Mapping[str, object]) -> tuple[str, ...]:
    steps = facts.get("steps")
    if isinstance(steps, tuple):
        return steps
    return tuple(str(facts.get(name) or "") for name in ("event", "status"))


def call_sentence(facts: Mapping[str, object]) -> str:
    is_ours = facts.get("direction") == "out"
    length = _length(facts.get("duration_seconds"))
    if length:
        words = _("We called the contact · %(length)s") if is_ours else _("The contact called · %(length)s")
        return words % {"length": length}
    outcome = _outcome(_steps_of(facts))
    if is_ours:
        return {
            "declined": _("The contact declined our call"),
            "unanswered": _("We called; the contact did not answer"),
        }.get(outcome, _("We called the contact"))
    if outcome == "unanswered":
        return _("Missed call from the contact")
    return _("We declined the contact's call") if outcome == "declined" else _("The contact called")


def _outcome(steps: Iterable[str]) -> Outcome:
    told = set(steps)
    if "rejected" in told or "reject" in told:
        return "declined"
    if "accepted" in told:
        return "answered"
    return "unanswered" if "terminate" in told else ""


def _length(seconds: object) -> str:
    if not isinstance(seconds, int) or not 0 < seconds < 100 * 60 * 60:
        return ""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
