"""How lines stand in a file: ``pages`` for PDF, ``document`` for HTML. Both begin with the same head."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the thread; ``facts``: pairs of word and value."""

    title: str
    facts: tuple[tuple[str, str], ...]
    language: str
