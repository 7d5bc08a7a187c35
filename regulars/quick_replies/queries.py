"""Read questions about quick replies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from regulars.kernel import clock
from regulars.kernel.cursors import read_cursor, unknown_cursor, write_cursor
from regulars.kernel.ids import parse_id
from regulars.quick_replies.access import quick_replies_offered_to, quick_replies_visible_to
from regulars.quick_replies.models import QuickReply, QuickReplyFile, QuickReplyUse, UnadvisedMember
from regulars.quick_replies.shortcuts import fold_shortcut, fold_words
from regulars.tags.names import fold_name
from regulars.workspaces.access import Actor

LATELY = timedelta(days=90)
"""what was not sent for so long counts as unused; and whose own use ranks what is offered"""
MOST_OFFERED = 50
Audience = Literal["all", "teams", "member"]


@dataclass(frozen=True, slots=True)
class QuickReplyFilter:
    """What a list shows; every field narrows."""

    text: str = ""
    folder: str | None = None
    """empty: those in none"""
    language: str = ""
    audience: Audience | None = None
    is_archived: bool | None = False
    is_unused: bool | None = None


@dataclass(frozen=True, slots=True)
class Uses:
    """How often a reply was sent, since when not any more."""

    count: int = 0
    last_at: datetime | None = None
    people: int = 0


@dataclass(frozen=True, slots=True)
class QuickReplyLine:
    reply: QuickReply
    uses: Uses


@dataclass(frozen=True, slots=True)
class QuickReplyPage:
    """Replies by folder and name, and where the next page starts."""

    lines: list[QuickReplyLine]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class UsedBy:
    """Who sent a reply how often."""

    name: str
    count: int
    last_at: datetime


def list_quick_replies(
    actor: Actor, chosen: QuickReplyFilter, *, limit: int = 50, cursor: str | None = None
) -> QuickReplyPage:
    """Three queries whatever the page's size."""
    rows = _narrowed(quick_replies_visible_to(actor), chosen).order_by("folder", "name", "id")
    if cursor:
        rows = rows.filter(_after(cursor))
    found = list(rows.prefetch_related("teams")[: limit + 1])
    page = found[:limit]
    more = len(found) > limit
    last = write_cursor([page[-1].folder, page[-1].name, str(page[-1].id)]) if more else None
    return QuickReplyPage(lines_of(page), last)


def lines_of(replies: Sequence[QuickReply]) -> list[QuickReplyLine]:
    uses = uses_of([reply.id for reply in replies])
    return [QuickReplyLine(reply, uses.get(reply.id, Uses())) for reply in replies]


def uses_of(reply_ids: Collection[UUID]) -> dict[UUID, Uses]:
    rows = QuickReplyUse.objects.filter(quick_reply_id__in=reply_ids).values("quick_reply_id")
    summed = rows.annotate(total=Sum("count"), latest=Max("last_at"), people=Count("by_id", distinct=True))
    return {
        row["quick_reply_id"]: Uses(row["total"], row["latest"], row["people"]) for row in summed.order_by()
    }


def users_of(reply: QuickReply, limit: int = 10) -> list[UsedBy]:
    """Whoever sent it most, first."""
    rows = QuickReplyUse.objects.filter(quick_reply=reply).values("by_id")
    summed = rows.annotate(total=Sum("count"), latest=Max("last_at"), called=Max("by_name"))
    return [
        UsedBy(row["called"], row["total"], row["latest"])
        for row in summed.order_by("-total", "called")[:limit]
    ]


def offered_replies(actor: Actor, typed: str = "", *, limit: int = MOST_OFFERED) -> list[QuickReply]:
    """What fits the words that were typed: by shortcut, then by name, then by text; the most used by oneself first."""
    found = _with_words(quick_replies_offered_to(actor), typed)
    uses = QuickReplyUse.objects.filter(quick_reply=OuterRef("pk"), day__gte=(clock.now() - LATELY).date())
    return list(
        found.annotate(
            rank=_rank(typed),
            own=_total(uses.filter(by_id=actor.id or actor.workspace_id)),
            everybodys=_total(uses),
        ).order_by("rank", "-own", "-everybodys", "name", "id")[:limit]
    )


def shortcuts_of(actor: Actor) -> list[str]:
    """As they are compared."""
    return list(quick_replies_offered_to(actor).values_list("key", flat=True).order_by("key"))


def folders_in(actor: Actor) -> list[str]:
    found = quick_replies_visible_to(actor).exclude(folder="").filter(archived_at=None)
    return list(found.values_list("folder", flat=True).distinct().order_by("folder"))


def languages_in(actor: Actor) -> list[str]:
    """In which there is a text."""
    rows = quick_replies_visible_to(actor).filter(archived_at=None).values_list("stored_wordings", flat=True)
    return sorted({each["language"] for wordings in rows for each in wordings})


def without_files_of_replies(file_ids: Iterable[UUID]) -> list[UUID]:
    """Those of the files that no reply brings, archived or not."""
    ids = list(file_ids)
    kept = set(QuickReplyFile.objects.filter(media_id__in=ids).values_list("media_id", flat=True))
    return [each for each in ids if each not in kept]


def is_advised(actor: Actor) -> bool:
    return actor.member_id is None or not UnadvisedMember.objects.filter(member_id=actor.member_id).exists()


def _narrowed(rows: QuerySet[QuickReply], chosen: QuickReplyFilter) -> QuerySet[QuickReply]:
    rows = _with_words(rows, chosen.text)
    if chosen.folder is not None:
        rows = rows.filter(folder=chosen.folder)
    if chosen.language:
        rows = rows.filter(stored_wordings__contains=[{"language": chosen.language}])
    if chosen.audience is not None:
        rows = rows.filter(audience=chosen.audience)
    if chosen.is_archived is not None:
        rows = rows.filter(archived_at__isnull=not chosen.is_archived)
    if chosen.is_unused is not None:
        lately = QuickReplyUse.objects.filter(
            quick_reply=OuterRef("pk"), day__gte=(clock.now() - LATELY).date()
        )
        rows = rows.filter(~Exists(lately) if chosen.is_unused else Exists(lately))
    return rows


def _with_words(rows: QuerySet[QuickReply], typed: str) -> QuerySet[QuickReply]:
    """Every word, as a part of another one, too: Thai and Chinese put no spaces between them."""
    for word in fold_words(typed.removeprefix("/")):
        rows = rows.filter(words__contains=word)
    return rows


def _rank(typed: str) -> Case:
    name, key = fold_name(typed), fold_shortcut(typed)
    return Case(
        When(Q(key=key), then=Value(0)),
        When(Q(key__startswith=key), then=Value(1)),
        When(Q(name__istartswith=name), then=Value(2)),
        When(Q(name__icontains=name), then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )


def _total(uses: QuerySet[QuickReplyUse]) -> Coalesce:
    summed = uses.order_by().values("quick_reply").annotate(total=Sum("count")).values("total")
    return Coalesce(Subquery(summed), Value(0))


def _after(cursor: str) -> Q:
    match read_cursor(cursor):
        case [str(folder), str(name), str(written)] if (reply_id := parse_id(written)) and "\x00" not in (
            folder + name
        ):
            same = Q(folder=folder)
            return Q(folder__gt=folder) | same & Q(name__gt=name) | same & Q(name=name, id__gt=reply_id)
        case _:
            raise unknown_cursor()
