"""In-App Signup: deep links with which people subscribe to marketing messages.

Rules: Meta's page "In-App Signup" (July 2026). Nobody follows the links here.
"""

from __future__ import annotations

import re
from typing import Any

from whatsapp_sandbox.errors import GraphError, unknown_object
from whatsapp_sandbox.graph.call import Call, page, pick_fields, text_of
from whatsapp_sandbox.identifiers import new_number_id
from whatsapp_sandbox.model import Signup

Json = dict[str, Any]
LONGEST = {
    "signup_message": 1_024,
    "confirmation_message": 1_024,
    "privacy_policy_url": 2_000,
    "website_url": 2_000,
    "promo_code": 50,
    "display_name": 256,
}
REQUIRED = ("signup_message", "confirmation_message", "privacy_policy_url")
FIXED = ("privacy_policy_url",)
STATUSES = ("ACTIVE", "DISABLED")
_SHAPES = {
    "privacy_policy_url": re.compile(r"https?://\S+"),
    "website_url": re.compile(r"https://\S+"),
    "promo_code": re.compile(r"[A-Za-z0-9]{1,50}"),
}


async def create(call: Call) -> Json:
    """``POST /{waba_id}/signups``; the first of an account accepts the terms with ``policy``."""
    call.require("whatsapp_business_management")
    values = await call.parameters()
    texts = _texts(values)
    for key in REQUIRED:
        if not texts.get(key):
            raise GraphError(100, f"The parameter {key} is required.")
    _check_promo_code(texts)
    first = not any(signup.waba_id == call.object_id for signup in call.sandbox.signups.values())
    policy = values.get("policy")
    if first and not (isinstance(policy, dict) and policy.get("tos") and policy.get("accepted") is True):
        raise GraphError(
            100, "The parameter policy, with tos and accepted, is required for the first signup."
        )
    signup = Signup(new_number_id("5"), call.object_id, texts)
    call.sandbox.signups[signup.id] = signup
    return {"id": signup.id}


def _texts(values: Json) -> dict[str, str]:
    texts = {key: text_of(values, key, longest) for key, longest in LONGEST.items() if key in values}
    for key, shape in _SHAPES.items():
        if texts.get(key) and not shape.fullmatch(texts[key]):
            raise GraphError(100, f"Param {key} does not have the form {shape.pattern}.")
    return texts


def _check_promo_code(texts: dict[str, str]) -> None:
    if "{{promo_code}}" in texts["confirmation_message"] and not texts.get("promo_code"):
        raise GraphError(100, "The confirmation_message names {{promo_code}}, so promo_code is required.")


def describe(signup: Signup) -> Json:
    texts = dict.fromkeys(LONGEST) | {key: text or None for key, text in signup.texts.items()}
    return {"id": signup.id, "waba_id": signup.waba_id, "status": signup.status} | texts


async def list_signups(call: Call) -> Json:
    fields = (await call.parameters()).get("fields")
    mine = [describe(one) for one in call.sandbox.signups.values() if one.waba_id == call.object_id]
    return await page(call, [pick_fields(known, fields, list(known)) for known in mine])


async def get(call: Call) -> Json:
    known = describe(_mine(call))
    return pick_fields(known, (await call.parameters()).get("fields"), list(known))


async def update(call: Call) -> Json:
    signup, values = _mine(call), await call.parameters()
    fixed = [key for key in FIXED if key in values]
    if fixed:
        raise GraphError(100, f"Param {fixed[0]} cannot be changed.")
    status = values.get("status", signup.status)
    if status not in STATUSES:
        raise GraphError(100, f"Param status must be one of {{{', '.join(STATUSES)}}}.")
    texts = signup.texts | _texts(values)
    _check_promo_code(texts)
    signup.texts, signup.status = texts, status
    return {"success": True, "id": signup.id}


def _mine(call: Call) -> Signup:
    signup = call.sandbox.signups.get(call.edge)
    if signup is None:
        raise unknown_object(call.edge, call.method)
    return signup
