"""Cases, by number, title, what is written about them and what members said of them; who sees a case finds it.

What the operators ask of conversations is asked of those that belong to the case. One that was merged is found as
the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from regulars.cases.access import cases_visible_to
from regulars.cases.events import (
    CaseCommented,
    CaseDescribed,
    CaseForgotten,
    CaseMerged,
    CaseOpened,
    CaseOutcomeChanged,
    CaseReopened,
    CaseResolved,
    CaseUnmerged,
)
from regulars.cases.models import UNRESOLVED, Case, CaseComment, CaseContact, CaseConversation
from regulars.conversations.access import visible_to
from regulars.search.asking import Asked
from regulars.search.kinds.scope import in_place, said_by, tagged, teams_called
from regulars.search.searchable import Entries, Findable, Searchable
from regulars.workspaces.access import Actor

MOST_OF_TEXT = 4_000
"""letters of each text that a case is found by"""
MOST_COMMENTS = 50
"""of a case, the newest"""
_STATUSES = {"open": UNRESOLVED, "resolved": ("resolved",)}
"""nobody snoozes a case"""


def _stale(events: Sequence[Any]) -> Iterable[UUID]:
    return (each.case_id for each in events)


def _read(ids: Collection[UUID]) -> Iterator[Findable]:
    said: dict[UUID, list[str]] = defaultdict(list)
    # unscoped: by the ids of entries, or of events
    comments = CaseComment.objects.filter(case__in=list(ids)).order_by("-created_at", "-id")
    for case_id, text in comments.values_list("case_id", "text"):
        if len(said[case_id]) < MOST_COMMENTS:
            said[case_id].append(text)
    # unscoped: as above
    for case in Case.objects.filter(id__in=list(ids), merged_into=None):
        texts = (f"{case} {case.title}", case.about, case.resolution, *said[case.id])
        yield Findable(
            id=case.id,
            workspace_id=case.workspace_id,
            at=case.opened_at,
            text="\n".join(text[:MOST_OF_TEXT] for text in texts if text),
        )


def _cases(workspace_id: UUID) -> QuerySet[Case]:
    return Case.objects.filter(workspace_id=workspace_id)


def _narrow(_actor: Actor, entries: Entries, asked: Asked) -> Entries:
    return entries.none() if asked.has else entries


def _visible(actor: Actor, entries: Entries, asked: Asked) -> Entries:
    if not actor.can("cases:read"):
        return entries.none()
    wanted = list(_conditions(actor, asked))
    if actor.far("cases") == "all" and not wanted:
        return entries
    return entries.filter(id__in=cases_visible_to(actor).filter(*wanted).order_by().values("id"))


def _conditions(actor: Actor, asked: Asked) -> Iterator[Q]:
    for who in asked.who:
        yield _from(actor, who)
    for where in asked.where:
        yield _with_thread(actor, in_place(actor, where)) | Q(team__in=teams_called(actor, where))
    for having in tagged(actor, asked.tags):
        yield _with_thread(actor, having)
    if asked.statuses:
        yield Q(status__in=[own for each in asked.statuses for own in _STATUSES.get(each, ())])
    being = {
        "waiting": Q(status="open"),
        "mine": Q(owner_id=actor.member_id) if actor.member_id else Q(pk__in=[]),
        "unassigned": Q(owner__isnull=True),
    }
    for each in asked.states:
        yield being.get(each, Q(pk__in=[]))


def _from(actor: Actor, who: str) -> Q:
    """Whoever of ours opened it or commented, or whom it is about."""
    meant = said_by(actor, who)
    if meant.is_any_contact:
        return Q(Exists(CaseContact.objects.filter(case_id=OuterRef("pk"))))
    comments = CaseComment.objects.filter(case_id=OuterRef("pk"), author__in=meant.members)
    about = CaseContact.objects.filter(case_id=OuterRef("pk"), contact__in=meant.people)
    return Q(opened_by_id__in=meant.members) | Q(Exists(comments)) | Q(Exists(about))


def _with_thread(actor: Actor, matching: Q) -> Q:
    """A conversation in sight of which that holds belongs to it."""
    threads = visible_to(actor).filter(matching).order_by().values("id")
    return Q(Exists(CaseConversation.objects.filter(case_id=OuterRef("pk"), conversation__in=threads)))


CASES = Searchable(
    kind="case",
    plural="cases",
    stale=dict.fromkeys(
        (
            CaseOpened,
            CaseDescribed,
            CaseResolved,
            CaseReopened,
            CaseOutcomeChanged,
            CaseCommented,
            CaseMerged,
            CaseUnmerged,
            CaseForgotten,
        ),
        _stale,
    ),
    read=_read,
    model=Case,
    things=_cases,
    narrow=_narrow,
    visible=_visible,
)
