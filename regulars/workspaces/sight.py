"""What whoever looks may see of what is shown to everybody: said once at the door, like the language of an answer.

Reach decides *which* objects somebody sees (each room's ``access.py``); sight decides what of them is left out. Where
nobody said who looks, as in a mail, a job or a notice to a phone, nothing is to be seen that needs a right.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from regulars.workspaces.access import Actor

NUMBERS = "contacts:see_numbers"
"""people's numbers, whole"""
PROTECTED = "conversations:read_protected"
"""messages with sensitive words (``protection``)"""
Sight = frozenset[str]
"""permissions that decide what is left out"""
SIGHTS: Sight = frozenset({NUMBERS, PROTECTED})

_sight: ContextVar[Sight] = ContextVar("sight", default=frozenset())


def sight_of(actor: Actor) -> Sight:
    return actor.permissions & SIGHTS


def sees(permission: str) -> bool:
    return permission in _sight.get()


@contextmanager
def looking(sight: Sight) -> Iterator[None]:
    token = _sight.set(sight)
    try:
        yield
    finally:
        _sight.reset(token)


@contextmanager
def seeing(permission: str) -> Iterator[None]:
    """That, too."""
    with looking(_sight.get() | {permission}):
        yield
