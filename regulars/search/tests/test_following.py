"""The index follows what happens, and forgets what is gone."""

from __future__ import annotations

from datetime import timedelta

from regulars.contacts.operations.editing import update_contact
from regulars.contacts.operations.merging import merge_contacts, undo_merge
from regulars.conversations.models import Message, Note
from regulars.conversations.operations.handling import write_note
from regulars.conversations.operations.removing import remove_contact
from regulars.inboxes.ports import ContactCard, Location, MediaRef, MessageContent
from regulars.kernel import clock
from regulars.kernel.jobs.models import Job
from regulars.search.filling import FILL, ask_for_fills, fill_workspace
from regulars.search.models import SearchEntry, SearchFill
from regulars.search.tests.following import find, follow, texts
from tests.cast import ALICE, BORIS, CHAI, Cast


def test_what_was_said_and_written_down_is_found(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "배송이 언제 오나요?")
    write_note(conversation, "она ждёт доставку", by=cast.actor(cast.agent))
    assert texts(cast.actor(cast.agent), "배송") == []
    follow()
    follow()  # again, nothing changes
    agent = cast.actor(cast.agent)
    assert texts(agent, "배송") == ["배송이 언제 오나요?"]
    assert texts(agent, "оставк", "note") == ["она ждёт доставку"]
    assert texts(agent, "배송 낙타") == []
    (found,) = find(agent, "배송").items
    assert (found.excerpt.text, found.excerpt.found) == ("배송이 언제 오나요?", [(0, 2)])


def test_an_edit_changes_what_a_message_is_found_by(cast: Cast) -> None:
    cast.hears(ALICE, "the blue one", provider_id="wamid.first")
    follow()
    cast.hears(ALICE, "the green one", kind="edit", target="wamid.first")
    assert texts(cast.actor(), "blue") == []  # held against the text before the index has followed
    follow()
    assert texts(cast.actor(), "green") == ["the green one"]
    assert texts(cast.actor(), "blue") == []


def test_what_was_taken_back_is_found_no_more(cast: Cast) -> None:
    cast.hears(ALICE, "a secret", provider_id="wamid.first")
    cast.hears(BORIS, "a secret of another")
    follow()
    cast.hears(ALICE, kind="revoke", target="wamid.first")
    assert texts(cast.actor(), "secret") == ["a secret of another"]
    follow()
    assert SearchEntry.objects.filter(kind="message").count() == 1


def test_nobody_takes_back_what_others_said(cast: Cast) -> None:
    cast.hears(ALICE, "it stays", provider_id="wamid.first")
    cast.hears(BORIS, kind="revoke", target="wamid.first")
    follow()
    assert texts(cast.actor(), "stays") == ["it stays"]


def test_a_removed_contact_is_found_nowhere(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "the umbrella", name="Alice")
    write_note(conversation, "umbrella again", by=cast.actor(cast.agent))
    cast.hears(ALICE, "umbrella in the group", group="G1")
    cast.hears(BORIS, "umbrella of Boris", group="G1")
    follow()
    owner = cast.actor(cast.owner)
    assert len(texts(owner, "umbrella")) == 3
    alice_id = cast.alice.id
    remove_contact(cast.alice, by=owner)
    assert [texts(owner, "umbrella"), texts(owner, "umbrella", "note"), texts(owner, "alice", "contact")] == [
        ["umbrella of Boris"],
        [],
        [],
    ]
    assert not SearchEntry.objects.filter(contact_id=alice_id).exists()
    assert not SearchEntry.objects.filter(conversation_id=conversation.id).exists()
    follow()  # whatever the log still tells of them
    assert SearchEntry.objects.filter(kind="message").count() == 1


def test_a_contact_is_found_by_all_their_names_and_by_numbers_in_any_writing(cast: Cast) -> None:
    cast.hears(ALICE, "hi", name="Alice Kim")
    update_contact(cast.alice, {"name": "Алиса", "about": "likes green tea"}, by=cast.actor(cast.owner))
    follow()
    owner = cast.actor(cast.owner)
    for written in (
        "алис",
        "kim",
        "green te",
        "+1 (202) 555-0101",
        "2025550101",
        "202 555",
        "0101",
        "kim 555",
    ):
        assert [each.thing.id for each in find(owner, written, "contact").items] == [cast.alice.id], written
    (found,) = find(owner, "5550101", "contact").items
    assert found.excerpt.text.endswith(" · +12025550101")
    assert [found.excerpt.text[start:end] for start, end in found.excerpt.found] == ["5550101"]
    update_contact(cast.alice, {"name": "Alisa"}, by=owner)
    follow()
    assert find(owner, "алис", "contact").items == []


def test_a_contact_whom_nobody_has_written_to_is_found(cast: Cast) -> None:
    made = cast.contact("+12025550188", "Nora Quist")
    follow()
    assert [each.thing.id for each in find(cast.actor(cast.owner), "quist 188", "contact").items] == [made.id]


def test_merged_people_are_both_found(cast: Cast) -> None:
    cast.hears(ALICE, "hi", name="Alice")
    cast.hears(BORIS, "hi", name="Alicia")
    follow()
    owner = cast.actor(cast.owner)
    merge = merge_contacts(cast.alice, cast.boris, by=owner)
    follow()
    assert len(find(owner, "alic", "contact").items) == 2
    undo_merge(merge, by=owner)
    follow()
    assert len(find(owner, "alic", "contact").items) == 2


def test_what_a_message_carries_is_found(cast: Cast) -> None:
    media = MediaRef(provider_media_id="1", mime_type="application/pdf", filename="Invoice 2026-17.pdf")
    cast.hears(ALICE, "here you are", kind="document", content=MessageContent(media=media))
    cast.hears(ALICE, kind="location", content=MessageContent(location=Location(name="N서울타워")))
    cast.hears(ALICE, kind="contacts", content=MessageContent(cards=(ContactCard(name="Carla"),)))
    follow()
    owner = cast.actor(cast.owner)
    assert texts(owner, "invoice 17", "file") == ["Invoice 2026-17.pdf\nhere you are"]
    assert [len(texts(owner, each)) for each in ("서울", "carl", "invoice", "has:file", "has:picture")] == [
        1,
        1,
        1,
        1,
        0,
    ]
    assert len(texts(owner, "has:file here", "file")) == 1


def test_silent_messages_are_not_there(cast: Cast) -> None:
    cast.hears(ALICE, "👍", kind="reaction", target="wamid.none")
    follow()
    assert texts(cast.actor(), "👍") == []


def test_what_was_there_before_is_put_in_by_a_job(cast: Cast) -> None:
    for number in range(3):
        cast.hears(ALICE, f"umbrella {number}", at=clock.now() - timedelta(hours=number))
    note = Note.objects.create(
        workspace=cast.workspace, conversation=Message.objects.all()[0].conversation, text="umbrella note"
    )
    ask_for_fills()
    assert Job.objects.count() == 0
    SearchFill.objects.create(workspace=cast.workspace)
    ask_for_fills()
    job = Job.objects.get()
    assert (job.kind, job.workspace_id, SearchFill.objects.count()) == (FILL.key, cast.workspace.id, 0)
    fill_workspace(cast.workspace.id)
    fill_workspace(cast.workspace.id)
    owner = cast.actor(cast.owner)
    assert texts(owner, "umbrella") == ["umbrella 0", "umbrella 1", "umbrella 2"]
    assert [each.thing.id for each in find(owner, "umbrella", "note").items] == [note.id]
    assert len(find(owner, "alice", "contact").items) == 1


def test_a_fill_does_not_put_an_older_text_over_a_newer(cast: Cast) -> None:
    cast.hears(CHAI, "ร่ม")
    follow()
    SearchEntry.objects.filter(kind="message").update(tokens=[1, 2])
    fill_workspace(cast.workspace.id)
    assert SearchEntry.objects.get(kind="message").tokens == [1, 2]
