"""Reading JSON that strangers wrote: bounded in depth, and as text in the places where the platform reads it so."""

from __future__ import annotations

from typing import Any

import orjson

DEPTH_MOST = 64
"""Objects and lists inside each other; far above any real request, and below what writing JSON again can carry."""
_STRUCTURED = frozenset(
    (
        *(
            "image",
            "video",
            "audio",
            "document",
            "sticker",
            "location",
            "contacts",
            "reaction",
            "interactive",
        ),
        *(
            "template",
            "pin",
            "context",
            "typing_indicator",
            "language",
            "components",
            "parameters",
            "example",
        ),
        *("action", "buttons", "sections", "rows", "cards", "product_items", "reply", "quick_reply"),
        *("phones", "emails", "addresses", "urls", "org", "currency", "date_time", "limited_time_offer"),
        *("websites", "commands", "prompts", "block_users", "hsm_ids", "template_ids", "join_requests"),
        *("participants", "webhook_configuration", "session", "calling", "storage_configuration"),
        *("categories", "source_flow_names", "policy", "languages"),
        *("tasks", "payload_encryption", "whatsapp_business_api_data", "application_data"),
        *("grievance_officer_details", "customer_care_details", "template_group_ids"),
        *("whatsapp_business_templates", "add_templates", "remove_templates"),
        *("user_identity_change", "library_template_button_inputs", "library_template_body_inputs"),
    )
)
"""Parameters that are an object or a list wherever they stand."""
_STRUCTURED_IN: dict[str, frozenset[str]] = {
    "": frozenset({"text"}),
    "interactive": frozenset({"header", "body", "footer"}),
    "cards": frozenset({"header", "body"}),
    "contacts": frozenset({"name"}),
}
"""Parameters that are an object or a list only directly under this one; elsewhere the name is that of a text."""


class Unreadable(ValueError):
    """Bytes that are no JSON object; the text says why."""


def read_object(raw: bytes) -> dict[str, Any]:
    try:
        body = _load(raw)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise Unreadable("must be a JSON object")
    return body


def read_text(value: Any) -> Any:
    """JSON text as what it says; anything else, and text that is no list or object, as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return _load(value.encode("utf-8", "surrogatepass"))
    except (orjson.JSONDecodeError, Unreadable):
        return value


def read_inside(values: dict[str, Any]) -> dict[str, Any]:
    """The parameters with JSON text read wherever an object or a list belongs, at any depth.

    The Graph API takes each parameter as JSON or as JSON text: forms and queries have no other way, and many
    clients do the same inside JSON bodies. Texts stay texts, whatever they look like.
    """
    return {key: _read(key, "", value, 0) for key, value in values.items()}


def _read(key: str, owner: str, value: Any, depth: int) -> Any:
    if depth > DEPTH_MOST:  # text in text in text
        raise Unreadable(_TOO_DEEP)
    if isinstance(value, str):
        if key not in _STRUCTURED and key not in _STRUCTURED_IN.get(owner, ()):
            return value
        read = read_text(value)
        return value if isinstance(read, str) else _read(key, owner, read, depth + 1)
    if isinstance(value, dict):
        return {inner: _read(inner, key, item, depth + 1) for inner, item in value.items()}
    if isinstance(value, list):
        return [
            _read(key, owner, item, depth + 1) if isinstance(item, (dict, list)) else item for item in value
        ]
    return value


_TOO_DEEP = f"has more than {DEPTH_MOST} objects and lists inside each other"


def _load(raw: bytes) -> Any:
    if raw.count(b"[") + raw.count(b"{") > DEPTH_MOST and _depth(raw) > DEPTH_MOST:
        raise Unreadable(_TOO_DEEP)
    return orjson.loads(raw)


def _depth(raw: bytes) -> int:
    depth = deepest = 0
    inside = escaped = False
    for byte in raw:
        if inside:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                inside = False
        elif byte == 0x22:
            inside = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest
