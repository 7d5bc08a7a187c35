"""Messages of every kind, and what stays of them when something is broken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regulars.channels.whatsapp.payloads import (
    count_updates,
)
from regulars.inboxes.ports import (
    CardPhone,
    Choice,
    ContactCard,
    InboundMessage,
    Location,
    MediaRef,
    MessageContent,
    Notice,
    ProviderError,
    Rejected,
    StatusUpdate,
    Unsupported,
)

from .bodies import (
    ANNA,
    ANNA_REF,
    NUMBER,
    RECEIVED_AT,
    SENT_AT,
    TIMESTAMP,
    body,
    from_anna,
    message,
    only,
    parse,
    status,
    value,
)


def test_a_text_in_full():
    assert only(from_anna(message("text", {"body": "hello"}, context={"id": "wamid.Q"}))) == InboundMessage(
        address=NUMBER,
        provider_id="wamid.TEST1",
        contact=ANNA_REF,
        kind="text",
        sent_at=SENT_AT,
        path="0/0/messages/0",
        text="hello",
        reply_to_provider_id="wamid.Q",
    )


def test_a_status_in_full():
    item = status(
        "delivered",
        recipient_user_id=ANNA["user_id"],
        biz_opaque_callback_data="m1",
        pricing={"type": "regular", "category": "authentication-international", "pricing_model": "PMP"},
        conversation={"origin": {"type": "referral_conversion"}, "expiration_timestamp": TIMESTAMP},
        errors=[{"code": 1, "title": "T", "error_data": {"details": "D"}, "href": "H"}],
    )
    assert only(body(value(contacts=[ANNA], statuses=[item]))) == StatusUpdate(
        address=NUMBER,
        provider_id="wamid.OURS",
        status="delivered",
        at=SENT_AT,
        path="0/0/statuses/0",
        contact=ANNA_REF,
        callback_data="m1",
        errors=(ProviderError(code=1, title="T", details="D", href="H"),),
        pricing_category="authentication_international",
        pricing_type="regular",
        window_origin="referral_conversion",
        window_expires_at=SENT_AT,
    )


def test_updates_keep_the_order_and_paths_of_the_body():
    first = value(contacts=[ANNA], messages=[message("text"), message("text")], statuses=[status("read")])
    second = value(messages=[message("text")])
    second["metadata"] = {"phone_number_id": 202}
    tree = body(first, second)
    tree["entry"].append(
        {"id": "other", "changes": [{"field": "messages", "value": value(statuses=[status("sent")])}]}
    )
    assert [update.path for update in parse(tree)] == [
        "0/0/messages/0",
        "0/0/messages/1",
        "0/0/statuses/0",
        "0/1/messages/0",
        "1/0/statuses/0",
    ]
    assert count_updates(tree) == {NUMBER: 4, "202": 1}


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        (
            "image",
            {"id": 900, "mime_type": "image/png", "sha256": "AA" * 32, "caption": "c"},
            (
                "image",
                "c",
                MessageContent(
                    media=MediaRef(provider_media_id="900", mime_type="image/png", sha256="aa" * 32)
                ),
            ),
        ),
        (
            "audio",
            {"id": "1", "voice": True},
            ("audio", "", MessageContent(media=MediaRef(provider_media_id="1", is_voice=True))),
        ),
        ("video", None, ("video", "", MessageContent(media=MediaRef()))),
        ("text", "bare", ("text", "bare", MessageContent())),
        ("text", {"body": 42}, ("text", "42", MessageContent())),
        (
            "button",
            {"payload": "P", "text": "T"},
            ("button", "T", MessageContent(choice=Choice(kind="template_button", id="P", title="T"))),
        ),
        (
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": "not json"}},
            ("interactive", "", MessageContent(choice=Choice(kind="form", id="flow", data="not json"))),
        ),
        (
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"response_json": '{"a": "\\u0000\\ud800"}'}},
            ("interactive", "", MessageContent(choice=Choice(kind="form", data={"a": "\ufffd\ufffd"}))),
        ),
        (
            "interactive",
            {"type": "product_reply", "product_reply": {}},
            ("interactive", "", MessageContent(choice=Choice(kind="other", id="product_reply"))),
        ),
        ("interactive", None, ("interactive", "", MessageContent())),
        (
            "contacts",
            {"phones": [{"phone": "1"}], "name": {"first_name": "A", "last_name": "B"}},
            (
                "contacts",
                "",
                MessageContent(cards=(ContactCard(name="A B", phones=(CardPhone(phone="1"),)),)),
            ),
        ),
        *(
            (
                "location",
                {**position, "name": "Home", "address": "Road 12"},
                ("location", "", MessageContent(location=Location(name="Home", address="Road 12"))),
            )
            for position in (
                {},
                {"latitude": "x", "longitude": 1},
                {"latitude": 1},
                {"latitude": 91, "longitude": 1},
                {"latitude": 1, "longitude": -1e308},
                {"latitude": None, "longitude": [1]},
            )
        ),
        ("location", None, ("location", "", MessageContent(location=Location()))),
        (
            "unsupported",
            {"type": "gif"},
            ("unsupported", "", MessageContent(unsupported=Unsupported(raw_kind="gif"))),
        ),
        (
            "unsupported",
            None,
            ("unsupported", "", MessageContent(unsupported=Unsupported(raw_kind="unsupported"))),
        ),
        (
            "request_welcome",
            None,
            ("unknown", "", MessageContent(unsupported=Unsupported(raw_kind="request_welcome"))),
        ),
        (
            "ephemeral",
            None,
            ("unsupported", "", MessageContent(unsupported=Unsupported(raw_kind="ephemeral"))),
        ),
    ],
)
def test_kinds_of_messages(kind, content, expected):
    update = only(from_anna(message(kind, content)))
    assert (update.kind, update.text, update.content) == expected


def test_a_long_text_is_kept_whole():
    long = "한" * 65_536
    assert only(from_anna(message("text", {"body": long}))).text == long


def test_prices_and_quantities_of_any_spelling():
    lines = [
        {"product_retailer_id": 7, "quantity": "2", "item_price": "30.50", "currency": "SAR"},
        {"product_retailer_id": "b", "quantity": 1, "item_price": 1e-7, "currency": "SAR"},
        {"quantity": None, "item_price": "free"},
        {"quantity": 1, "item_price": "1e-999999999"},
    ]
    order = only(from_anna(message("order", {"catalog_id": 1, "product_items": lines}))).content.order
    assert [(line.product_id, line.quantity, line.unit_price) for line in order.lines] == [
        ("7", 2, "30.50"),
        ("b", 1, "0.0000001"),
        ("", 0, ""),
        ("", 1, ""),
    ]


@pytest.mark.parametrize("emoji", [{}, {"emoji": ""}])
def test_a_reaction_can_be_taken_back_in_two_ways(emoji):
    update = only(from_anna(message("reaction", {"message_id": "wamid.T", **emoji})))
    assert (update.target_provider_id, update.content.reaction.emoji) == ("wamid.T", "")


def test_an_edit_of_a_caption_brings_the_media_along():
    inner = {"type": "image", "image": {"id": "1", "caption": "new"}, "context": {"id": "M0"}}
    update = only(from_anna(message("edit", {"original_message_id": "wamid.T", "message": inner})))
    assert (update.kind, update.text, update.target_provider_id) == ("edit", "new", "wamid.T")
    assert update.content == MessageContent(media=MediaRef(provider_media_id="1"))
    assert update.reply_to_provider_id is None


def test_errors_beside_a_lone_message_explain_it():
    error = {"code": 131051, "title": "Unknown"}
    update = only(body(value(messages=[message("interactive")], errors=[error])))
    assert update.content.errors == (ProviderError(code=131051, title="Unknown"),)


def test_errors_beside_several_messages_stand_for_themselves():
    updates = parse(body(value(messages=[message("text"), message("text")], errors=[{"code": 1}])))
    assert [type(update) for update in updates] == [InboundMessage, InboundMessage, Notice]


def test_a_message_without_an_id_gets_the_same_one_every_time():
    item = message("text", {"body": "x"}, id=None)
    first, again = only(from_anna(item)), only(from_anna(dict(reversed(item.items()))))
    assert first.provider_id == again.provider_id
    assert first.provider_id.startswith("missing:")
    other = only(from_anna({**item, "text": {"body": "y"}}))
    assert other.provider_id != first.provider_id


def test_an_absurd_id_becomes_one_that_fits_a_database_index():
    update = only(from_anna(message("text", id="w" * 5000)))
    assert (update.provider_id[:5], len(update.provider_id)) == ("long:", 69)


def test_a_missing_type_is_recognized_by_the_body():
    update = only(from_anna({"id": "w", "from": "12025550103", "text": {"body": "x"}}))
    assert (update.kind, update.text) == ("text", "x")


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (TIMESTAMP, SENT_AT),
        (int(TIMESTAMP), SENT_AT),
        (f"{TIMESTAMP}000", SENT_AT),
        (int(TIMESTAMP) * 1000 + 500, SENT_AT + timedelta(milliseconds=500)),
        (f"{TIMESTAMP}.0", SENT_AT),
        (None, RECEIVED_AT),
        ("", RECEIVED_AT),
        ("soon", RECEIVED_AT),
        (0, RECEIVED_AT),
        (-5, RECEIVED_AT),
        (True, RECEIVED_AT),
        ("²", RECEIVED_AT),
        (10**30, RECEIVED_AT),
        ("9999999999", RECEIVED_AT),
        (4_102_444_800, RECEIVED_AT),
        (99_999_999_999, RECEIVED_AT),
        (4_102_444_799, datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("9" * 400, RECEIVED_AT),
        ({}, RECEIVED_AT),
    ],
)
def test_times_of_every_spelling(timestamp, expected):
    assert only(from_anna(message("text", timestamp=timestamp))).sent_at == expected


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (None, Rejected(reason="not_an_envelope", path="")),
        ([], Rejected(reason="not_an_envelope", path="")),
        ({}, Rejected(reason="not_an_envelope", path="")),
        ({"object": "page", "entry": []}, Rejected(reason="foreign_object", path="")),
        ({"object": "whatsapp_business_account"}, Rejected(reason="not_an_envelope", path="")),
        ({"object": "whatsapp_business_account", "entry": []}, Rejected(reason="empty", path="")),
        ({"object": "whatsapp_business_account", "entry": [1]}, Rejected(reason="malformed", path="0")),
        ({"object": "whatsapp_business_account", "entry": [{"id": "1"}]}, Rejected(reason="empty", path="0")),
        (
            {"object": "whatsapp_business_account", "entry": [{"changes": ["x"]}]},
            Rejected(reason="malformed", path="0/0"),
        ),
        (
            {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages"}]}]},
            Rejected(reason="malformed", path="0/0"),
        ),
        (body(value(contacts=[ANNA])), Rejected(reason="empty", path="0/0", address=NUMBER)),
        (
            body(value(messages=["x"])),
            Rejected(
                reason="malformed",
                path="0/0/messages/0",
                address=NUMBER,
                details="Expected an object, found str.",
            ),
        ),
        (
            body(value(statuses=[{"id": "w"}])),
            Rejected(
                reason="malformed",
                path="0/0/statuses/0",
                address=NUMBER,
                details="A status needs a status and the id of a message.",
            ),
        ),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_reason(tree, expected):
    assert only(tree) == expected


def test_lone_values_count_as_lists_of_one():
    tree = body(value(contacts=ANNA, messages=message("text", {"body": "x"})))
    tree["entry"] = tree["entry"][0]
    tree["entry"]["changes"] = tree["entry"]["changes"][0]
    assert only(tree).contact == ANNA_REF


def test_an_edit_of_an_unreadable_kind_is_still_an_edit():
    inner = {"type": ["text"], "text": {"body": "x"}}
    update = only(from_anna(message("edit", {"original_message_id": "wamid.T", "message": inner})))
    assert (update.kind, update.text, update.target_provider_id) == ("edit", "", "wamid.T")
