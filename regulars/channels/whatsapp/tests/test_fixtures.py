"""Every shared webhook body and what it must come out as, in one table."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from regulars.channels.whatsapp.payloads import count_updates, load_body, parse_payload
from regulars.inboxes.ports import InboundMessage

from .bodies import FIXTURES, RECEIVED_AT, fixture_files
from .telling import tell

REFERRAL = "source_kind source_id source_url headline body media_kind media_url picture_url"

TABLE: dict[str, list[str]] = {
    "batch_mixed": [
        "in text bsuid+phone named 4 characters",
        "in text bsuid+phone named 6 characters",
        "in reaction bsuid+phone named reaction(emoji) has-target",
        "status read bsuid+phone named",
        "in text bsuid+phone named 17 characters",
    ],
    "errors_at_value_level": [
        "notice channel_error 130429",
    ],
    "field_account_alerts": [
        "notice account_alert PROFILE_PICTURE_LOST",
    ],
    "field_account_update_restriction": [
        "notice account ACCOUNT_RESTRICTION",
    ],
    "field_automatic_events": [
        "notice automatic_event LeadSubmitted",
    ],
    "field_business_capability": [
        "notice capability 2000",
    ],
    "field_calls_connect": [
        "call in connect bsuid+phone named",
    ],
    "field_calls_terminate": [
        "call in terminate bsuid+phone named completed",
    ],
    "field_flows_status": [
        "notice flow FLOW_STATUS_CHANGE",
    ],
    "field_group_join_request": [
        "notice group group_join_request_created bsuid+phone",
    ],
    "field_group_lifecycle_create": [
        "notice group group_create",
    ],
    "field_group_participants_left": [
        "notice group group_participants_remove bsuid+phone",
    ],
    "field_history_chunk": [
        "out(history) text phone 7 characters was-read",
        "in(history) unsupported phone unsupported(media_placeholder) was-delivered",
    ],
    "field_history_declined": [
        "notice history_declined 2593109",
    ],
    "field_messaging_handovers": [
        "notice handover control_passed phone",
    ],
    "field_phone_number_quality": [
        "notice number_quality THROUGHPUT_UPGRADE",
    ],
    "field_security_pin": [
        "notice security PIN_RESET_REQUEST",
    ],
    "field_smb_app_state_sync": [
        "address-book add phone named",
        "address-book remove phone",
    ],
    "field_smb_message_echo_revoke": [
        "out(phone_app) revoke bsuid+phone has-target",
    ],
    "field_smb_message_echo_text": [
        "out(phone_app) text bsuid+phone named 28 characters",
    ],
    "field_standby_message": [
        "in(standby) text bsuid+phone named 18 characters",
    ],
    "field_template_category_changed": [
        "template category th UTILITY>MARKETING",
    ],
    "field_template_category_impending": [
        "template category_notice th UTILITY>MARKETING",
    ],
    "field_template_quality": [
        "template quality ru GREEN>YELLOW",
    ],
    "field_template_status_approved": [
        "template status ko >APPROVED",
    ],
    "field_template_status_paused": [
        "template status ru >PAUSED FIRST_PAUSE",
    ],
    "field_template_status_rejected": [
        "template status es >REJECTED INVALID_FORMAT",
    ],
    "field_unknown_future": [
        "notice unknown",
    ],
    "field_user_preferences_stop": [
        "preference marketing_messages stop bsuid named username",
    ],
    "in_audio_file": [
        "in audio bsuid+phone named media(provider_media_id mime_type sha256 url)",
    ],
    "in_audio_voice": [
        "in audio bsuid+phone named media(provider_media_id mime_type sha256 url is_voice)",
    ],
    "in_bsuid_only_text": [
        "in text bsuid named username 21 characters",
    ],
    "in_button_template_quick_reply": [
        "in button bsuid+phone named 13 characters choice(template_button id title) is-reply",
    ],
    "in_contacts_card": [
        "in contacts bsuid+phone named cards(name phones emails organization vcard)",
    ],
    "in_contacts_requested_number": [
        "in contacts bsuid named username cards(phones is_requested_number)",
    ],
    "in_document": [
        "in document bsuid+phone named 9 characters media(provider_media_id mime_type sha256 filename url)",
    ],
    "in_edit": [
        "in edit bsuid+phone named 64 characters has-target",
    ],
    "in_forwarded_many": [
        "in text bsuid+phone named 24 characters forwarded=frequently_forwarded",
    ],
    "in_group_text": [
        "in text bsuid+phone named 19 characters in-group",
    ],
    "in_image_caption": [
        "in image bsuid+phone named 15 characters media(provider_media_id mime_type sha256 url)",
    ],
    "in_interactive_button_reply": [
        "in interactive bsuid+phone named 6 characters choice(button_reply id title) is-reply",
    ],
    "in_interactive_call_permission_reply": [
        "in interactive bsuid+phone named choice(call_permission id data) is-reply",
    ],
    "in_interactive_list_reply": [
        "in interactive bsuid+phone named 16 characters choice(list_reply id title description) is-reply",
    ],
    "in_interactive_nfm_reply_flow": [
        "in interactive bsuid+phone named 4 characters choice(form id title data) is-reply",
    ],
    "in_location": [
        "in location bsuid+phone named location(latitude longitude name address url)",
    ],
    "in_location_pin": [
        "in location bsuid+phone named location(latitude longitude)",
    ],
    "in_media_too_big": [
        "in document bsuid+phone named media(mime_type filename) errors(131052 title details)",
    ],
    "in_order": [
        "in order bsuid+phone named 19 characters order(catalog_id lines)",
    ],
    "in_product_enquiry": [
        "in text bsuid+phone named 30 characters product(catalog_id product_id) is-reply",
    ],
    "in_reaction_add": [
        "in reaction bsuid+phone named reaction(emoji) has-target",
    ],
    "in_reaction_remove": [
        "in reaction bsuid+phone named reaction() has-target",
    ],
    "in_referral_ctwa_ad": [
        f"in text bsuid+phone named 11 characters referral({REFERRAL} click_id welcome_text)",
    ],
    "in_referral_status_ad_no_clid": [
        f"in text bsuid+phone named 13 characters referral({REFERRAL})",
    ],
    "in_reply_quote": [
        "in text bsuid+phone named 20 characters is-reply",
    ],
    "in_revoke": [
        "in revoke bsuid+phone named has-target",
    ],
    "in_sticker_animated": [
        "in sticker bsuid+phone named media(provider_media_id mime_type sha256 url is_animated)",
    ],
    "in_system_number_change": [
        "in system bsuid+phone 57 characters system(user_changed_number identity_change)",
    ],
    "in_system_user_id_change": [
        "in system bsuid 72 characters system(user_changed_user_id identity_change)",
    ],
    "in_text_ar": [
        "in text bsuid+phone named 74 characters",
    ],
    "in_text_en": [
        "in text bsuid+phone named 74 characters",
    ],
    "in_text_es": [
        "in text bsuid+phone named 81 characters",
    ],
    "in_text_ko": [
        "in text bsuid+phone named 49 characters",
    ],
    "in_text_ru": [
        "in text bsuid+phone named 74 characters",
    ],
    "in_text_th": [
        "in text bsuid+phone named 68 characters",
    ],
    "in_unknown_type_extra_keys": [
        "in unknown bsuid+phone named unsupported(hologram)",
    ],
    "in_unsupported_poll": [
        "in unsupported bsuid+phone named unsupported(poll_creation) errors(131051 title details)",
    ],
    "in_unsupported_unavailable": [
        "in unsupported bsuid+phone named unsupported(media_placeholder) errors(131060 title details)",
    ],
    "in_username_with_phone": [
        "in text bsuid+phone named username 11 characters",
    ],
    "in_video": [
        "in video bsuid+phone named 20 characters media(provider_media_id mime_type sha256 url)",
    ],
    "status_bsuid_only_delivered": [
        "status delivered bsuid named username utility/regular",
    ],
    "status_delivered": [
        "status delivered bsuid+phone named ours",
    ],
    "status_delivered_free_entry_point": [
        "status delivered bsuid+phone named referral_conversion/free_entry_point window=referral_conversion",
    ],
    "status_delivered_service_billed": [
        "status delivered bsuid+phone named service/regular",
    ],
    "status_delivered_service_free_tier": [
        "status delivered bsuid+phone named service/free_customer_service",
    ],
    "status_failed_131026_bsuid": [
        "status failed bsuid 131026",
    ],
    "status_failed_131047": [
        "status failed phone 131047",
    ],
    "status_failed_131049": [
        "status failed phone 131049",
    ],
    "status_group_aggregated": [
        "status read by bsuid+phone named in-group",
        "status read by bsuid+phone named in-group",
    ],
    "status_payment_captured": [
        "notice payment captured phone",
    ],
    "status_played_voice": [
        "status played bsuid+phone named",
    ],
    "status_read": [
        "status read bsuid+phone named ours",
    ],
    "status_sent_marketing": [
        "status sent bsuid+phone named ours marketing/regular",
    ],
}


def test_the_table_names_every_fixture():
    assert [path.stem for path in fixture_files()] == list(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_a_fixture_becomes_what_the_table_says(name):
    raw = read(name)
    updates = parse_payload(raw, RECEIVED_AT)
    assert [tell(update) for update in updates] == TABLE[name]
    assert sum(count_updates(load_body(raw)).values()) == len(updates)


@pytest.mark.parametrize("name", [name for name in TABLE if name.startswith("in_")])
def test_a_message_keeps_its_ids_times_and_words(name):
    """Compared with a plain reading of the one message in each of these files."""
    raw = read(name)
    item = json.loads(raw)["entry"][0]["changes"][0]["value"]["messages"][0]
    (message,) = parse_payload(raw, RECEIVED_AT)
    assert isinstance(message, InboundMessage)
    assert message.provider_id == item["id"]
    assert message.sent_at == datetime.fromtimestamp(int(item["timestamp"]), UTC)
    assert message.contact.value_of("bsuid") == item.get("from_user_id", message.contact.value_of("bsuid"))
    assert message.contact.provider_address == item.get("from", "")
    if item["type"] == "text":
        assert message.text == item["text"]["body"]
    if item["type"] in ("image", "video", "document"):
        assert message.text == item[item["type"]].get("caption", "")


def read(name: str) -> bytes:
    path: Path = FIXTURES / f"{name}.json"
    if not path.is_file():
        pytest.skip("The shared webhook fixtures are not on this machine (../shared/fixtures/whatsapp).")
    return path.read_bytes()
