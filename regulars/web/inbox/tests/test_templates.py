from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from regulars.contacts.models import Contact
from regulars.conversations.models import Conversation, Message
from regulars.inboxes.ports import Template, TemplateVariable
from regulars.kernel import clock
from regulars.message_templates.models import MessageTemplate
from regulars.message_templates.operations import replace_templates
from regulars.web.inbox.prefilling import Known, first_values
from regulars.workspaces.models import Member, User
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
    preview = client.post(f"/conversations/{conversation.id}/preview", form, headers=FRAGMENT)
    shown = preview.context["shown"]
    response = client.post(f"/conversations/{conversation.id}/template", form, headers=FRAGMENT)
    kept = Message.objects.get(direction="out").content["outgoing"]["rendered"]
    assert response.status_code == 201
    assert (shown.header, shown.body, shown.footer) == (kept["header"], kept["body"], kept["footer"])
    assert kept["body"] == "Hello Alice, it arrives on Monday."


def test_a_missing_value_is_named(cast: Cast, sign_in: SignIn, conversation: Conversation) -> None:
    form = {"template": template_id(), **VALUES, "value:body.2": " "}
    response = sign_in(cast.agent).post(f"/conversations/{conversation.id}/template", form, headers=FRAGMENT)
    sentence = "Value 2: this cannot be empty."
    assert (response.status_code, response.content.decode()) == (422, sentence)
    assert json.loads(response["X-Fields"]) == {"body.2": sentence}
    assert Message.objects.filter(direction="out").count() == 0


def test_the_likeliest_stand_first_and_the_others_say_why(
    cast: Cast, sign_in: SignIn, conversation: Conversation
) -> None:
    """The contact's language, then what is sent most here, then the name; what is paused or refused is explained."""
    names = {"beta": "en", "alpha": "en", "often": "en", "gruss": "de", "gruesse": "de_AT"}
    listed = [{**SHIPPED, "id": name, "name": name, "language": code} for name, code in names.items()]
    stopped = [
        {**SHIPPED, "id": state, "name": state.lower(), "status": state} for state in ("PAUSED", "REJECTED")
    ]
    replace_templates(cast.connection, [*listed, *stopped])
    client, page = sign_in(cast.agent), f"/conversations/{conversation.id}/templates"
    often = MessageTemplate.objects.get(name="often")
    client.post(f"/conversations/{conversation.id}/template", {"template": str(often.id), **VALUES})
    Contact.objects.filter(conversations=conversation).update(language="de")
    sheet = client.get(page, headers=FRAGMENT)
    assert [each.template.name for each in sheet.context["templates"]] == [
        *("gruss", "gruesse", "often", "alpha", "beta")
    ]
    assert [each.template.name for each in sheet.context["unusable"]] == ["paused", "rejected"]
    few = client.get(page, {"part": "suggestions"}, headers=FRAGMENT)
    assert [each.template.name for each in few.context["suggested"]] == ["gruss", "gruesse", "often"]
    paused = MessageTemplate.objects.get(name="paused")
    pane = client.get(page, {"part": "pane", "template": str(paused.id)}, headers=FRAGMENT).content.decode()
    assert "comes back by itself" in pane
    assert "submit" not in pane


def test_what_was_filled_in_is_there_again_until_it_is_sent(
    cast: Cast, sign_in: SignIn, conversation: Conversation
) -> None:
    client, chosen = sign_in(cast.agent), template_id()
    kept = {"template": chosen, "values": {chosen: {"body.2": "Monday"}}}
    draft = {"mode": "template", "text": json.dumps(kept)}
    assert client.post(f"/conversations/{conversation.id}/draft", draft).status_code == 204

    def shown() -> list[str]:
        sheet = client.get(f"/conversations/{conversation.id}/templates", headers=FRAGMENT)
        return [field.value for field in sheet.context["fields"]]

    assert shown() == ["", "Alice", "Monday"]  # the greeting says whose name stands there
    client.post(f"/conversations/{conversation.id}/template", {"template": chosen, **VALUES})
    assert shown() == ["", "Alice", ""]


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("Hello {{1}}, {{2}} is here.", ["Ann Lee", ""]),
        ("{{1}}님, {{2}}", ["Ann Lee", ""]),
        ("สวัสดีคุณ {{1}} ยอด {{2}}", ["Ann Lee", ""]),
        ("Your order {{1}} for {{2}}", ["", ""]),
        (
            "{{first_name}}: {{order-no}} {{agent}} {{shop_name}} {{phone}}",
            ["Ann", "77", "Max", "Lotus", "+1"],
        ),
    ],
)
def test_what_is_known_stands_in_the_fields(body: str, values: list[str]) -> None:
    names = re.findall(r"{{([^}]+)}}", body)
    variables = tuple(TemplateVariable(key=f"body.{name}", kind="text") for name in names)
    template = Template(provider_id="", name="", language="", body=body, variables=variables)
    known = Known("Ann Lee", "+1", "Max", "Lotus", {"Order No": 77})
    first = first_values(template, known)
    assert [first.get(each.key, "") for each in variables] == values


VISIT = {
    **SHIPPED,
    "id": "3",
    "name": "a_visit",
    "components": [
        {"type": "HEADER", "format": "LOCATION"},
        {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Free tea", "has_expiration": True}},
        {"type": "BODY", "text": "Come by."},
        {
            "type": "CAROUSEL",
            "cards": [{"components": [{"type": "BODY", "text": f"{word} {{{{1}}}} left."}]} for word in "AB"],
        },
    ],
}
VISIT_VALUES = {
    "value:header.media.pin": "https://www.google.com/maps?q=13.75,100.5",
    "value:header.media.name": "ร้านโลตัส",
    "value:header.media.address": "ถนนพระราม 4",
    "value:offer.expires": "2099-01-31T11:00:00.000Z",
    "value:card.0.body.1": "3",
    "value:card.1.body.1": "5",
}


def test_a_place_an_offer_and_cards_are_filled_in(
    cast: Cast, sign_in: SignIn, conversation: Conversation
) -> None:
    replace_templates(cast.connection, [VISIT])
    client = sign_in(cast.agent)
    page = client.get(f"/conversations/{conversation.id}/templates", headers=FRAGMENT).content.decode()
    assert all(f'name="{name}"' in page for name in VISIT_VALUES)
    assert page.index("Card 1") < page.index("value:card.0.body.1") < page.index("Card 2")
    form = {"template": str(MessageTemplate.objects.get(name="a_visit").id), **VISIT_VALUES}
    response = client.post(f"/conversations/{conversation.id}/template", form, headers=FRAGMENT)
    kept = Message.objects.get(direction="out").content["outgoing"]
    shown = response.content.decode()
    assert response.status_code == 201
    assert kept["header"][0]["location"]["name"] == "ร้านโลตัส"
    assert kept["offer_expires_at"] == "2099-01-31T11:00:00Z"
    assert all(words in shown for words in ("ร้านโลตัส", "Free tea", "A 3 left.", "B 5 left.", "2099-01-31"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"value:card.1.body.1": ""}, "Card 2, Value 1: this cannot be empty."),
        ({"value:offer.expires": "2020-01-31T11:00:00Z"}, "End of the offer: this time is over."),
        ({"value:offer.expires": "soon"}, "End of the offer: this cannot be empty."),
        ({"value:offer.expires": "9999-12-31T23:59-08:00"}, "End of the offer: this cannot be empty."),
        ({"value:header.media.pin": "north"}, "Header: this cannot be empty."),
    ],
)
def test_what_does_not_fit_is_named_with_its_card(
    cast: Cast, sign_in: SignIn, conversation: Conversation, changes: dict[str, str], sentence: str
) -> None:
    replace_templates(cast.connection, [VISIT])
    form = {"template": str(MessageTemplate.objects.get(name="a_visit").id), **VISIT_VALUES, **changes}
    response = sign_in(cast.agent).post(f"/conversations/{conversation.id}/template", form, headers=FRAGMENT)
    assert (response.status_code, response.content.decode()) == (422, sentence)


def test_the_end_of_an_offer_is_meant_in_the_zone_of_whoever_writes_it(
    cast: Cast, sign_in: SignIn, conversation: Conversation
) -> None:
    replace_templates(cast.connection, [VISIT])
    User.objects.filter(id=cast.agent.user_id).update(time_zone="Asia/Bangkok")
    form = {"template": str(MessageTemplate.objects.get(name="a_visit").id), **VISIT_VALUES}
    form["value:offer.expires"] = "2099-01-31T18:00"
    sign_in(cast.agent).post(f"/conversations/{conversation.id}/template", form, headers=FRAGMENT)
    kept = Message.objects.get(direction="out").content["outgoing"]
    assert kept["offer_expires_at"] == "2099-01-31T18:00:00+07:00"


def _status(client: Client, path: str) -> int:
    response = client.get(path)
    assert not response.streaming or b"".join(response)
    return response.status_code


def test_a_file_in_a_header_is_seen_by_its_owner_and_by_who_sees_the_message(
    cast: Cast, sign_in: SignIn, conversation: Conversation, settings: object, tmp_path: Path
) -> None:
    settings.MEDIA_HOME = tmp_path  # type: ignore[attr-defined]  # pytest-django's settings
    header = {"type": "HEADER", "format": "IMAGE"}
    replace_templates(cast.connection, [{**SHIPPED, "components": [header, {"type": "BODY", "text": "Hi"}]}])
    owner, lead = sign_in(cast.agent), sign_in(cast.lead)
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    given = SimpleUploadedFile("a.png", picture.getvalue(), "image/png")
    file_id = owner.post("/media", {"file": given}).json()["id"]
    assert [_status(client, f"/media/{file_id}") for client in (owner, lead)] == [200, 404]
    form = {"template": template_id(), "value:header.media": file_id}
    sent = owner.post(f"/conversations/{conversation.id}/template", form, headers=FRAGMENT)
    (src,) = re.findall(r'<img\s+src="([^"]*)"', sent.content.decode())
    assert _status(lead, src) == 200
    other = cast.hears(CHAI, "hello")
    strange = Message.objects.get(conversation=other).id
    assert _status(lead, f"/media/{file_id}?message={strange}") == 404
    assert _status(sign_in(cast.stranger.owner), src) == 404


def test_a_file_that_is_none_of_ours_shows_no_picture(
    cast: Cast, sign_in: SignIn, conversation: Conversation
) -> None:
    replace_templates(cast.connection, [{**SHIPPED, "components": [{"type": "HEADER", "format": "IMAGE"}]}])
    form = {"template": template_id(), "value:header.media": "../../etc/passwd"}
    response = sign_in(cast.agent).post(f"/conversations/{conversation.id}/preview", form, headers=FRAGMENT)
    assert (response.status_code, b"<img" in response.content) == (200, False)


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
