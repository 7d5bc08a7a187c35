"""Who a token is: ``/me``, ``/app``, ``/{app_id}``, ``debug_token`` with granular scopes, app tokens.

Shapes: Meta's pages "access tokens", "debug_token" and "embedded signup" (2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whatsapp_sandbox.account import App, Token
from whatsapp_sandbox.errors import GraphError, unknown_object
from whatsapp_sandbox.graph.call import Call, pick_fields

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]
SYSTEM_USER = {"id": "100000000000901", "name": "Sandbox system user"}


def app_token(sandbox: Sandbox, value: str) -> Token | None:
    app_id, _, secret = value.partition("|")
    app = sandbox.apps.get(app_id)
    return Token(value, app_id, permissions=[]) if app is not None and secret == app.secret else None


def is_app_token(token: Token) -> bool:
    return token.token.startswith(f"{token.app_id}|")


def granted(sandbox: Sandbox, token: Token) -> list[str]:
    return (
        list(sandbox.wabas)
        if token.wabas is None
        else [waba for waba in token.wabas if waba in sandbox.wabas]
    )


def may_touch(sandbox: Sandbox, token: Token, object_id: str) -> bool:
    """False for a number, account, template, template group or Flow of an account that the token was not granted."""
    if token.wabas is None:
        return True
    holder = (
        sandbox.numbers.get(object_id)
        or sandbox.templates.get(object_id)
        or sandbox.template_groups.get(object_id)
        or sandbox.flows.get(object_id)
    )
    waba_id = holder.waba_id if holder is not None else object_id
    return waba_id not in sandbox.wabas or waba_id in token.wabas


async def me(call: Call) -> Json:
    """``GET /me``: the system user; an app token is nobody (2500)."""
    if is_app_token(call.token):
        raise GraphError(
            2500, "", title="An active access token must be used to query information about the current user."
        )
    return pick_fields(dict(SYSTEM_USER), (await call.parameters()).get("fields"), ["name"])


async def own_app(call: Call) -> Json:
    return await _describe(call, call.token.app_id)


async def get_app(call: Call) -> Json:
    return await _describe(call, call.object_id)


async def _describe(call: Call, app_id: str) -> Json:
    app = call.sandbox.apps.get(app_id)
    if app is None:
        raise unknown_object(app_id, call.method)
    known = {
        "id": app.id,
        "name": app.name,
        "category": "Business",
        "link": f"https://www.facebook.com/games/?app_id={app.id}",
    }
    return pick_fields(known, (await call.parameters()).get("fields"), ["category", "link", "name"])


async def debug_token(call: Call) -> Json:
    value = (await call.parameters()).get("input_token")
    if not isinstance(value, str) or not value:
        raise GraphError(
            100, "The parameter input_token is required.", title="The parameter input_token is required"
        )
    sandbox = call.sandbox
    token = sandbox.tokens.get(value) or app_token(sandbox, value)
    if token is None or (token.app_id != call.token.app_id and token.token != call.token.token):
        return {
            "data": {"error": _problem(190, "Invalid OAuth access token."), "is_valid": False, "scopes": []}
        }
    app = sandbox.apps.get(token.app_id)
    if is_app_token(token):
        return {"data": _head(token, "APP", app) | {"is_valid": True, "scopes": []}}
    known = _head(token, "SYSTEM_USER", app) | {
        "data_access_expires_at": 0,
        "expires_at": token.expires_at,
        "is_valid": not token.expired,
        "issued_at": int(sandbox.started_at),
        "scopes": token.permissions,
        "granular_scopes": _granular(sandbox, token),
        "user_id": SYSTEM_USER["id"],
    }
    if token.expired:
        known["error"] = _problem(190, "Error validating access token: Session has expired.") | {
            "subcode": 463
        }
    return {"data": known}


def _head(token: Token, kind: str, app: App | None) -> Json:
    return {"app_id": token.app_id, "type": kind, "application": app.name if app else ""}


def _problem(code: int, message: str) -> Json:
    return {"code": code, "message": message}


def _granular(sandbox: Sandbox, token: Token) -> list[Json]:
    wabas = granted(sandbox, token)
    portfolios = sorted({sandbox.wabas[waba].portfolio_id for waba in wabas})
    targets = {
        "whatsapp_business_management": wabas,
        "whatsapp_business_messaging": wabas,
        "whatsapp_business_manage_events": wabas,
        "business_management": portfolios,
    }
    return [
        {"scope": scope} | ({"target_ids": targets[scope]} if scope in targets else {})
        for scope in token.permissions
    ]
