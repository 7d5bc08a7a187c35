"""The template library: ready-made utility templates that an account can look through and make its own.

Shapes: Meta's page "template library" (2026); the texts are ours.
"""

from __future__ import annotations

from typing import Any

from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.graph.call import Call, page, pick_fields

Json = dict[str, Any]
DEFAULT_FIELDS = [
    "name",
    "language",
    "category",
    "topic",
    "usecase",
    "industry",
    "header",
    "body",
    "body_params",
    "body_param_types",
    "buttons",
]
FILTERS = ("language", "category", "topic", "usecase", "industry")
_CALL = {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+12025550142"}
_BODY_INPUTS: dict[str, type] = {
    "add_contact_number": bool,
    "add_learn_more_link": bool,
    "add_security_recommendation": bool,
    "add_track_package_link": bool,
    "code_expiration_minutes": int,
}
_TRACK = {"type": "URL", "text": "Track parcel", "url": "https://www.example.com/"}


def _entry(
    place: int, name: str, topic: str, usecase: str, body: str, *params: tuple[str, str], **more: Any
) -> Json:
    return {
        "id": str(710000000000001 + place),
        "name": name,
        "language": "en_US",
        "category": "UTILITY",
        "topic": topic,
        "usecase": usecase,
        "industry": ["E_COMMERCE"],
        "header": more.get("header"),
        "body": body,
        "body_params": [example for example, _ in params],
        "body_param_types": [kind for _, kind in params],
        "buttons": more.get("buttons"),
    }


LIBRARY: list[Json] = [
    _entry(
        0,
        "parcel_on_its_way",
        "ORDER_MANAGEMENT",
        "SHIPMENT_CONFIRMATION",
        "Hi {{1}}, your order {{2}} has left our house and is on its way to you now.",
        ("Ann", "TEXT"),
        ("HP-4821", "TEXT"),
        header="Your parcel is on its way",
        buttons=[_TRACK],
    ),
    _entry(
        1,
        "parcel_has_arrived",
        "ORDER_MANAGEMENT",
        "DELIVERY_UPDATE",
        "Hi {{1}}, your order {{2}} was handed over today. We hope that you like it.",
        ("Ann", "TEXT"),
        ("HP-4821", "TEXT"),
    ),
    _entry(
        2,
        "visit_reminder",
        "EVENT_REMINDER",
        "APPOINTMENT_REMINDER",
        "Hello {{1}}, this is a reminder of your appointment with us on {{2}}. See you then.",
        ("Ann", "TEXT"),
        ("28 November", "DATE"),
    ),
    _entry(
        3,
        "payment_is_due",
        "PAYMENTS",
        "PAYMENT_DUE_REMINDER",
        "Hi {{1}}, your payment of {{2}} is due on {{3}}. Thank you for paying in time.",
        ("Ann", "TEXT"),
        ("$ 12.34", "AMOUNT"),
        ("28 November", "DATE"),
        buttons=[_CALL],
    ),
    _entry(
        4,
        "how_was_it",
        "CUSTOMER_FEEDBACK",
        "FEEDBACK_SURVEY",
        "Hi {{1}}, thank you for your visit on {{2}}. How was it? Your answer helps us.",
        ("Ann", "TEXT"),
        ("28 November", "DATE"),
    ),
    _entry(
        5,
        "join_our_group",
        "GROUP_INVITE_LINK",
        "GROUP_INVITE",
        "Hi, here is the group that you asked for: {{1}}. See you there.",
        ("https://chat.whatsapp.com/CODE", "TEXT"),
    ),
]


async def list_library(call: Call) -> Json:
    """``?search=&category=&topic=&usecase=&industry=&language=``."""
    values = await call.parameters()
    found = [entry for entry in LIBRARY if _matches(entry, values)]
    return await page(call, [pick_fields(entry, values.get("fields"), DEFAULT_FIELDS) for entry in found])


def _matches(entry: Json, values: Json) -> bool:
    search = str(values.get("search") or values.get("name") or "").lower()
    if search not in f"{entry['name']} {entry['body']} {entry['topic']} {entry['usecase']}".lower():
        return False
    return all(_has(entry[key], values[key]) for key in FILTERS if values.get(key))


def _has(value: str | list[str], wanted: Any) -> bool:
    asked = str(wanted).lower()
    known = [item.lower() for item in (value if isinstance(value, list) else [value])]
    return asked in known or any(item.startswith(f"{asked}_") and len(asked) == 2 for item in known)


def components_of(values: Json) -> list[Json]:
    """With the account's own links.

    Raises GraphError 100 for an unknown name, and for buttons without an address.
    """
    name, language = values["library_template_name"], values.get("language")
    entry = next((one for one in LIBRARY if (one["name"], one["language"]) == (name, language)), None)
    if entry is None:
        raise GraphError(100, f"There is no library template {name} in {language}.", subcode=2388141)
    _check_body_inputs(values.get("library_template_body_inputs"))
    components: list[Json] = []
    if entry["header"]:
        components.append({"type": "HEADER", "format": "TEXT", "text": entry["header"]})
    example = {"body_text": [entry["body_params"]]}
    components.append({"type": "BODY", "text": entry["body"], "example": example})
    if entry["buttons"]:
        components.append({"type": "BUTTONS", "buttons": _buttons(entry["buttons"], values)})
    return components


def _buttons(buttons: list[Json], values: Json) -> list[Json]:
    given = values.get("library_template_button_inputs")
    if (
        not isinstance(given, list)
        or len(given) != len(buttons)
        or not all(isinstance(b, dict) for b in given)
    ):
        raise GraphError(100, f"library_template_button_inputs must be a list of {len(buttons)} objects.")
    return [_button(button, one) for button, one in zip(buttons, given, strict=True)]


def _check_body_inputs(given: Any) -> None:
    """Only what the page names, each of its kind; the texts of this library have no such parts to add."""
    if given is None:
        return
    if not isinstance(given, dict):
        raise GraphError(100, "library_template_body_inputs must be an object.")
    for key, value in given.items():
        if type(value) is not _BODY_INPUTS.get(key):
            known = ", ".join(f"{name} ({kind.__name__})" for name, kind in _BODY_INPUTS.items())
            raise GraphError(100, f"library_template_body_inputs has {known}; {key} is not one of them.")


def _button(button: Json, given: Json) -> Json:
    kind = button["type"]
    if str(given.get("type", "")).upper() != kind:
        raise GraphError(100, f"library_template_button_inputs: the button is of type {kind}.")
    if kind == "PHONE_NUMBER":
        number = given.get("phone_number")
        if not isinstance(number, str) or not number:
            raise GraphError(
                100, "library_template_button_inputs: a PHONE_NUMBER has phone_number, a string."
            )
        return button | {"phone_number": number}
    url = given.get("url")
    if not isinstance(url, dict):
        raise GraphError(100, "library_template_button_inputs: a URL has url.base_url.")
    example = url.get("url_suffix_example")
    return button | {"url": url.get("base_url")} | ({"example": [example]} if example else {})
