"""The only door to a conversation from outside this room, and through it to contacts and files.

What an actor sees is written once as a query (``visible_to``) and once as a predicate (``can_see``, for the
live screens, which must decide without a query); a property test holds the two together.

How far an actor reaches (``workspaces/permissions.py``) says what that is. All: every conversation. Own: those that are
assigned to them, and the unassigned ones of the numbers that they staff, unless handed to another team. Teams: those,
and of the numbers that they staff what a team mate has or what is handed to one of their teams. A number without teams
is staffed by everybody.

Contacts and files are seen by who sees a conversation that they belong to: members and tokens, screens and REST
alike. Contacts beyond that by their owner: one's own, a team mate's, or all. Files of messages as far as both files and
conversations reach; what somebody uploaded is theirs alone until it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Literal
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, Func, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from regulars.contacts.models import Contact, Merge, MergeSuggestion
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.sending import outgoing_of
from regulars.inboxes.models import Inbox, sealed_fields
from regulars.inboxes.ports import files_in
from regulars.kernel.errors import NotFound
from regulars.kernel.touching import looked_at
from regulars.media.models import MediaFile
from regulars.protection.fields import SEALED
from regulars.quick_replies.access import files_visible_to as quick_reply_files_visible_to
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member
from regulars.workspaces.permissions import REACHES, Reach
from regulars.workspaces.sight import PROTECTED


@dataclass(frozen=True, slots=True)
class ConversationFacts:
    """The part of a conversation that decides who sees it."""

    workspace_id: UUID
    inbox_id: UUID
    assignee_id: UUID | None
    team_id: UUID | None


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who staffs what in a workspace, read once and kept by the live hub until it changes."""

    inbox_teams: Mapping[UUID, frozenset[UUID]]
    member_teams: Mapping[UUID, frozenset[UUID]]


Way = Literal["any", "nobodys", "own", "teams"]
Holder = UUID | Literal["anybody", "nobody"]
"""whose conversations a list shows"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What staffing comes to for one actor."""

    closed: frozenset[UUID] = frozenset()
    """numbers that only others staff"""
    mates: frozenset[UUID] = frozenset()


def access_conversation(actor: Actor, conversation_id: UUID | None) -> Conversation:
    """Raises :class:`NotFound` for one that the actor may not see, as if it did not exist."""
    actor.require("conversations:read")
    found = visible_to(actor).filter(id=conversation_id).first() if conversation_id else None
    if found is None:
        raise NotFound(_("There is no such conversation, or you may not see it"))
    looked_at("conversation", [found.id])
    return found


def access_message(actor: Actor, message_id: UUID | None) -> Message:
    found = (
        Message.objects.select_related("conversation", "contact", "media")
        .filter(id=message_id, workspace_id=actor.workspace_id)
        .first()
        if message_id
        else None
    )
    if found is None:
        raise NotFound(_("There is no such message, or you may not see it"))
    access_conversation(actor, found.conversation_id)
    looked_at("message", [found.id])
    return found


def access_contact(actor: Actor, contact_id: UUID | None) -> Contact:
    actor.require("contacts:read")
    found = contacts_visible_to(actor).filter(id=contact_id).first() if contact_id else None
    if found is None:
        raise NotFound(_("There is no such contact, or you may not see it"))
    looked_at("contact", [found.id])
    return found


def conversations_seen_among(actor: Actor, ids: Collection[UUID]) -> set[UUID]:
    """Those that a link may lead the actor to."""
    return set(visible_to(actor).filter(id__in=ids).values_list("id", flat=True)) if ids else set()


def contact_shown_to(actor: Actor, conversation: Conversation) -> Contact | None:
    """Of a conversation that was accessed, the contact as far as facts about them are shown beside it.

    Whoever sees a thread sees whom it is with, by name and number; the rest is for who may see contacts, and they see
    the contact of every conversation that they see.
    """
    if conversation.contact is None or not actor.can("contacts:read"):
        return None
    looked_at("contact", [conversation.contact.id])
    return conversation.contact


def access_merge(actor: Actor, merge_id: UUID | None) -> Merge:
    """Of contacts that the actor sees both."""
    actor.require("contacts:merge")
    found = merges_visible_to(actor).filter(id=merge_id).first() if merge_id else None
    if found is None:
        raise NotFound(_("There is no such merge, or you may not see it"))
    return found


def access_merge_suggestion(actor: Actor, suggestion_id: UUID | None) -> MergeSuggestion:
    """Of contacts that the actor sees both."""
    actor.require("contacts:merge")
    found = merge_suggestions_visible_to(actor).filter(id=suggestion_id).first() if suggestion_id else None
    if found is None:
        raise NotFound(_("There is no such suggestion, or you may not see it"))
    return found


def access_media(actor: Actor, media_id: UUID | None, *, message_id: UUID | None = None) -> MediaFile:
    """``message_id`` names a message that brings the file along with others: a template's header or card."""
    found = media_visible_to(actor).filter(id=media_id).first() if media_id else None
    if found is None and media_id and message_id and _brings_them(actor, message_id, media_id):
        found = MediaFile.objects.filter(id=media_id, workspace_id=actor.workspace_id).first()
    if found is None:
        raise NotFound(_("There is no such file, or you may not see it"))
    looked_at("media", [found.id])
    return found


def _brings_them(actor: Actor, message_id: UUID, media_id: UUID) -> bool:
    message = access_message(actor, message_id)
    return _brings(message, media_id) and _with_files(actor).filter(id=message.conversation_id).exists()


def _brings(message: Message, media_id: UUID) -> bool:
    files = files_in(outgoing_of(message)) if message.content.get("outgoing") else ()
    return any(each.media_id == str(media_id) for each in files)


def visible_to(actor: Actor, sight: Sight | None = None) -> QuerySet[Conversation]:
    """With ``sight`` PostgreSQL plans by what the actor reaches; for a list or a count that is worth reading it."""
    return _every(actor).filter(reduce(or_, _ways(actor, actor.far("conversations"), sight).values()))


Listing = Callable[[QuerySet[Conversation]], QuerySet[Conversation]]
Choosing = Callable[[QuerySet[Conversation], int], list[UUID]]
"""the ids of the first so many of ordered ones that something holds for"""


def first_visible(
    actor: Actor,
    narrowed: Listing,
    ordered: Listing,
    limit: int,
    *,
    holder: Holder = "anybody",
    chosen: Choosing | None = None,
) -> QuerySet[Conversation]:
    """The first of ``ordered(narrowed(visible_to(actor)))``, where ``narrowed`` leaves those of one holder; with
    ``chosen`` of those that it takes.

    Each way of seeing is asked by itself, so that each finds its index: who sees ten conversations of a hundred
    thousand does not wait until all have been looked at. They are looked up when they are found: what a row of the
    list joins is neither sorted nor read for those that it does not show. What ``narrowed`` has to search for is
    searched in each.
    """
    sight = read_sight(actor)
    ways = _leading_to(holder, actor, _ways(actor, actor.far("conversations"), sight))
    plain = Conversation.objects.filter(workspace_id=actor.workspace_id)
    theirs = [ordered(narrowed(plain.filter(way))) for way in ways]
    if chosen is not None:
        ids = {each for rows in theirs for each in chosen(rows, limit)}
        return ordered(_every(actor).filter(id__in=ids))[:limit]
    first, *others = (rows[:limit].values("id") for rows in theirs)
    found = first.union(*others) if others else first
    return ordered(_every(actor).filter(IsAmong("id", ArraySubquery(found))))[:limit]


class IsAmong(Func):
    """``id = ANY(ARRAY(…))``: found first, then looked up. As ``IN (…)`` they are estimated, and all rows read."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def _every(actor: Actor) -> QuerySet[Conversation]:
    every = Conversation.objects.filter(workspace_id=actor.workspace_id).select_related(
        "contact__person", "group", "inbox__connection", "assignee__user", "team"
    )
    every = every.defer(*sealed_fields("inbox__connection__"))
    return every if actor.can("conversations:read") else every.none()


def _ways(actor: Actor, far: Reach, sight: Sight | None = None) -> dict[Way, Q]:
    """The reasons to see a conversation; one may hold beside another."""
    if far == "all":
        return {"any": Q()}
    staffed = _staffed(actor, sight)
    nobodys = Q(assignee__isnull=True) & (Q(team__isnull=True) | Q(team_id__in=actor.team_ids))
    ways: dict[Way, Q] = {"nobodys": nobodys & staffed}
    if actor.member_id:
        ways["own"] = Q(assignee_id=actor.member_id)
    if far == "teams" and actor.team_ids:
        mates = _mates(actor) if sight is None else sight.mates
        ways["teams"] = (Q(assignee_id__in=mates) | Q(team_id__in=actor.team_ids)) & staffed
    return ways


def _staffed(actor: Actor, sight: Sight | None) -> Q:
    if sight is not None:
        return ~Q(inbox_id__in=sight.closed) if sight.closed else Q()
    staffing = Inbox.teams.through.objects.filter(inbox__workspace_id=actor.workspace_id)
    ours = staffing.filter(team_id__in=actor.team_ids)
    return ~Q(inbox_id__in=staffing.values("inbox_id")) | Q(inbox_id__in=ours.values("inbox_id"))


def _leading_to(holder: Holder, actor: Actor, ways: Mapping[Way, Q]) -> list[Q]:
    """Without those by which nothing of the holder's is seen, or nothing that another does not show."""
    if holder == "anybody" or "any" in ways:
        return [*ways.values()]
    if holder == "nobody":
        return [ways["nobodys"]]
    if holder == actor.member_id:
        return [ways["own"]]
    return [ways.get("teams", Q(pk__in=[]))]


def contacts_visible_to(actor: Actor) -> QuerySet[Contact]:
    """The people of visible conversations, in a group all who wrote there, and those whose owner is reached.

    A contact without any conversation is its owner's.
    """
    every = Contact.objects.filter(workspace_id=actor.workspace_id).select_related("owner__user")
    if not actor.can("contacts:read"):
        return every.none()
    far = actor.far("contacts")
    if far == "all":
        return every
    threads = visible_to(actor)
    writers = Message.objects.filter(conversation_id__in=threads.filter(group__isnull=False).values("id"))
    met = Q(id__in=threads.values("contact_id")) | Q(id__in=writers.values("contact_id"))
    owned = Q(owner_id=actor.member_id) if actor.member_id else Q(pk__in=[])
    if far == "teams":
        owned |= Q(owner_id__in=_mates(actor))
    return every.filter(met | owned)


def merges_visible_to(actor: Actor) -> QuerySet[Merge]:
    every = Merge.objects.filter(workspace_id=actor.workspace_id).select_related("first", "second")
    if not actor.can("contacts:read"):
        return every.none()
    if actor.far("contacts") == "all":
        return every
    seen = contacts_visible_to(actor).values("id")
    return every.filter(first_id__in=seen, second_id__in=seen)


def merge_suggestions_visible_to(actor: Actor) -> QuerySet[MergeSuggestion]:
    """Dismissed ones included, and those of contacts who are one by now."""
    every = MergeSuggestion.objects.filter(workspace_id=actor.workspace_id)
    every = every.select_related("first__person", "second__person")
    if not actor.can("contacts:read"):
        return every.none()
    if actor.far("contacts") == "all":
        return every
    seen = contacts_visible_to(actor).values("id")
    return every.filter(first_id__in=seen, second_id__in=seen)


def media_visible_to(actor: Actor) -> QuerySet[MediaFile]:
    """Every file that the actor may see by itself: those of messages in visible conversations (and of
    the ads that they came from), those of quick replies, and own uploads.
    """
    every = MediaFile.objects.filter(workspace_id=actor.workspace_id)
    if actor.kind == "system":
        return every
    seen = Message.objects.filter(conversation_id__in=_with_files(actor).values("id"))
    said, led_here = seen.filter(media_id=OuterRef("pk")), seen.filter(ad_picture_id=OuterRef("pk"))
    if not actor.can(PROTECTED):
        said = said.exclude(text__startswith=SEALED)
    kept = Q(id__in=quick_reply_files_visible_to(actor).values("id"))
    return every.filter(Q(uploaded_by=actor.id) | Exists(said) | Exists(led_here) | kept)


def _with_files(actor: Actor) -> QuerySet[Conversation]:
    """Those whose files are seen, too."""
    near = min(actor.far("files"), actor.far("conversations"), key=REACHES.index)
    return _every(actor).filter(reduce(or_, _ways(actor, near).values()))


def _mates(actor: Actor) -> QuerySet[Any, Any]:
    return Member.teams.through.objects.filter(team_id__in=actor.team_ids).values("member_id")


def can_see(actor: Actor, facts: ConversationFacts, staffing: Staffing) -> bool:
    """The same answer as ``visible_to``, without a query."""
    if facts.workspace_id != actor.workspace_id or not actor.can("conversations:read"):
        return False
    far = actor.far("conversations")
    if far == "all" or (facts.assignee_id is not None and facts.assignee_id == actor.member_id):
        return True
    teams = staffing.inbox_teams.get(facts.inbox_id, frozenset())
    if teams and not teams & actor.team_ids:
        return False
    in_their_queue = facts.team_id in actor.team_ids
    if facts.assignee_id is None:
        return facts.team_id is None or in_their_queue
    mate_teams = staffing.member_teams.get(facts.assignee_id, frozenset())
    return far == "teams" and (in_their_queue or bool(mate_teams & actor.team_ids))


def closed_to(actor: Actor, staffing: Staffing) -> frozenset[UUID]:
    return frozenset(
        inbox_id for inbox_id, teams in staffing.inbox_teams.items() if not teams & actor.team_ids
    )


def read_sight(actor: Actor) -> Sight:
    """Two queries, none for whoever reaches all."""
    if actor.sees_all:
        return Sight()
    staffing = read_staffing(actor.workspace_id)
    mates = (each for each, teams in staffing.member_teams.items() if teams & actor.team_ids)
    return Sight(closed_to(actor, staffing), frozenset(mates))


def read_staffing(workspace_id: UUID) -> Staffing:
    return read_staffings([workspace_id])[workspace_id]


def read_staffings(workspace_ids: Collection[UUID]) -> dict[UUID, Staffing]:
    staffed = Inbox.teams.through.objects.filter(inbox__workspace_id__in=workspace_ids)
    joined = Member.teams.through.objects.filter(member__workspace_id__in=workspace_ids)
    inbox_teams = _gather(workspace_ids, staffed.values_list("inbox__workspace_id", "inbox_id", "team_id"))
    member_teams = _gather(workspace_ids, joined.values_list("member__workspace_id", "member_id", "team_id"))
    return {key: Staffing(inbox_teams[key], member_teams[key]) for key in workspace_ids}


def _gather(
    workspace_ids: Collection[UUID], rows: Iterable[tuple[UUID, UUID, UUID]]
) -> dict[UUID, dict[UUID, frozenset[UUID]]]:
    gathered: dict[UUID, dict[UUID, frozenset[UUID]]] = {key: {} for key in workspace_ids}
    for workspace_id, each, team_id in rows:
        teams = gathered[workspace_id]
        teams[each] = teams.get(each, frozenset()) | {team_id}
    return gathered
