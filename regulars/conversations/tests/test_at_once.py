"""Two who decide at the same time: the row decides, one wins, and the other is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from regulars.conversations.models import Activity, Conversation, ConversationTagging
from regulars.conversations.operations import handling
from regulars.conversations.operations.claiming import Claimed
from regulars.conversations.operations.composing import Composition, compose
from regulars.conversations.operations.seeing import Seen
from regulars.conversations.operations.settling import stop_message
from regulars.conversations.operations.tagging import set_conversation_tags
from regulars.conversations.operations.teams import remove_team
from regulars.conversations.tests.saying import AnyContent, claim, fresh, job, open_conversation, queue
from regulars.inboxes.operations import change_inbox
from regulars.inboxes.ports import OutgoingText
from regulars.kernel.errors import Conflict, Invalid
from regulars.workspaces.teams import create_team, rename_team, set_teams
from tests.cast import ALICE, Cast

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 12


def _at_once(*deeds: Callable[[], object]) -> list[str]:
    """Do all of it at the same time, each in a thread and session of its own; "done" or "told" for each."""
    start = Barrier(len(deeds))
    outcomes = [""] * len(deeds)

    def run(place: int, deed: Callable[[], object]) -> None:
        start.wait(10)
        try:
            with transaction.atomic():
                deed()
            outcomes[place] = "done"
        except (Conflict, Invalid):
            outcomes[place] = "told"
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, deed)) for place, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return outcomes


def test_a_message_that_arrives_while_it_is_resolved_is_not_buried(cast: Cast):
    for _ in range(ROUNDS):
        conversation = open_conversation(cast)
        handling.mark_as_read(conversation, by=cast.actor())
        _at_once(
            partial(handling.resolve_conversation, conversation, by=cast.actor()),
            lambda: cast.hears(ALICE, "one more thing"),
        )
        after = fresh(conversation)
        assert (after.status, after.unread_count, after.waiting_since is None) == ("open", 1, False)


VERBS: dict[str, Callable[[Cast, Conversation, int], object]] = {
    "assign": lambda cast, c, turn: handling.assign_conversation(
        c, to=(cast.agent, cast.mate)[turn], by=cast.actor()
    ),
    "priority": lambda cast, c, turn: handling.set_priority(c, ("high", "low")[turn], by=cast.actor()),
}


@pytest.mark.parametrize("name", VERBS)
def test_of_two_who_change_the_same_one_wins_and_the_other_is_told(cast: Cast, name: str):
    conversation = open_conversation(cast)
    copies = [fresh(conversation), fresh(conversation)]
    told = _at_once(*(partial(VERBS[name], cast, copies[turn], turn) for turn in range(2)))
    assert sorted(told) == ["done", "told"]
    assert Activity.objects.count() == 1


def test_of_two_who_set_the_tags_one_is_first_and_the_other_counts(cast: Cast):
    for _ in range(ROUNDS):
        conversation = open_conversation(cast)
        deeds = [partial(set_conversation_tags, conversation, [word], by=cast.actor()) for word in ("a", "b")]
        assert _at_once(*deeds) == ["done", "done"]
        taggings = ConversationTagging.objects.filter(conversation=conversation)
        (there,) = taggings.filter(until_at=None).values_list("tag__name", flat=True)
        (gone,) = taggings.exclude(until_at=None).values_list("tag__name", flat=True)
        assert {there, gone} == {"a", "b"}
        taggings.delete()


def test_of_two_who_take_it_for_the_same_member_none_is_told_off(cast: Cast):
    conversation = open_conversation(cast)
    copies = [fresh(conversation), fresh(conversation)]
    told = _at_once(*(partial(VERBS["assign"], cast, copies[turn], 0) for turn in range(2)))
    assert (told, Activity.objects.count()) == (["done", "done"], 1)


def test_a_message_is_stopped_or_on_its_way_never_both(cast: Cast):
    for _ in range(ROUNDS):
        message = queue(cast, open_conversation(cast))
        claimed: list[Claimed] = []

        def take(into: list[Claimed] = claimed) -> None:
            into.extend(claim(cast))

        told = _at_once(partial(stop_message, message, by=cast.actor()), take)
        assert (told[0], job(message).state, len(claimed)) in [
            ("done", "refused", 0),
            ("told", "sending", 1),
        ]


# --- what the screen showed -----------------------------------------------------------------------------


def _last_heard(conversation: Conversation) -> Seen:
    newest = conversation.messages.filter(direction="in").order_by("id").last()
    return Seen(newest.id if newest else None)


def test_what_arrives_while_it_is_answered_is_not_buried(cast: Cast):
    for _ in range(ROUNDS):
        conversation = open_conversation(cast)
        composition = Composition(conversation, [OutgoingText(body="hi")], seen=_last_heard(conversation))
        _at_once(
            partial(compose, composition, by=cast.actor(cast.agent), channel=AnyContent()),
            partial(cast.hears, ALICE, "one more thing"),
        )
        after = fresh(conversation)
        assert (after.unread_count, after.waiting_since is None) == (1, False)


def test_resolving_takes_what_was_seen_and_nothing_later(cast: Cast):
    conversation = open_conversation(cast)
    seen = _last_heard(conversation)
    cast.hears(ALICE, "wait")
    for shown in (seen, Seen(None)):
        with pytest.raises(Conflict):
            handling.resolve_conversation(fresh(conversation), by=cast.actor(), seen=shown)
    assert (fresh(conversation).status, fresh(conversation).unread_count) == ("open", 2)
    handling.resolve_conversation(fresh(conversation), by=cast.actor(), seen=_last_heard(conversation))
    assert fresh(conversation).status == "resolved"


def test_reading_leaves_unread_what_came_later(cast: Cast):
    conversation = open_conversation(cast)
    seen, stale = _last_heard(conversation), fresh(conversation)
    cast.hears(ALICE, "and another")
    handling.mark_as_read(fresh(conversation), by=cast.actor(), seen=seen)
    assert fresh(conversation).unread_count == 1
    handling.mark_as_unread(conversation, by=cast.actor())
    handling.mark_as_read(fresh(conversation), by=cast.actor())
    assert fresh(conversation).unread_count == 0
    cast.hears(ALICE, "and one more")
    cast.hears(ALICE, "and the last")
    handling.mark_as_read(stale, by=cast.actor())
    assert fresh(conversation).unread_count == 1


def test_taking_what_somebody_else_has_taken_since_needs_another_look(cast: Cast):
    conversation = open_conversation(cast)
    handling.assign_conversation(fresh(conversation), to=cast.mate, by=cast.actor())
    with pytest.raises(Conflict) as caught:
        handling.assign_conversation(fresh(conversation), to=cast.agent, by=cast.actor(), seen=Seen(None))
    assert (str(cast.mate) in str(caught.value.detail), caught.value.facts) == (
        True,
        {"assignee": str(cast.mate.id)},
    )
    handling.assign_conversation(fresh(conversation), to=cast.agent, by=cast.actor(), seen=Seen(cast.mate.id))
    assert fresh(conversation).assignee == cast.agent


def test_a_team_is_not_handed_to_while_it_is_removed(cast: Cast):
    """Either the conversation came first and loses its team, or it is told that there is none."""
    for place in range(ROUNDS):
        team = create_team(cast.workspace, f"Night {place}", by=cast.actor())
        conversation = open_conversation(cast)
        outcomes = _at_once(
            partial(remove_team, team, by=cast.actor()),
            partial(handling.hand_to_team, conversation, team=team, by=cast.actor()),
            partial(set_teams, cast.mate, [team], by=cast.actor()),
            partial(change_inbox, cast.inbox, by=cast.actor(), name=f"Shop {place}"),
        )
        assert (outcomes[0], outcomes[3]) == ("done", "done")
        assert (fresh(conversation).team_id, list(cast.mate.teams.all())) == (None, [])


def test_of_two_teams_that_staff_a_number_one_stays(cast: Cast):
    """Each removal by itself leaves the number to the other team; both would open it to everybody."""
    for place in range(ROUNDS):
        teams = [create_team(cast.workspace, f"{name} {place}", by=cast.actor()) for name in ("Day", "Night")]
        for member, team in zip((cast.agent, cast.mate), teams, strict=True):
            set_teams(member, [team], by=cast.actor())
        change_inbox(cast.inbox, by=cast.actor(), teams=teams)
        outcomes = _at_once(*(partial(remove_team, team, by=cast.actor()) for team in teams))
        assert sorted(outcomes) == ["done", "told"]
        assert cast.inbox.teams.count() == 1


def test_of_two_who_want_a_name_one_gets_it(cast: Cast):
    for place in range(ROUNDS):
        outcomes = _at_once(
            partial(create_team, cast.workspace, f"Night {place}", by=cast.actor()),
            partial(rename_team, cast.team, f"night {place}", by=cast.actor()),
        )
        assert sorted(outcomes) == ["done", "told"]
