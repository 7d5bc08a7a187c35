"""Who is told of what, who is not, and that what was seen is seen everywhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.wiring import NOTIFIES
from regulars.attention.operations.mentioning import Named, leave_note, see_mentions
from regulars.conversations.models import Conversation
from regulars.conversations.notifying import (
    count_unread_notifications,
    notifications_of,
    seen_among,
)
from regulars.conversations.operations.handling import assign_conversation, withdraw_note
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.events import Position, Recorded, recorded_at
from regulars.kernel.models import Event
from regulars.notifications.choosing import choice_of
from regulars.notifications.levels import Choice, Quiet, read_levels
from regulars.notifications.lookers import Lookers
from regulars.notifications.models import Notification
from regulars.notifications.notifying import notifying
from regulars.notifications.operations import (
    choose_preset,
    choose_quiet,
    choose_ways,
    mute_conversation,
    purge_notifications,
    read_notifications,
    unmute_conversation,
)
from regulars.workspaces.availability import choose_availability
from regulars.workspaces.models import Member
from tests.cast import ALICE, BORIS, Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def _position(row: Event) -> Position:
    return Position(row.generation, int(row.transaction_id), row.id)


class Reader:
    """Runs the reaction over what was recorded since it last did, as one batch."""

    def __init__(self) -> None:
        self.lookers = Lookers()
        self.reaction = notifying(NOTIFIES, seen_among, self.lookers)
        self.last = 0
        self.run()

    def happened(self) -> list[Recorded]:
        rows = Event.objects.filter(id__gt=self.last).order_by("id")
        found = [
            recorded_at(_position(row), row.happened_at, row.workspace_id, row.kind, row.body)
            for row in rows
            if row.kind in self.reaction.kinds
        ]
        self.last = max([self.last, *(row.id for row in rows)])
        return found

    def run(self) -> None:
        if batch := self.happened():
            self.reaction.run(batch)


@pytest.fixture
def reader(cast: Cast) -> Reader:
    return Reader()


def assigned(cast: Cast, phone: str, to: Member, by: Member | None = None) -> Conversation:
    conversation = cast.hears(phone, "hello")
    assign_conversation(conversation, to=to, by=cast.actor(by or cast.owner))
    return conversation


def told(member: Member) -> list[tuple[str, int]]:
    rows = Notification.objects.filter(member=member, read_at=None).order_by("-at")
    return [(row.kind, row.count) for row in rows]


def ways_of(member: Member) -> list[str]:
    """By which the newest came."""
    events = Event.objects.filter(kind="MemberNotified", body__member_id=str(member.id))
    ways: list[str] = events.latest("id").body["ways"]
    return ways


def test_whoever_gets_a_conversation_is_told_and_whoever_takes_one_is_not(cast: Cast, reader: Reader):
    assigned(cast, ALICE, cast.agent)
    assigned(cast, BORIS, cast.owner, by=cast.owner)
    reader.run()
    assert told(cast.agent) == [("assigned", 1)]
    assert told(cast.owner) == []


def test_a_conversation_that_was_handed_on_meanwhile_is_told_to_the_last_one_alone(
    cast: Cast, reader: Reader
):
    conversation = assigned(cast, ALICE, cast.agent)
    assign_conversation(conversation, to=cast.lead, by=cast.actor(cast.owner))
    reader.run()
    assert (told(cast.agent), told(cast.lead)) == ([], [("assigned", 1)])


def test_one_notification_for_a_conversation_is_written_anew(cast: Cast, reader: Reader):
    conversation = assigned(cast, ALICE, cast.agent)
    reader.run()
    cast.hears(ALICE, "are you there?")
    cast.hears(ALICE, "hello?")
    reader.run()
    assert told(cast.agent) == [("reply", 3)]
    (row,) = notifications_of(cast.actor(cast.agent), cast.agent.id)
    assert row.message_id == Conversation.objects.get(id=conversation.id).last_message_id


def test_a_thumb_is_no_news(cast: Cast, reader: Reader):
    conversation = assigned(cast, ALICE, cast.agent)
    reader.run()
    read_notifications(cast.agent, [conversation.id])
    cast.hears(ALICE, kind="reaction", target="wamid.in.1")
    reader.run()
    assert told(cast.agent) == []


def test_what_is_opened_anywhere_is_cleared_everywhere_and_counts_anew(cast: Cast, reader: Reader):
    conversation = assigned(cast, ALICE, cast.agent)
    assigned(cast, BORIS, cast.agent)
    reader.run()
    assert read_notifications(cast.agent, [conversation.id]) == 1
    assert read_notifications(cast.agent, [conversation.id]) == 0
    cleared = Event.objects.filter(kind="NotificationsRead")
    assert [(row.body["member_id"], row.body["conversation_ids"]) for row in cleared] == [
        (str(cast.agent.id), [str(conversation.id)])
    ]
    assert count_unread_notifications(cast.actor(cast.agent)) == 1
    cast.hears(ALICE, "once more")
    reader.run()
    assert sorted(told(cast.agent)) == [("assigned", 1), ("reply", 1)]


def test_whom_a_note_names_is_told_once_whoever_wrote_it_is_not(cast: Cast, reader: Reader):
    conversation = assigned(cast, ALICE, cast.owner)
    team, lead = Named("everybody"), Named("member", cast.admin.id)
    leave_note(conversation, "@all look", (team, lead), by=cast.actor(cast.owner))
    reader.run()
    assert (told(cast.admin), told(cast.owner)) == ([("mention", 1)], [])
    assert ways_of(cast.admin) == ["badge", "desktop", "push", "sound"]


def test_a_note_that_was_withdrawn_or_seen_meanwhile_is_no_news(cast: Cast, reader: Reader):
    first, second = assigned(cast, ALICE, cast.owner), assigned(cast, BORIS, cast.owner)
    named = (Named("member", cast.admin.id),)
    note = leave_note(first, "@lead look", named, by=cast.actor(cast.owner)).note
    withdraw_note(note, by=cast.actor(cast.owner))
    leave_note(second, "@lead look", named, by=cast.actor(cast.owner))
    see_mentions(second, by=cast.actor(cast.admin))
    reader.run()
    assert told(cast.admin) == []


def test_whoever_is_off_duty_finds_it_counted_and_is_not_disturbed(cast: Cast, reader: Reader):
    choose_ways(cast.agent, {"assigned": ["badge", "sound", "push", "mail"]})
    choose_availability(cast.agent, "off_duty", by=cast.actor(cast.agent))
    assigned(cast, ALICE, cast.agent)
    reader.run()
    assert ways_of(cast.agent) == ["badge", "mail"]
    choose_availability(cast.agent, "online", by=cast.actor(cast.agent))
    assigned(cast, BORIS, cast.agent)
    reader.run()
    assert ways_of(cast.agent) == ["badge", "mail", "push", "sound"]


def test_opening_it_in_one_session_clears_it_in_the_other(cast: Cast, reader: Reader):
    conversation = assigned(cast, ALICE, cast.agent)
    reader.run()
    desk, pocket = Client(), Client()
    for each in (desk, pocket):
        each.force_login(cast.agent.user)
        assert each.get("/notifications/count").json() == {"count": 1}
    desk.post(f"/conversations/{conversation.id}/reading", {"state": "read"})
    assert [each.get("/notifications/count").json() for each in (desk, pocket)] == [{"count": 0}] * 2


def test_a_preset_is_all_kinds_at_once(cast: Cast, reader: Reader):
    assert choice_of(cast.agent).preset == "usual"
    for preset in ("everything", "quiet", "mentions"):
        choose_preset(cast.agent, preset)
        assert choice_of(cast.agent).preset == preset
    assigned(cast, ALICE, cast.agent)
    reader.run()
    assert ways_of(cast.agent) == ["badge"]
    choose_ways(cast.agent, {"reply": ["mail"]})
    assert choice_of(cast.agent).preset == ""
    with pytest.raises(Invalid):
        choose_preset(cast.agent, "loud")


def test_all_at_once(cast: Cast, reader: Reader):
    assigned(cast, ALICE, cast.agent)
    assigned(cast, BORIS, cast.agent)
    reader.run()
    assert read_notifications(cast.agent) == 2
    assert count_unread_notifications(cast.actor(cast.agent)) == 0


def test_whoever_looks_at_it_is_not_told_of_it(cast: Cast, reader: Reader):
    conversation = assigned(cast, ALICE, cast.agent)
    reader.run()
    read_notifications(cast.agent)
    beat = {"conversation_id": str(conversation.id), "person": {"id": str(cast.agent.id), "name": "A"}}
    reader.lookers.hear(json.dumps({**beat, "state": "looking"}))
    cast.hears(ALICE, "seen at once")
    reader.run()
    assert told(cast.agent) == []
    reader.lookers.hear(json.dumps({**beat, "state": "gone"}))
    cast.hears(ALICE, "not seen")
    reader.run()
    assert told(cast.agent) == [("reply", 1)]


def test_looking_ends_by_itself():
    now = 100.0
    lookers = Lookers(clock=lambda: now)
    member, conversation = "019acbf1-40c2-7a63-9c2f-3d5a1c0b7e11", "019acbf1-40c2-7a63-9c2f-3d5a1c0b7e12"
    lookers.hear(json.dumps({"conversation_id": conversation, "person": {"id": member}, "state": "writing"}))
    lookers.hear("no beat at all")
    (here,) = lookers.until
    assert lookers.looks(*here)
    now += 46
    assert not lookers.looks(*here)


def test_who_may_not_see_it_any_more_is_neither_told_nor_shown(cast: Cast, reader: Reader):
    assigned(cast, ALICE, cast.agent)
    cast.agent.is_active = False
    cast.agent.save(update_fields=["is_active"])
    reader.run()
    assert told(cast.agent) == []
    cast.agent.is_active = True
    cast.agent.save(update_fields=["is_active"])
    conversation = assigned(cast, BORIS, cast.agent)
    reader.run()
    assign_conversation(conversation, to=cast.lead, by=cast.actor(cast.owner))
    assert count_unread_notifications(cast.actor(Member.objects.get(id=cast.agent.id))) == 0


def test_a_muted_conversation_is_silent_until_it_is_not(cast: Cast, reader: Reader):
    conversation = assigned(cast, ALICE, cast.agent)
    mute_conversation(cast.agent, conversation.id)
    mute_conversation(cast.agent, conversation.id)
    reader.run()
    assert told(cast.agent) == []
    unmute_conversation(cast.agent, conversation.id)
    cast.hears(ALICE, "again")
    reader.run()
    assert told(cast.agent) == [("reply", 1)]


def test_a_kind_that_comes_by_no_way_is_not_told_at_all(cast: Cast, reader: Reader):
    choose_ways(cast.agent, {"assigned": []})
    assigned(cast, ALICE, cast.agent)
    reader.run()
    assert told(cast.agent) == []
    with pytest.raises(Invalid):
        choose_ways(cast.agent, {"assigned": ["pigeon"]})
    with pytest.raises(Invalid):
        choose_ways(cast.agent, {"birthday": ["badge"]})


def test_screens_are_told_by_which_ways(cast: Cast, reader: Reader):
    choose_ways(cast.agent, {"assigned": ["badge", "sound", "push"]})
    assigned(cast, ALICE, cast.agent)
    reader.run()
    assert Event.objects.get(kind="MemberNotified").body["ways"] == ["badge", "push", "sound"]


@pytest.mark.parametrize(
    ("hour", "zone", "disturbs"),
    [(13, "Asia/Bangkok", True), (16, "Asia/Bangkok", False), (23, "Asia/Bangkok", False), (16, "UTC", True)],
)
def test_quiet_hours_go_by_the_members_clock_and_past_midnight(hour: int, zone: str, disturbs: bool):
    choice = Choice(quiet=Quiet(time(22), time(7)), time_zone=zone)
    ways = choice.ways("reply", datetime(2026, 11, 20, hour, tzinfo=UTC))
    assert ("push" in ways) is disturbs
    assert "badge" in ways


def test_quiet_hours_have_two_different_ends(cast: Cast):
    for start, end in ((time(8), None), (None, time(8)), (time(8), time(8))):
        with pytest.raises(Invalid):
            choose_quiet(cast.agent, start, end)


def test_what_is_kept_of_a_choice_outlives_words_that_are_no_more():
    kept = read_levels({"assigned": ["badge", "pigeon"], "birthday": ["push"]})
    assert kept["assigned"] == {"badge"}
    assert sorted(kept) == ["assigned", "mention", "reply", "service_level"]


def test_a_batch_costs_the_same_whatever_is_in_it(cast: Cast, reader: Reader):
    phones = [f"+1202555{number:04}" for number in range(1000, 1040)]
    for phone in phones:
        assigned(cast, phone, cast.agent)
    reader.run()
    cast.hears(phones[0], "one")
    one = reader.happened()
    for phone in phones:
        cast.hears(phone, "many")
    many = reader.happened()
    with CaptureQueriesContext(connection) as for_one:
        reader.reaction.run(one)
    with CaptureQueriesContext(connection) as for_many:
        reader.reaction.run(many)
    assert len(for_one) == len(for_many)


def test_a_batch_that_concerns_nobody_costs_one_look(cast: Cast, reader: Reader):
    cast.hears(ALICE, "for nobody yet")
    batch = reader.happened()
    with CaptureQueriesContext(connection) as asked:
        reader.reaction.run(batch)
    assert len(asked) == 1


def test_old_ones_go_by_themselves(cast: Cast, reader: Reader):
    assigned(cast, ALICE, cast.agent)
    assigned(cast, BORIS, cast.agent)
    reader.run()
    Notification.objects.filter(member=cast.agent).update(at=clock.now() - timedelta(days=31))
    purge_notifications()
    assert told(cast.agent) == [("assigned", 1), ("assigned", 1)]
    read_notifications(cast.agent)
    Notification.objects.filter(member=cast.agent).update(read_at=clock.now() - timedelta(days=31))
    purge_notifications()
    assert not Notification.objects.exists()
