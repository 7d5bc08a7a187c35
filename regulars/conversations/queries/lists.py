"""Lists of conversations: filtered, ordered, paged by cursor, and counted for the navigation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, Min, Q, QuerySet, Value, When

from regulars.contacts.search import matching_contacts, matching_groups, named_contacts
from regulars.conversations.access import (
    Holder,
    IsAmong,
    Listing,
    first_visible,
    read_sight,
    visible_to,
)
from regulars.conversations.models import Conversation, ConversationTagging, Message
from regulars.conversations.ports import narrowings
from regulars.conversations.provider_ids import messages_called
from regulars.conversations.queries.asking import conversations_matching, first_matching
from regulars.conversations.queries.changing import REWRITING, MessageChanges, read_changes
from regulars.kernel import clock
from regulars.kernel.conditions.tree import Condition
from regulars.kernel.cursors import read_cursor, unknown_cursor, write_cursor
from regulars.kernel.ids import parse_id
from regulars.kernel.touching import looked_at
from regulars.tags.counting import uses_of
from regulars.tags.models import Tag
from regulars.tags.queries import find_tag, tags_in
from regulars.tags.taggings import tagged_by_word, tagged_with, tags_on
from regulars.workspaces.access import Actor

COMMON = 3_000
"""uses of a tag from which on a list is walked to find them: about where both ways cost the same at 100,000"""
Order = Literal["newest", "longest_waiting", "sla", "created", "waking", "closing"]
"""``waking``: whose snooze ends soonest. ``closing``: the most urgent first, then whose reply window closes soonest."""
CLOSING_WITHIN = timedelta(hours=4)
"""how soon a reply window closes for those in the queue of closing windows"""


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """What a list shows; every field narrows. ``assignee``: a member's id, ``me`` or ``none``; ``tag``: id or name."""

    inbox_id: UUID | None = None
    status: str = ""
    assignee: str = ""
    team_id: UUID | None = None
    tag: str = ""
    text: str = ""
    unread: bool = False
    waiting: bool = False
    """only those who wait for an answer"""
    closes_before: datetime | None = None
    """only those whose reply window is open, and closes before that"""
    contact_id: UUID | None = None
    matching: Q | None = None
    """what else must hold"""
    condition: Condition | None = None
    """the same as somebody wrote it, about conversations"""
    person_id: UUID | None = None
    narrowing: str = ""
    """a word of ``ports.narrowings``"""

    @property
    def is_searched(self) -> bool:
        return bool(self.text or self.contact_id or self.person_id)


class _Place(NamedTuple):
    """Where a page ended: the time it is ordered by, the conversation, and how urgent that is where it counts."""

    at: datetime | None
    id: UUID
    urgency: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page of conversations, with ``last_message`` attached, and where the next one starts."""

    items: list[Conversation]
    next_cursor: str | None


def list_conversations(
    actor: Actor,
    wanted: ConversationFilter,
    *,
    order: Order = "newest",
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """A fixed number of queries whatever the page's size."""
    found = list(first_of(actor, wanted, lambda rows: _ordered(rows, order, cursor), limit + 1))
    items = found[:limit]
    attach_shown(items)
    return Page(items, _cursor_of(items[-1], order) if len(found) > limit else None)


def list_among(actor: Actor, wanted: ConversationFilter, ids: Collection[UUID]) -> list[Conversation]:
    """Those of the conversations that are in a list, in no order."""
    found = list(filtered(actor, wanted).filter(id__in=ids))
    attach_shown(found)
    return found


def first_of(
    actor: Actor, wanted: ConversationFilter, ordered: Listing, limit: int
) -> QuerySet[Conversation]:
    """The first of a list. What must be searched for is searched once, and what is found looked through."""
    if wanted.is_searched:
        return ordered(filtered(actor, wanted))[:limit]
    asked = replace(_by_tag(actor, wanted), condition=None)
    return first_visible(
        actor,
        lambda rows: _narrowed(actor, rows, asked),
        ordered,
        limit,
        holder=_holder(actor, wanted.assignee),
        chosen=first_matching(actor, wanted.condition) if wanted.condition is not None else None,
    )


def filtered(actor: Actor, wanted: ConversationFilter) -> QuerySet[Conversation]:
    return _narrowed(actor, visible_to(actor, read_sight(actor)), _by_tag(actor, wanted))


def _narrowed(
    actor: Actor, conversations: QuerySet[Conversation], wanted: ConversationFilter
) -> QuerySet[Conversation]:
    if wanted.inbox_id:
        conversations = conversations.filter(inbox_id=wanted.inbox_id)
    if wanted.status:
        conversations = conversations.filter(status=wanted.status)
    if wanted.assignee:
        conversations = conversations.filter(_assignee(actor, wanted.assignee))
    if wanted.team_id:
        conversations = conversations.filter(team_id=wanted.team_id)
    if wanted.unread:
        conversations = conversations.filter(unread_count__gt=0)
    if wanted.waiting:
        conversations = conversations.filter(waiting_since__isnull=False)
    if wanted.closes_before:
        conversations = conversations.filter(
            window_closes_at__gt=clock.now(), window_closes_at__lte=wanted.closes_before
        )
    if wanted.contact_id:
        conversations = conversations.filter(contact_id=wanted.contact_id)
    if wanted.matching is not None:
        conversations = conversations.filter(wanted.matching)
    if wanted.condition is not None:
        conversations = conversations.filter(conversations_matching(actor, wanted.condition))
    if wanted.person_id:
        conversations = conversations.filter(contact__person=wanted.person_id)
    if wanted.narrowing:
        conversations = conversations.filter(narrowings()[wanted.narrowing](actor.workspace_id))
    if wanted.text:
        matching = (
            matching_contacts(actor, wanted.text)
            if actor.can("contacts:read")
            else named_contacts(actor.workspace_id, wanted.text)
        )
        conversations = conversations.filter(
            Q(contact__person__in=matching.values("person_id"))
            | Q(group_id__in=matching_groups(actor.workspace_id, wanted.text))
            | Q(id__in=tagged_by_word(ConversationTagging, actor.workspace_id, wanted.text))
        )
    return conversations


def _by_tag(actor: Actor, wanted: ConversationFilter) -> ConversationFilter:
    """The tag looked up, once for all ways of seeing."""
    if not wanted.tag:
        return wanted
    having = _has_tag(find_tag(actor.workspace_id, wanted.tag))
    return replace(wanted, tag="", matching=having if wanted.matching is None else having & wanted.matching)


def _has_tag(tag: Tag | None) -> Q:
    """Those with a common tag are met soon on a walk through the list; those with a rare one are fetched by it.

    The planner cannot choose: with all that a row of the list joins, it puts the tag last.
    """
    if tag is None:
        return Q(pk__in=[])
    having = tagged_with(ConversationTagging, tag.id)
    if uses_of([tag.id]).get(tag.id, {}).get(ConversationTagging.subject, 0) > COMMON:
        return Q(id__in=having)
    return Q(IsAmong("id", ArraySubquery(having)))


def _assignee(actor: Actor, word: str) -> Q:
    match _holder(actor, word):
        case "anybody":
            return Q(pk__in=[])
        case "nobody":
            return Q(assignee__isnull=True)
        case member_id:
            return Q(assignee_id=member_id)


def _holder(actor: Actor, word: str) -> Holder:
    """Whoever is not known, or not named, may be anybody."""
    if word == "none":
        return "nobody"
    return (actor.member_id if word == "me" else parse_id(word)) or "anybody"


def _ordered(
    conversations: QuerySet[Conversation], order: Order, cursor: str | None
) -> QuerySet[Conversation]:
    place = _read_cursor(cursor, order) if cursor else None
    if order == "created":  # ids count up with time, and never change
        begun = conversations.order_by("-id")
        return begun.filter(id__lt=place[1]) if place else begun
    if order == "newest":
        return newest_after(conversations, place, "last_message_at")
    if order == "closing":
        return _closing_after(conversations, place)
    return _soonest_after(conversations, place, "snoozed_until" if order == "waking" else "waiting_since")


def _soonest_after(
    conversations: QuerySet[Conversation], place: _Place | None, field: str
) -> QuerySet[Conversation]:
    """By a time, the earliest first and those without one last, from behind a place on."""
    ordered = conversations.order_by(F(field).asc(nulls_last=True), "id")
    if place is None:
        return ordered
    at, last_id = place[:2]
    if at is None:
        return ordered.filter(**{f"{field}__isnull": True}, id__gt=last_id)
    behind = Q(**{field: at}, id__gt=last_id)
    return ordered.filter(Q(**{f"{field}__gt": at}) | behind | Q(**{f"{field}__isnull": True}))


_URGENCY = {"urgent": 0, "high": 1, "normal": 2, "low": 3}


def _closing_after(conversations: QuerySet[Conversation], place: _Place | None) -> QuerySet[Conversation]:
    """The most urgent first; of those as urgent, whose window closes soonest, and those without one last."""
    rank = Case(*(When(priority=word, then=Value(number)) for word, number in _URGENCY.items()))
    ordered = conversations.annotate(urgency=rank).order_by(
        "urgency", F("window_closes_at").asc(nulls_last=True), "id"
    )
    if place is None:
        return ordered
    at, last_id, urgency = place
    if at is None:
        later = Q(window_closes_at__isnull=True, id__gt=last_id)
    else:
        later = Q(window_closes_at__gt=at) | Q(window_closes_at__isnull=True)
        later |= Q(window_closes_at=at, id__gt=last_id)
    return ordered.filter(Q(urgency__gt=urgency) | Q(urgency=urgency) & later)


def newest_after(
    conversations: QuerySet[Conversation], place: _Place | tuple[datetime | None, UUID] | None, field: str
) -> QuerySet[Conversation]:
    """By a time, the newest first and those without one last, from behind a place (time, id) on."""
    ordered = conversations.order_by(F(field).desc(nulls_last=True), "-id")
    if place is None:
        return ordered
    at, last_id = place[:2]
    if at is None:
        return ordered.filter(**{f"{field}__isnull": True}, id__lt=last_id)
    behind = Q(**{field: at}, id__lt=last_id)
    return ordered.filter(Q(**{f"{field}__lt": at}) | behind | Q(**{f"{field}__isnull": True}))


_TIME_OF: Mapping[Order, str] = {
    "newest": "last_message_at",
    "waking": "snoozed_until",
    "closing": "window_closes_at",
}


def _cursor_of(conversation: Conversation, order: Order) -> str:
    at = getattr(conversation, _TIME_OF.get(order, "waiting_since"))
    place: list[str | int | None] = [at.isoformat() if at else None, str(conversation.id)]
    return write_cursor([*place, _URGENCY[conversation.priority]] if order == "closing" else place)


def _read_cursor(cursor: str, order: Order) -> _Place:
    try:
        written, last_id, *more = read_cursor(cursor)
        at = datetime.fromisoformat(written) if written is not None else None
        place = _Place(at, UUID(last_id), *map(int, more))
    except (ValueError, TypeError, AttributeError) as error:
        raise unknown_cursor() from error
    if at is not None and at.tzinfo is None:
        raise unknown_cursor()
    return place


def attach_shown(conversations: list[Conversation]) -> None:
    """What a line shows beside the row itself: the last message and the tags by name. Whoever watches is told."""
    looked_at("conversation", (each.id for each in conversations))
    looked_at("contact", (each.contact_id for each in conversations if each.contact_id))
    attach_last_messages(conversations)
    attach_tags(conversations)


def attach_tags(conversations: list[Conversation]) -> None:
    found = tags_on(ConversationTagging, [each.id for each in conversations])
    for each in conversations:
        each.shown_tags = found.get(each.id, [])


def attach_last_messages(conversations: list[Conversation]) -> None:
    """Set ``last_message`` (a Message or None), ``last_changes`` (what rewrote it) and, of a reaction, ``last_target``
    (what it is to, None when that is not here) with ``target_changes`` on each: two queries, three with reactions.
    """
    ids = [each.last_message_id for each in conversations if each.last_message_id]
    found = {
        message.id: message
        # unscoped: the ids stand in conversations that were read
        for message in Message.objects.filter(id__in=ids).select_related(
            "media", "contact", "author_member__user"
        )
    }
    targets = _targets_of([message for message in found.values() if message.kind == "reaction"])
    changes = read_changes([*found.values(), *targets.values()], REWRITING)
    for each in conversations:
        last = found.get(each.last_message_id) if each.last_message_id else None
        target = targets.get((each.id, last.target_provider_id)) if last else None
        each.last_message = last  # type: ignore[attr-defined]
        each.last_changes = changes[last.id] if last else MessageChanges()  # type: ignore[attr-defined]
        each.last_target = target  # type: ignore[attr-defined]
        each.target_changes = changes[target.id] if target else MessageChanges()  # type: ignore[attr-defined]


def _targets_of(reactions: list[Message]) -> dict[tuple[UUID, str | None], Message]:
    if not reactions:
        return {}
    said = messages_called(
        (each.inbox_id for each in reactions),
        (each.target_provider_id for each in reactions if each.target_provider_id),
    )
    return {(each.conversation_id, each.provider_id): each for each in said}


def count_by_tag(actor: Actor, wanted: ConversationFilter) -> list[tuple[Tag, int]]:
    """Which tags the conversations of a list have, whatever tag it is narrowed to, and how many; two queries."""
    shown = filtered(actor, replace(wanted, tag="")).order_by().values("id")
    rows = ConversationTagging.objects.filter(
        workspace_id=actor.workspace_id, conversation_id__in=shown, until_at=None
    )
    counted = dict(rows.values_list("tag_id").annotate(Count("id")).order_by())
    return [(tag, counted[tag.id]) for tag in tags_in(actor.workspace_id).filter(id__in=counted)]


def count_up_to(actor: Actor, wanted: ConversationFilter, most: int) -> int:
    """How many conversations a list has; of more than ``most`` nobody counts the rest."""
    return filtered(actor, wanted).order_by()[: most + 1].count()


@dataclass(frozen=True, slots=True)
class Counts:
    """Counters of the navigation: open conversations of mine and of nobody."""

    mine: int
    unassigned: int
    oldest_unassigned_since: datetime | None


def count_for(actor: Actor) -> Counts:
    return count_for_all([actor])[0]


def count_for_all(actors: Sequence[Actor]) -> list[Counts]:
    members = {actor.member_id for actor in actors if actor.can("conversations:read")} - {None}
    opened = Conversation.objects.filter(status="open", assignee_id__in=members).order_by()
    owned = opened.values_list("assignee_id").annotate(Count("id"))
    mine: dict[UUID | None, int] = dict(owned) if members else {}
    free: dict[tuple[object, ...], dict[str, Any]] = {}
    for actor in actors:
        view = _view_of(actor)
        if view not in free:
            found = filtered(actor, ConversationFilter(status="open", assignee="none")).order_by()
            free[view] = found.aggregate(count=Count("id"), oldest=Min("waiting_since"))
    return [
        Counts(mine.get(actor.member_id, 0), free[_view_of(actor)]["count"], free[_view_of(actor)]["oldest"])
        for actor in actors
    ]


def _view_of(actor: Actor) -> tuple[object, ...]:
    """Actors with the same value see the same unassigned conversations (see ``access.visible_to``)."""
    far = actor.far("conversations")
    return (actor.workspace_id, far, actor.team_ids, actor.can("conversations:read"))


def loads_of(workspace_id: UUID) -> dict[UUID, int]:
    """By member, how many open conversations wait for their answer; whoever has none is left out. One query."""
    waiting = Conversation.objects.filter(
        workspace_id=workspace_id, status="open", waiting_since__isnull=False, assignee__isnull=False
    )
    return dict(waiting.order_by().values_list("assignee_id").annotate(count=Count("id")))
