"""What one case shows: its threads with their last lines, its people, and what happened."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from regulars.cases.access import CaseFacts, cases_visible_to
from regulars.cases.models import (
    Case,
    CaseActivity,
    CaseComment,
    CaseContact,
    CaseConversation,
    CaseFile,
)
from regulars.contacts.models import Contact
from regulars.conversations.access import ConversationFacts, visible_to
from regulars.conversations.models import Conversation
from regulars.conversations.queries.lists import attach_shown
from regulars.workspaces.access import Actor


@dataclass(frozen=True, slots=True)
class CaseThreads:
    """Conversations of a case that somebody sees, the newest first, and how many they do not."""

    seen: Sequence[Conversation]
    hidden_count: int


def threads_of(actor: Actor, case: Case) -> CaseThreads:
    """Each with its last message."""
    links = CaseConversation.objects.filter(case=case)
    seen = list(
        visible_to(actor).filter(id__in=links.values("conversation_id")).order_by("-last_message_at", "-id")
    )
    attach_shown(seen)
    return CaseThreads(seen, links.count() - len(seen))


def seen_links(actor: Actor, case_ids: Collection[UUID]) -> Mapping[UUID, list[UUID]]:
    """By case, the conversations of it that somebody sees; one query."""
    found: dict[UUID, list[UUID]] = {case_id: [] for case_id in case_ids}
    links = CaseConversation.objects.filter(
        case__in=case_ids, conversation__in=visible_to(actor).values("id"), workspace_id=actor.workspace_id
    )
    for case_id, conversation_id in links.order_by("linked_at", "id").values_list(
        "case_id", "conversation_id"
    ):
        found[case_id].append(conversation_id)
    return found


def people_of(case: Case) -> list[Contact]:
    links = CaseContact.objects.filter(case=case).select_related("contact__person")
    return [link.contact for link in links.order_by("linked_at", "id")]


def files_of(case: Case) -> QuerySet[CaseFile]:
    """What lies with it now."""
    return CaseFile.objects.filter(case=case, removed_at=None).select_related("media")


def merged_into(case: Case) -> QuerySet[Case]:
    return Case.objects.filter(workspace_id=case.workspace_id, merged_into=case).order_by("number")


def followers_of(case: Case) -> QuerySet[Case]:
    return Case.objects.filter(workspace_id=case.workspace_id, follows=case).order_by("number")


@dataclass(frozen=True, slots=True)
class Timeline:
    """Comments and quiet lines, the newest first."""

    items: Sequence[CaseComment | CaseActivity]
    has_older: bool


def timeline_of(case: Case, *, before: tuple[datetime, UUID] | None = None, limit: int = 50) -> Timeline:
    comments = comments_of(case).select_related("author__user")
    lines = CaseActivity.objects.filter(case=case).order_by("-at", "-id")
    if before:
        comments, lines = (
            comments.filter(_is_before("created_at", before)),
            lines.filter(_is_before("at", before)),
        )
    both: list[CaseComment | CaseActivity] = [*comments[: limit + 1], *lines[: limit + 1]]
    both.sort(key=lambda each: (moment_of(each), each.id), reverse=True)
    return Timeline(both[:limit], len(both) > limit)


def _is_before(column: str, place: tuple[datetime, UUID]) -> Q:
    at, last_id = place
    return Q(**{f"{column}__lt": at}) | Q(**{column: at, "id__lt": last_id})


def moment_of(item: CaseComment | CaseActivity) -> datetime:
    return item.created_at if isinstance(item, CaseComment) else item.at


def comments_of(case: Case) -> QuerySet[CaseComment]:
    return CaseComment.objects.filter(case=case).order_by("-created_at", "-id")


def cases_beside(actor: Actor, conversation: Conversation, limit: int) -> list[Case]:
    """Of a conversation and of its person, those that are not over first, then the newest."""
    theirs = Q(conversation_links__conversation=conversation)
    if conversation.contact:
        theirs |= Q(contact_links__contact__person_id=conversation.contact.person_id)
    # in two steps: ids first, so that the joins of the one do not double the rows of the other
    ids = Case.objects.filter(theirs, workspace_id=actor.workspace_id, merged_into=None).values("id")
    cases = cases_visible_to(actor).filter(id__in=ids)
    unresolved = list(cases.exclude(status="resolved").order_by("-number")[:limit])
    rest = limit - len(unresolved)
    return [*unresolved, *cases.filter(status="resolved").order_by("-number")[:rest]] if rest else unresolved


def conversations_showing(case_ids: Collection[UUID]) -> set[UUID]:
    """Beside which something is said of these cases: their own, and the others of their people."""
    # unscoped: the events that name them are of their workspaces
    persons = CaseContact.objects.filter(case__in=case_ids).values("contact__person_id")
    shown = Conversation.objects.filter(Q(case_links__case__in=case_ids) | Q(contact__person_id__in=persons))
    return set(shown.values_list("id", flat=True))


def cases_with(conversation_ids: Collection[UUID], among: Collection[UUID]) -> set[UUID]:
    """Which of these cases conversations belong to."""
    # unscoped: both are named by what was looked at before
    links = CaseConversation.objects.filter(conversation__in=conversation_ids, case__in=among)
    return set(links.values_list("case_id", flat=True))


def facts_of(case: Case) -> CaseFacts:
    """For ``can_see_case``. One query."""
    links = CaseConversation.objects.filter(case=case)
    rows = links.values_list(
        "conversation__workspace_id",
        "conversation__inbox_id",
        "conversation__assignee_id",
        "conversation__team_id",
    )
    threads = tuple(ConversationFacts(*row) for row in rows)
    return CaseFacts(case.workspace_id, case.owner_id, case.team_id, threads)
