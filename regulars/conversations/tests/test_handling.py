"""What members do with a conversation; doing it again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from regulars.conversations.models import Activity, Conversation, Draft, Note
from regulars.conversations.operations import handling
from regulars.conversations.operations.calls import IncomingCall, note_calls
from regulars.conversations.operations.tagging import set_conversation_tags
from regulars.conversations.queries.threads import drafts_of
from regulars.conversations.tasks import wake_snoozed
from regulars.conversations.tests.saying import event_kinds, forget_events, fresh, open_conversation
from regulars.inboxes.ports import Call, ContactRef
from regulars.kernel import clock
from regulars.kernel.errors import Invalid, NotAllowed
from regulars.kernel.ids import new_id
from regulars.kernel.models import Event
from regulars.workspaces.access import Actor
from regulars.workspaces.teams import create_team
from tests.cast import REPLY_WINDOW, Cast

pytestmark = pytest.mark.django_db

TOMORROW = datetime(2096, 11, 23, tzinfo=UTC)
Verb = Callable[[Cast, Conversation, Actor], object]
Facts = Callable[[Cast], dict[str, object]]
"""who, from, to: what the event says beside the conversation and who did it"""

VERBS: dict[str, tuple[Verb, list[str], str, Facts]] = {
    "assign": (
        lambda cast, c, by: handling.assign_conversation(c, to=cast.mate, by=by),
        ["assigned"],
        "ConversationAssigned",
        lambda cast: {"from_member_id": None, "to_member_id": str(cast.mate.id), "team_id": None},
    ),
    "team": (
        lambda cast, c, by: handling.hand_to_team(c, team=cast.team, by=by),
        ["team_set"],
        "ConversationHandedToTeam",
        lambda cast: {"from_team_id": None, "to_team_id": str(cast.team.id), "member_id": None},
    ),
    "resolve": (
        lambda _cast, c, by: handling.resolve_conversation(c, by=by),
        ["resolved"],
        "ConversationResolved",
        lambda _cast: {"from_status": "open"},
    ),
    "snooze": (
        lambda _cast, c, by: handling.snooze_conversation(c, until=TOMORROW, by=by),
        ["snoozed"],
        "ConversationSnoozed",
        lambda _cast: {"from_status": "open", "until": TOMORROW.isoformat()},
    ),
    "priority": (
        lambda _cast, c, by: handling.set_priority(c, "high", by=by),
        ["priority_set"],
        "ConversationPrioritized",
        lambda _cast: {"from_priority": "normal", "to_priority": "high"},
    ),
    "read": (
        lambda _cast, c, by: handling.mark_as_read(c, by=by),
        [],
        "ConversationRead",
        lambda _cast: {"unread": 1, "left": 0},
    ),
}


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_is_told_once_however_often_it_is_done(cast, name):
    verb, lines, kind, facts = VERBS[name]
    conversation = open_conversation(cast)
    forget_events()
    for _ in range(2):
        verb(cast, conversation, cast.actor(cast.agent))
    verb(cast, fresh(conversation), cast.actor(cast.agent))
    (told,) = Event.objects.all()
    assert told.kind == kind
    assert told.body["by"] == {"kind": "member", "id": str(cast.agent.id), "name": "Ann Agent"}
    assert told.body.items() >= facts(cast).items()
    assert list(Activity.objects.values_list("kind", flat=True)) == lines
    assert list(Activity.objects.values_list("actor_name", flat=True)) == ["Ann Agent"] * len(lines)


@pytest.mark.parametrize("name", VERBS)
def test_without_the_permission_nothing_happens(cast, name):
    verb, *_expected = VERBS[name]
    conversation = open_conversation(cast)
    by = cast.token_actor("agent", scopes=["contacts:read"])
    forget_events()
    with pytest.raises(NotAllowed):
        verb(cast, conversation, by)
    assert (event_kinds(), Activity.objects.count()) == ([], 0)


def test_resolving_ends_waiting_and_reopening_opens(cast):
    conversation = open_conversation(cast)
    by = cast.actor(cast.agent)
    handling.resolve_conversation(conversation, by=by)
    after = fresh(conversation)
    assert (after.status, after.waiting_since, after.unread_count) == ("resolved", None, 0)
    for _ in range(2):
        handling.reopen_conversation(after, by=by)
    assert (fresh(conversation).status, Activity.objects.filter(kind="reopened").count()) == ("open", 1)


def test_a_conversation_is_given_back_to_nobody(cast):
    conversation = open_conversation(cast)
    by = cast.actor(cast.agent)
    handling.assign_conversation(conversation, to=cast.agent, by=by)
    handling.assign_conversation(conversation, to=None, by=by)
    assert fresh(conversation).assignee is None
    assert list(Activity.objects.order_by("id").values_list("kind", flat=True)) == ["assigned", "unassigned"]


def test_only_active_members_and_own_teams_take_conversations(cast):
    conversation = open_conversation(cast)
    by = cast.actor(cast.agent)
    cast.mate.is_active = False
    for member in (cast.stranger.owner, cast.mate):
        with pytest.raises(Invalid):
            handling.assign_conversation(conversation, to=member, by=by)
    theirs = create_team(cast.stranger.workspace, "Care", by=cast.stranger.actor())
    with pytest.raises(Invalid):
        handling.hand_to_team(conversation, team=theirs, by=by)


def test_wrong_values_are_refused(cast):
    conversation = open_conversation(cast)
    by = cast.actor(cast.agent)
    for attempt in (
        lambda: handling.snooze_conversation(conversation, until=clock.now(), by=by),
        lambda: handling.set_priority(conversation, "whenever", by=by),
        lambda: set_conversation_tags(conversation, ["x" * 65], by=by),
        lambda: handling.write_note(conversation, "  ", by=by),
        lambda: handling.write_note(conversation, "x" * (handling.NOTE_LENGTH + 1), by=by),
        lambda: handling.save_draft(conversation, cast.agent, "poem", "x"),
    ):
        with pytest.raises(Invalid):
            attempt()


def test_a_snoozed_conversation_wakes_when_its_time_comes(cast):
    conversation = open_conversation(cast)
    until = clock.now() + timedelta(hours=1)
    handling.snooze_conversation(conversation, until=until, by=cast.actor(cast.agent))
    assert wake_snoozed() == 0
    with clock.frozen_at(until):
        assert (wake_snoozed(), wake_snoozed()) == (1, 0)
    assert (fresh(conversation).status, fresh(conversation).snoozed_until) == ("open", None)
    assert Activity.objects.filter(kind="woken").count() == 1


def test_unread_is_put_back(cast):
    conversation = open_conversation(cast)
    by = cast.actor(cast.agent)
    handling.mark_as_read(conversation, by=by)
    for _ in range(2):
        handling.mark_as_unread(conversation, by=by)
    assert fresh(conversation).unread_count == 1


def test_a_note_is_kept_and_told(cast):
    conversation = open_conversation(cast)
    forget_events()
    note = handling.write_note(conversation, " call back ", by=cast.actor(cast.agent))
    assert (Note.objects.get().text, note.author_id, event_kinds()) == (
        "call back",
        cast.agent.id,
        ["NoteWritten"],
    )


def _texts(drafts: dict[str, Draft]) -> dict[str, str]:
    return {mode: draft.text for mode, draft in drafts.items()}


def test_a_draft_goes_out_under_one_id_from_any_device(cast):
    conversation, intent = open_conversation(cast), new_id()
    handling.save_draft(conversation, cast.agent, "reply", "Dear", intent=intent)
    handling.save_draft(conversation, cast.agent, "reply", "Dear Alice", intent=intent)
    assert drafts_of(conversation, cast.agent)["reply"].intent == intent


def test_drafts_are_each_members_own_and_an_empty_one_is_forgotten(cast):
    conversation = open_conversation(cast)
    for text in ("Dear", "Dear Alice"):
        handling.save_draft(conversation, cast.agent, "reply", text)
    handling.save_draft(conversation, cast.agent, "note", "n")
    handling.save_draft(conversation, cast.mate, "reply", "m")
    assert _texts(drafts_of(conversation, cast.agent)) == {"reply": "Dear Alice", "note": "n"}
    handling.save_draft(conversation, cast.agent, "reply", "  ")
    assert _texts(drafts_of(conversation, cast.agent)) == {"note": "n"}
    assert Draft.objects.count() == 2


def test_a_conversation_is_started_once(cast):
    forget_events()
    first = handling.start_conversation(cast.workspace.id, cast.inbox.id, cast.alice.id)
    assert handling.start_conversation(cast.workspace.id, cast.inbox.id, cast.alice.id) == first
    assert event_kinds() == ["ConversationStarted"]


def test_typing_is_told_while_the_window_is_open(cast):
    conversation = open_conversation(cast)
    forget_events()
    handling.show_typing(conversation, by=cast.actor(cast.agent))
    conversation.window_closes_at = None
    handling.show_typing(conversation, by=cast.actor(cast.agent))
    assert event_kinds() == ["MemberTyping"]


@pytest.mark.parametrize(("direction", "opens"), [("USER_INITIATED", True), ("BUSINESS_INITIATED", False)])
def test_a_call_of_the_contact_opens_the_window(cast, direction, opens):
    moment = clock.now().replace(microsecond=0)
    call = Call(
        address=cast.inbox.address,
        provider_id="c1",
        event="connect",
        direction=direction,
        contact=ContactRef(),
        at=moment,
        path="",
    )
    note_calls(
        cast.workspace.id, [IncomingCall(call, cast.inbox.id, cast.alice.id)], reply_window=REPLY_WINDOW
    )
    conversation = Conversation.objects.get(contact=cast.alice)
    assert (conversation.window_closes_at == moment + timedelta(hours=24)) is opens
    assert Activity.objects.get().facts["direction"] == direction
