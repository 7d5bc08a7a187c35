"""What other rooms contribute: what a step of a macro can be. ``config.wiring.MACRO_STEPS`` lists them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from regulars.acts.actions import Action
from regulars.conversations.models import Conversation
from regulars.workspaces.access import Actor


class MacroStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """As it is kept, and told by REST; ``do`` says which one it is."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a step comes to for whoever runs it, now. Exactly one of its fields."""

    action: Action | None = None
    besides: Callable[[Conversation], None] | None = None
    """done after all actions, in their transaction; taking the act back leaves it there"""
    inserts: UUID | None = None
    """a quick reply for the composer: whoever runs the macro reads it before it leaves"""


@dataclass(frozen=True, slots=True)
class StepKind:
    """``plan`` raises ``NotAllowed``, ``Invalid`` for what is not there, ``Conflict`` for what cannot be now."""

    step: type[MacroStep]
    label: str | Promise
    plan: Callable[[Any, Actor], Planned]
    hold: Callable[[UUID], None] | None = None
    """what has to be held before any conversation is, by workspace"""

    @property
    def do(self) -> str:
        return str(self.step.__struct_config__.tag)


def step_kinds() -> Sequence[StepKind]:
    return cast("Sequence[StepKind]", import_string(settings.MACRO_STEPS))
