"""Sending over REST: every kind, guardrails, limits, addresses, and decisions about unknown results."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from regulars.api.tests.client import Api, problem
from regulars.contacts.models import Contact
from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import Conversation, Message, OutgoingMessage
from regulars.conversations.operations.claiming import claim_batch
from regulars.conversations.operations.sending import outgoing_of
from regulars.conversations.operations.settling import record_results
from regulars.inboxes.ports import (
    ContactCard,
    InteractiveHeader,
    OutgoingContacts,
    OutgoingInteractive,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingText,
    ReplyButton,
    Uncertain,
)
from regulars.kernel import clock
from regulars.message_templates.models import MessageTemplate
from tests.cast import ALICE, CHAI, Cast

LINK = "https://shop.example/file"
BUTTONS = {
    "form": "buttons",
    "body": "Which?",
    "header": {"text": "Sizes"},
    "buttons": [{"id": "s", "title": "Small"}],
}
CARD = {"name": "Shop", "phones": [{"phone": "+12025550199"}]}


def open_thread(cast: Cast) -> Conversation:
    return cast.hears(ALICE, "hello", provider_id="wamid.hello")


@pytest.mark.parametrize(
    ("body", "content", "text"),
    [
        ({"kind": "text", "text": "hi"}, OutgoingText(body="hi"), "hi"),
        (
            {"kind": "text", "text": "hi", "preview_url": True},
            OutgoingText(body="hi", preview_url=True),
            "hi",
        ),
        (
            {"kind": "image", "link": LINK, "caption": "new"},
            OutgoingMedia(kind="image", link=LINK, caption="new"),
            "new",
        ),
        ({"kind": "video", "link": LINK}, OutgoingMedia(kind="video", link=LINK), ""),
        (
            {"kind": "audio", "link": LINK, "voice": True},
            OutgoingMedia(kind="audio", link=LINK, is_voice=True),
            "",
        ),
        (
            {"kind": "document", "link": LINK, "filename": "price.pdf"},
            OutgoingMedia(kind="document", link=LINK, filename="price.pdf"),
            "",
        ),
        ({"kind": "sticker", "link": LINK}, OutgoingMedia(kind="sticker", link=LINK), ""),
        (
            {"kind": "location", "location": {"latitude": 1, "longitude": 2.5, "name": "Shop"}},
            OutgoingLocation(latitude=1.0, longitude=2.5, name="Shop"),
            "Shop",
        ),
        (
            {"kind": "contacts", "contacts": [CARD]},
            OutgoingContacts(cards=(ContactCard(name="Shop"),)),
            "Shop",
        ),
        (
            {"kind": "interactive", "interactive": BUTTONS},
            OutgoingInteractive(
                form="buttons",
                body="Which?",
                header=InteractiveHeader(text="Sizes"),
                buttons=(ReplyButton(id="s", title="Small"),),
            ),
            "Which?",
        ),
    ],
)
def test_every_kind_is_queued(api: Api, cast: Cast, body: dict[str, Any], content: object, text: str):
    conversation = open_thread(cast)
    sent = api.post(f"/conversations/{conversation.id}/messages", body)
    shape = sent.json()
    assert sent.status_code == 201
    assert (shape["kind"], shape["direction"], shape["status"], shape["text"]) == (
        body["kind"],
        "out",
        "queued",
        text,
    )
    assert shape["author"] == {"kind": "api", "id": None, "name": "admin token"}
    stored = outgoing_of(Message.objects.get(id=shape["id"]))
    if isinstance(stored, OutgoingContacts):
        stored = OutgoingContacts(cards=tuple(ContactCard(name=card.name) for card in stored.cards))
    assert stored == content
    assert OutgoingMessage.objects.get(message_id=shape["id"]).state == "queued"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "text"}, "text"),
        ({"kind": "text", "text": 5}, "text"),
        ({"kind": "text", "text": "a", "txet": "b"}, "txet"),
        ({"text": "a"}, "kind"),
        ({"kind": "telepathy"}, "kind"),
        ({"kind": "image"}, "media_id"),
        ({"kind": "image", "link": LINK, "media_id": "x"}, "media_id"),
        ({"kind": "image", "media_id": "x"}, "media_id"),
        ({"kind": "location", "location": {"latitude": 1}}, "location.longitude"),
        ({"kind": "interactive", "interactive": {"form": "quiz", "body": "x"}}, "interactive.form"),
        ({"kind": "template", "template": {"name": "x"}}, "template.language"),
    ],
)
def test_wrong_bodies_are_refused_by_field(api: Api, cast: Cast, body: dict[str, Any], field: str):
    conversation = open_thread(cast)
    refused = api.post(f"/conversations/{conversation.id}/messages", body)
    assert problem(refused) == (422, "invalid")
    assert next(iter(refused.json()["fields"])) == field
    assert OutgoingMessage.objects.count() == 0


def test_an_unknown_kind_is_told_the_known_ones(api: Api, cast: Cast):
    refused = api.post(f"/conversations/{open_thread(cast).id}/messages", {"kind": "telepathy"})
    assert refused.json()["fields"]["kind"].endswith(
        "one of audio, contacts, document, image, interactive, location, reaction, sticker, template, text, video"
    )


@pytest.mark.parametrize(
    ("body", "limits"),
    [
        ({"kind": "text", "text": "x" * 4097}, [("body", "too_long", 4096, 4097)]),
        ({"kind": "text", "text": " "}, [("body", "missing", None, None)]),
        (
            {"kind": "location", "location": {"latitude": 91, "longitude": 0}},
            [("latitude", "invalid", 90, None)],
        ),
        (
            {"kind": "interactive", "interactive": {**BUTTONS, "buttons": [{"id": "a", "title": "t" * 21}]}},
            [("buttons.0.title", "too_long", 20, 21)],
        ),
    ],
)
def test_broken_limits_are_named(api: Api, cast: Cast, body: dict[str, Any], limits: list[tuple[Any, ...]]):
    refused = api.post(f"/conversations/{open_thread(cast).id}/messages", body)
    assert problem(refused) == (422, "limit-exceeded")
    found = [
        (each["field"], each["code"], each["limit"], each["actual"]) for each in refused.json()["limits"]
    ]
    assert found == limits


def test_a_closed_window_says_what_would_be_allowed(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello", at=clock.now() - timedelta(hours=25))
    refused = api.post(f"/conversations/{conversation.id}/messages", {"kind": "text", "text": "hi"})
    assert problem(refused) == (409, "reply-window-closed")
    assert (refused.json()["allowed"], bool(refused.json()["closed_at"])) == (["template"], True)
    assert read_ledger(cast.workspace.id)[0].outbound.intended == 0


def test_a_paused_number_sends_nothing(api: Api, cast: Cast):
    conversation = open_thread(cast)
    cast.inbox.paused_reason = "The token was revoked"
    cast.inbox.save()
    refused = api.post(f"/conversations/{conversation.id}/messages", {"kind": "text", "text": "hi"})
    assert problem(refused) == (409, "inbox-paused")
    assert refused.json()["detail"] == "The token was revoked"


# --- templates -------------------------------------------------------------------------------------


def make_template(cast: Cast, **changes: object) -> MessageTemplate:
    values: dict[str, Any] = {
        "name": "order_ready",
        "language": "en",
        "category": "UTILITY",
        "status": "APPROVED",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
            {"type": "BODY", "text": "Hello {{1}}, your {{2}} is ready."},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Thanks"},
                    {"type": "URL", "text": "Track", "url": "https://shop.example/{{1}}"},
                ],
            },
        ],
        **changes,
    }
    return MessageTemplate.objects.create(workspace=cast.workspace, connection=cast.connection, **values)


GOOD = {
    "name": "order_ready",
    "language": "en",
    "header": ["7"],
    "body": ["Ann", {"text": "dress"}],
    "buttons": ["t/7"],
}


def test_a_template_goes_out_with_a_closed_window(api: Api, cast: Cast):
    make_template(cast)
    conversation = cast.hears(ALICE, "hello", at=clock.now() - timedelta(hours=25))
    sent = api.post(f"/conversations/{conversation.id}/messages", {"kind": "template", "template": GOOD})
    body = sent.json()
    assert (sent.status_code, body["kind"], body["text"]) == (
        201,
        "template",
        "Hello Ann, your dress is ready.",
    )
    outgoing = body["content"]["outgoing"]
    assert [each["text"] for each in outgoing["body"]] == ["Ann", "dress"]
    assert [(each["index"], each["parameter"]["text"]) for each in outgoing["buttons"]] == [(1, "t/7")]
    assert outgoing["rendered"]["header"] == "Order 7"


def card_of(text: str) -> dict[str, Any]:
    return {
        "components": [
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": text},
            {
                "type": "BUTTONS",
                "buttons": [{"type": "URL", "text": "See", "url": "https://shop.example/{{1}}"}],
            },
        ]
    }


BOXES = [
    {"type": "BODY", "text": "Hello {{1}}."},
    {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Free shipping", "has_expiration": True}},
    {"type": "CAROUSEL", "cards": [card_of("Light for {{1}}."), card_of("Dark for {{1}}.")]},
]


def picture(link: str) -> dict[str, Any]:
    return {"media": {"kind": "image", "link": f"https://shop.example/{link}.png"}}


CHOSEN = {
    "name": "boxes",
    "language": "en",
    "body": ["Ann"],
    "offer_expires_at": "2099-01-31T18:00:00+07:00",
    "cards": [
        {"header": [picture("light")], "body": ["24 euros"], "buttons": ["light"]},
        {"header": [picture("dark")], "body": ["22 euros"], "buttons": [{"index": 0, "text": "dark"}]},
    ],
}


def test_a_carousel_with_an_offer_goes_out(api: Api, cast: Cast):
    make_template(cast, name="boxes", components=BOXES)
    sent = api.post(
        f"/conversations/{open_thread(cast).id}/messages", {"kind": "template", "template": CHOSEN}
    )
    assert sent.status_code == 201, sent.json()
    outgoing = sent.json()["content"]["outgoing"]
    assert [card["body"] for card in outgoing["rendered"]["cards"]] == [
        "Light for 24 euros.",
        "Dark for 22 euros.",
    ]
    assert outgoing["cards"][1]["header"][0]["media"]["link"] == "https://shop.example/dark.png"
    assert outgoing["offer_expires_at"] == "2099-01-31T18:00:00+07:00"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"offer_expires_at": "2020-01-31T18:00:00Z"}, "offer.expires"),
        ({"cards": CHOSEN["cards"][:1]}, "card.1.header.media"),
        ({"cards": [*CHOSEN["cards"], {"body": ["x"]}]}, "card.2.body.1"),
    ],
)
def test_what_does_not_fit_a_carousel_is_named(api: Api, cast: Cast, changes: dict[str, Any], field: str):
    make_template(cast, name="boxes", components=BOXES)
    choice = {**CHOSEN, **changes}
    refused = api.post(
        f"/conversations/{open_thread(cast).id}/messages", {"kind": "template", "template": choice}
    )
    assert (refused.status_code, refused.json()["limits"][0]["field"]) == (422, field)


def test_the_end_of_an_offer_needs_its_zone(api: Api, cast: Cast):
    make_template(cast, name="boxes", components=BOXES)
    choice = {**CHOSEN, "offer_expires_at": "2099-01-31T18:00:00"}
    refused = api.post(
        f"/conversations/{open_thread(cast).id}/messages", {"kind": "template", "template": choice}
    )
    assert (refused.status_code, "template.offer_expires_at" in refused.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({"body": ["Ann"]}, ("body.2", "missing")),
        ({"body": ["Ann", "dress", "x"]}, ("body.3", "not_allowed")),
        ({"buttons": []}, ("button.1", "missing")),
        ({"buttons": ["a", "b"]}, ("button.2", "not_allowed")),
        ({"buttons": [{"index": 5, "text": "a"}, "b"]}, ("button.5", "not_allowed")),
        ({"header": [{"location": {"latitude": 1, "longitude": 2}}]}, ("header.1", "invalid")),
    ],
)
def test_wrong_values_are_named(api: Api, cast: Cast, changes: dict[str, Any], limit: tuple[str, str]):
    make_template(cast)
    refused = api.post(
        f"/conversations/{open_thread(cast).id}/messages",
        {"kind": "template", "template": {**GOOD, **changes}},
    )
    code = "template-values-missing" if limit[1] == "missing" else "limit-exceeded"
    assert problem(refused) == (422, code)
    assert [(each["field"], each["code"]) for each in refused.json()["limits"]] == [limit]


def test_named_values_find_their_place(api: Api, cast: Cast):
    make_template(
        cast,
        parameter_format="NAMED",
        components=[{"type": "BODY", "text": "Hello {{name}}, your {{thing}} is ready."}],
    )
    values = [{"name": "thing", "text": "dress"}, {"name": "name", "text": "Ann"}]
    template = {"name": "order_ready", "language": "en", "body": values}
    sent = api.post(
        f"/conversations/{open_thread(cast).id}/messages", {"kind": "template", "template": template}
    )
    assert sent.json()["text"] == "Hello Ann, your dress is ready."


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"status": "PAUSED"}, (409, "template-not-usable")),
        ({"is_gone": True}, (409, "template-not-usable")),
        ({"name": "another"}, (404, "not-found")),
    ],
)
def test_only_approved_templates_go_out(
    api: Api, cast: Cast, changes: dict[str, Any], answer: tuple[int, str]
):
    make_template(cast, **changes)
    refused = api.post(
        f"/conversations/{open_thread(cast).id}/messages", {"kind": "template", "template": GOOD}
    )
    assert problem(refused) == answer


def test_marketing_stops_at_an_opt_out(api: Api, cast: Cast):
    make_template(cast, category="MARKETING")
    conversation = cast.hears(CHAI, "hello")
    refused = api.post(f"/conversations/{conversation.id}/messages", {"kind": "template", "template": GOOD})
    assert problem(refused) == (409, "opted-out")


# --- by address ------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["+1 202-555-0155", {"kind": "phone", "value": "+12025550155"}])
def test_a_new_number_is_written_to(api: Api, cast: Cast, to: object):
    make_template(cast)
    body = {"inbox": str(cast.second_inbox.id), "to": to, "kind": "template", "template": GOOD}
    sent = api.post("/messages", body)
    assert sent.status_code == 201
    conversation = Conversation.objects.get(id=sent.json()["conversation"])
    assert Contact.objects.get(conversations=conversation).phone == "+12025550155"
    assert conversation.inbox_id == cast.second_inbox.id
    again = api.post("/messages", body).json()
    assert again["conversation"] == str(conversation.id)


def test_a_known_contact_is_found(api: Api, cast: Cast):
    conversation = open_thread(cast)
    sent = api.post("/messages", {"inbox": str(cast.inbox.id), "to": ALICE, "kind": "text", "text": "hi"})
    assert sent.json()["conversation"] == str(conversation.id)


def test_a_user_id_is_written_to(api: Api, cast: Cast):
    make_template(cast)
    to = {"kind": "bsuid", "value": "KR.1234567890"}
    sent = api.post(
        "/messages", {"inbox": str(cast.inbox.id), "to": to, "kind": "template", "template": GOOD}
    )
    contact = Contact.objects.get(conversations=sent.json()["conversation"])
    assert (contact.country, contact.language) == ("KR", "ko")


def test_a_refused_first_message_leaves_no_contact(api: Api, cast: Cast):
    before = Contact.objects.count()
    body = {"inbox": str(cast.inbox.id), "to": "+12025550155", "kind": "text", "text": "hi"}
    assert problem(api.post("/messages", body)) == (409, "reply-window-closed")
    assert Contact.objects.count() == before


@pytest.mark.parametrize(
    ("to", "field"),
    [
        ("12025550155", "to"),
        ("+1 2", "to"),
        ("", "to"),
        ({"kind": "phone", "value": "x"}, "to.value"),
        ({"kind": "bsuid", "value": "x"}, "to.value"),
        (5, "to"),
    ],
)
def test_a_wrong_number_is_told_what_would_be_right(api: Api, cast: Cast, to: object, field: str):
    refused = api.post("/messages", {"inbox": str(cast.inbox.id), "to": to, "kind": "text", "text": "hi"})
    assert problem(refused) == (422, "invalid")
    assert list(refused.json()["fields"]) == [field]


def test_a_strangers_number_does_not_exist(api: Api, cast: Cast):
    for inbox in (str(cast.stranger.inbox.id), "x"):
        refused = api.post("/messages", {"inbox": inbox, "to": ALICE, "kind": "text", "text": "hi"})
        assert problem(refused) == (404, "not-found")


def test_an_agents_token_cannot_reach_into_a_mates_thread(cast: Cast):
    conversation = open_thread(cast)
    Conversation.objects.filter(id=conversation.id).update(assignee=cast.mate)
    refused = Api(cast.token("agent")).post(
        "/messages", {"inbox": str(cast.inbox.id), "to": ALICE, "kind": "text", "text": "hi"}
    )
    assert problem(refused) == (404, "not-found")
    assert OutgoingMessage.objects.count() == 0


# --- unknown results -------------------------------------------------------------------------------


def unknown_message(api: Api, cast: Cast) -> str:
    sent = api.post(f"/conversations/{open_thread(cast).id}/messages", {"kind": "text", "text": "hi"}).json()
    record_results([(claimed, Uncertain(reason="reset")) for claimed in claim_batch(cast.inbox.id, 10)])
    return str(sent["id"])


def test_an_unknown_result_is_sent_again_by_decision(api: Api, cast: Cast):
    message_id = unknown_message(api, cast)
    assert api.get(f"/messages/{message_id}").json()["status"] == "unknown"
    decided = api.post(f"/messages/{message_id}/send-again")
    assert (decided.status_code, decided.json()["status"]) == (200, "queued")
    assert problem(api.post(f"/messages/{message_id}/send-again")) == (409, "conflict")
    assert read_ledger(cast.workspace.id)[0].adds_up


def test_an_unknown_result_is_marked_as_sent_by_decision(api: Api, cast: Cast):
    message_id = unknown_message(api, cast)
    decided = api.post(f"/messages/{message_id}/mark-sent")
    assert (decided.status_code, decided.json()["status"]) == (200, "sent")
    assert problem(api.post(f"/messages/{message_id}/mark-sent")) == (409, "conflict")
    outbound = read_ledger(cast.workspace.id)[0].outbound
    assert (outbound.intended, outbound.accepted, outbound.unknown) == (1, 1, 0)
