"""What other rooms contribute: names that a text can use, and what they stand for in a conversation.

Each room that knows something has a :class:`PlaceholderSource`; ``config.wiring.PLACEHOLDERS`` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from regulars.quick_replies.humanizing import Reader, Value, humanize


@dataclass(frozen=True, slots=True)
class Subject:
    """For whom a text is filled in: the names of who is in the conversation, and what may be told of the contact."""

    workspace_id: UUID
    business: str
    member: str
    reader: Reader
    conversation_id: UUID | None = None
    contact_id: UUID | None = None
    contact_name: str = ""
    """empty when only a number is known"""
    contact_fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A name, what it stands for, and a value to show where there is no customer."""

    name: str
    label: str | Promise
    example: str


@dataclass(frozen=True, slots=True)
class PlaceholderSource:
    """``values``: what is known of a subject, by name; what is not is left out."""

    placeholders: Sequence[Placeholder]
    values: Callable[[Subject], Mapping[str, Value]]


def every_placeholder() -> dict[str, Placeholder]:
    return {each.name: each for source in _sources() for each in source.placeholders}


def values_for(subject: Subject) -> dict[str, str]:
    """By name, as the contact would say them. A later source knows better than the ones before it."""
    values: dict[str, Value] = {}
    for source in _sources():
        values |= source.values(subject)
    return {name: humanize(value, subject.reader) for name, value in values.items()}


def example_values() -> dict[str, str]:
    return {name: each.example for name, each in every_placeholder().items()}


def _sources() -> Sequence[PlaceholderSource]:
    return cast("Sequence[PlaceholderSource]", import_string(settings.PLACEHOLDERS))
