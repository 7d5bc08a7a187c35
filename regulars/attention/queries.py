"""Read questions about members' attention: who may be named, what named a member, what they follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from regulars.attention.models import Following, Mention, NoteMention, NoteWording
from regulars.conversations.access import ConversationFacts, can_see, read_staffing, visible_to
from regulars.conversations.models import Conversation, Note
from regulars.workspaces.access import Actor, actor_of_member
from regulars.workspaces.models import Member
from regulars.workspaces.queries import active_members_of


def members_in(workspace_id: UUID) -> QuerySet[Member]:
    """With what decides how far they see."""
    return active_members_of(workspace_id).prefetch_related("teams")


def seeing(conversation: Conversation, members: Iterable[Member]) -> set[UUID]:
    """Those of the members who may see it. One query for all of them, when they were read by ``members_in``."""
    staffing = read_staffing(conversation.workspace_id)
    facts = ConversationFacts(
        conversation.workspace_id, conversation.inbox_id, conversation.assignee_id, conversation.team_id
    )
    return {member.id for member in members if can_see(actor_of_member(member), facts, staffing)}


def mentioning(actor: Actor) -> Q:
    """Conversations in which a note names the actor."""
    if actor.member_id is None:
        return Q(pk__in=[])
    standing = Mention.objects.filter(member_id=actor.member_id, note__withdrawn_at=None)
    return Q(id__in=standing.values("conversation_id"))


def followed_by(actor: Actor) -> Q:
    if actor.member_id is None:
        return Q(pk__in=[])
    return Q(id__in=Following.objects.filter(member_id=actor.member_id).values("conversation_id"))


def is_following(actor: Actor, conversation: Conversation) -> bool:
    if actor.member_id is None:
        return False
    return Following.objects.filter(conversation=conversation, member_id=actor.member_id).exists()


def followers_of(conversation: Conversation) -> list[Member]:
    """In the order in which they began."""
    rows = Following.objects.filter(conversation=conversation, member__is_active=True)
    return [row.member for row in rows.select_related("member__user").order_by("since")]


def is_mentioned(actor: Actor, conversation: Conversation) -> bool:
    """Whether a note there names the actor that they have not seen."""
    return (
        actor.member_id is not None and _unseen([actor.member_id]).filter(conversation=conversation).exists()
    )


def unseen_mentions(actor: Actor) -> dict[UUID, object]:
    """The conversations that the actor is to look at, each with when it named them last."""
    if actor.member_id is None:
        return {}
    newest = _unseen([actor.member_id]).values("conversation_id").annotate(at=Max("at")).order_by()
    seen = visible_to(actor).filter(id__in=[row["conversation_id"] for row in newest])
    visible = set(seen.values_list("id", flat=True))
    return {row["conversation_id"]: row["at"] for row in newest if row["conversation_id"] in visible}


def count_mentions(actors: Sequence[Actor]) -> list[int]:
    """Of each the conversations with a mention that they have not seen and may see; two queries for all."""
    members = [actor.member_id for actor in actors if actor.member_id and actor.can("conversations:read")]
    rows = _unseen(members).values_list("member_id", "conversation_id").distinct() if members else ()
    of_member: dict[UUID | None, set[UUID]] = defaultdict(set)
    for member_id, conversation_id in rows:
        of_member[member_id].add(conversation_id)
    return [_count_visible(actor, of_member.get(actor.member_id, set())) for actor in actors]


def _count_visible(actor: Actor, ids: Collection[UUID]) -> int:
    return visible_to(actor).filter(id__in=ids).count() if ids else 0


def _unseen(members: Collection[UUID]) -> QuerySet[Mention]:
    # unscoped: a member is of one workspace
    return Mention.objects.filter(member_id__in=members, seen_at=None, note__withdrawn_at=None)


def named_in(notes: Collection[UUID]) -> Mapping[UUID, list[NoteMention]]:
    """By note, whom it names; one query. The notes were accessed."""
    found: dict[UUID, list[NoteMention]] = defaultdict(list)
    # unscoped: they are the notes' own
    for row in NoteMention.objects.filter(note_id__in=notes).order_by("id"):
        found[row.note_id].append(row)
    return found


def wordings_of(notes: Collection[UUID]) -> Mapping[UUID, list[NoteWording]]:
    """By note, what it said before, the oldest first; one query. The notes were accessed."""
    found: dict[UUID, list[NoteWording]] = defaultdict(list)
    # unscoped: they are the notes' own
    for row in NoteWording.objects.filter(note_id__in=notes).order_by("until", "id"):
        found[row.note_id].append(row)
    return found


def earlier_wordings(note: Note) -> QuerySet[NoteWording]:
    """None of a note that was taken back."""
    rows = NoteWording.objects.filter(note=note)
    return rows.none() if note.withdrawn_at else rows


def attach_mentions(notes: Sequence[Note]) -> None:
    """Set ``mentioned`` on each, ``named``: the names as they stand in the text, and ``wordings``: those before."""
    ids = [note.id for note in notes]
    found, before = (named_in(ids), wordings_of(ids)) if ids else ({}, {})
    for note in notes:
        rows = found.get(note.id, [])
        note.wordings = before.get(note.id, [])  # type: ignore[attr-defined]
        note.mentioned = rows  # type: ignore[attr-defined]
        note.named = [row.name for row in rows if row.name]  # type: ignore[attr-defined]
