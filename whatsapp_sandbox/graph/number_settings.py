"""``/{phone_number_id}/settings``: calling, storage, identity changes; and the key that Flows are sealed for.

Shapes: Meta's pages "phone number settings", "calling" and "Flows encryption" (2026), its specification v23.
"""

from __future__ import annotations

from typing import Any

from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.flow_endpoint import read_public_key
from whatsapp_sandbox.graph.call import Call, flag_of, pick_fields, text_of
from whatsapp_sandbox.graph.numbers import number_of
from whatsapp_sandbox.webhooks.envelope import Update

Json = dict[str, Any]
KEY_LONGEST = 10_000
SWITCH = ("ENABLED", "DISABLED")
CALLING: dict[str, tuple[str, ...]] = {
    "status": SWITCH,
    "call_icon_visibility": ("DEFAULT", "VISIBLE", "HIDDEN", "DISABLE_ALL"),
    "callback_permission_status": SWITCH,
    "srtp_key_exchange_protocol": ("DTLS", "SDES", "DTLS-SRTP", "SDES-SRTP"),
}
"""The words of ``calling``, of v23 and of 2026; parts such as ``video`` and ``sip`` have a status of their own."""
DEFAULTS: Json = {"calling": {"status": "DISABLED"}, "storage_configuration": {"status": "DEFAULT"}}


async def get_settings(call: Call) -> Json:
    return DEFAULTS | number_of(call).settings


async def set_settings(call: Call) -> Json:
    """Any of calling, storage_configuration and the like, each an object; the others stay. Told by webhook."""
    number, values = number_of(call), await call.parameters()
    changes = {
        key: value for key, value in values.items() if key not in ("messaging_product", "access_token")
    }
    for key, value in changes.items():
        if not isinstance(value, dict):
            raise GraphError(100, f"Param {key} must be an object.")
    if "calling" in changes:
        changes["calling"] = _calling(changes["calling"])
    if "user_identity_change" in changes:
        flag_of(changes["user_identity_change"], "enabled")
    if (
        "payload_encryption" in changes
        and _word(changes["payload_encryption"], "status", SWITCH) == "ENABLED"
    ):
        raise GraphError(
            3, "Encrypted payloads are not simulated by this sandbox.", title="API Method: not simulated"
        )
    number.settings |= changes
    value = {
        "messaging_product": "whatsapp",
        "timestamp": int(call.sandbox.now()),
        "type": "phone_number_settings",
        "phone_number_settings": {"phone_number_id": number.id} | changes,
    }
    now = int(call.sandbox.now())
    call.sandbox.outbox.add(Update(number.waba_id, "account_settings_update", value, number.id, now))
    return {"success": True}


def _calling(calling: Json) -> Json:
    known = {key: _word(calling, key, words) for key, words in CALLING.items() if key in calling}
    for part in ("video", "audio", "sip"):
        if isinstance(calling.get(part), dict) and "status" in calling[part]:
            known[part] = calling[part] | {"status": _word(calling[part], "status", SWITCH)}
    return calling | known


def _word(values: Json, key: str, words: tuple[str, ...]) -> str:
    """One of the words, in capitals as the platform tells it."""
    word = text_of(values, key, 100).upper()
    if word not in words:
        raise GraphError(100, f"Param {key} must be one of {{{', '.join(words)}}}.")
    return word


async def set_public_key(call: Call) -> Json:
    """``POST …/whatsapp_business_encryption {business_public_key}``: the key that Flows are sealed for."""
    pem = text_of(await call.parameters(), "business_public_key", KEY_LONGEST)
    try:
        read_public_key(pem)
    except ValueError as error:
        raise GraphError(100, f"Param business_public_key is {error}.") from error
    number_of(call).public_key = pem
    return {"success": True}


async def get_public_key(call: Call) -> Json:
    """The key with the state of its signature; nothing before one was uploaded."""
    pem, fields = number_of(call).public_key, (await call.parameters()).get("fields")
    if pem is None:
        return {"data": []}
    known = {"business_public_key": pem, "business_public_key_signature_status": "VALID"}
    return {"data": [pick_fields(known, fields, list(known))]}
