"""Deliveries become updates: identities, times, every kind, and what stays when something is broken."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from regulars.channels.whatsapp.payloads import (
    NotJSON,
    TooDeep,
    count_updates,
    load_body,
    parse_body,
    parse_payload,
)
from regulars.inboxes.ports import (
    AddressBookChange,
    Call,
    CardPhone,
    Choice,
    ContactCard,
    ContactRef,
    Identity,
    IdentityChange,
    InboundMessage,
    MediaRef,
    MessageContent,
    Notice,
    PreferenceChange,
    ProviderError,
    Rejected,
    StatusUpdate,
    SystemNotice,
    TemplateChange,
    Unsupported,
)

from .bodies import (
    ACCOUNT,
    ANNA,
    METADATA,
    NUMBER,
    RECEIVED_AT,
    SENT_AT,
    TIMESTAMP,
    body,
    from_anna,
    message,
    status,
    value,
)

PHONE = Identity("phone", "+12025550103")
BSUID = Identity("bsuid", "DE.90000000000000000103")
ANNA_REF = ContactRef(identities=(BSUID, PHONE), name="Anna", username="anna", provider_address="12025550103")


def parse(tree: Any) -> list[Any]:
    updates = parse_body(tree, RECEIVED_AT)
    assert sum(count_updates(tree).values()) == len(updates)
    return updates


def only(tree: Any) -> Any:
    (update,) = parse(tree)
    return update


def identities(update: Any) -> list[str]:
    return [identity.value for identity in update.contact.identities]


# --- one whole message ------------------------------------------------------------------------------


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


# --- who --------------------------------------------------------------------------------------------


def test_contacts_are_joined_by_id_and_not_by_position():
    bob = {"profile": {"name": "Bob"}, "wa_id": "12025550199", "user_id": "US.9"}
    from_bob = message("text", **{"from": "12025550199", "from_user_id": "US.9"})
    updates = parse(body(value(contacts=[ANNA, bob], messages=[from_bob, message("text")])))
    assert [update.contact.name for update in updates] == ["Bob", "Anna"]


def test_the_only_contact_never_speaks_for_somebody_else():
    stranger = message("text", **{"from": "12025550199", "from_user_id": None})
    updates = parse(from_anna(message("text"), stranger))
    assert [identities(update) for update in updates] == [
        ["DE.90000000000000000103", "+12025550103"],
        ["+12025550199"],
    ]
    assert [update.contact.name for update in updates] == ["Anna", ""]


def test_the_only_contact_completes_a_message_that_names_nobody():
    nameless = message("text", **{"from": None, "from_user_id": None})
    assert only(from_anna(nameless)).contact == ANNA_REF


def test_the_brazilian_spellings_of_one_phone_are_one_person():
    contact = {"profile": {"name": "Bia"}, "wa_id": "551187654321"}
    item = message("text", **{"from": "5511987654321", "from_user_id": "BR.1"})
    update = only(body(value(contacts=[contact], messages=[item])))
    assert update.contact == ContactRef(
        identities=(Identity("bsuid", "BR.1"), Identity("phone", "+5511987654321")),
        name="Bia",
        provider_address="551187654321",
    )


def test_a_bsuid_where_a_phone_is_documented_stays_a_bsuid():
    items = [
        message("text", **{"from": "US.aB9", "from_user_id": None}),
        message("text", **{"from": "US.ENT.aB9", "from_user_id": None}),
    ]
    updates = parse(body(value(messages=items)))
    assert [update.contact.identities for update in updates] == [
        (Identity("bsuid", "US.aB9"),),
        (Identity("parent_bsuid", "US.ENT.aB9"),),
    ]


def test_all_three_identities_go_from_strong_to_weak():
    item = message("text", from_parent_user_id="DE.ENT.1")
    assert only(from_anna(item)).contact.identities == (BSUID, Identity("parent_bsuid", "DE.ENT.1"), PHONE)


def test_a_system_message_in_a_batch_is_not_about_the_contact_of_the_batch():
    system = {"type": "user_changed_user_id", "user_id": "KR.2", "previous_user_id": "KR.1"}
    item = message("system", system, **{"from": None, "from_user_id": None})
    assert identities(parse(from_anna(message("text"), item))[1]) == ["KR.1"]


# --- identity changes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        (
            {
                "type": "user_changed_number",
                "wa_id": "12025550113",
                "user_id": "DE.2",
                "previous_user_id": BSUID.value,
            },
            IdentityChange(
                reason="number_changed",
                previous=(BSUID, PHONE),
                current=(Identity("bsuid", "DE.2"), Identity("phone", "+12025550113")),
            ),
        ),
        (
            {"type": "customer_changed_number", "new_wa_id": "12025550113", "customer": "12025550103"},
            IdentityChange(
                reason="number_changed", previous=(BSUID, PHONE), current=(Identity("phone", "+12025550113"),)
            ),
        ),
        (
            {"type": "user_changed_user_id", "user_id": "DE.2", "previous_user_id": "DE.1"},
            IdentityChange(
                reason="user_id_changed",
                previous=(Identity("bsuid", "DE.1"), PHONE),
                current=(Identity("bsuid", "DE.2"),),
            ),
        ),
        (
            {"type": "something_new", "user_id": "DE.2", "previous_user_id": "DE.1"},
            IdentityChange(
                reason="user_id_changed",
                previous=(Identity("bsuid", "DE.1"), PHONE),
                current=(Identity("bsuid", "DE.2"),),
            ),
        ),
        (
            {"type": "customer_identity_changed"},
            IdentityChange(reason="identity_check", previous=(BSUID, PHONE)),
        ),
        ({"type": "something_else"}, None),
    ],
)
def test_system_messages_tell_old_and_new_addresses(system, expected):
    update = only(body(value(messages=[message("system", system)])))
    assert update.content.system == SystemNotice(event=system["type"], identity_change=expected)


def test_the_short_lived_field_for_identity_changes_is_understood():
    update = only(
        body(
            value(
                user_id_update=[{"wa_id": "12025550103", "user_id": {"previous": "DE.1", "current": "DE.2"}}]
            ),
            field="user_id_update",
        )
    )
    assert (update.kind, update.address) == ("contact_identity", NUMBER)
    assert update.identity_change == IdentityChange(
        reason="user_id_changed",
        previous=(Identity("bsuid", "DE.1"), PHONE),
        current=(Identity("bsuid", "DE.2"), PHONE),
    )


# --- message kinds ----------------------------------------------------------------------------------


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
        ("location", {"latitude": "x", "name": "Home"}, ("location", "Home", MessageContent())),
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
    ]
    order = only(from_anna(message("order", {"catalog_id": 1, "product_items": lines}))).content.order
    assert [(line.product_id, line.quantity, line.unit_price) for line in order.lines] == [
        ("7", 2, "30.50"),
        ("b", 1, "0.0000001"),
        ("", 0, ""),
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


# --- broken, but not lost ---------------------------------------------------------------------------


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


# --- other fields -----------------------------------------------------------------------------------


def test_an_unknown_field_is_a_notice_that_is_recognized_when_it_comes_again():
    first = only(body({"b": 1, "a": [2]}, field="brand_new", time=5))
    again = parse(body({"other": 1}, {"a": [2], "b": 1}, field="brand_new", time=5))[1]
    later = only(body({"b": 1, "a": [2]}, field="brand_new", time=6))
    assert (first.kind, first.field, first.account) == ("unknown", "brand_new", ACCOUNT)
    assert first.at == datetime.fromtimestamp(5, UTC)
    assert first.dedup_key == again.dedup_key
    assert later.dedup_key != first.dedup_key


def test_known_lists_are_read_under_unknown_fields():
    assert (
        only(body(value(contacts=[ANNA], messages=[message("text")]), field="messages_v2")).contact
        == ANNA_REF
    )


def test_flow_errors_are_not_errors_of_the_number():
    update = only(
        body({"event": "ENDPOINT_ERROR_RATE", "errors": [{"error_type": "x"}]}, field="flows", time=1)
    )
    assert (update.kind, update.event, update.errors) == ("flow", "ENDPOINT_ERROR_RATE", ())


def test_opt_outs_and_their_end():
    items = [
        {
            "user_id": ANNA["user_id"],
            "category": "marketing_messages",
            "value": "stop",
            "timestamp": int(TIMESTAMP),
        },
        {"wa_id": "12025550103", "value": "RESUME", "detail": "d"},
        {"wa_id": "12025550103", "value": "perhaps"},
    ]
    stop, resume, odd = parse(body(value(contacts=[ANNA], user_preferences=items), field="user_preferences"))
    assert stop == PreferenceChange(
        address=NUMBER,
        contact=ANNA_REF,
        category="marketing_messages",
        value="stop",
        at=SENT_AT,
        path="0/0/user_preferences/0",
    )
    assert (resume.value, resume.contact, resume.at, resume.details) == ("resume", ANNA_REF, RECEIVED_AT, "d")
    assert (odd.kind, odd.event) == ("unknown", "perhaps")


def test_the_address_book_of_the_phone():
    entries = [
        {"type": "contact", "contact": {"first_name": "A", "phone_number": "12025550103"}, "action": "edit"},
        {"type": "contact", "contact": {"phone_number": "12025550103"}, "action": "remove"},
        {"type": "contact", "action": "add"},
    ]
    added, removed, odd = parse(body(value(state_sync=entries), field="smb_app_state_sync"))
    assert added == AddressBookChange(
        address=NUMBER,
        contact=ContactRef(identities=(PHONE,), name="A", provider_address="12025550103"),
        action="add",
        at=None,
        path="0/0/state_sync/0",
    )
    assert (removed.action, odd.kind) == ("remove", "unknown")


def test_calls_and_their_statuses():
    item = {
        "id": "wacid.1",
        "from": "12025550142",
        "to": "12025550103",
        "event": "connect",
        "direction": "BUSINESS_INITIATED",
        "timestamp": TIMESTAMP,
    }
    ringing = {"id": "wacid.1", "type": "call", "status": "RINGING", "recipient_id": "12025550103"}
    call, state = parse(body(value(contacts=[ANNA], calls=[item], statuses=[ringing]), field="calls"))
    assert call == Call(
        address=NUMBER,
        provider_id="wacid.1",
        event="connect",
        direction="out",
        contact=ANNA_REF,
        at=SENT_AT,
        path="0/0/calls/0",
    )
    assert (state.event, state.status, state.provider_id) == ("status", "ringing", "wacid.1")


def test_a_payment_status_is_not_a_delivery_status():
    item = status(
        "captured", type="payment", payment={"reference_id": "R", "amount": {"value": 21050, "offset": 100}}
    )
    update = only(body(value(statuses=[item])))
    assert (update.kind, update.event, update.title, update.details) == ("payment", "captured", "R", "210.50")


def test_group_statuses_name_their_participant_in_both_spellings():
    spellings: list[dict[str, Any]] = [
        {"recipient_participant_id": "12025550103"},
        {"participant_recipient_user_id": ANNA["user_id"]},
    ]
    items = [
        status("read", recipient_id="Y2Fw", recipient_type="group", **spelling) for spelling in spellings
    ]
    updates = parse(body(value(contacts=[ANNA], statuses=items)))
    assert [(update.group_id, update.contact, update.participant) for update in updates] == [
        ("Y2Fw", ContactRef(), ANNA_REF),
        ("Y2Fw", ContactRef(), ANNA_REF),
    ]


def test_a_failed_status_in_a_batch_takes_no_other_contact():
    tree = body(value(contacts=[ANNA], statuses=[status("read"), status("failed", recipient_id=None)]))
    assert [identities(update) for update in parse(tree)] == [["DE.90000000000000000103", "+12025550103"], []]


def test_history_threads_know_both_sides():
    thread = {
        "id": "12025550103",
        "context": {"user_id": ANNA["user_id"], "username": "anna"},
        "messages": [
            message("text", {"body": "in"}, history_context={"status": "READ"}),
            {
                "from": "12025550142",
                "to": "12025550103",
                "id": "wamid.2",
                "type": "text",
                "history_context": {"status": "ERROR"},
            },
            {"from": "12025550142", "id": "wamid.3", "timestamp": TIMESTAMP, "type": "media_placeholder"},
        ],
    }
    tree = body(value(history=[{"metadata": {"phase": 0}, "threads": [thread]}]), field="history")
    updates = parse(tree)
    assert [(update.direction, update.source, update.history_status) for update in updates] == [
        ("in", "history", "read"),
        ("out", "history", "failed"),
        ("out", "history", ""),
    ]
    assert {update.contact.identities for update in updates} == {(BSUID, PHONE)}
    assert updates[2].path == "0/0/history/0/threads/0/messages/2"
    assert updates[2].content.unsupported == Unsupported(raw_kind="media_placeholder")


def test_media_of_the_history_come_later_and_still_are_history():
    items = [
        message("image", {"id": "1"}),
        message("image", {"id": "2"}, **{"from": "12025550142", "to": "12025550103", "from_user_id": None}),
    ]
    updates = parse(body(value(messages=items), field="history"))
    assert [(update.source, update.direction, identities(update)[-1]) for update in updates] == [
        ("history", "in", "+12025550103"),
        ("history", "out", "+12025550103"),
    ]


def test_a_history_chunk_without_messages_tells_its_progress():
    chunks = [{"metadata": {"phase": 2, "progress": 100}}, {"errors": [{"code": 2593109, "title": "Off"}]}, 5]
    progress, declined, broken = parse(body(value(history=chunks), field="history"))
    assert (progress.kind, progress.event, progress.details) == ("history_progress", "2", "100")
    assert (declined.kind, declined.errors) == (
        "history_declined",
        (ProviderError(code=2593109, title="Off"),),
    )
    assert broken == Rejected(reason="malformed", path="0/0/history/2", address=NUMBER)


def test_standby_is_nested_once_more():
    inner = {
        "contacts": [ANNA],
        "messages": [message("text", {"body": "x"})],
        "message_echoes": [message("text", {"body": "y"}, **{"from": "12025550142", "to": "12025550103"})],
        "statuses": [status("read")],
    }
    said, echo, read = parse(body(value(standby=inner), field="standby"))
    assert (said.source, said.direction, said.contact, said.path) == (
        "standby",
        "in",
        ANNA_REF,
        "0/0/standby/messages/0",
    )
    assert (echo.source, echo.direction, echo.contact.value_of("phone")) == ("standby", "out", "+12025550103")
    assert (read.status, read.contact) == ("read", ANNA_REF)


def test_standby_with_its_number_inside():
    inner = {"metadata": METADATA, "messages": [message("text")]}
    assert only(body({"standby": inner}, field="standby")).address == NUMBER


def test_templates_change_in_many_ways():
    base = {"message_template_id": 7, "message_template_name": "t", "message_template_language": "en-US"}
    rejected = {
        **base,
        "event": "REJECTED",
        "reason": "INVALID_FORMAT",
        "rejection_info": {"reason": "A.", "recommendation": "B."},
    }
    assert only(
        body(rejected, field="message_template_status_update", time=int(TIMESTAMP))
    ) == TemplateChange(
        change="status",
        provider_template_id="7",
        name="t",
        language="en_US",
        path="0/0",
        dedup_key=only(body(rejected, field="message_template_status_update", time=int(TIMESTAMP))).dedup_key,
        account=ACCOUNT,
        at=SENT_AT,
        new_value="REJECTED",
        reason="INVALID_FORMAT",
        details="A. B.",
    )
    elements = {**base, "message_template_element": "Body", "message_template_footer": "Foot"}
    update = only(body(elements, field="message_template_components_update"))
    assert (update.change, update.details, update.at) == ("components", "Body\nFoot", None)


def test_a_handover_without_metadata_finds_its_number():
    handover = {
        "sender": {"phone_number": "12025550103"},
        "recipient": {"phone_number_id": NUMBER},
        "type": "control_taken",
        "timestamp": TIMESTAMP,
        "control_taken": {"previous_owner_app_role": "a", "new_owner_app_role": "b"},
    }
    update = only(body(handover, field="messaging_handovers"))
    assert (update.address, update.event, update.title, update.details, update.at) == (
        NUMBER,
        "control_taken",
        "b",
        "a",
        SENT_AT,
    )
    assert update.contact.identities == (PHONE,)


def test_link_clicks_name_nobody():
    action = {"timestamp": TIMESTAMP, "marketing_messages_link_click_data": {"tracking_token": "tt"}}
    update = only(body(value(user_actions=[action])))
    assert (update.kind, update.title, update.contact) == ("link_click", "tt", ContactRef())


# --- bytes ------------------------------------------------------------------------------------------


def test_nul_and_lone_surrogates_are_replaced_in_the_copy():
    raw = orjson.dumps(from_anna(message("text", {"body": "BODY"}))).replace(
        b"BODY", rb"a\u0000b\ud83dc\ud83d\ude00"
    )
    (update,) = parse_payload(raw, RECEIVED_AT)
    assert isinstance(update, InboundMessage)
    assert update.text == "a\ufffdb\ufffdc😀"


def test_nul_in_keys_and_numbers_beyond_json_are_stored_safely():
    assert load_body(rb'{"a\u0000": NaN, "b": [1e999, "\u0000"], "c": -Infinity}') == {
        "a\ufffd": None,
        "b": [float("inf"), "\ufffd"],
        "c": None,
    }


def test_integers_are_never_rounded():
    assert load_body(b'{"id": 123456789012345678901234567890}') == {"id": 123456789012345678901234567890}
    assert load_body(b'{"id": ' + b"9" * 5000 + b"}") == {"id": "9" * 5000}


@pytest.mark.parametrize("raw", [b"", b"not json", b"{", b"\xff\xfe", b"[1,]"])
def test_no_json_is_said_so(raw):
    with pytest.raises(NotJSON):
        load_body(raw)
    assert [type(update) for update in parse_payload(raw, RECEIVED_AT)] == [Rejected]


@pytest.mark.parametrize("inner", [b"1", rb'"\ud800"'])
def test_bottomless_json_is_said_so(inner):
    raw = b"[" * 2000 + inner + b"]" * 2000
    with pytest.raises(TooDeep):
        load_body(raw)
    (update,) = parse_payload(raw, RECEIVED_AT)
    assert isinstance(update, Rejected)
    assert update.reason == "too_deep"


def test_deep_but_readable_bodies_are_read():
    deep = json.loads("[" * 900 + "]" * 900)
    update = only(body({"deep": deep}, field="brand_new"))
    assert (update.kind, len(update.dedup_key)) == ("unknown", 64)


def test_a_byte_order_mark_is_no_reason_to_lose_a_message():
    raw = b"\xef\xbb\xbf" + json.dumps(from_anna(message("text"))).encode()
    (update,) = parse_payload(raw, RECEIVED_AT)
    assert isinstance(update, InboundMessage)
    assert update.contact == ANNA_REF


def test_an_edit_of_an_unreadable_kind_is_still_an_edit():
    inner = {"type": ["text"], "text": {"body": "x"}}
    update = only(from_anna(message("edit", {"original_message_id": "wamid.T", "message": inner})))
    assert (update.kind, update.text, update.target_provider_id) == ("edit", "", "wamid.T")
