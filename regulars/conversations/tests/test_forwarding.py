"""A message goes on to other conversations: each once, with its file, and not where the window is closed."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from regulars.conversations.models import Conversation, Message, OutgoingMessage
from regulars.conversations.operations.composing import Composition, compose
from regulars.conversations.operations.forwarding import CannotForward, Forwarded, forward_message
from regulars.conversations.operations.sending import stored_content
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import (
    ContactCard,
    Location,
    MediaRef,
    MessageContent,
    OutgoingContacts,
    OutgoingContent,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingText,
)
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import new_id
from regulars.media.models import MediaFile
from tests.cast import ALICE, BORIS, CHAI, Cast


def _forward(cast: Cast, message: Message, *targets: Conversation) -> list[Forwarded]:
    return forward_message(message, targets, intent=new_id(), by=cast.actor(cast.agent))


def _outgoing(message: Message | None) -> object:
    assert message is not None
    message.refresh_from_db()
    return message.content["outgoing"]


def _stored(content: OutgoingContent) -> object:
    """As it stands in the database."""
    return msgspec.json.decode(msgspec.json.encode(stored_content(content)["outgoing"]))


def test_it_goes_to_each_once_and_not_where_the_window_is_closed(cast: Cast) -> None:
    here = cast.hears(ALICE, "we open at nine")
    there = cast.hears(BORIS, "when do you open?")
    closed = cast.hears(CHAI, "hello", at=clock.now() - timedelta(days=2))
    intent, said, by = new_id(), here.messages.get(), cast.actor(cast.agent)
    outcomes = forward_message(said, [there, closed, there], intent=intent, by=by)
    assert [(each.conversation.id, each.refused and each.refused.code) for each in outcomes] == [
        (there.id, None),
        (closed.id, "reply-window-closed"),
    ]
    again = forward_message(said, [there], intent=intent, by=by)
    assert again[0].message == outcomes[0].message
    (message,) = there.messages.filter(direction="out")
    assert (message.text, message.content["forwarded"]) == ("we open at nine", "forwarded")
    assert closed.messages.filter(direction="out").count() == 0


def test_forwarding_answers_nobody(cast: Cast) -> None:
    here, there = cast.hears(ALICE, "we open at nine"), cast.hears(BORIS, "where is my parcel?")
    _forward(cast, here.messages.get(), there)
    there.refresh_from_db()
    assert there.waiting_since is not None


def test_a_file_goes_as_the_file_that_it_is(cast: Cast) -> None:
    picture = MessageContent(media=MediaRef(provider_media_id="901", mime_type="image/jpeg"))
    here = cast.hears(ALICE, "look", kind="image", content=picture)
    there = cast.hears(BORIS, "hello")
    with pytest.raises(CannotForward):
        _forward(cast, here.messages.get(), there)  # not fetched yet
    MediaFile.objects.update(state="ready", byte_count=1000, sha256="0" * 64)
    (outcome,) = _forward(cast, here.messages.get(), there)
    file = MediaFile.objects.get()
    assert outcome.message is not None
    assert str(outcome.message.media_id) == str(file.id)
    assert _outgoing(outcome.message) == _stored(
        OutgoingMedia(kind="image", media_id=str(file.id), caption="look")
    )


def test_places_and_cards_go_on(cast: Cast) -> None:
    there = cast.hears(BORIS, "hello")
    tower = Location(latitude=37.5512, longitude=126.9882, name="Tower")
    here = cast.hears(ALICE, kind="location", content=MessageContent(location=tower))
    (outcome,) = _forward(cast, here.messages.get(), there)
    assert _outgoing(outcome.message) == _stored(
        OutgoingLocation(latitude=37.5512, longitude=126.9882, name="Tower")
    )
    cards = (ContactCard(name="Bob"),)
    here = cast.hears(CHAI, kind="contacts", content=MessageContent(cards=cards))
    (outcome,) = _forward(cast, here.messages.get(), there)
    assert _outgoing(outcome.message) == _stored(OutgoingContacts(cards=cards))


def test_what_we_said_goes_on_as_it_was_sent(cast: Cast) -> None:
    here, there = cast.hears(ALICE, "hello"), cast.hears(BORIS, "hello")
    facts, text = facts_of(cast.connection.channel), OutgoingText(body="https://x.example", preview_url=True)
    (said,) = compose(Composition(here, [text]), by=cast.actor(cast.agent), channel=facts)
    (outcome,) = _forward(cast, said, there)
    assert _outgoing(outcome.message) == _stored(text)


def test_what_was_deleted_does_not_go_on_and_what_was_edited_goes_as_it_reads(cast: Cast) -> None:
    there = cast.hears(BORIS, "hello")
    cast.hears(ALICE, "at eight", provider_id="first")
    here = cast.hears(ALICE, "at nine", kind="edit", target="first")
    said = here.messages.get(provider_id="first")
    (outcome,) = _forward(cast, said, there)
    assert _outgoing(outcome.message) == _stored(OutgoingText(body="at nine"))
    cast.hears(ALICE, kind="revoke", target="first")
    with pytest.raises(CannotForward):
        _forward(cast, said, there)


def test_nowhere_is_no_place(cast: Cast) -> None:
    with pytest.raises(Invalid):
        _forward(cast, cast.hears(ALICE, "hello").messages.get())


def test_two_who_forward_to_the_same_ones_never_wait_for_each_other(cast: Cast) -> None:
    """Conversations are locked in one order, whichever they were chosen in."""
    said = cast.hears(ALICE, "we open at nine").messages.get()
    there = [cast.hears(BORIS, "when?"), cast.hears(CHAI, "and where?")]
    for targets in (there, there[::-1]):
        before = set(OutgoingMessage.objects.values_list("message_id", flat=True))
        assert [each.conversation for each in _forward(cast, said, *targets)] == targets
        queued = OutgoingMessage.objects.exclude(message_id__in=before).order_by("sequence")
        assert [each.conversation_id for each in queued] == sorted(each.id for each in there)
