"""Everything but messages: statuses, opt-outs, calls, history, templates, notices."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from regulars.inboxes.ports import (
    AddressBookChange,
    Call,
    ContactRef,
    PreferenceChange,
    ProviderError,
    Rejected,
    TemplateChange,
    Unsupported,
)

from .bodies import (
    ACCOUNT,
    ANNA,
    ANNA_REF,
    BSUID,
    METADATA,
    NUMBER,
    PHONE,
    RECEIVED_AT,
    SENT_AT,
    TIMESTAMP,
    body,
    identities,
    message,
    only,
    parse,
    status,
    value,
)


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
        dedup_key=stop.dedup_key,
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
        dedup_key=call.dedup_key,
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
