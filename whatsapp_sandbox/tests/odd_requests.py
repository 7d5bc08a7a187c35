"""Requests that are right, of every door of the Graph and control API: what test_odd_values puts odd values into."""

from __future__ import annotations

from typing import Any

from whatsapp_sandbox.tests.conftest import NUMBER, WABA
from whatsapp_sandbox.tests.test_sending import GOOD

APP, FLOW, SIGNUP = "100000000000001", "8000000000000001", "5000000000000001"
Request = tuple[str, str, Any]
BUTTONS = [
    {"type": "URL", "text": "Open", "url": "https://a.example/{{1}}", "example": ["https://a.example/1"]},
    {"type": "QUICK_REPLY", "text": "Yes"},
    {"type": "COPY_CODE", "example": "CODE5"},
    {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+12025550142"},
]
COMPONENTS: list[Any] = [
    {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::handle"]}},
    {"type": "BODY", "text": "Hello {{1}}, see our new things.", "example": {"body_text": [["Ann"]]}},
    {"type": "FOOTER", "text": "Bye"},
    {"type": "BUTTONS", "buttons": BUTTONS[:1]},
]
OFFER = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Now", "has_expiration": True}}
CARDS = [{"components": COMPONENTS[:2]}, {"components": COMPONENTS[:2]}]
TEMPLATE = {"name": "odd", "language": "en", "category": "MARKETING", "components": COMPONENTS}
MORE_TEMPLATES = [
    TEMPLATE | {"components": [COMPONENTS[1], OFFER, {"type": "BUTTONS", "buttons": BUTTONS[2:]}]},
    TEMPLATE | {"components": [COMPONENTS[1], {"type": "CAROUSEL", "cards": CARDS}]},
    TEMPLATE | {"category": "AUTHENTICATION", "message_send_ttl_seconds": 60},
    {"name": "lib", "language": "en_US", "category": "UTILITY", "library_template_name": "parcel_on_its_way"}
    | {"library_template_button_inputs": [{"type": "URL", "url": {"base_url": "https://a.example"}}]},
    TEMPLATE
    | {
        "parameter_format": "named",
        "components": [
            {
                "type": "body",
                "text": "Hello {{who}}, see our new things.",
                "example": {"body_text_named_params": [{"param_name": "who", "example": "Ann"}]},
            }
        ],
    },
]


TEMPLATE_GROUP = "500000000000001"
PAYMENT = {
    "configuration_name": "upi",
    "provider_name": "razorpay",
    "merchant_category_code": "5411",
    "purpose_code": "00",
    "redirect_url": "https://a.example",
}
REACHED = {"name": "A", "email": "a@b.example", "mobile_number": "+919876543210"}
COMPLIANCE = {
    "messaging_product": "whatsapp",
    "entity_name": "Shop",
    "entity_type": "OTHER",
    "entity_type_custom": "Club",
    "is_registered": True,
    "grievance_officer_details": REACHED,
    "customer_care_details": REACHED,
}
BADGE = {
    "action": "SUBMIT_APPLICATION",
    "application_data": {"business_name": "Shop", "website_url": "https://a.example"},
}


def template_sends() -> list[Any]:
    words = [{"type": "text", "text": word} for word in ("Ann", "DHL", "Fri")]
    link = {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "HP"}]}
    picture = {
        "type": "header",
        "parameters": [{"type": "image", "image": {"link": "https://a.example/a.jpg"}}],
    }
    quick = {"type": "button", "sub_type": "quick_reply", "index": 0}
    quick["parameters"] = [{"type": "payload", "payload": "p"}]
    card = {"components": [picture, {"type": "body", "parameters": words[:1]}]}
    cards = {"type": "carousel", "cards": [{"card_index": 0} | card, {"card_index": 1} | card]}
    money = {"type": "currency", "currency": {"fallback_value": "1 EUR", "code": "EUR", "amount_1000": 1000}}
    expires = {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1_900_000_000_000}}
    code = {"type": "button", "sub_type": "copy_code", "index": 0}
    code["parameters"] = [{"type": "coupon_code", "coupon_code": "A"}]
    body = {"type": "body", "parameters": words[:1]}
    offer = {"type": "limited_time_offer", "parameters": [expires]}

    def send(name: str, *components: Any, code: str = "en") -> Any:
        return {"name": name, "language": {"code": code}, "components": list(components)}

    return [
        send("hello_world", code="en_US"),
        send("shipping_notice", {"type": "body", "parameters": words}, link),
        send("order_update", {"type": "body", "parameters": [money, words[0]]}, quick),
        send("back_in_stock", picture, {"type": "body", "parameters": words[:2]}, quick),
        send("tasting_boxes", body, cards),
        send("weekend_offer", picture, body, offer, code),
    ]


def graph_requests(message_id: str, group_id: str) -> list[Request]:
    base = {"messaging_product": "whatsapp", "to": "+12025550117", "biz_opaque_callback_data": "k"}
    messages: list[Any] = [
        base | {"type": kind, kind: content[:2] if isinstance(content, list) else content}
        for kind, content in GOOD
    ]
    messages += [base | {"type": "template", "template": template} for template in template_sends()]
    messages.append(base | {"type": "reaction", "reaction": {"message_id": message_id, "emoji": "👍"}})
    messages.append(base | {"type": "text", "text": {"body": "x"}, "context": {"message_id": message_id}})
    messages.append(
        {"messaging_product": "whatsapp", "recipient": "US.1", "type": "text", "text": {"body": "x"}}
    )
    group = base | {"recipient_type": "group", "to": group_id}
    messages.append(group | {"type": "text", "text": {"body": "x"}})
    messages.append(group | {"type": "pin", "pin": {"type": "pin", "message_id": "x", "expiration_days": 7}})
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    messages.append(read | {"typing_indicator": {"type": "text"}})
    found: list[Request] = [("POST", f"{NUMBER}/messages", body) for body in messages]
    marketing = base | {"type": "template", "template": template_sends()[5]}
    found.append(("POST", f"{NUMBER}/marketing_messages", marketing))
    found += [("POST", f"{WABA}/message_templates", body) for body in [TEMPLATE, *MORE_TEMPLATES]]
    hook = {"override_callback_uri": "http://127.0.0.1:9/", "verify_token": "t"}
    profile = {
        "messaging_product": "whatsapp",
        "about": "a",
        "address": "b",
        "websites": ["https://a.example"],
    }
    look = {"fields": "id", "limit": 2, "after": "", "before": "", "summary": "total_count"}
    commands = [{"command_name": "hours", "command_description": "Opening hours"}]
    found += [
        ("POST", NUMBER, {"pin": "123456", "webhook_configuration": hook, "new_display_name": "x"}),
        ("GET", NUMBER, look),
        ("POST", f"{NUMBER}/register", {"messaging_product": "whatsapp", "pin": "123456"}),
        ("POST", f"{NUMBER}/request_code", {"code_method": "SMS", "language": "en"}),
        ("POST", f"{NUMBER}/verify_code", {"code": "123456"}),
        ("POST", f"{NUMBER}/media", {"messaging_product": "whatsapp", "file": "x"}),
        ("GET", f"{NUMBER}/whatsapp_business_profile", look),
        (
            "POST",
            f"{NUMBER}/whatsapp_business_profile",
            profile | {"vertical": "RETAIL", "email": "a@b.example"},
        ),
        ("POST", f"{NUMBER}/settings", {"calling": {"status": "ENABLED", "sip": {"status": "enabled"}}}),
        ("POST", f"{NUMBER}/settings", {"payload_encryption": {"status": "disabled"}}),
        ("POST", f"{NUMBER}/settings", {"user_identity_change": {"enabled": True}}),
        ("POST", NUMBER, {"whatsapp_business_api_data": {"pin": "123456"}, "search_visibility": "VISIBLE"}),
        ("POST", f"{NUMBER}/business_compliance_info", COMPLIANCE),
        ("GET", f"{NUMBER}/business_compliance_info", look),
        ("POST", f"{NUMBER}/official_business_account", BADGE),
        ("GET", f"{NUMBER}/message_history", look | {"message_id": "wamid.x"}),
        ("GET", "3000000000000001/events", look | {"status_filter": "SENT"}),
        ("GET", f"{NUMBER}/whatsapp_business_encryption", look),
        ("POST", f"{WABA}/assigned_users", {"user": "1", "tasks": ["MANAGE"]}),
        ("DELETE", f"{WABA}/assigned_users", {"user": 1}),
        ("GET", f"{WABA}/assigned_users", look | {"business": "100000000000011"}),
        ("POST", WABA, {"name": "Shop", "timezone_id": 1}),
        (
            "POST",
            f"{WABA}/template_groups",
            {"name": "g", "description": "d", "whatsapp_business_templates": [1]},
        ),
        ("GET", f"{WABA}/template_groups", look),
        ("GET", f"{WABA}/template_group_analytics", {"template_group_ids": "[1]", "start": 1, "end": 2}),
        ("POST", f"{WABA}/payment_configuration", PAYMENT),
        ("POST", f"{WABA}/generate_payment_configuration_oauth_link", PAYMENT),
        ("DELETE", f"{WABA}/payment_configuration", PAYMENT),
        ("POST", TEMPLATE_GROUP, {"name": "g", "add_templates": ["1"], "remove_templates": [2]}),
        (
            "POST",
            f"{NUMBER}/whatsapp_commerce_settings",
            {"is_cart_enabled": True, "is_catalog_visible": "false"},
        ),
        ("POST", f"{NUMBER}/conversational_automation", {"prompts": ["Hi"], "commands": commands}),
        ("POST", f"{NUMBER}/whatsapp_business_encryption", {"business_public_key": "k"}),
        ("POST", f"{NUMBER}/username", {"username": "harbor.pine", "transfer_action": "none"}),
        ("DELETE", f"{NUMBER}/contact_book", {"bsuid": "US.1"}),
        ("GET", f"{NUMBER}/block_users", look),
        ("POST", f"{NUMBER}/block_users", {"block_users": [{"user": "+12025550117"}, {"user_id": "US.1"}]}),
        ("DELETE", f"{NUMBER}/block_users", {"block_users": [{"user": "+12025550117"}]}),
        ("GET", f"{NUMBER}/message_qrdls", look),
        (
            "POST",
            f"{NUMBER}/message_qrdls",
            {"prefilled_message": "Hi", "code": "A", "generate_qr_image": "SVG"},
        ),
        ("POST", f"{NUMBER}/message_qrdls", {"prefilled_message": "Hi"}),
        ("GET", f"{NUMBER}/groups", look),
        (
            "POST",
            f"{NUMBER}/groups",
            {"subject": "s", "description": "d", "join_approval_mode": "auto_approve"},
        ),
        ("POST", f"{NUMBER}/calls", {"to": "+12025550117", "action": "connect", "session": {"sdp": "v=0"}}),
        ("POST", f"{NUMBER}/calls", {"call_id": "wacid.x", "action": "accept"}),
        ("GET", f"{NUMBER}/call_permissions", {"user_wa_id": "12025550117", "recipient": "US.1"}),
        ("GET", WABA, look),
        ("POST", WABA, {"disable_marketing_messages_on_cloud_api": "false"}),
        ("GET", f"{WABA}/phone_numbers", look),
        ("GET", f"{WABA}/flows", look),
        ("GET", f"{WABA}/message_templates", look | {"name": "a", "language": "en", "status": "APPROVED"}),
        ("DELETE", f"{WABA}/message_templates", {"name": "none", "hsm_id": "1", "hsm_ids": ["1"]}),
        ("POST", f"{WABA}/message_templates/archive", {"hsm_ids": ["1"], "template_ids": [1]}),
        ("POST", f"{WABA}/message_templates/unarchive", {"ids": ["1"]}),
        ("POST", f"{WABA}/subscribed_apps", hook),
        ("GET", f"{WABA}/subscribed_apps", look),
        ("GET", "700000000000101", look),
        (
            "POST",
            "700000000000101",
            {"components": COMPONENTS, "category": "UTILITY", "message_send_ttl_seconds": 60},
        ),
        ("POST", "700000000000110/unpause", {}),
        ("GET", "700000000000101/compare", {"template_ids": ["700000000000102"], "start": 1, "end": 2}),
        ("POST", f"{APP}/uploads", {"file_name": "a", "file_length": 1, "file_type": "image/png"}),
        (
            "POST",
            f"{APP}/subscriptions",
            {"object": "whatsapp_business_account", "fields": ["messages"]} | hook,
        ),
        ("GET", group_id, look),
        ("POST", group_id, {"subject": "s", "description": "d"}),
        ("POST", f"{group_id}/join_requests", {"join_requests": ["1"]}),
        ("DELETE", f"{group_id}/participants", {"participants": [{"user": "+12025550117"}]}),
        ("GET", "100000000000011/owned_whatsapp_business_accounts", look),
        ("GET", "debug_token", {"input_token": "sandbox-token"}),
        ("GET", "me", look),
        ("GET", APP, look),
        ("GET", "message_template_library", look | {"search": "a", "topic": "b"}),
    ]
    return found + account_requests(look)


def account_requests(look: dict[str, Any]) -> list[Request]:
    """Flows, signups, analytics, templates in bulk, new numbers."""
    time = ".start(1794900000).end(1795000000).granularity(DAILY)"
    fields = f"analytics{time},pricing_analytics{time}.dimensions([PHONE]),conversation_analytics{time}"
    day = {"start": "2026-11-29", "end": 1_795_000_000, "granularity": "DAILY", "template_ids": ["1"]}
    screens = [{"id": "FIRST", "layout": {"type": "SingleColumnLayout", "children": []}}]
    flow = {"name": "odd", "categories": ["OTHER"], "endpoint_uri": "https://a.example", "publish": "true"}
    flow_json = {"version": "7.1", "screens": screens}
    texts = {"signup_message": "a", "confirmation_message": "b {{promo_code}}", "promo_code": "AB1"}
    links = {"privacy_policy_url": "https://a.example", "website_url": "https://a.example"}
    code = {"name": "odd_code", "category": "AUTHENTICATION", "languages": ["en_US", "ko"]}
    return [
        ("GET", WABA, {"fields": fields}),
        ("POST", WABA, {"is_enabled_for_insights": True}),
        ("GET", f"{WABA}/template_analytics", day | {"metric_types": "SENT,READ"}),
        ("POST", f"{WABA}/phone_numbers", {"cc": "1", "phone_number": "2025550199", "verified_name": "x"}),
        ("POST", f"{WABA}/upsert_message_templates", code | {"components": COMPONENTS[1:2]}),
        (
            "POST",
            f"{WABA}/migrate_message_templates",
            {"source_waba_id": "1", "page_number": 0, "count": 5, "template_ids": ["1"]},
        ),
        ("POST", f"{WABA}/flows", flow | {"flow_json": flow_json, "clone_flow_id": FLOW}),
        ("POST", f"{WABA}/migrate_flows", {"source_waba_id": "1", "source_flow_names": ["a"]}),
        ("GET", FLOW, look | {"fields": "id,preview,health_status,metric.name(ENDPOINT_REQUEST_COUNT)"}),
        ("POST", FLOW, flow | {"application_id": APP}),
        ("GET", f"{FLOW}/assets", look),
        ("POST", f"{WABA}/signups", texts | links | {"policy": {"tos": "x", "accepted": True}}),
        ("GET", f"{WABA}/signups", look),
        ("POST", f"signups/{SIGNUP}", texts | {"status": "ACTIVE", "display_name": "x"}),
    ]


CONTROL_BODIES: dict[tuple[str, str], list[Any]] = {
    ("POST", "customers"): [
        {
            "name": "Bo",
            "phone": "+12025550118",
            "language": "en",
            "identity": "visible",
            "reads": True,
            "about": "x",
        }
    ],
    ("PATCH", "customers/{customer}"): [
        {
            "name": "Ann",
            "online": True,
            "reads": True,
            "refuse_code": None,
            "identity": "hidden",
            "username": "ann",
        }
    ],
    ("POST", "customers/{customer}/messages"): [
        {
            "type": "text",
            "text": "Hi",
            "number": NUMBER,
            "count": 2,
            "timestamp": 1_795_000_000,
            "id": "wamid.odd",
        },
        {
            "type": "text",
            "text": {"body": "Hi"},
            "context": {"id": "wamid.x"},
            "referral": {"source_id": "1"},
        },
        {"type": "image", "image": {"sample": "kettle", "caption": "x", "filename": "a"}},
        {"type": "document", "document": {"base64": "eA==", "mime_type": "text/plain", "filename": "a.txt"}},
        {"type": "reaction", "reaction": {"message_id": "MESSAGE", "emoji": "👍"}},
        {
            "type": "edit",
            "edit": {"original_message_id": "MESSAGE", "message": {"type": "text", "text": {"body": "n"}}},
        },
        {"type": "revoke", "revoke": {"original_message_id": "MESSAGE"}},
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "A"}, "phones": [{"phone": "+1"}]}]},
        {
            "type": "interactive",
            "interactive": {"type": "nfm_reply", "header": {"type": "image", "image": {"id": "1"}}},
        },
        {"type": "unsupported", "subtype": "poll_creation", "errors": [{"code": 131051}]},
    ],
    ("POST", "customers/{customer}/read"): [{"number": NUMBER, "message": "wamid.x"}],
    ("POST", "customers/{customer}/number"): [{"phone": "+12025550119"}],
    ("POST", "customers/{customer}/share-number"): [{"number": NUMBER}],
    ("POST", "customers/{customer}/marketing"): [{"value": "stop", "number": NUMBER}],
    ("POST", "customers/{customer}/window"): [{"open": True, "number": NUMBER}],
    ("POST", "customers/{customer}/calls"): [{"seconds": 3, "permit": True, "number": NUMBER}],
    ("POST", "messages/{message}/tap"): [{"choice": "a"}],
    ("POST", "messages/{message}/flow"): [{"do": "open", "screen": "A", "data": {"a": 1}}],
    ("POST", "messages/{message}/pay"): [{"outcome": "failed"}],
    ("POST", "messages/{message}/status"): [{"status": "failed", "code": 131026}, {"status": "read"}],
    ("POST", "burst"): [{"count": 2, "people": 2, "per_second": 0, "text": "x", "number": NUMBER}],
    ("PATCH", "switches"): [
        {
            "rates": {"tier": "TIER_2K", "pair_burst": 45, "messages_per_second": 80},
            "statuses": {"sent_delay": [0, 0], "pricing_on": "sent"},
            "webhooks": {"batch": 1, "retry_first": 0.1},
            "answers": {"allowed_recipients": ["+1"], "synchronous_codes": [1], "reachable": ["+1555"]},
            "recording": {"limit": 100_000},
        }
    ],
    ("POST", "faults"): [
        {
            "kind": "error",
            "on": "any",
            "code": 2,
            "status": 503,
            "percent": 100,
            "remaining": 1,
            "seconds": 1,
            "lasts": 5,
        }
    ],
    ("POST", "clock"): [{"advance": 1, "offset": 2, "frozen": False}],
    ("POST", "idle"): [{"seconds": 0, "webhooks": False}],
    ("POST", "webhooks"): [
        {"body": {"object": "x"}, "count": 1},
        {"raw": "{}", "waba": WABA, "number": NUMBER},
        {"field": "messages", "value": {"metadata": {}, "messages": []}, "time": 1},
    ],
    ("POST", "fields/{field}"): [{"number": NUMBER, "user_preferences": []}],
    ("POST", "history"): [{"number": NUMBER, "messages": 2, "bytes": 5_000}],
    ("POST", "templates/{template}"): [
        {"do": "recategorize", "category": "MARKETING", "reason": "SCAM", "score": "RED", "event": "FLAGGED"}
    ],
    ("POST", "held"): [{"drop": True}],
    ("POST", "groups/{group:.+}"): [
        {"do": "write", "customer": "ann", "message": {"type": "text", "text": "Hi"}}
    ],
    ("PATCH", "numbers/{number}"): [{"registered": True, "quality": "GREEN", "pin": "123456"}],
    ("PATCH", "tokens"): [
        {"token": "sandbox-token", "expired": False, "permissions": ["business_management"], "wabas": [WABA]}
    ],
    ("PUT", "apps/{app}"): [
        {"webhook_url": None, "secret": "s", "verify_token": "t", "fields": ["messages"]}
    ],
    ("POST", "apps/{app}/verify"): [{}],
    ("POST", "reset"): [{"customers": "none"}],
}
QUERIES = {
    ("GET", "customers/{customer}/messages"): "limit=x&number=1&direction=out",
    ("GET", "received"): "limit=-1",
    ("GET", "customers"): "all=1",
    ("DELETE", "faults"): "id=1",
}
ENDLESS = {("GET", "events")}
