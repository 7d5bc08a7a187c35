"""Payments in India as far as the account goes: payment configurations, and what became of an order's payment.

Shapes: Meta's pages "payments onboarding" and "payments lookup" (2026). No money moves: whoever opens the ``oauth_url``
connects the gateway, and people pay through the control API.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from aiohttp import web

from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.graph.call import Call, text_of
from whatsapp_sandbox.graph.sending.checks import is_web_address
from whatsapp_sandbox.identifiers import new_code
from whatsapp_sandbox.model import ChatMessage
from whatsapp_sandbox.settings import SettingError
from whatsapp_sandbox.state import Sandbox
from whatsapp_sandbox.webhooks.envelope import Update
from whatsapp_sandbox.webhooks.values import status_update

Json = dict[str, Any]
OAUTH_PATH = "/payment_oauth/"
PROVIDERS = ("razorpay", "payu", "zaakpay", "billdesk", "upi_vpa")
NAME_LONGEST = 60
LINK_GOOD_FOR = 3 * 24 * 3600
OUTCOMES = {"success": "captured", "failed": "failed", "pending": "pending"}
"""What a payment comes to, and the status that tells it."""


async def list_all(call: Call) -> Json:
    """``GET /{waba_id}/payment_configurations``."""
    return {"data": [{"payment_configurations": [_shown(one) for one in _mine(call).values()]}]}


async def get_one(call: Call) -> Json:
    """``GET /{waba_id}/payment_configuration/{name}``."""
    return {"data": [_shown(_named(call, call.rest))]}


async def create(call: Call) -> Json:
    """``POST /{waba_id}/payment_configuration {configuration_name, purpose_code, merchant_category_code, …}``."""
    call.require("whatsapp_business_management")
    values = await call.parameters()
    name, provider = text_of(values, "configuration_name", NAME_LONGEST), text_of(values, "provider_name", 50)
    if not name or name in _mine(call):
        raise GraphError(100, f"Param configuration_name must be new, with 1 to {NAME_LONGEST} characters.")
    if provider not in PROVIDERS:
        raise GraphError(100, f"Param provider_name must be one of {{{', '.join(PROVIDERS)}}}.")
    codes = {key: text_of(values, key, 10) for key in ("merchant_category_code", "purpose_code")}
    if not all(code.isdigit() for code in codes.values()):
        raise GraphError(100, "Params merchant_category_code and purpose_code must be codes of digits.")
    now = int(call.sandbox.now())
    made: Json = {"configuration_name": name, "provider_name": provider, "created_timestamp": now} | {
        key: {"code": code, "description": f"Code {code}"} for key, code in codes.items()
    }
    if provider == "upi_vpa":
        vpa = text_of(values, "merchant_vpa", 255)
        if "@" not in vpa:
            raise GraphError(100, "Param merchant_vpa must be a UPI handle such as shop@bank.")
        made |= {"merchant_vpa": vpa, "status": "Active"}
        _keep(call, made)
        return {"success": True}
    _keep(call, made | {"status": "Needs_Connecting"})
    return _link(call, made["configuration_name"], text_of(values, "redirect_url", 2_000))


async def renew_link(call: Call) -> Json:
    """``POST /{waba_id}/generate_payment_configuration_oauth_link {configuration_name, redirect_url}``."""
    values = await call.parameters()
    name = text_of(values, "configuration_name", NAME_LONGEST)
    _named(call, name)
    return _link(call, name, text_of(values, "redirect_url", 2_000))


async def delete(call: Call) -> Json:
    """``DELETE /{waba_id}/payment_configuration {configuration_name}``."""
    call.require("whatsapp_business_management")
    name = text_of(await call.parameters(), "configuration_name", NAME_LONGEST)
    _named(call, name)
    del _mine(call)[name]
    return {"success": True}


def _mine(call: Call) -> dict[str, Json]:
    return call.sandbox.wabas[call.object_id].payments


def _named(call: Call, name: str) -> Json:
    configuration = _mine(call).get(name)
    if configuration is None:
        raise GraphError(100, f"There is no payment configuration {name!r} in this account.")
    return configuration


def _keep(call: Call, configuration: Json) -> None:
    now = int(call.sandbox.now())
    _mine(call)[configuration["configuration_name"]] = configuration | {"updated_timestamp": now}


def _shown(configuration: Json) -> Json:
    return {key: value for key, value in configuration.items() if key != "link"}


def _link(call: Call, name: str, redirect: str) -> Json:
    if not is_web_address(redirect):
        raise GraphError(100, "Param redirect_url must be an http(s) address.")
    code, expires = new_code(24), int(call.sandbox.now()) + LINK_GOOD_FOR
    _named(call, name)["link"] = {"code": code, "redirect": redirect, "expires": expires}
    return {
        "success": True,
        "oauth_url": f"{call.sandbox.base_url}{OAUTH_PATH}{quote(code)}",
        "expiration": expires,
    }


async def connect(sandbox: Sandbox, code: str) -> web.Response:
    """The gateway's page: the configuration becomes active, the business is told, the browser goes back."""
    for waba in sandbox.account.wabas:
        for configuration in waba.payments.values():
            link = configuration.get("link") or {}
            if link.get("code") == code and link["expires"] > sandbox.now():
                now = int(sandbox.now())
                del configuration["link"]
                configuration |= {
                    "status": "Active",
                    "provider_mid": f"mid_{waba.id}",
                    "updated_timestamp": now,
                }
                keys = ("configuration_name", "provider_name", "provider_mid", "status", "updated_timestamp")
                value = {key: configuration[key] for key in (*keys, "created_timestamp")}
                sandbox.outbox.add(Update(waba.id, "payment_configuration_update", value, None, now))
                return web.Response(status=302, headers={"Location": link["redirect"]})
    return web.Response(status=404, text="The link is not good any more")


def pay(sandbox: Sandbox, message: ChatMessage, outcome: str) -> Json:
    """The person pays the order of an ``order_details`` message, or tries to. Raises SettingError."""
    body = message.body if isinstance(message.body, dict) else {}
    if message.direction == "in" or body.get("type") != "order_details":
        raise SettingError(f"message {message.id} is no order to be paid (order_details)")
    if outcome not in OUTCOMES:
        raise SettingError(f"outcome must be one of {', '.join(OUTCOMES)}")
    parameters, now = body["action"]["parameters"], int(sandbox.now())
    message.payment = {
        "reference_id": parameters["reference_id"],
        "amount": parameters.get("total_amount"),
        "currency": parameters.get("currency"),
        "transaction": {
            "id": f"pay_{new_code(14)}",
            "type": parameters.get("payment_type") or "upi",
            "status": outcome,
            "created_timestamp": now,
            "updated_timestamp": now,
        },
    }
    customer = sandbox.customers[message.customer_id]
    told = {"status": OUTCOMES[outcome], "timestamp": str(now), "type": "payment", "payment": message.payment}
    thread = sandbox.thread(message.number_id, customer.id)
    sandbox.outbox.add(status_update(sandbox, customer, message, told, thread))
    return message.payment


async def look_up(call: Call) -> Json:
    """``GET /{phone_number_id}/payments/{configuration}/{reference_id}``."""
    configuration, _, reference = call.rest.partition("/")
    found = [
        message
        for message in call.sandbox.messages.values()
        if message.payment
        and message.number_id == call.object_id
        and _is_about(message, configuration, reference)
    ]
    if not found:
        raise GraphError(100, f"There is no payment with the reference {reference!r} in {configuration!r}.")
    return {"payments": [_payment(message.payment or {}) for message in found]}


def _is_about(message: ChatMessage, configuration: str, reference: str) -> bool:
    parameters = message.body["action"]["parameters"]
    return (parameters.get("payment_configuration"), parameters["reference_id"]) == (configuration, reference)


def _payment(payment: Json) -> Json:
    kept = {key: value for key, value in payment.items() if key != "transaction"}
    return kept | {
        "status": OUTCOMES[payment["transaction"]["status"]],
        "transactions": [payment["transaction"]],
    }
