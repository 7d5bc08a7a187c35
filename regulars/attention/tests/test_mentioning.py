"""Who is told by a note, who is not and why, and when it is news no more."""

from __future__ import annotations

import pytest

from regulars.attention.models import Following, Mention, NoteMention
from regulars.attention.operations.following import follow, unfollow
from regulars.attention.operations.mentioning import MOST_NAMED, Named, leave_note, see_mentions
from regulars.attention.queries import (
    attach_mentions,
    count_mentions,
    followed_by,
    followers_of,
    is_following,
    mentioning,
    unseen_mentions,
)
from regulars.conversations.access import visible_to
from regulars.conversations.operations.handling import assign_conversation, restore_note, withdraw_note
from regulars.kernel.errors import Invalid, NotAllowed
from regulars.kernel.ids import new_id
from regulars.kernel.models import Event
from tests.cast import ALICE, Cast

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_a_named_member_is_told_once_follows_and_sees_it_on_every_device(cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    by, mate = cast.actor(cast.agent), cast.actor(cast.mate)
    Event.objects.all().delete()
    left = leave_note(conversation, "@Mate look", [Named("member", cast.mate.id)], by=by)
    assert (left.told, left.unseeing) == ([cast.mate], [])
    assert kinds() == ["NoteWritten", "MemberMentioned", "ConversationFollowed"]
    assert (count_mentions([mate, by]), list(unseen_mentions(mate))) == ([1, 0], [conversation.id])
    assert list(visible_to(mate).filter(mentioning(mate))) == [conversation]
    assert list(visible_to(mate).filter(followed_by(mate))) == [conversation]
    for _ in range(2):
        see_mentions(conversation, by=mate)
    assert (count_mentions([mate]), kinds()[3:]) == ([0], ["MentionsSeen"])
    assert list(visible_to(mate).filter(mentioning(mate))) == [conversation]


def test_who_may_not_see_it_is_not_told_and_the_writer_hears_of_it(cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    assign_conversation(conversation, to=cast.agent, by=cast.actor())
    named = [Named("member", cast.mate.id), Named("everybody")]
    left = leave_note(conversation, "@Mate @all", named, by=cast.actor(cast.agent))
    assert left.unseeing == [cast.mate]
    assert cast.mate not in left.told
    assert cast.owner in left.told
    assert not Mention.objects.filter(member=cast.mate).exists()
    assert not Following.objects.filter(member=cast.mate).exists()


def test_a_team_and_everybody_are_told_as_what_they_are(cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    leave_note(
        conversation,
        "@Care @all",
        [Named("team", cast.team.id), Named("everybody")],
        by=cast.actor(cast.owner),
    )
    told = Event.objects.filter(kind="MemberMentioned").values_list("body__member_id", "body__kind")
    as_what = dict(told)
    in_team = {str(each.id) for each in cast.team.members.all()}
    assert in_team
    assert {key for key, kind in as_what.items() if kind == "team"} == in_team - {str(cast.owner.id)}
    assert str(cast.owner.id) not in as_what
    assert str(cast.stranger.owner.id) not in as_what
    assert NoteMention.objects.count() == 2


def test_only_those_of_the_house_are_named(cast: Cast):
    conversation, by = cast.hears(ALICE, "hello"), cast.actor(cast.agent)
    for named in (
        [Named("member", cast.stranger.owner.id)],
        [Named("team", new_id())],
        [Named("member", None)],
        [Named("member", new_id()) for _ in range(MOST_NAMED + 1)],
    ):
        with pytest.raises(Invalid):
            leave_note(conversation, "x", named, by=by)
    assert NoteMention.objects.count() == 0


def test_what_is_out_of_sight_by_now_is_not_counted(cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    leave_note(conversation, "@Mate", [Named("member", cast.mate.id)], by=cast.actor(cast.agent))
    assign_conversation(conversation, to=cast.agent, by=cast.actor())
    mate = cast.actor(cast.mate)
    assert (count_mentions([mate]), dict(unseen_mentions(mate))) == ([0], {})


def test_a_note_that_is_taken_back_calls_nobody_until_it_is_back(cast: Cast):
    conversation, by = cast.hears(ALICE, "hello"), cast.actor(cast.agent)
    note = leave_note(conversation, "@Mate", [Named("member", cast.mate.id)], by=by).note
    counts = []
    with pytest.raises(NotAllowed):
        withdraw_note(note, by=cast.actor(cast.mate))
    for verb in (withdraw_note, withdraw_note, restore_note, restore_note):
        verb(note, by=by)
        counts += count_mentions([cast.actor(cast.mate)])
    assert counts == [0, 0, 1, 1]
    assert [kind for kind in kinds() if kind.startswith("Note")] == [
        "NoteWritten",
        "NoteWithdrawn",
        "NoteRestored",
    ]


def test_following_begins_and_ends_once(cast: Cast):
    conversation, by = cast.hears(ALICE, "hello"), cast.actor(cast.agent)
    Event.objects.all().delete()
    for verb in (follow, follow):
        verb(conversation, by=by)
    assert (is_following(by, conversation), followers_of(conversation)) == (True, [cast.agent])
    for verb in (unfollow, unfollow):
        verb(conversation, by=by)
    assert (is_following(by, conversation), kinds()) == (
        False,
        ["ConversationFollowed", "ConversationUnfollowed"],
    )
    with pytest.raises(NotAllowed):
        follow(conversation, by=cast.token_actor("agent"))


def test_names_and_earlier_wordings_are_read_with_one_query_each(cast: Cast, django_assert_num_queries):
    conversation, by = cast.hears(ALICE, "hello"), cast.actor(cast.agent)
    notes = [leave_note(conversation, "@Mate", [Named("member", cast.mate.id)], by=by).note for _ in range(3)]
    with django_assert_num_queries(2):
        attach_mentions(notes)
    assert [getattr(note, "named", None) for note in notes] == [[str(cast.mate)]] * 3
