"""Cursor paging: ``{"items": […], "next_cursor": …}``; a cursor is opaque and names the last row seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import msgspec
from django.db.models import Model, Q, QuerySet

from regulars.kernel.cursors import read_cursor, unknown_cursor, write_cursor
from regulars.kernel.telling import told

T = TypeVar("T")
Row = TypeVar("Row", bound=Model)

LARGEST_PAGE = 200
Limit = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_PAGE), told("How many items at most, 1 to 200.", 50)]
Cursor = Annotated[
    str | None,
    told("`next_cursor` of the page before; leave it out for the first page.", "WyIyMDI2LTExLTI5Il0"),
]


class Page(msgspec.Struct, Generic[T]):
    """One page of a list; ``next_cursor`` is null on the last one."""

    items: Annotated[list[T], told("At most `limit` of them, in the list's order.")]
    next_cursor: Annotated[
        str | None, told("What `cursor` is for the next page; null on the last one.", "WyIyMDI2LTExLTI5Il0")
    ] = None


class PageQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The parameters that every list has."""

    limit: Limit = 50
    cursor: Cursor = None


Place = tuple[datetime, UUID]
"""where a page ended: the time its list is ordered by, and the id that breaks ties"""


Take = Callable[[QuerySet[Row], int], list[Row]]
"""how the first so many of ordered rows are read"""


def take_all(rows: QuerySet[Row], count: int) -> list[Row]:
    return list(rows[:count])


def newest_first(
    rows: QuerySet[Row], time_field: str, query: PageQuery, take: Take[Row] = take_all
) -> tuple[list[Row], str | None]:
    """A page of rows by (time, id), the newest first, and the cursor of the next page."""
    place = read_place(query.cursor) if query.cursor else None
    if place:
        at, last_id = place
        rows = rows.filter(Q(**{f"{time_field}__lt": at}) | Q(**{time_field: at, "id__lt": last_id}))
    found = take(rows.order_by(f"-{time_field}", "-id"), query.limit + 1)
    return cut(found, query.limit, time_field)


def latest_first(rows: QuerySet[Row], query: PageQuery, number: str = "id") -> tuple[list[Row], str | None]:
    """A page of rows that are counted up (``number``), the latest first, and the cursor of the next page."""
    if query.cursor:
        rows = rows.filter(**{f"{number}__lt": _read_serial(query.cursor)})
    found = list(rows.order_by(f"-{number}")[: query.limit + 1])
    page = found[: query.limit]
    return page, write_cursor([getattr(page[-1], number)]) if len(found) > query.limit else None


def last_made_first(rows: QuerySet[Row], query: PageQuery) -> tuple[list[Row], str | None]:
    """A page of rows by id alone, which counts up with time and never changes, and the cursor of the next page."""
    return _by_id(rows.filter(id__lt=_read_id(query.cursor)) if query.cursor else rows, query.limit)


def _by_id(rows: QuerySet[Row], limit: int) -> tuple[list[Row], str | None]:
    found = list(rows.order_by("-id")[: limit + 1])
    page = found[:limit]
    return page, write_cursor([page[-1].pk]) if len(found) > limit else None


def cut(found: Sequence[Row], limit: int, time_field: str) -> tuple[list[Row], str | None]:
    page = list(found[:limit])
    if len(found) <= limit:
        return page, None
    last = page[-1]
    return page, write_place((getattr(last, time_field), last.pk))


def write_place(place: Place) -> str:
    return write_cursor([place[0].isoformat(), place[1]])


def read_place(cursor: str) -> Place:
    """The place that a cursor names; raises ``Invalid`` for a text that is none of ours."""
    try:
        at, last_id = read_cursor(cursor)
        place = (datetime.fromisoformat(at), UUID(last_id))
    except (ValueError, TypeError, AttributeError) as error:
        raise unknown_cursor() from error
    if place[0].tzinfo is None:
        raise unknown_cursor()
    return place


def _read_id(cursor: str) -> UUID:
    try:
        (last_id,) = read_cursor(cursor)
        return UUID(last_id)
    except (ValueError, TypeError, AttributeError) as error:
        raise unknown_cursor() from error


def _read_serial(cursor: str) -> int:
    try:
        (last_id,) = read_cursor(cursor)
    except (ValueError, TypeError) as error:
        raise unknown_cursor() from error
    if type(last_id) is not int or not 0 < last_id < 2**63:
        raise unknown_cursor()
    return last_id
