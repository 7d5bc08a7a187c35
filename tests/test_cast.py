"""The cast itself: it stands, and its ledger adds up."""

import pytest

from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import Message
from tests.cast import ALICE, make_cast

pytestmark = pytest.mark.django_db


def test_a_contact_is_heard():
    cast = make_cast()
    conversation = cast.hears(ALICE, "hello", name="Alice")
    assert conversation.contact_id == cast.alice.id
    assert [message.text for message in Message.objects.filter(conversation=conversation)] == ["hello"]
    total, _parts = read_ledger(cast.workspace.id)
    assert (total.inbound.received, total.inbound.stored, total.adds_up) == (1, 1, True)


def test_the_stranger_has_a_house_of_their_own():
    cast = make_cast()
    conversation = cast.stranger.hears(ALICE, "hello there")
    assert conversation.workspace_id == cast.stranger.workspace.id
    assert conversation.contact_id != cast.alice.id
