from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from regulars.conversations.models import Conversation, Message
from regulars.kernel import clock
from regulars.message_templates.models import MessageTemplate
from regulars.message_templates.operations import replace_templates
from regulars.workspaces.models import Member
from tests.cast import ALICE, CHAI, Cast

SignIn = Callable[[Member], Client]
FRAGMENT = {"X-Fragment": "1"}
SHIPPED = {
    "id": "1",
    "name": "order_shipped",
    "language": "en",
    "category": "UTILITY",
    "status": "APPROVED",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["10482"]}},
        {
            "type": "BODY",
            "text": "Hello {{1}}, it arrives on {{2}}.",
            "example": {"body_text": [["Ann", "Friday"]]},
        },
        {"type": "FOOTER", "text": "Lotus Shop"},
    ],
}
VALUES = {"value:header.1": "10482", "value:body.1": "Alice", "value:body.2": "Monday"}


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    """A thread whose window is closed, on an account with one approved and one rejected template."""
    replace_templates(
        cast.connection, [SHIPPED, {**SHIPPED, "id": "2", "name": "refused", "status": "REJECTED"}]
    )
    return cast.hears(ALICE, "long ago", at=clock.now() - timedelta(hours=30))


def template_id() -> str:
    return str(MessageTemplate.objects.get(name="order_shipped").id)


def test_only_sendable_templates_are_offered(cast: Cast, sign_in: SignIn, conversation: Conversation) -> None:
    response = sign_in(cast.agent).get(f"/conversations/{conversation.id}/templates", headers=FRAGMENT)
    assert [each.template.name for each in response.context["templates"]] == ["order_shipped"]
    assert [field.variable.key for field in response.context["fields"]] == ["header.1", "body.1", "body.2"]


def test_the_preview_is_what_is_kept(cast: Cast, sign_in: SignIn, conversation: Conversation) -> None:
    client = sign_in(cast.agent)
    form = {"template": template_id(), **VALUES}
    preview = client.get(
        f"/conversations/{conversation.id}/templates", {**form, "preview": "1"}, headers=FRAGMENT
    )
    shown = preview.context["shown"]
    response = client.post(f"/conversations/{conversation.id}/template", form, headers=FRAGMENT)
    kept = Message.objects.get(direction="out").content["outgoing"]["rendered"]
    assert response.status_code == 201
    assert (shown.header, shown.body, shown.footer) == (kept["header"], kept["body"], kept["footer"])
    assert kept["body"] == "Hello Alice, it arrives on Monday."


def test_a_missing_value_is_named(cast: Cast, sign_in: SignIn, conversation: Conversation) -> None:
    form = {"template": template_id(), **VALUES, "value:body.2": " "}
    response = sign_in(cast.agent).post(f"/conversations/{conversation.id}/template", form, headers=FRAGMENT)
    assert (response.status_code, response.content.decode()) == (422, "Value 2: this cannot be empty.")
    assert Message.objects.filter(direction="out").count() == 0


def test_marketing_does_not_reach_whoever_opted_out(
    cast: Cast, sign_in: SignIn, conversation: Conversation
) -> None:
    opted_out = cast.hears(CHAI, "hello")
    MessageTemplate.objects.filter(name="order_shipped").update(category="MARKETING")
    form = {"template": template_id(), **VALUES}
    response = sign_in(cast.agent).post(f"/conversations/{opted_out.id}/template", form, headers=FRAGMENT)
    assert (response.status_code, response["X-Refusal"]) == (409, "opted-out")


def test_a_template_of_another_workspace_is_not_offered(
    cast: Cast, sign_in: SignIn, conversation: Conversation
) -> None:
    replace_templates(cast.stranger.connection, [{**SHIPPED, "name": "theirs"}])
    foreign = str(MessageTemplate.objects.get(name="theirs").id)
    form = {"template": foreign, **VALUES}
    response = sign_in(cast.agent).post(f"/conversations/{conversation.id}/template", form, headers=FRAGMENT)
    assert response.status_code == 422
