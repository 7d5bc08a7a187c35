"""What members do with a conversation: assign, resolve, reopen, read, note, draft. Repeating changes nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.conversations.events import (
    ConversationAssigned,
    ConversationHandedToTeam,
    ConversationMarkedUnread,
    ConversationPrioritized,
    ConversationRead,
    ConversationReopened,
    ConversationResolved,
    ConversationSnoozed,
    ConversationStarted,
    MemberTyping,
    NoteRestored,
    NoteWithdrawn,
    NoteWritten,
)
from regulars.conversations.history import open_history
from regulars.conversations.models import Conversation, Draft, Note
from regulars.conversations.operations.episodes import Opening, end, go_on
from regulars.conversations.operations.seeing import Seen, count_unseen
from regulars.conversations.operations.telling import tell
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from regulars.kernel.events import record
from regulars.protection.protecting import protected_text
from regulars.protection.queries import watch_of
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member, Team
from regulars.workspaces.teams import hold_teams

NOTE_LENGTH = 20_000
DRAFT_LENGTH = 200_000
DRAFT_MODES = ("reply", "note", "template")
PRIORITIES = ("low", "normal", "high", "urgent")
DECIDED_ON = (
    "status",
    "snoozed_until",
    "sleeps_through",
    "assignee",
    "team",
    "priority",
    "unread_count",
    "waiting_since",
    "last_inbound_at",
    "episode_id",
)
"""what the verbs below look at before they write"""


@transaction.atomic
def assign_conversation(
    conversation: Conversation, *, to: Member | None, by: Actor, seen: Seen | None = None
) -> None:
    """``seen``: whose it was when that was decided, else whose ``conversation`` says. If it went to another meanwhile,
    that stands, and whoever comes second is told (:class:`Conflict`).
    """
    by.require("conversations:assign")
    if to is not None and (to.workspace_id != conversation.workspace_id or not to.is_active):
        raise Invalid(_("This member cannot take conversations"), fields={"assignee": "an active member"})
    before = seen.id if seen else conversation.assignee_id
    _lock(conversation)
    if conversation.assignee_id == (to.id if to else None):
        return
    if conversation.assignee_id != before:
        raise _taken(conversation)
    conversation.assignee = to
    _save(conversation, "assignee")
    tell(
        ConversationAssigned(
            conversation.workspace_id,
            conversation.id,
            from_member_id=before,
            to_member_id=to.id if to else None,
            to_name=str(to) if to else "",
            team_id=conversation.team_id,
            by=by.doer,
        )
    )


def _taken(conversation: Conversation) -> Conflict:
    taker = conversation.assignee
    if taker is None:
        return Conflict(
            _("Somebody put this back to the unassigned in the meantime. Look again before you decide.")
        )
    return Conflict(
        _("%(name)s took this in the meantime. Look again before you decide.") % {"name": taker},
        assignee=str(taker.id),
    )


@transaction.atomic
def hand_to_team(conversation: Conversation, *, team: Team | None, by: Actor) -> None:
    by.require("conversations:assign")
    if team is not None and not hold_teams(conversation.workspace_id, [team]):
        raise Invalid(_("There is no such team"), fields={"team": "a team of this workspace"})
    before = conversation.team_id
    _lock(conversation)
    if conversation.team_id == (team.id if team else None):
        return
    _expect(conversation.team_id, before)
    conversation.team = team
    _save(conversation, "team")
    tell(
        ConversationHandedToTeam(
            conversation.workspace_id,
            conversation.id,
            from_team_id=before,
            to_team_id=team.id if team else None,
            to_name=team.name if team else "",
            member_id=conversation.assignee_id,
            by=by.doer,
        )
    )


@transaction.atomic
def resolve_conversation(conversation: Conversation, *, by: Actor, seen: Seen | None = None) -> None:
    """Nothing is left to do; the contact's next message opens it again.

    ``seen``: the contact's last message to arrive on the screen when that was decided, else what ``conversation``
    knows of. If the contact has written since, it stays open (:class:`Conflict`): nothing is buried unseen.
    """
    by.require("conversations:resolve")
    known = (conversation.last_inbound_at, conversation.unread_count)
    _lock(conversation)
    if conversation.status == "resolved":
        return
    last_inbound_at, unread = known
    is_older = conversation.last_inbound_at != last_inbound_at or conversation.unread_count > unread
    if count_unseen(conversation, seen) if seen else is_older:
        raise Conflict(
            _("The contact wrote meanwhile. Read it, then decide."), unread=conversation.unread_count
        )
    before, conversation.status = conversation.status, "resolved"
    conversation.snoozed_until = conversation.waiting_since = None
    conversation.unread_count = 0
    _save(conversation, "status", "snoozed_until", "waiting_since", "unread_count")
    if conversation.episode_id:
        end([conversation.id], by=by.doer)
    tell(ConversationResolved(conversation.workspace_id, conversation.id, from_status=before, by=by.doer))


@transaction.atomic
def reopen_conversation(conversation: Conversation, *, by: Actor) -> None:
    by.require("conversations:resolve")
    _lock(conversation)
    if conversation.status == "open":
        return
    before, conversation.status = conversation.status, "open"
    conversation.snoozed_until = None
    _save(conversation, "status", "snoozed_until")
    _go_on(conversation, before, by)
    tell(ConversationReopened(conversation.workspace_id, conversation.id, from_status=before, by=by.doer))


@transaction.atomic
def snooze_conversation(
    conversation: Conversation, *, until: datetime, by: Actor, sleeps_through: bool = False
) -> None:
    """It ends when the contact writes, unless it ``sleeps_through``: what came while it was decided is not put away.
    What was resolved is not over any more: it is to come back.
    """
    by.require("conversations:resolve")
    if until <= clock.now() or not clock.is_nameable(until):
        raise Invalid(
            _("Choose a time in the future"), fields={"snoozed_until": "a time in the future, before 2100"}
        )
    known = conversation.last_inbound_at
    _lock(conversation)
    now = (conversation.status, conversation.snoozed_until, conversation.sleeps_through)
    if now == ("snoozed", until, sleeps_through):
        return
    if conversation.last_inbound_at != known:
        raise Conflict(
            _("The contact wrote meanwhile. Read it, then decide."), unread=conversation.unread_count
        )
    before, conversation.status = conversation.status, "snoozed"
    conversation.snoozed_until, conversation.sleeps_through = until, sleeps_through
    _save(conversation, "status", "snoozed_until", "sleeps_through")
    _go_on(conversation, before, by)
    tell(
        ConversationSnoozed(
            conversation.workspace_id,
            conversation.id,
            before,
            until,
            by=by.doer,
            sleeps_through=sleeps_through,
        )
    )


def _go_on(conversation: Conversation, before: str, by: Actor) -> None:
    if before == "resolved" and conversation.episode_id:
        go_on([Opening(conversation.id, clock.now(), by.doer)])


@transaction.atomic
def set_priority(conversation: Conversation, priority: str, *, by: Actor) -> None:
    by.require("conversations:assign")
    if priority not in PRIORITIES:
        raise Invalid(_("Unknown priority"), fields={"priority": ", ".join(PRIORITIES)})
    before = conversation.priority
    _lock(conversation)
    if conversation.priority != priority:
        _expect(conversation.priority, before)
        conversation.priority = priority
        _save(conversation, "priority")
        tell(
            ConversationPrioritized(conversation.workspace_id, conversation.id, before, priority, by=by.doer)
        )


def _expect(current: object, before: object) -> None:
    """What is set must still be what it was when somebody decided to set it: else the second is told."""
    if current != before:
        raise Conflict(_("Somebody changed this in the meantime. Look again before you decide."))


@transaction.atomic
def mark_as_read(conversation: Conversation, *, by: Actor, seen: Seen | None = None) -> None:
    """Up to ``seen``, else as far as ``conversation`` knows of it."""
    by.require("conversations:read")
    known = conversation.unread_count
    _lock(conversation)
    unread = conversation.unread_count
    left = min(unread, count_unseen(conversation, seen)) if seen and unread else max(unread - known, 0)
    if left != unread:
        _set_unread(conversation, left)
        record(ConversationRead(conversation.workspace_id, conversation.id, unread, left, by=by.doer))


@transaction.atomic
def mark_as_unread(conversation: Conversation, *, by: Actor) -> None:
    by.require("conversations:read")
    _lock(conversation)
    if conversation.unread_count == 0:
        _set_unread(conversation, 1)
        record(ConversationMarkedUnread(conversation.workspace_id, conversation.id, by=by.doer))


def _set_unread(conversation: Conversation, count: int) -> None:
    conversation.unread_count = count
    Conversation.objects.filter(id=conversation.id).update(unread_count=count, updated_at=clock.now())


def _lock(conversation: Conversation) -> None:
    """Hold the row until the transaction ends, and see it as it is: who decides on an old copy overwrites others."""
    try:
        conversation.refresh_from_db(
            fields=DECIDED_ON, from_queryset=Conversation.objects.select_for_update(of=("self",))
        )
    except Conversation.DoesNotExist:
        raise NotFound(_("There is no such conversation, or you may not see it")) from None


@transaction.atomic
def write_note(conversation: Conversation, text: str, *, by: Actor) -> Note:
    by.require("notes:write")
    note = Note.objects.create(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        author_id=by.member_id,
        author_name=by.name,
        text=protected_text(clean_note(text), watch_of(conversation.workspace_id)),
    )
    record(NoteWritten(conversation.workspace_id, conversation.id, note.id, by=by.doer))
    return note


def clean_note(written: str) -> str:
    text = written.strip()
    if not text or len(text) > NOTE_LENGTH:
        raise Invalid(
            _("A note has 1 to %(limit)s characters") % {"limit": NOTE_LENGTH},
            fields={"text": f"1 to {NOTE_LENGTH} characters"},
        )
    return text


@transaction.atomic
def withdraw_note(note: Note, *, by: Actor) -> None:
    """Its author takes it back; that one was there stays to be seen."""
    if _hold_own(note, by).withdrawn_at is None:
        _set_withdrawn(note, clock.now())
        record(NoteWithdrawn(note.workspace_id, note.conversation_id, note.id, by=by.doer))


@transaction.atomic
def restore_note(note: Note, *, by: Actor) -> None:
    if _hold_own(note, by).withdrawn_at is not None:
        _set_withdrawn(note, None)
        record(NoteRestored(note.workspace_id, note.conversation_id, note.id, by=by.doer))


def _hold_own(note: Note, by: Actor) -> Note:
    by.require("notes:write")
    if by.member_id is None or note.author_id != by.member_id:
        raise NotAllowed(_("Only who wrote a note takes it back"))
    return Note.objects.select_for_update().get(id=note.id, workspace_id=by.workspace_id)


def _set_withdrawn(note: Note, at: datetime | None) -> None:
    note.withdrawn_at = at
    note.save(update_fields=["withdrawn_at"])


@transaction.atomic
def save_draft(
    conversation: Conversation, member: Member, mode: str, text: str, *, intent: UUID | None = None
) -> None:
    """An empty text forgets it. From any device it goes out as ``intent``."""
    if mode not in DRAFT_MODES:
        raise Invalid(_("Unknown mode"), fields={"mode": ", ".join(DRAFT_MODES)})
    if len(text) > DRAFT_LENGTH:
        raise Invalid(
            _("A draft has at most %(limit)s characters") % {"limit": DRAFT_LENGTH},
            fields={"text": f"at most {DRAFT_LENGTH} characters"},
        )
    if not text.strip():
        Draft.objects.filter(member=member, conversation=conversation, mode=mode).delete()
        return
    Draft.objects.update_or_create(
        member=member,
        conversation=conversation,
        mode=mode,
        defaults={"text": text, "intent": intent, "updated_at": clock.now()},
    )


@transaction.atomic
def forget_draft(conversation: Conversation, member: Member, mode: str, *said: str) -> None:
    """What was said, or its beginning that was kept, needs no keeping; what the member typed since then stays."""
    kept = (
        Draft.objects.select_for_update().filter(member=member, conversation=conversation, mode=mode).first()
    )
    if kept is not None and kept.text.split() in [text.split() for text in said]:
        kept.delete()


@transaction.atomic
def show_typing(conversation: Conversation, *, by: Actor) -> None:
    """Call it at most every 20 seconds (it fades after 25)."""
    by.require("messages:send")
    if by.member_id and conversation.window_is_open(clock.now()):
        record(MemberTyping(conversation.workspace_id, conversation.id, by.member_id))


@transaction.atomic
def start_conversation(workspace_id: UUID, inbox_id: UUID, contact_id: UUID) -> Conversation:
    conversation, made = Conversation.objects.get_or_create(
        workspace_id=workspace_id, inbox_id=inbox_id, contact_id=contact_id
    )
    if made:
        open_history(conversation)
        record(ConversationStarted(workspace_id, conversation.id, contact_id))
    return conversation


def _save(conversation: Conversation, *fields: str) -> None:
    conversation.updated_at = clock.now()
    conversation.save(update_fields=[*fields, "updated_at"])
