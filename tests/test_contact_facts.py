"""What is known of a contact shows to exactly those who may see the contact, not to all who see the thread."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from regulars.api.tests.client import Api
from regulars.contacts.models import Contact, ContactIdentity
from regulars.contacts.operations.tagging import set_contact_tags
from regulars.conversations.access import access_contact, contacts_visible_to
from regulars.conversations.models import Conversation
from regulars.kernel.errors import NotAllowed
from regulars.workspaces.access import actor_of_member
from regulars.workspaces.operations import add_member, create_api_token
from regulars.workspaces.permissions import reaching
from regulars.workspaces.roles import create_role
from tests.cast import ALICE, PASSWORD, Cast, make_cast

pytestmark = pytest.mark.django_db
FACTS = ("Prefers the morning", "alice.in.person", "Pays in cash", "US.777000111222", "America/Los_Angeles")
ROLES = (
    ("conversations:read",),
    ("conversations:read", "messages:send", "contacts:edit", "contacts:merge", "contacts:export"),
    ("conversations:read", "contacts:read"),
    ("conversations:read", "messages:send", "contacts:read", "contacts:edit"),
)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    conversation = cast.hears(ALICE, "hello", name="Alice")
    cast.hears(ALICE, "hello again", inbox=cast.second_inbox)
    about, username, tag, bsuid, zone = FACTS
    Contact.objects.filter(id=cast.alice.id).update(about=about, username=username, time_zone=zone)
    ContactIdentity.objects.create(
        workspace=cast.workspace, contact=cast.alice, channel="whatsapp", kind="bsuid", value=bsuid
    )
    set_contact_tags(cast.alice, [tag], by=cast.actor())
    return conversation


@pytest.mark.parametrize("permissions", ROLES)
def test_pages_rest_and_predicate_agree(
    cast: Cast, conversation: Conversation, permissions: tuple[str, ...]
) -> None:
    owner = actor_of_member(cast.owner)
    role = create_role(cast.workspace, "Made", permissions=permissions, reach=reaching("all"), by=owner)
    member = add_member(cast.workspace, "made@lotus.example", PASSWORD, name="Mo", role=role.handle)
    actor = actor_of_member(member)
    may = contacts_visible_to(actor).filter(id=cast.alice.id).exists()
    assert may == ("contacts:read" in permissions)
    if not may:
        with pytest.raises(NotAllowed):
            access_contact(actor, cast.alice.id)
    client = Client()
    client.force_login(member.user)
    address = reverse("conversation", args=[conversation.id])
    panel = client.get(f"{address}/context").content.decode()
    pages = [panel, client.get(address).content.decode()]
    parts = [client.get(f"{address}/{part}").content.decode() for part in ("head", "row", "person")]
    api = Api(create_api_token(cast.workspace, "made", role.handle)[1])
    told = api.get(f"/conversations/{conversation.id}")
    listed = api.get("/conversations")
    for text in (panel, *parts, told.content.decode(), listed.content.decode()):
        assert "Alice" in text
    for fact in FACTS:
        assert [fact in page for page in pages] == [may, may]
    if not may:
        everything = (*pages, *parts, told.content.decode(), listed.content.decode())
        assert not [fact for fact in FACTS if any(fact in text for text in everything)]
    kinds = {each["kind"] for each in told.json()["contact"]["identities"]}
    assert kinds == ({"phone", "bsuid"} if may else {"phone"})
