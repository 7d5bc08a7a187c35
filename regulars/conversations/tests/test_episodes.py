"""Episodes: from the first message to the resolution, going on when opened again soon enough."""

from __future__ import annotations

import importlib
import random
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.conversations.models import Conversation, ConversationHistory, Episode, Fact
from regulars.conversations.operations.handling import (
    mark_as_read,
    reopen_conversation,
    resolve_conversation,
    snooze_conversation,
    start_conversation,
)
from regulars.conversations.operations.removing import remove_contact
from regulars.conversations.tests.saying import at, fresh, open_conversation, queue, receive, said
from regulars.kernel import clock
from regulars.workspaces.models import Workspace
from tests.cast import BORIS, Cast, make_cast

pytestmark = pytest.mark.django_db
HOUR = 3_600


def episodes(conversation: Conversation) -> list[tuple[int, datetime, datetime | None, int]]:
    rows = Episode.objects.filter(conversation=conversation).order_by("number")
    return [(each.number, each.opened_at, each.resolved_at, each.reopened_count) for each in rows]


def resolve(cast: Cast, conversation: Conversation, seconds: float) -> None:
    with clock.frozen_at(at(seconds)):
        resolve_conversation(fresh(conversation), by=cast.actor(cast.agent))


def reopen(cast: Cast, conversation: Conversation, seconds: float) -> None:
    with clock.frozen_at(at(seconds)):
        reopen_conversation(fresh(conversation), by=cast.actor(cast.agent))


def the_thread() -> Conversation:
    return fresh(Conversation.objects.get())


def test_it_begins_with_the_first_message_and_ends_when_it_is_resolved(cast: Cast):
    receive(cast, said("m1", 0), said("m2", 5))
    thread = the_thread()
    assert episodes(thread) == [(1, at(0), None, 0)]
    resolve(cast, thread, 60)
    resolve(cast, thread, 90)
    assert episodes(thread) == [(1, at(0), at(60), 0)]
    row = Episode.objects.get()
    by = (row.resolved_by_kind, row.resolved_by_id, row.resolved_by_name)
    assert by == ("member", cast.agent.id, str(cast.agent))
    assert (thread.episode_id, fresh(thread).episode_id) == (row.id, row.id)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (23.99, [(1, at(0), None, 1)]),
        (24, [(1, at(0), at(60), 0), (2, at(60 + 24 * HOUR), None, 0)]),
    ],
)
def test_opened_again_within_the_hours_it_goes_on(cast: Cast, hours: float, expected: list[Any]):
    receive(cast, said("m1", 0))
    resolve(cast, the_thread(), 60)
    receive(cast, said("m2", 60 + hours * HOUR), said("m3", 90 + hours * HOUR))
    assert episodes(the_thread()) == expected


def test_a_member_who_opens_it_again_counts_by_the_same_hours(cast: Cast):
    Workspace.objects.filter(id=cast.workspace.id).update(episode_hours=1)
    receive(cast, said("m1", 0))
    thread = the_thread()
    resolve(cast, thread, 60)
    reopen(cast, thread, 120)
    resolve(cast, thread, 180)
    reopen(cast, thread, 180 + HOUR)
    assert episodes(thread) == [(1, at(0), at(180), 1), (2, at(180 + HOUR), None, 0)]
    reopened = Fact.objects.get(kind="reopened")
    assert (reopened.by_kind, reopened.by_id, reopened.at) == ("person", cast.agent.id, at(120))


def test_a_snooze_is_no_end(cast: Cast):
    receive(cast, said("m1", 0))
    thread = the_thread()
    snooze_conversation(thread, until=clock.now() + timedelta(days=3), by=cast.actor(cast.agent))
    receive(cast, said("m2", 60))
    assert episodes(thread) == [(1, at(0), None, 0)]


def test_what_was_resolved_and_is_put_off_is_not_over(cast: Cast):
    """Put off, it is to come back: whatever opens it then finds its episode going on."""
    receive(cast, said("m1", 0))
    thread = the_thread()
    resolve(cast, thread, 60)
    with clock.frozen_at(at(120)):
        snooze_conversation(fresh(thread), until=at(HOUR), by=cast.actor(cast.agent))
    assert episodes(thread) == [(1, at(0), None, 1)]
    reopened = Fact.objects.get(kind="reopened")
    assert (reopened.by_kind, reopened.by_id, reopened.at) == ("person", cast.agent.id, at(120))
    reopen(cast, thread, 180)
    resolve(cast, thread, 240)
    with clock.frozen_at(at(240 + 24 * HOUR)):
        snooze_conversation(fresh(thread), until=at(30 * HOUR), by=cast.actor(cast.agent))
    receive(cast, said("m2", 300 + 24 * HOUR))
    assert episodes(thread) == [(1, at(0), at(240), 1), (2, at(240 + 24 * HOUR), None, 0)]


def test_what_was_put_off_before_goes_on(cast: Cast):
    receive(cast, said("m1", 0), said("b1", 0, phone=BORIS))
    thread, other = Conversation.objects.all()
    for each in (thread, other):
        resolve_conversation(each, by=cast.actor(cast.agent))
    ended, of_other = (episodes(each)[0][2] for each in (thread, other))
    snooze_conversation(thread, until=clock.now() + timedelta(days=1), by=cast.actor(cast.agent))
    Episode.objects.filter(conversation=thread).update(resolved_at=ended, reopened_at=None, reopened_count=0)
    migration = importlib.import_module("regulars.conversations.migrations.0030_put_off_is_not_over")
    with connection.cursor() as cursor:
        cursor.execute(migration.GO_ON)
        cursor.execute(migration.GO_ON)
    assert episodes(thread) == [(1, at(0), None, 1)]
    put_off = ConversationHistory.objects.get(conversation=thread, value="snoozed").from_at
    assert Episode.objects.get(conversation=thread).reopened_at == put_off
    assert episodes(other) == [(1, at(0), of_other, 0)]


def test_without_a_message_there_is_none(cast: Cast):
    thread = start_conversation(cast.workspace.id, cast.inbox.id, cast.alice.id)
    assert (episodes(thread), thread.episode_id) == ([], None)
    resolve(cast, thread, 0)
    reopen(cast, thread, 60)
    resolve(cast, thread, 90)
    snooze_conversation(fresh(thread), until=clock.now() + timedelta(days=1), by=cast.actor(cast.agent))
    assert episodes(thread) == []
    receive(cast, said("h1", -9_000, source="history"), said("r1", 1, kind="reaction", target="h1"))
    assert episodes(thread) == []
    receive(cast, said("m1", 120))
    assert episodes(thread) == [(1, at(120), None, 0)]


def test_our_first_message_begins_one_too(cast: Cast):
    thread = fresh(start_conversation(cast.workspace.id, cast.inbox.id, cast.alice.id))
    Conversation.objects.update(window_closes_at=clock.now() + timedelta(hours=1))
    message = queue(cast, fresh(thread))
    assert episodes(thread) == [(1, message.created_at, None, 0)]
    queue(cast, fresh(thread))
    assert len(episodes(thread)) == 1


def test_what_we_send_after_the_resolution_opens_nothing(cast: Cast):
    thread = open_conversation(cast)
    resolve_conversation(thread, by=cast.actor(cast.agent))
    queue(cast, fresh(thread))
    receive(cast, said("e1", 60, direction="out", source="phone_app"))
    assert [each[2] is not None for each in episodes(thread)] == [True]
    assert fresh(thread).status == "resolved"


@pytest.mark.parametrize("kind", ["reaction", "edit", "revoke", "system"])
def test_what_asks_for_no_answer_opens_nothing(cast: Cast, kind: Any):
    receive(cast, said("m1", 0))
    resolve(cast, the_thread(), 60)
    receive(cast, said("m2", 90, kind=kind, target="m1"))
    assert episodes(the_thread()) == [(1, at(0), at(60), 0)]


def test_groups_have_them_too(cast: Cast):
    receive(cast, said("g1", 0, group="a"), said("g2", 5, group="a", phone=BORIS))
    assert [each[:2] for each in episodes(the_thread())] == [(1, at(0))]


def test_repeating_a_batch_changes_nothing(cast: Cast):
    batch = [said("m1", 0), said("m2", 10)]
    receive(cast, *batch)
    resolve(cast, the_thread(), 60)
    assert receive(cast, *batch) == ["duplicate"] * 2
    assert episodes(the_thread()) == [(1, at(0), at(60), 0)]


def test_in_whatever_order_and_parts_messages_come_it_begins_with_the_earliest(cast: Cast):
    for serial in range(12):
        dice = random.Random(serial)
        phone = f"+1202555{7000 + serial}"
        batch = [said(f"o{serial}.{number}", number * 600, phone=phone) for number in range(4)]
        dice.shuffle(batch)
        cut = dice.randrange(5)
        receive(cast, *batch[:cut])
        receive(cast, *batch[cut:])
        thread = Conversation.objects.get(contact__identities__value=phone)
        assert episodes(thread) == [(1, at(0), None, 0)]


def test_late_news_does_not_reach_back_into_the_one_before(cast: Cast):
    receive(cast, said("m1", 0))
    resolve(cast, the_thread(), 60)
    receive(cast, said("m2", 60 + 48 * HOUR))
    receive(cast, said("m3", 120), said("m4", 30 * HOUR))
    assert [each[:2] for each in episodes(the_thread())] == [(1, at(0)), (2, at(30 * HOUR))]


def test_the_database_holds_one_open_episode(cast: Cast):
    receive(cast, said("m1", 0))
    thread = the_thread()
    with pytest.raises(IntegrityError), transaction.atomic():
        Episode.objects.create(workspace=cast.workspace, conversation=thread, number=2, opened_at=at(0))


def test_removing_the_contact_removes_them(cast: Cast):
    thread = open_conversation(cast)
    resolve_conversation(thread, by=cast.actor(cast.agent))
    assert thread.contact is not None
    remove_contact(thread.contact, by=cast.actor(cast.admin))
    assert (Episode.objects.count(), Fact.objects.count()) == (0, 0)


# --- any order of acts agrees with a model ---------------------------------------------------------------


@dataclass
class Modelled:
    number: int
    opened_at: datetime
    resolved_at: datetime | None = None
    reopened_count: int = 0


class Model:
    """What episodes are, in ten lines."""

    def __init__(self, hours: int) -> None:
        self.gap, self.episodes = timedelta(hours=hours), list[Modelled]()

    def open(self, moment: datetime) -> None:
        last = self.episodes[-1] if self.episodes else None
        if last is None or (last.resolved_at and moment >= last.resolved_at + self.gap):
            self.episodes.append(Modelled(len(self.episodes) + 1, moment))
        elif last.resolved_at:
            last.resolved_at = None
            last.reopened_count += 1

    def resolve(self, moment: datetime) -> None:
        if self.episodes and self.episodes[-1].resolved_at is None:
            self.episodes[-1].resolved_at = moment


_acts = st.lists(
    st.tuples(
        st.sampled_from(
            ["message", "message", "answer", "resolve", "resolve", "reopen", "snooze", "read", "again"]
        ),
        st.sampled_from([60, HOUR, 5 * HOUR, 23 * HOUR, 24 * HOUR, 50 * HOUR]),
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=15)
@given(acts=_acts, hours=st.sampled_from([0, 5, 24]))
def test_any_order_of_acts_agrees_with_the_model_and_with_what_the_migration_derives(
    acts: list[tuple[str, int]], hours: int
):
    with transaction.atomic():
        cast = make_cast()
        Workspace.objects.filter(id=cast.workspace.id).update(episode_hours=hours)
        thread, model = _play(cast, acts, Model(hours))
        found = episodes(thread)
        assert found == [astuple(each) for each in model.episodes]
        _check_facts(thread)
        derived = _derived(thread)
        assert derived == found
        transaction.set_rollback(True)


def _play(cast: Cast, acts: list[tuple[str, int]], model: Model) -> tuple[Conversation, Model]:
    by, seconds, told = cast.actor(cast.agent), 0.0, []
    for place, (act, passed) in enumerate([("message", 0), *acts]):
        seconds += passed
        moment = at(seconds)
        with clock.frozen_at(moment):
            if act == "message":
                told.append(said(f"p{place}", seconds))
                receive(cast, told[-1])
                model.open(moment)
            elif act == "again":
                receive(cast, *told)
            else:
                thread = the_thread()
                if act == "answer":
                    Conversation.objects.update(window_closes_at=moment + timedelta(hours=1))
                    queue(cast, fresh(thread), by=cast.agent)
                elif act == "resolve":
                    resolve_conversation(thread, by=by)
                    model.resolve(moment)
                elif act in ("reopen", "snooze"):
                    is_over = thread.status == "resolved"
                    if act == "reopen":
                        reopen_conversation(thread, by=by)
                    else:
                        snooze_conversation(thread, until=moment + timedelta(days=1), by=by)
                    if is_over:
                        model.open(moment)
                elif act == "read":
                    mark_as_read(thread, by=by)
    return the_thread(), model


def _check_facts(thread: Conversation) -> None:
    """One resolution for each end, one reopening for each going on, nothing else."""
    rows = Episode.objects.filter(conversation=thread)
    again = sum(each.reopened_count for each in rows)
    ends = sum(each.resolved_at is not None for each in rows)
    facts = Fact.objects.filter(conversation=thread)
    assert facts.filter(kind="reopened").count() == again
    assert facts.filter(kind="resolved").count() == again + ends
    is_open = thread.status != "resolved"
    assert Episode.objects.filter(conversation=thread, resolved_at=None).count() == int(is_open)


def _derived(thread: Conversation) -> list[tuple[int, datetime, datetime | None, int]]:
    """As the migration would find them, from messages and lines alone."""
    Episode.objects.all().delete()
    Conversation.objects.update(episode_id=None)
    migration = importlib.import_module("regulars.conversations.migrations.0027_episodes_of_before")

    class Editor:
        pass

    editor: Any = Editor()
    editor.connection = connection
    migration.derive(None, editor)
    found = episodes(thread)
    last = Episode.objects.filter(conversation=thread).order_by("-number").values_list("id", flat=True)[0]
    assert fresh(thread).episode_id == last
    return found
