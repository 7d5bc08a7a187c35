"""What the tests of this room share: an index that has followed, and what is found in it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from regulars.kernel.events import Position, Recorded, recorded_at
from regulars.kernel.models import Event
from regulars.search.queries import Results, search
from regulars.search.reactions import index_reaction
from regulars.search.reading import ask
from regulars.search.searchable import searchable, searchables
from regulars.workspaces.access import Actor
from regulars.workspaces.sight import looking, sight_of

UTC = ZoneInfo("UTC")


def follow() -> None:
    """As a worker does, over the whole log: again and again it comes to the same."""
    reaction = index_reaction(searchables())
    rows = Event.objects.filter(kind__in=reaction.kinds).order_by("id")
    reaction.run([_recorded(row) for row in rows])


def _recorded(row: Event) -> Recorded:
    position = Position(row.generation, int(row.transaction_id), row.id)
    return recorded_at(position, row.happened_at, row.workspace_id, row.kind, row.body)


def find(actor: Actor, written: str, kind: str = "message", **more: object) -> Results:
    return search(actor, ask(written, UTC), [searchable(kind)], UTC, **more)  # type: ignore[arg-type]


def texts(actor: Actor, written: str, kind: str = "message") -> list[str]:
    """As the doors have it: with what the actor may see."""
    with looking(sight_of(actor)):
        return [each.thing.text for each in find(actor, written, kind).items]
