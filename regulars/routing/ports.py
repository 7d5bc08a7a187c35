"""What routing asks of others: how urgent a conversation is. ``config.wiring.URGENCY`` says who answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Urgency:
    """Lower goes first: by rank, then by when it has to be answered, where somebody promised that."""

    rank: int
    due_at: datetime | None = None


AskUrgency = Callable[[UUID, Collection[UUID]], Mapping[UUID, Urgency]]
"""workspace and conversations → how urgent each is; one query, however many. What is left out is not urgent."""


def ask_urgency() -> AskUrgency:
    return cast("AskUrgency", import_string(settings.URGENCY))
