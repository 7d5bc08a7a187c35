"""From a request under ``/v{N}.{M}/`` to the handler of its object and edge."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from typing import TYPE_CHECKING

import orjson
from aiohttp import web

from whatsapp_sandbox import faults
from whatsapp_sandbox.account import Token
from whatsapp_sandbox.errors import GraphError, unknown_object
from whatsapp_sandbox.graph import (
    analytics,
    calls,
    flows,
    groups,
    history,
    library,
    media,
    not_simulated,
    number_settings,
    numbers,
    payments,
    people,
    portfolio,
    signups,
    standing,
    subscriptions,
    template_batches,
    template_groups,
    templates,
    tokens,
    usage,
)
from whatsapp_sandbox.graph.call import Call, Handler, form_of
from whatsapp_sandbox.graph.sending import messages

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

logger = logging.getLogger(__name__)

_UNFORESEEN = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)
_VERSION = re.compile(r"v\d+\.\d+")
Routes = dict[tuple[str, str], Handler]

NUMBER: Routes = {
    ("POST", "messages"): messages.post_messages,
    ("POST", "marketing_messages"): messages.post_marketing_messages,
    ("POST", "media"): media.upload,
    ("GET", ""): numbers.get,
    ("POST", ""): numbers.update,
    ("POST", "register"): numbers.register,
    ("POST", "deregister"): numbers.deregister,
    ("POST", "request_code"): numbers.request_code,
    ("POST", "verify_code"): numbers.verify_code,
    ("GET", "whatsapp_business_profile"): numbers.get_profile,
    ("POST", "whatsapp_business_profile"): numbers.set_profile,
    ("GET", "settings"): number_settings.get_settings,
    ("POST", "settings"): number_settings.set_settings,
    ("GET", "whatsapp_commerce_settings"): numbers.get_commerce,
    ("POST", "whatsapp_commerce_settings"): numbers.set_commerce,
    ("GET", "conversational_automation"): numbers.get_automation,
    ("POST", "conversational_automation"): numbers.set_automation,
    ("GET", "whatsapp_business_encryption"): number_settings.get_public_key,
    ("POST", "whatsapp_business_encryption"): number_settings.set_public_key,
    ("GET", "business_compliance_info"): standing.get_compliance,
    ("POST", "business_compliance_info"): standing.set_compliance,
    ("GET", "official_business_account"): standing.get_official,
    ("POST", "official_business_account"): standing.set_official,
    ("GET", "message_history"): history.list_history,
    ("GET", "payments"): payments.look_up,
    ("GET", "username"): numbers.get_username,
    ("POST", "username"): numbers.set_username,
    ("DELETE", "username"): numbers.delete_username,
    ("GET", "username_suggestions"): numbers.suggest_usernames,
    ("DELETE", "contact_book"): numbers.forget_contact,
    ("GET", "block_users"): people.list_blocked,
    ("POST", "block_users"): people.block,
    ("DELETE", "block_users"): people.unblock,
    ("GET", "message_qrdls"): people.list_qr,
    ("POST", "message_qrdls"): people.save_qr,
    ("DELETE", "message_qrdls"): people.delete_qr,
    ("GET", "groups"): groups.list_groups,
    ("POST", "groups"): groups.create,
    ("POST", "calls"): calls.post_calls,
    ("GET", "call_permissions"): calls.get_permission,
}
WABA: Routes = {
    ("GET", ""): subscriptions.get_waba,
    ("POST", ""): subscriptions.update_waba,
    ("GET", "phone_numbers"): numbers.list_numbers,
    ("POST", "phone_numbers"): numbers.create,
    ("GET", "flows"): flows.list_flows,
    ("POST", "flows"): flows.create,
    ("POST", "migrate_flows"): flows.migrate,
    ("GET", "signups"): signups.list_signups,
    ("POST", "signups"): signups.create,
    ("GET", "assigned_users"): portfolio.list_users,
    ("POST", "assigned_users"): portfolio.add_user,
    ("DELETE", "assigned_users"): portfolio.remove_user,
    ("GET", "payment_configurations"): payments.list_all,
    ("GET", "payment_configuration"): payments.get_one,
    ("POST", "payment_configuration"): payments.create,
    ("DELETE", "payment_configuration"): payments.delete,
    ("POST", "generate_payment_configuration_oauth_link"): payments.renew_link,
    ("GET", "template_groups"): template_groups.list_groups,
    ("POST", "template_groups"): template_groups.create,
    ("GET", "template_group_analytics"): template_groups.group_analytics,
    ("GET", "template_analytics"): analytics.template_analytics,
    ("POST", "upsert_message_templates"): template_batches.upsert,
    ("POST", "migrate_message_templates"): template_batches.migrate,
    ("GET", "message_template_library"): library.list_library,
    ("GET", "message_templates"): templates.list_templates,
    ("POST", "message_templates"): templates.create,
    ("DELETE", "message_templates"): templates.delete,
    ("GET", "subscribed_apps"): subscriptions.get_subscribed,
    ("POST", "subscribed_apps"): subscriptions.subscribe,
    ("DELETE", "subscribed_apps"): subscriptions.unsubscribe,
}
TEMPLATE: Routes = {
    ("GET", ""): templates.get,
    ("POST", ""): templates.edit,
    ("POST", "unpause"): templates.unpause,
    ("GET", "compare"): templates.compare,
}
MEDIA: Routes = {("GET", ""): media.look_up, ("DELETE", ""): media.remove}
UPLOAD: Routes = {("POST", ""): media.continue_upload, ("GET", ""): media.get_upload}
FLOW: Routes = {
    ("GET", ""): flows.get,
    ("POST", ""): flows.update,
    ("DELETE", ""): flows.delete,
    ("GET", "assets"): flows.list_assets,
    ("POST", "assets"): flows.upload,
    ("POST", "publish"): flows.publish,
    ("POST", "deprecate"): flows.deprecate,
}
APP: Routes = {
    ("GET", ""): tokens.get_app,
    ("POST", "uploads"): media.open_upload,
    ("POST", "subscriptions"): subscriptions.subscribe_app,
    ("GET", "subscriptions"): subscriptions.get_app_subscriptions,
}
GROUP: Routes = {
    ("GET", ""): groups.get,
    ("POST", ""): groups.update,
    ("DELETE", ""): groups.delete,
    ("GET", "invite_link"): groups.get_link,
    ("POST", "invite_link"): groups.reset_link,
    ("DELETE", "invite_link"): groups.drop_link,
    ("GET", "join_requests"): groups.list_requests,
    ("POST", "join_requests"): groups.approve_requests,
    ("DELETE", "join_requests"): groups.reject_requests,
    ("POST", "participants"): groups.add_participants,
    ("DELETE", "participants"): groups.remove_participants,
}
TEMPLATE_GROUP: Routes = {
    ("GET", ""): template_groups.get,
    ("POST", ""): template_groups.update,
    ("DELETE", ""): template_groups.delete,
}
USER: Routes = {
    ("GET", ""): portfolio.get_user,
    ("GET", "assigned_whatsapp_business_accounts"): portfolio.assigned_accounts,
}
PORTFOLIO: Routes = {
    ("GET", ""): portfolio.get,
    ("GET", "whatsapp_business_accounts"): subscriptions.list_wabas,
    ("GET", "owned_whatsapp_business_accounts"): subscriptions.list_wabas,
    ("GET", "client_whatsapp_business_accounts"): subscriptions.list_wabas,
}
NAMED: dict[str, Routes] = {
    "me": {("GET", ""): tokens.me},
    "app": {("GET", ""): tokens.own_app},
    "debug_token": {("GET", ""): tokens.debug_token},
    "message_template_library": {("GET", ""): library.list_library},
}
"""Objects with a name instead of an id."""
SIGNUP: Routes = {("GET", ""): signups.get, ("POST", ""): signups.update}
ARCHIVING: Routes = {("POST", "message_templates"): templates.archive}
OLDEST_VERSION = "v20.0"
"""What answers a request without a version: the oldest that is still alive."""
_UNCOUNTED = ("messages", "marketing_messages", "media", "calls")


async def answer(sandbox: Sandbox, request: web.Request) -> web.StreamResponse:
    path = request.path.strip("/").split("/")
    version = path.pop(0) if _VERSION.fullmatch(path[0]) else OLDEST_VERSION
    path += ["", "", ""]
    object_id, edge, rest = path[0], path[1], "/".join(part for part in path[2:] if part)
    fault = faults.pick(sandbox, edge or "object") if sandbox.faults else None
    if fault is not None and not fault.after:
        struck = await faults.strike(fault, request)
        if struck is not None:
            return struck
    try:
        body, status = await _handle(sandbox, request, object_id, edge, rest), 200
    except GraphError as error:
        body, status = error.body(), error.status
        sandbox.counters[f"refused_{error.code}"] += 1
    except _UNFORESEEN:
        # our own mistake about an odd request: never a 500, which a client must read as "it may have gone out"
        logger.exception("a Graph request was not understood")
        sandbox.counters["unforeseen"] += 1
        body, status = (
            GraphError(100, "The request has a value of a kind that does not belong there.").body(),
            400,
        )
    if fault is not None and fault.after:
        struck = await faults.strike(fault, request)
        if struck is not None:
            return struck
    headers = None if edge in _UNCOUNTED else usage.headers(sandbox, _waba_of(sandbox, object_id), version)
    return web.Response(
        body=orjson.dumps(body), status=status, headers=headers, content_type="application/json"
    )


async def _handle(
    sandbox: Sandbox, request: web.Request, object_id: str, edge: str, rest: str
) -> dict[str, object]:
    method = request.method
    if object_id == "oauth":
        return await _exchange(sandbox, request)
    token = authenticate(sandbox, request, await _token_of(request))
    handler = _find(sandbox, object_id, method, edge, rest)
    if not tokens.may_touch(sandbox, token, object_id):
        raise unknown_object(object_id, method)
    if handler is None:
        raise not_simulated.refusal(edge, method) or unknown_object(object_id, method)
    if edge not in _UNCOUNTED:
        _count(sandbox, object_id)
    return await handler(Call(sandbox, request, method, object_id, edge, rest, token))


async def _token_of(request: web.Request) -> str:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind in ("Bearer", "OAuth"):
        return value.strip()
    if "access_token" in request.query:
        return request.query["access_token"].strip()
    if request.content_type != "application/x-www-form-urlencoded":
        return ""
    return str((await form_of(request)).get("access_token", "")).strip()


def authenticate(sandbox: Sandbox, request: web.Request, value: str) -> Token:
    """Raises 200 without one, 190 for one that is unknown or expired."""
    if not value:
        raise GraphError(200, "An access token is required to request this resource.")
    token = sandbox.tokens.get(value)
    if token is None:
        token = tokens.app_token(sandbox, value)
    if token is None:
        raise GraphError(190, "The access token could not be decrypted.")
    if token.expired:
        raise GraphError(190, "The session has expired.", subcode=463, title="Error validating access token")
    proof = request.query.get("appsecret_proof")
    if proof is not None:
        _check_proof(sandbox, token, proof)
    return token


def _check_proof(sandbox: Sandbox, token: Token, proof: str) -> None:
    app = sandbox.apps.get(token.app_id)
    wanted = hmac.new((app.secret if app else "").encode(), token.token.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, proof):
        raise GraphError(100, "Invalid appsecret_proof provided in the API argument.")


async def _exchange(sandbox: Sandbox, request: web.Request) -> dict[str, object]:
    """``/oauth/access_token``: client credentials to an app token, or a code of embedded signup to a business token."""
    values = dict(request.query) | (await form_of(request) if request.method == "POST" else {})
    app = sandbox.apps.get(str(values.get("client_id", "")))
    secret = str(values.get("client_secret", ""))
    if app is None or secret != app.secret:
        raise GraphError(101, "Error validating application.", title="Error validating client secret.")
    if "code" not in values and "fb_exchange_token" not in values:
        return {"access_token": f"{app.id}|{secret}", "token_type": "bearer"}
    wanted = values.get("fb_exchange_token")
    theirs = [t.token for t in sandbox.account.tokens if t.app_id == app.id and wanted in (None, t.token)]
    if not theirs or values.get("code") == "":
        raise GraphError(100, "This authorization code or token cannot be exchanged.", subcode=36009)
    return {"access_token": theirs[0], "token_type": "bearer"}


def _find(sandbox: Sandbox, object_id: str, method: str, edge: str, rest: str) -> Handler | None:
    if object_id in sandbox.numbers:
        return NUMBER.get((method, edge))
    if object_id in sandbox.wabas:
        return (ARCHIVING if rest in ("archive", "unarchive") else WABA).get((method, edge))
    if object_id in NAMED:
        return NAMED[object_id].get((method, edge))
    if object_id == "signups":
        return SIGNUP.get((method, rest))
    tables: list[tuple[object, Routes]] = [
        (sandbox.media, MEDIA),
        (sandbox.templates, TEMPLATE),
        (sandbox.template_groups, TEMPLATE_GROUP),
        (sandbox.uploads, UPLOAD),
        (sandbox.apps, APP),
        (sandbox.groups, GROUP),
        (sandbox.flows, FLOW),
        ((tokens.SYSTEM_USER["id"],), USER),
        ({waba.portfolio_id for waba in sandbox.account.wabas}, PORTFOLIO),
    ]
    if (method, edge) == ("GET", "events"):
        return history.list_events
    routes = next((routes for ids, routes in tables if object_id in ids), {})  # type: ignore[operator]
    return routes.get((method, edge))


def _count(sandbox: Sandbox, object_id: str) -> None:
    waba_id = _waba_of(sandbox, object_id)
    if waba_id is not None and not sandbox.limits.count_management(
        waba_id, sandbox.switches.rates.management_per_hour, sandbox.now()
    ):
        raise GraphError(80007, "The account has made too many management calls in this hour.")


def _waba_of(sandbox: Sandbox, object_id: str) -> str | None:
    number = sandbox.numbers.get(object_id)
    waba_id = number.waba_id if number else object_id
    return waba_id if waba_id in sandbox.wabas else None
