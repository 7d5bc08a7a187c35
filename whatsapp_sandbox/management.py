"""Samples of every other webhook field, to be posted on demand, and made-up history chunks.

Each builder returns the ``value``; ``changes`` from the caller are laid over it, so any variant can be made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from whatsapp_sandbox.account import BusinessNumber
from whatsapp_sandbox.identifiers import new_message_id
from whatsapp_sandbox.settings import SettingError
from whatsapp_sandbox.webhooks.envelope import Update
from whatsapp_sandbox.webhooks.values import envelope

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]
Builder = Callable[["Sandbox", BusinessNumber, int], Json]
_TEMPLATE = {
    "message_template_id": 700000000000001,
    "message_template_name": "order_update",
    "message_template_language": "en",
}
_PERSON = "447700900105"


def _plain(value: Json) -> Builder:
    return lambda sandbox, number, now: dict(value)


def _with_envelope(key: str, entry: Json) -> Builder:
    def build(sandbox: Sandbox, number: BusinessNumber, now: int) -> Json:
        stamped = {name: str(now) if value == "NOW" else value for name, value in entry.items()}
        return envelope(number) | {key: [stamped]}

    return build


def _standby(sandbox: Sandbox, number: BusinessNumber, now: int) -> Json:
    message = {
        "from": _PERSON,
        "id": new_message_id(),
        "timestamp": str(now),
        "type": "text",
        "text": {"body": "Hello?"},
    }
    contact = {"profile": {"name": "José Núñez"}, "wa_id": _PERSON}
    return envelope(number) | {"standby": {"contacts": [contact], "messages": [message]}}


def _handover(sandbox: Sandbox, number: BusinessNumber, now: int) -> Json:
    return {
        "messaging_product": "whatsapp",
        "sender": {"phone_number": _PERSON},
        "recipient": {"phone_number_id": number.id, "display_phone_number": number.digits},
        "timestamp": str(now),
        "type": "control_passed",
        "control_passed": {"previous_owner_role": "ai_agent", "new_owner_role": "app"},
    }


def _echo(sandbox: Sandbox, number: BusinessNumber, now: int) -> Json:
    echo = {
        "from": number.digits,
        "to": _PERSON,
        "id": new_message_id(),
        "timestamp": str(now),
        "type": "text",
    }
    return envelope(number) | {"message_echoes": [echo | {"text": {"body": "Sent from the phone app"}}]}


def _sync(sandbox: Sandbox, number: BusinessNumber, now: int) -> Json:
    contact = {"full_name": "José Núñez", "first_name": "José", "phone_number": _PERSON}
    entry = {"type": "contact", "contact": contact, "action": "add", "metadata": {"timestamp": str(now)}}
    return envelope(number) | {"state_sync": [entry]}


def _number_event(sandbox: Sandbox, number: BusinessNumber, now: int) -> Json:
    tier = sandbox.switches.rates.tier
    return {
        "display_phone_number": number.digits,
        "event": "THROUGHPUT_UPGRADE",
        "max_daily_conversations_per_business": tier,
    }


def _business_status(sandbox: Sandbox, number: BusinessNumber, now: int) -> Json:
    """The platform's own sample has the portfolio's id as a number."""
    waba = sandbox.wabas[number.waba_id]
    return {"business_id": int(waba.portfolio_id), "event": "COMPROMISED_NOTIFICATION"}


def _name_event(sandbox: Sandbox, number: BusinessNumber, now: int) -> Json:
    name = number.verified_name
    return {
        "display_phone_number": number.digits,
        "decision": "APPROVED",
        "requested_verified_name": name,
        "rejection_reason": None,
    }


def _history(sandbox: Sandbox, number: BusinessNumber, now: int) -> Json:
    return history_value(number, now, messages=3, text="Earlier message")


FIELDS: dict[str, Builder] = {
    "message_template_status_update": _plain(
        _TEMPLATE | {"event": "APPROVED", "reason": "NONE", "message_template_category": "UTILITY"}
    ),
    "message_template_quality_update": _plain(
        _TEMPLATE | {"previous_quality_score": "GREEN", "new_quality_score": "YELLOW"}
    ),
    "message_template_components_update": _plain(
        _TEMPLATE | {"message_template_element": "Hello {{1}}, thank you.", "message_template_title": "News"}
    ),
    "template_category_update": _plain(
        _TEMPLATE | {"previous_category": "UTILITY", "new_category": "MARKETING"}
    ),
    "template_correct_category_detection": _plain(
        _TEMPLATE | {"category": "UTILITY", "correct_category": "MARKETING"}
    ),
    "phone_number_quality_update": _number_event,
    "phone_number_name_update": _name_event,
    "business_capability_update": _plain(
        {"max_daily_conversations_per_business": "TIER_2K", "max_phone_numbers_per_waba": 25}
    ),
    "account_update": _plain(
        {
            "event": "ACCOUNT_RESTRICTION",
            "restriction_info": [
                {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": "1795250000"}
            ],
        }
    ),
    "business_status_update": _business_status,
    "account_review_update": _plain({"decision": "APPROVED"}),
    "account_alerts": _plain(
        {
            "entity_type": "BUSINESS",
            "entity_id": "100000000000011",
            "alert_info": {
                "alert_severity": "INFORMATIONAL",
                "alert_status": "ACTIVE",
                "alert_type": "INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO",
                "alert_description": "More information is needed to raise the limits.",
            },
        }
    ),
    "account_settings_update": _plain(
        {"type": "phone_number_settings", "phone_number_settings": {"calling": {"status": "ENABLED"}}}
    ),
    "security": _plain({"event": "PIN_RESET_REQUEST", "requester": "100000000000901"}),
    "user_preferences": _with_envelope(
        "user_preferences",
        {
            "user_id": "KR.90000000000000000107",
            "detail": "User requested to stop marketing messages",
            "category": "marketing_messages",
            "value": "stop",
            "timestamp": 1794990110,
        },
    ),
    "history": _history,
    "smb_app_state_sync": _sync,
    "smb_message_echoes": _echo,
    "group_lifecycle_update": _with_envelope(
        "groups",
        {"timestamp": "NOW", "group_id": "c2FuZGJveDpncm91cA==", "type": "group_create", "request_id": "r-1"},
    ),
    "group_participants_update": _with_envelope(
        "groups",
        {
            "timestamp": "NOW",
            "group_id": "c2FuZGJveDpncm91cA==",
            "type": "group_join_request_created",
            "join_request_id": "j-1",
            "wa_id": _PERSON,
        },
    ),
    "group_settings_update": _with_envelope(
        "groups",
        {
            "timestamp": "NOW",
            "group_id": "c2FuZGJveDpncm91cA==",
            "type": "group_settings_update",
            "group_subject": {"text": "New name", "update_successful": True},
        },
    ),
    "group_status_update": _with_envelope(
        "groups", {"timestamp": "NOW", "group_id": "c2FuZGJveDpncm91cA==", "type": "group_suspend"}
    ),
    "calls": _with_envelope(
        "calls",
        {
            "id": "wacid.U0FNUExF",
            "from": _PERSON,
            "event": "terminate",
            "direction": "USER_INITIATED",
            "timestamp": "NOW",
            "status": "COMPLETED",
            "duration": 31,
        },
    ),
    "flows": _plain({"event": "FLOW_STATUS_CHANGE", "flow_id": "400000000000001", "new_status": "PUBLISHED"}),
    "payment_configuration_update": _plain(
        {"configuration_name": "main", "provider_name": "razorpay", "status": "Active"}
    ),
    "partner_solutions": _plain({"event": "SOLUTION_CREATED", "solution_id": "500000000000001"}),
    "business_username_updates": _plain({"username": "harbor.pine", "status": "approved"}),
    "automatic_events": _with_envelope(
        "automatic_events",
        {
            "id": "wamid.U0FNUExF",
            "event_name": "LeadSubmitted",
            "timestamp": 1794990120,
            "ctwa_clid": "ARA-sample",
        },
    ),
    "standby": _standby,
    "messaging_handovers": _handover,
    "message_echoes": _echo,
    "consumer_profile": _plain({"note": "undocumented field"}),
    "tracking_events": _plain({"note": "undocumented field"}),
    "user_id_update": _plain(
        {"user_id": {"previous": "KR.90000000000000000107", "current": "KR.90000000000000000117"}}
    ),
}


def post_field(sandbox: Sandbox, field: str, number_id: str, changes: Json) -> Json:
    """Post one field with its sample value and the changes laid over it; returns the value.

    An unknown field is posted with ``changes`` alone. Raises SettingError for an unknown number.
    """
    number = sandbox.numbers.get(number_id)
    if number is None:
        raise SettingError(f"there is no number {number_id}; there are {', '.join(sandbox.numbers)}")
    now = int(sandbox.now())
    builder = FIELDS.get(field)
    value = (builder(sandbox, number, now) if builder else {}) | changes
    sandbox.outbox.add(Update(number.waba_id, field, value, number_id, now))
    return value


def history_value(number: BusinessNumber, now: int, *, messages: int, text: str, people: int = 20) -> Json:
    threads = []
    people = min(people, messages)
    for person in range(people):
        share = messages // people + (person < messages % people)
        wa_id = f"1202555{person:04d}"
        threads.append(
            {"id": wa_id, "messages": [_old(number, wa_id, now - 60 * i, text) for i in range(share)]}
        )
    metadata = {"phase": 1, "chunk_order": 1, "progress": 55}
    return envelope(number) | {"history": [{"metadata": metadata, "threads": threads}]}


def _old(number: BusinessNumber, wa_id: str, at: int, text: str) -> Json:
    return {
        "from": wa_id,
        "to": number.digits,
        "id": new_message_id(),
        "timestamp": str(at),
        "type": "text",
        "text": {"body": text},
        "history_context": {"status": "READ"},
    }
