"""Steps as somebody wrote them, read; and what they come to for whoever runs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from regulars.acts.actions import Action
from regulars.conversations.models import Conversation
from regulars.kernel.errors import Conflict, Invalid, NotAllowed
from regulars.macros.ports import MacroStep, StepKind, step_kinds
from regulars.workspaces.access import Actor

MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class Plan:
    actions: tuple[Action, ...]
    besides: tuple[Callable[[Conversation], None], ...]
    inserts: UUID | None
    holds: tuple[Callable[[UUID], None], ...]


def read_steps(written: Any) -> list[MacroStep]:
    """Raises ``Invalid`` that names the step."""
    if not isinstance(written, Sequence) or not 1 <= len(written) <= MOST_STEPS:
        raise Invalid(
            _("A macro has 1 to %(limit)s steps") % {"limit": MOST_STEPS},
            fields={"steps": f"1 to {MOST_STEPS} steps"},
        )
    known: Any = reduce(or_, (kind.step for kind in step_kinds()))
    steps: list[MacroStep] = []
    for place, each in enumerate(written):
        try:
            steps.append(msgspec.convert(each, known))
        except msgspec.ValidationError as error:
            raise Invalid(
                _("Step %(number)s is not whole") % {"number": place + 1},
                fields={f"steps[{place}]": str(error)},
            ) from error
    return steps


def check_steps(steps: Sequence[MacroStep], by: Actor) -> None:
    """That what they name is there. What only cannot be done now, or not by ``by``, is left to whoever runs them."""
    kinds = {kind.step: kind for kind in step_kinds()}
    for place, step in enumerate(steps):
        with suppress(Conflict, NotAllowed):
            _plan_one(kinds, step, place, by)


def kept(steps: Sequence[MacroStep]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(step) for step in steps]


def plan(steps: Sequence[MacroStep], by: Actor) -> Plan:
    """With the rights of ``by``; the first step that cannot be done is named, and none is."""
    kinds = {kind.step: kind for kind in step_kinds()}
    planned = [_plan_one(kinds, step, place, by) for place, step in enumerate(steps)]
    inserts = [each.inserts for each in planned if each.inserts]
    if len(inserts) > 1:
        raise Invalid(
            _("Only one reply goes into the composer"), fields={"steps": "at most one insert_reply"}
        )
    holds = {kinds[type(step)].hold for step in steps} - {None}
    return Plan(
        tuple(each.action for each in planned if each.action),
        tuple(each.besides for each in planned if each.besides),
        inserts[0] if inserts else None,
        tuple(each for each in holds if each),
    )


def _plan_one(kinds: Mapping[type[MacroStep], StepKind], step: MacroStep, place: int, by: Actor) -> Any:
    try:
        return kinds[type(step)].plan(step, by)
    except Invalid as wrong:
        told: Any = wrong.facts.get("fields", {})
        raise Invalid(
            _("Step %(number)s: %(what)s") % {"number": place + 1, "what": wrong.detail},
            fields={f"steps[{place}].{name}": right for name, right in told.items()},
        ) from wrong
