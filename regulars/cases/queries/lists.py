"""Lists of cases: narrowed, in an order, page by page; how many there are."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import OrderBy

from regulars.cases.access import cases_visible_to
from regulars.cases.models import UNRESOLVED, Case, CaseContact, CaseConversation
from regulars.contacts.models import Contact
from regulars.contacts.search import matching_contacts
from regulars.kernel import clock
from regulars.kernel.cursors import read_cursor, unknown_cursor, write_cursor
from regulars.workspaces.access import Actor

Order = Literal["newest", "due", "updated"]
_NUMBER = re.compile(r"#?\s*(\d{1,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """What a list shows; what is left empty does not narrow."""

    statuses: Collection[str] = ()
    owner: str = ""
    """a member's id, or ``none``"""
    team_id: UUID | None = None
    category_id: UUID | None = None
    priority: str = ""
    is_overdue: bool = False
    text: str = ""
    """a number, or words of titles and of names of contacts"""
    conversation_id: UUID | None = None
    person_id: UUID | None = None


@dataclass(slots=True)
class CaseLine:
    """A case with whom it is about."""

    case: Case
    contacts: Sequence[Contact] = field(default_factory=list)
    conversation_count: int = 0
    is_overdue: bool = False


@dataclass(frozen=True, slots=True)
class CasePage:
    lines: list[CaseLine]
    next_cursor: str | None


def narrowed(cases: QuerySet[Case], wanted: CaseFilter) -> QuerySet[Case]:
    """Merged cases are left out."""
    cases = cases.filter(merged_into=None)
    if wanted.statuses:
        cases = cases.filter(status__in=wanted.statuses)
    if wanted.owner:
        cases = cases.filter(owner_id=None if wanted.owner == "none" else UUID(wanted.owner))
    if wanted.team_id:
        cases = cases.filter(team_id=wanted.team_id)
    if wanted.category_id:
        cases = cases.filter(category_id=wanted.category_id)
    if wanted.priority:
        cases = cases.filter(priority=wanted.priority)
    if wanted.is_overdue:
        cases = cases.filter(status__in=UNRESOLVED, due_at__lt=clock.now())
    if wanted.conversation_id:
        cases = cases.filter(conversation_links__conversation_id=wanted.conversation_id)
    if wanted.person_id:
        theirs = CaseContact.objects.filter(case_id=OuterRef("pk"), contact__person_id=wanted.person_id)
        cases = cases.filter(Exists(theirs))
    return cases


def found_by(cases: QuerySet[Case], actor: Actor, text: str) -> QuerySet[Case]:
    """By number alone where the text is one with its sign; else also by words of titles, and by people."""
    text = text.replace("\x00", "").strip()
    number = _NUMBER.fullmatch(text)
    if number and text.startswith("#"):
        return cases.filter(number=int(number[1]))
    words = Q()
    for word in text.split():
        words &= Q(title__icontains=word) | Q(about__icontains=word)
    people = matching_contacts(actor, text).values("id")
    theirs = CaseContact.objects.filter(case_id=OuterRef("pk"), contact_id__in=people)
    wanted = words | Exists(theirs)
    return cases.filter(wanted | Q(number=int(number[1])) if number else wanted)


def list_cases(
    actor: Actor, wanted: CaseFilter, *, order: Order = "newest", limit: int = 50, cursor: str | None = None
) -> CasePage:
    """Three queries whatever the page's size."""
    cases = narrowed(cases_visible_to(actor), wanted)
    if wanted.text:
        cases = found_by(cases, actor, wanted.text)
    if cursor:
        cases = cases.filter(_after(order, cursor))
    found = list(cases.order_by(*_ORDERS[order])[: limit + 1])
    page = found[:limit]
    return CasePage(lines_of(page), _cursor(order, page[-1]) if len(found) > limit else None)


def count_cases(actor: Actor, wanted: CaseFilter) -> Mapping[str, int]:
    """By status; one query."""
    cases = narrowed(cases_visible_to(actor), wanted)
    if wanted.text:
        cases = found_by(cases, actor, wanted.text)
    return dict(cases.order_by().values_list("status").annotate(many=Count("id")))


def lines_of(cases: Sequence[Case]) -> list[CaseLine]:
    """Two queries beside the cases."""
    now = clock.now()
    lines = {case.id: CaseLine(case, [], 0, case.is_overdue(now)) for case in cases}
    people = (
        CaseContact.objects.filter(case__in=lines)
        .select_related("contact__person")
        .order_by("linked_at", "id")
    )
    for link in people:
        lines[link.case_id].contacts = [*lines[link.case_id].contacts, link.contact]
    threads = CaseConversation.objects.filter(case__in=lines).values_list("case_id")
    for case_id, count in threads.annotate(many=Count("id")).order_by():
        lines[case_id].conversation_count = count
    return list(lines.values())


def count_mine(actors: Collection[Actor]) -> Mapping[UUID, int]:
    """How many open cases members own, by member; one query."""
    ids = [each.member_id for each in actors if each.member_id and each.can("cases:read")]
    if not ids:
        return {}
    # unscoped: of these members
    owned = Case.objects.filter(owner_id__in=ids, merged_into=None).exclude(status="resolved")
    return dict(owned.order_by().values_list("owner_id").annotate(many=Count("id")))


_ORDERS: Mapping[Order, tuple[str | OrderBy, ...]] = {
    "newest": ("-number",),
    "due": (F("due_at").asc(nulls_last=True), "number"),
    "updated": ("-updated_at", "-number"),
}


def _cursor(order: Order, last: Case) -> str:
    at = {"newest": None, "due": last.due_at, "updated": last.updated_at}[order]
    return write_cursor([order, at.isoformat() if at else None, last.number])


def _after(order: Order, cursor: str) -> Q:
    at, number = _read(order, cursor)
    if order == "newest":
        return Q(number__lt=number)
    if order == "updated":
        if at is None:
            raise unknown_cursor()
        return Q(updated_at__lt=at) | Q(updated_at=at, number__lt=number)
    if at is None:
        return Q(due_at__isnull=True, number__gt=number)
    return Q(due_at__gt=at) | Q(due_at=at, number__gt=number) | Q(due_at__isnull=True)


def _read(order: Order, cursor: str) -> tuple[datetime | None, int]:
    match read_cursor(cursor):
        case [str(known), str() | None as at, int(number)] if known == order and 0 < number < 2**63:
            try:
                moment = datetime.fromisoformat(at) if at else None
            except ValueError as error:
                raise unknown_cursor() from error
            if moment is None or moment.tzinfo is not None:
                return moment, number
    raise unknown_cursor()
