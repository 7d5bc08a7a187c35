"""Having topics draw what happened, and writing each piece out once in a language."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.kernel.events import Event, Position
from regulars.web.live.streams import event_of
from regulars.web.live.topics import Eyes, Piece, Topic
from regulars.workspaces.sight import Sight, looking

Wanted = tuple[Topic, Sight, list[Event], Eyes]
"""what screens of the same sight follow, and what happened to it"""
Drawn = list[tuple[Topic, Sight, Sequence[Piece]]]


def draw_all(wanted: Sequence[Wanted]) -> Drawn:
    drawn = []
    for topic, sight, events, eyes in wanted:
        with looking(sight):
            drawn.append((topic, sight, topic.draw(events, eyes)))
    return drawn


def write_once(
    pieces: dict[tuple[int, int, str], bytes], key: tuple[int, int, str], piece: Piece, end: Position
) -> bytes:
    """Written out once in a language however many get it."""
    if key not in pieces:
        html = {"html": piece.html.get(key[2], "")} if piece.html else {}
        pieces[key] = event_of(piece.name, {**piece.facts, **html}, end)
    return pieces[key]
