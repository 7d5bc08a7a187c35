"""Read questions about tags."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q, QuerySet

from regulars.kernel.cursors import read_cursor, unknown_cursor, write_cursor
from regulars.kernel.ids import parse_id
from regulars.tags.counting import uses_of
from regulars.tags.models import Tag
from regulars.tags.names import fold_name


@dataclass(frozen=True, slots=True)
class TagLine:
    """A tag and how often it is in use, by what it is on."""

    tag: Tag
    uses_by_subject: Mapping[str, int] = field(default_factory=dict)

    @property
    def uses(self) -> int:
        return sum(self.uses_by_subject.values())


@dataclass(frozen=True, slots=True)
class TagPage:
    """Tags by name, and where the next page starts."""

    lines: list[TagLine]
    next_cursor: str | None


def tags_in(workspace_id: UUID) -> QuerySet[Tag]:
    """Those that can be put on something, by name."""
    return Tag.objects.filter(workspace_id=workspace_id, removed_at=None).order_by("key")


def find_tag(workspace_id: UUID, written: str) -> Tag | None:
    """By its id or its name, however that is written. A name that looks like an id is found, too."""
    named = Q(key=fold_name(written))
    if tag_id := parse_id(written):
        named |= Q(id=tag_id)
    return tags_in(workspace_id).filter(named).first()


def matching_tags(workspace_id: UUID, text: str) -> QuerySet[Tag]:
    key = fold_name(text)
    return tags_in(workspace_id).filter(Q(key__contains=key) | Q(description__icontains=text.strip()))


def lines_of(tags: Sequence[Tag]) -> list[TagLine]:
    """One query beside the tags."""
    uses = uses_of([tag.id for tag in tags])
    return [TagLine(tag, uses.get(tag.id, {})) for tag in tags]


def list_tags(workspace_id: UUID, *, text: str = "", limit: int = 50, cursor: str | None = None) -> TagPage:
    """Two queries whatever the page's size."""
    tags = matching_tags(workspace_id, text) if text.strip() else tags_in(workspace_id)
    found = list((tags.filter(key__gt=_read(cursor)) if cursor else tags)[: limit + 1])
    page = found[:limit]
    return TagPage(lines_of(page), write_cursor([page[-1].key]) if len(found) > limit else None)


def _read(cursor: str) -> str:
    match read_cursor(cursor):
        case [str(key)] if "\x00" not in key:
            return key
        case _:
            raise unknown_cursor()


def names_of(tags: Collection[Tag]) -> list[str]:
    return [tag.name for tag in tags]
