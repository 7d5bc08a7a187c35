"""Who sees what: the query and the predicate always agree, and a stranger sees nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import get_args
from uuid import UUID, uuid4

import pytest

from regulars.contacts.models import Contact
from regulars.conversations.access import (
    access_contact,
    access_conversation,
    access_media,
    access_message,
    contacts_visible_to,
    media_visible_to,
    visible_to,
)
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import assign_conversation, hand_to_team
from regulars.conversations.operations.tagging import set_conversation_tags
from regulars.conversations.queries.changing import emoji_of
from regulars.conversations.queries.lists import (
    ConversationFilter,
    Order,
    count_for,
    list_conversations,
)
from regulars.conversations.queries.threads import read_thread
from regulars.conversations.tests.saying import at, fresh, queue, receive, said
from regulars.inboxes.operations import change_inbox
from regulars.inboxes.ports import (
    InteractiveHeader,
    MediaRef,
    MessageContent,
    OutgoingInteractive,
    OutgoingMedia,
    OutgoingReaction,
    Reaction,
    ReplyButton,
)
from regulars.kernel.errors import Invalid, NotAllowed, NotFound
from regulars.media.models import MediaFile
from regulars.workspaces.access import Actor
from tests.cast import ALICE, BORIS, CHAI, Cast

pytestmark = pytest.mark.django_db

# --- by name ----------------------------------------------------------------------------------------


def _sees(cast: Cast, conversation: Conversation) -> set[str]:
    people = {
        "owner": cast.owner,
        "admin": cast.admin,
        "lead": cast.lead,
        "agent": cast.agent,
        "mate": cast.mate,
    }
    return {
        name
        for name, member in people.items()
        if visible_to(cast.actor(member)).filter(id=conversation.id).exists()
    }


def test_who_sees_a_conversation_as_it_moves(cast):
    conversation = cast.hears(ALICE, "hello")
    by = cast.actor(cast.admin)
    assert _sees(cast, conversation) == {"owner", "admin", "lead", "agent", "mate"}
    assign_conversation(conversation, to=cast.agent, by=by)
    assert _sees(cast, conversation) == {"owner", "admin", "lead", "agent"}
    assign_conversation(conversation, to=cast.mate, by=by)
    assert _sees(cast, conversation) == {"owner", "admin", "mate"}
    assign_conversation(conversation, to=None, by=by)
    hand_to_team(conversation, team=cast.team, by=by)
    assert _sees(cast, conversation) == {"owner", "admin", "lead", "agent"}
    hand_to_team(conversation, team=None, by=by)
    change_inbox(cast.inbox, by=by, teams=[cast.team])
    assert _sees(cast, conversation) == {"owner", "admin", "lead", "agent"}


def test_the_door_says_the_same_for_what_is_hidden_and_what_is_not_there(cast):
    conversation = cast.hears(ALICE, "hello")
    message = conversation.messages.get()
    stranger = cast.stranger.actor(cast.stranger.owner)
    for actor, conversation_id, message_id in (
        (stranger, conversation.id, message.id),
        (cast.actor(cast.owner), uuid4(), uuid4()),
        (cast.actor(cast.owner), None, None),
    ):
        with pytest.raises(NotFound, match="There is no such conversation"):
            access_conversation(actor, conversation_id)
        with pytest.raises(NotFound, match="There is no such message"):
            access_message(actor, message_id)
    assign_conversation(conversation, to=cast.mate, by=cast.actor(cast.admin))
    with pytest.raises(NotFound):
        access_message(cast.actor(cast.agent), message.id)
    assert access_message(cast.actor(cast.mate), message.id) == message
    with pytest.raises(NotAllowed):
        access_conversation(cast.token_actor("agent", scopes=["contacts:read"]), conversation.id)


# --- lists ------------------------------------------------------------------------------------------


def _many(cast: Cast) -> int:
    """Conversations with equal times, with none, and waiting or not."""
    for number in range(9):
        receive(cast, said(f"m{number}", number // 3, phone=f"+1202555020{number}"))
    for number in (1, 4):
        receive(
            cast, said(f"e{number}", 60, phone=f"+1202555020{number}", direction="out", source="phone_app")
        )
    for _ in range(3):
        Conversation.objects.create(
            workspace=cast.workspace,
            inbox=cast.inbox,
            contact=Contact.objects.create(workspace=cast.workspace),
        )
    return 12


@pytest.mark.parametrize("order", get_args(Order))
@pytest.mark.parametrize("size", [1, 2, 5, 50])
def test_pages_lose_and_repeat_nothing(cast, order, size):
    count = _many(cast)
    actor = cast.actor(cast.owner)
    whole = list_conversations(actor, ConversationFilter(), order=order, limit=100)
    seen, cursor = [], None
    while True:
        page = list_conversations(actor, ConversationFilter(), order=order, limit=size, cursor=cursor)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == whole.items
    assert (len(seen), len(set(seen))) == (count, count)


def test_orders_are_what_they_say(cast):
    _many(cast)
    actor = cast.actor(cast.owner)
    newest = [
        each.last_message_at for each in list_conversations(actor, ConversationFilter(), limit=100).items
    ]
    assert newest[-3:] == [None] * 3
    assert all(first >= second for first, second in pairwise(newest[:-3]) if first and second)
    waiting = list_conversations(actor, ConversationFilter(), order="longest_waiting", limit=100).items
    times = [each.waiting_since for each in waiting]
    assert times == sorted(filter(None, times)) + [None] * 5


@pytest.mark.parametrize("cursor", ["", "x", "bnVsbA", "WyJhIiwiYiJd", "WzEsMl0", "é", "A" * 500])
def test_a_foreign_cursor_is_refused(cast, cursor):
    if cursor:
        with pytest.raises(Invalid):
            list_conversations(cast.actor(cast.owner), ConversationFilter(), cursor=cursor)


def test_a_list_costs_the_same_for_one_and_many(cast, django_assert_num_queries):
    cast.hears(ALICE, "hello")
    actor = cast.actor(cast.agent)
    with django_assert_num_queries(6):
        assert len(list_conversations(actor, ConversationFilter()).items) == 1
    _many(cast)
    with django_assert_num_queries(6):
        assert len(list_conversations(actor, ConversationFilter()).items) == 13


def test_filters_narrow(cast):
    alice, boris = cast.hears(ALICE, "hello"), cast.hears(BORIS, "привет", inbox=cast.second_inbox)
    chai = cast.hears(CHAI, "สวัสดี")
    by = cast.actor(cast.agent)
    assign_conversation(alice, to=cast.agent, by=by)
    hand_to_team(chai, team=cast.team, by=by)
    Conversation.objects.filter(id=boris.id).update(status="resolved", unread_count=0)
    set_conversation_tags(boris, ["VIP"], by=by)

    def found(**wanted: object) -> set[object]:
        page = list_conversations(by, ConversationFilter(**wanted))  # type: ignore[arg-type]
        return {each.id for each in page.items}

    assert found() == {alice.id, boris.id, chai.id}
    assert found(inbox_id=cast.second_inbox.id) == {boris.id}
    assert found(status="open") == {alice.id, chai.id}
    assert found(assignee="me") == found(assignee=str(cast.agent.id)) == {alice.id}
    assert found(assignee="none") == {boris.id, chai.id}
    assert found(assignee="nobody") == set()
    assert found(team_id=cast.team.id) == {chai.id}
    assert found(tag="vip") == found(text="vip") == {boris.id}
    assert found(tag="nothing") == set()
    assert found(unread=True) == {alice.id, chai.id}
    assert found(contact_id=cast.alice.id) == {alice.id}
    assert found(text="ชัย") == {chai.id}
    counts = count_for(by)
    assert (counts.mine, counts.unassigned) == (1, 1)
    assert counts.oldest_unassigned_since == fresh(chai).waiting_since


# --- threads ----------------------------------------------------------------------------------------


def test_thread_pages_lose_and_repeat_nothing(cast):
    receive(cast, *(said(f"m{number}", number // 4) for number in range(11)))
    conversation = Conversation.objects.get()
    before: tuple[datetime, UUID] | None = None
    seen: list[str] = []
    while True:
        page = read_thread(conversation, before=before, limit=3)
        seen = [each.message.text for each in page.messages] + seen
        if not page.has_older:
            break
        first = page.messages[0].message
        before = (first.sent_at, first.id)
    assert sorted(seen) == sorted(f"m{number}" for number in range(11))
    assert seen == [each.message.text for each in read_thread(conversation, limit=50).messages]


def test_notes_stand_on_exactly_one_page(cast):
    receive(cast, *(said(f"m{number}", number * 10) for number in range(6)))
    conversation = Conversation.objects.get()
    for number in range(6):
        conversation.notes.create(workspace=cast.workspace, text=str(number), created_at=at(number * 10 + 5))
    newest = read_thread(conversation, limit=3)
    first = newest.messages[0].message
    older = read_thread(conversation, before=(first.sent_at, first.id), limit=3)
    assert [note.text for note in newest.notes] == ["3", "4", "5"]
    assert [note.text for note in older.notes] == ["0", "1", "2"]


def test_what_changes_a_message_shows_on_it(cast):
    emoji = [MessageContent(reaction=Reaction(emoji=each)) for each in ("👍", "🙏", "")]
    receive(
        cast,
        said("m1", 0),
        said("r1", 1, kind="reaction", target="m1", content=emoji[0]),
        said("r2", 2, kind="reaction", target="m1", content=emoji[1]),
        said("x1", 3, kind="edit", target="m1"),
        said("q1", 4, reply_to="m1"),
        said("m2", 5),
        said("v1", 6, kind="revoke", target="m2"),
        said("r3", 7, kind="reaction", target="unknown", content=emoji[0]),
        said("r4", 8, kind="reaction", target="m2", content=emoji[0]),
        said("r5", 9, kind="reaction", target="m2", content=emoji[2]),
    )
    conversation = Conversation.objects.get()
    cast.hears(ALICE, "now")
    queue(cast, fresh(conversation), OutgoingReaction(target_provider_id="m1", emoji="🎉"))
    shown = {each.message.provider_id or "ours": each for each in read_thread(conversation).messages}
    changes, deleted = shown["m1"].changes, shown["m2"].changes
    assert {each.direction: emoji_of(each) for each in changes.reactions} == {"in": "🙏", "out": "🎉"}
    assert [each.text for each in changes.edits] == ["x1"]
    assert (deleted.revoked_by is not None, deleted.reactions) == (True, [])
    assert shown["q1"].quoted is not None
    assert shown["q1"].quoted.text == "m1"
    known = {text for text, each in shown.items() if each.changed}
    assert known == {"r1", "r2", "x1", "v1", "r4", "r5", "ours"}


# --- through conversations: contacts and files --------------------------------------------------------


def _names(actor: Actor) -> list[str]:
    return sorted(contact.display_name for contact in contacts_visible_to(actor))


def test_a_contact_is_seen_by_who_sees_a_conversation_with_them(cast: Cast):
    mine, free, theirs = (cast.hears(phone, "hello") for phone in (ALICE, BORIS, CHAI))
    nobody = cast.contact("+12025550177", "Nobody's")
    by = cast.actor()
    assign_conversation(fresh(mine), to=cast.agent, by=by)
    assign_conversation(fresh(theirs), to=cast.mate, by=by)
    assert _names(cast.actor(cast.agent)) == ["Alice", "Борис"]
    assert _names(cast.actor(cast.mate)) == ["Борис", "ชัย"]
    assert _names(cast.actor(cast.lead)) == ["Alice", "Борис"]
    assert _names(cast.token_actor("agent")) == ["Борис"]
    for every in (cast.actor(cast.owner), cast.token_actor("admin")):
        assert _names(every) == ["Alice", "Nobody's", "Борис", "ชัย"]
    assert _names(cast.token_actor("admin", scopes=["conversations:read"])) == []
    assert access_contact(cast.actor(cast.agent), free.contact_id) == free.contact
    for actor, contact_id in (
        (cast.actor(cast.agent), theirs.contact_id),
        (cast.actor(cast.agent), nobody.id),
        (cast.stranger.actor(cast.stranger.owner), free.contact_id),
        (cast.actor(cast.owner), uuid4()),
        (cast.actor(cast.owner), None),
    ):
        with pytest.raises(NotFound):
            access_contact(actor, contact_id)


def test_a_contact_is_seen_by_its_owner_and_the_owners_lead(cast: Cast):
    theirs = cast.contact("+12025550177", "Theirs")
    for member, seers in ((cast.agent, {"agent", "lead"}), (cast.mate, {"mate"})):
        Contact.objects.filter(id=theirs.id).update(owner=member)
        people = {"agent": cast.agent, "lead": cast.lead, "mate": cast.mate}
        seen = {
            name
            for name, each in people.items()
            if contacts_visible_to(cast.actor(each)).filter(id=theirs.id).exists()
        }
        assert seen == seers


def test_a_file_is_seen_by_who_sees_its_message_and_by_who_uploaded_it(cast: Cast):
    picture = MessageContent(media=MediaRef(provider_media_id="901", mime_type="image/jpeg"))
    conversation = cast.hears(ALICE, kind="image", content=picture)
    received = MediaFile.objects.get()
    token = cast.token_actor("admin")
    uploads = {
        by.id: MediaFile.objects.create(workspace=cast.workspace, kind="image", uploaded_by=by.id)
        for by in (cast.actor(cast.agent), token)
    }
    assert access_media(cast.actor(cast.agent), received.id) == received
    assign_conversation(fresh(conversation), to=cast.mate, by=cast.actor())
    everybody = (*map(cast.actor, (cast.owner, cast.agent, cast.mate)), token, cast.token_actor("owner"))
    assert [media_visible_to(each).filter(id=received.id).exists() for each in everybody] == [
        True,
        False,
        True,
        True,
        True,
    ]
    for uploader_id, file in uploads.items():
        seers = [each.id for each in everybody if media_visible_to(each).filter(id=file.id).exists()]
        assert seers == [uploader_id]
    for actor, media_id in (
        (cast.stranger.actor(cast.stranger.owner), received.id),
        (cast.actor(cast.owner), uuid4()),
        (cast.actor(cast.owner), None),
    ):
        with pytest.raises(NotFound):
            access_media(actor, media_id)


def test_a_file_that_a_message_brings_along_is_seen_beside_it_alone(cast: Cast):
    conversation, other = cast.hears(ALICE, "hello"), cast.hears(BORIS, "hello")
    header = MediaFile.objects.create(workspace=cast.workspace, kind="image", state="ready", sha256="0" * 64)
    buttons = OutgoingInteractive(
        form="buttons",
        body="x",
        header=InteractiveHeader(media=OutgoingMedia(kind="image", media_id=str(header.id))),
        buttons=(ReplyButton(id="a", title="A"),),
    )
    message = queue(cast, conversation, buttons, by=cast.owner)
    elsewhere = queue(cast, other, "no file here", by=cast.owner)
    assign_conversation(fresh(conversation), to=cast.mate, by=cast.actor())
    assert access_media(cast.actor(cast.mate), header.id, message_id=message.id) == header
    for actor, message_id in (
        (cast.actor(cast.mate), None),
        (cast.actor(cast.mate), elsewhere.id),
        (cast.actor(cast.agent), message.id),
        (replace(cast.actor(cast.owner), reach={"conversations": "all", "files": "own"}), message.id),
        (cast.stranger.actor(cast.stranger.owner), message.id),
    ):
        with pytest.raises(NotFound):
            access_media(actor, header.id, message_id=message_id)


def test_a_quote_of_another_conversation_is_not_shown(cast: Cast):
    cast.hears(BORIS, "my door code is 4711", provider_id="wamid.elsewhere")
    conversation = cast.hears(ALICE, "look", reply_to="wamid.elsewhere")
    assert [each.quoted for each in read_thread(conversation).messages] == [None]
