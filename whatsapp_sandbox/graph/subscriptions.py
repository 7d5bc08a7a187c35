"""Accounts, and which apps get their webhooks, and where: subscribed_apps, overrides, app subscriptions."""

from __future__ import annotations

import re
from typing import Any

from whatsapp_sandbox.account import Waba
from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.graph import analytics
from whatsapp_sandbox.graph.call import Call, field_calls, flag_of, page, pick_fields, text_of, texts_of
from whatsapp_sandbox.graph.sending.checks import is_web_address
from whatsapp_sandbox.identifiers import new_code
from whatsapp_sandbox.json_text import read_text
from whatsapp_sandbox.webhooks.outbox import verify_address

Json = dict[str, Any]
ADDRESS_LONGEST, NAME_LONGEST = 2_000, 100
DEFAULT_FIELDS = ["name", "timezone_id", "message_template_namespace", "currency"]


async def get_subscribed(call: Call) -> Json:
    return _subscribed(call, call.sandbox.wabas[call.object_id])


def _subscribed(call: Call, waba: Waba) -> Json:
    subscribed = [
        app for app in call.sandbox.account.apps if waba.subscribed is None or app.id in waba.subscribed
    ]
    data = []
    for app in subscribed:
        about: Json = {"whatsapp_business_api_data": {"id": app.id, "name": app.name, "link": ""}}
        if app.id in waba.overrides:
            about["override_callback_uri"] = waba.overrides[app.id]
        data.append(about)
    return {"data": data}


async def subscribe(call: Call) -> Json:
    waba = call.sandbox.wabas[call.object_id]
    if waba.subscribed is not None and call.token.app_id not in waba.subscribed:
        waba.subscribed.append(call.token.app_id)
    await set_override(call, waba.overrides, await call.parameters())
    return {"success": True}


async def unsubscribe(call: Call) -> Json:
    waba = call.sandbox.wabas[call.object_id]
    everyone = [app.id for app in call.sandbox.account.apps]
    waba.subscribed = [app for app in waba.subscribed or everyone if app != call.token.app_id]
    return {"success": True}


async def set_override(call: Call, overrides: dict[str, str], values: Json) -> None:
    url = text_of(values, "override_callback_uri", ADDRESS_LONGEST)
    verify_token = text_of(values, "verify_token", ADDRESS_LONGEST)
    if not url:
        overrides.pop(call.token.app_id, None)
        return
    await _verify(call, url, verify_token)
    overrides[call.token.app_id] = url


async def subscribe_app(call: Call) -> Json:
    """``{object, callback_url, verify_token, fields}``."""
    values = await call.parameters()
    if values.get("object") != "whatsapp_business_account":
        raise GraphError(100, "Param object must be whatsapp_business_account.")
    url = text_of(values, "callback_url", ADDRESS_LONGEST)
    token = text_of(values, "verify_token", ADDRESS_LONGEST)
    fields = read_text(values.get("fields"))
    if isinstance(fields, str):
        fields = fields.split(",")
    wanted = texts_of({"fields": fields}, "fields", 100, 100)
    await _verify(call, url, token)
    app = call.sandbox.apps[call.object_id]
    app.webhook_url, app.verify_token, app.fields = url, token, wanted or None
    return {"success": True}


async def get_app_subscriptions(call: Call) -> Json:
    app = call.sandbox.apps[call.object_id]
    fields = [{"name": name, "version": "v26.0"} for name in app.fields or ["messages"]]
    entry = {
        "object": "whatsapp_business_account",
        "callback_url": app.webhook_url,
        "active": True,
        "fields": fields,
    }
    return {"data": [entry] if app.webhook_url else []}


async def _verify(call: Call, url: str, verify_token: str) -> None:
    if not is_web_address(url):
        raise GraphError(100, "The callback must be an http(s) address.")
    if not await verify_address(call.sandbox.outbox.session, url, verify_token, new_code()):
        raise GraphError(
            2200,
            "Callback verification failed: the address did not answer the challenge.",
            title="Callback verification",
        )


async def get_waba(call: Call) -> Json:
    """``fields`` chooses; without it the few that Graph tells on its own. Analytics are fields with filters."""
    waba, fields = call.sandbox.wabas[call.object_id], (await call.parameters()).get("fields")
    known = _known(call, waba)
    for name, arguments in field_calls(fields) if isinstance(fields, str) else []:
        if name in analytics.FIELDS:
            known[name] = analytics.answer(call.sandbox, waba.id, name, arguments)
        elif name == "template_analytics":
            known[name] = analytics.template_answer(call.sandbox, waba.id, arguments)
    return pick_fields(known, fields, DEFAULT_FIELDS)


def _known(call: Call, waba: Waba) -> Json:
    return describe(waba) | {"subscribed_apps": _subscribed(call, waba)}


def describe(waba: Waba) -> Json:
    return {
        "id": waba.id,
        "name": waba.name,
        "timezone_id": waba.timezone_id,
        "message_template_namespace": f"sandbox_{waba.id}",
        "currency": waba.currency,
        "account_review_status": "APPROVED",
        "business_verification_status": "verified",
        "country": "US",
        "ownership_type": "SELF",
        "owner_business_info": {"id": waba.portfolio_id, "name": waba.name},
        "status": "ACTIVE",
        "marketing_messages_onboarding_status": "ONBOARDED",
        "marketing_messages_lite_api_status": "ONBOARDED",
        "disable_marketing_messages_on_cloud_api": waba.marketing_disabled,
        "on_behalf_of_business_info": None,
        "is_shared_with_partners": False,
        "purchase_order_number": None,
        "primary_business_location": None,
        "health_status": {
            "can_send_message": "AVAILABLE",
            "entities": [{"entity_type": "WABA", "id": waba.id, "can_send_message": "AVAILABLE"}],
        },
        "is_enabled_for_insights": waba.insights,
    }


async def update_waba(call: Call) -> Json:
    values, waba = await call.parameters(), call.sandbox.wabas[call.object_id]
    name, timezone = text_of(values, "name", NAME_LONGEST), str(values.get("timezone_id", waba.timezone_id))
    if "name" in values and not name:
        raise GraphError(100, "Param name must be a string that is not empty.")
    if not re.fullmatch(r"[0-9]{1,3}", timezone):
        raise GraphError(100, "Param timezone_id must be the id of a time zone.")
    waba.name, waba.timezone_id = name or waba.name, timezone
    if "is_enabled_for_insights" in values:
        if not flag_of(values, "is_enabled_for_insights"):
            raise GraphError(100, "Template analytics cannot be disabled once they are confirmed.")
        waba.insights = True
    if "disable_marketing_messages_on_cloud_api" in values:
        flag = flag_of(values, "disable_marketing_messages_on_cloud_api")
        waba.marketing_disabled = flag
    return {"success": True, "id": waba.id}


async def list_wabas(call: Call) -> Json:
    mine = [waba for waba in call.sandbox.account.wabas if waba.portfolio_id == call.object_id]
    fields = (await call.parameters()).get("fields")
    return await page(call, [pick_fields(_known(call, waba), fields, ["name", "currency"]) for waba in mine])
