"""Public shapes of what was so, from when until when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from regulars.api.paging import PageQuery
from regulars.kernel.history import HistoryRow
from regulars.kernel.telling import EXAMPLE_ID, Moment, told

HistorySource = Literal["member", "api", "contact", "system", "rule", "condition", "model", "import", "sync"]


class ChangedBy(msgspec.Struct):
    """Who or what made it so: ``api`` is a token, ``contact`` the contact, ``system`` the house itself."""

    kind: Annotated[HistorySource, told("Who, or what.", "member")]
    id: Annotated[
        str | None, told("The member's, the token's or the contact's id, if there is one.", EXAMPLE_ID)
    ]
    name: Annotated[str, told("As it was called then; empty for what nobody wrote down.", "Ann Agent")]


class HistoryShape(msgspec.Struct, kw_only=True):
    """What a fact was for a time. Of one fact, the rows follow each other without gap or overlap."""

    fact: Annotated[str, told("What it is about.", "assignee")]
    value: Annotated[
        str | None, told("What it was: a word, an id, or null for nobody and nothing.", EXAMPLE_ID)
    ]
    name: Annotated[str | None, told("Of a value that is an id: as it was called then.", "Ann Agent")]
    from_: Annotated[Moment, told("Since when.")] = msgspec.field(name="from")
    until: Annotated[Moment | None, told("When something else began; null while it is so.")]
    since_unknown: Annotated[
        bool, told("It was so before `from` already; since when, nobody wrote down.", False)
    ]
    by: Annotated[ChangedBy, told("Who or what made it so.")]
    why: Annotated[
        str | None,
        told("A word of `docs/reference/history.md`; of a consent, where it was said.", "claimed"),
    ]


class HistoryQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """Which rows are listed."""

    fact: Annotated[str | None, told("Of this fact only.", "assignee")] = None
    at: Annotated[Moment | None, told("Only what was so at this moment.")] = None


def build_history(rows: Iterable[HistoryRow]) -> list[HistoryShape]:
    return [_build(row) for row in rows]


def _build(row: HistoryRow) -> HistoryShape:
    kind = "api" if row.by_kind == "token" else row.by_kind
    return HistoryShape(
        fact=row.fact,
        value=row.value,
        name=row.name or None,
        from_=row.from_at,
        until=row.until_at,
        since_unknown=row.since_unknown,
        by=ChangedBy(
            msgspec.convert(kind, HistorySource), str(row.by_id) if row.by_id else None, row.by_name
        ),
        why=row.why or None,
    )
