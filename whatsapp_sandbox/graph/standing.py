"""What a business tells about itself beyond its profile: the particulars that India asks for, and the official badge.

Rules: Meta's pages "business compliance" and "official business accounts", its specification v23.
"""

from __future__ import annotations

import re
from typing import Any

from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.graph.call import Call, flag_of, pick_fields, text_of
from whatsapp_sandbox.graph.numbers import number_of
from whatsapp_sandbox.graph.sending.checks import is_web_address
from whatsapp_sandbox.identifiers import new_code

Json = dict[str, Any]
ENTITY_TYPES: dict[str, str] = {
    "LIMITED_LIABILITY_PARTNERSHIP": "Limited liability partnership",
    "SOLE_PROPRIETORSHIP": "Sole proprietorship",
    "PARTNERSHIP": "Partnership",
    "PUBLIC_COMPANY": "Public company",
    "PRIVATE_COMPANY": "Private company",
    "OTHER": "Other",
}
MAY_REGISTER = ("OTHER", "PARTNERSHIP")
NAME_SHORTEST, NAME_LONGEST, MAIL_LONGEST = 2, 128, 128
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+[0-9]{7,15}")
_EMPTY: Json = dict.fromkeys(
    (
        "entity_name",
        "entity_type",
        "entity_type_custom",
        "grievance_officer_details",
        "customer_care_details",
    )
)
OBA_SAYS = {
    "NOT_STARTED": "No application was made.",
    "PENDING": "The application is under review.",
    "APPROVED": "The number is an official business account.",
    "REJECTED": "The application was rejected; see to what is missing and apply again.",
    "CANCELLED": "The application was withdrawn.",
}


async def get_compliance(call: Call) -> Json:
    """``GET …/business_compliance_info``."""
    number, fields = number_of(call), (await call.parameters()).get("fields")
    known = _EMPTY | {"messaging_product": "whatsapp", "is_registered": False} | number.compliance
    known["whatsapp_business_account_id"] = number.waba_id
    return {"data": [pick_fields(known, fields, ["messaging_product", *_EMPTY, "is_registered"])]}


async def set_compliance(call: Call) -> Json:
    """``POST …/business_compliance_info``: all of it anew. Raises GraphError 100."""
    values = await call.parameters()
    if values.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required and must be 'whatsapp'.")
    name = text_of(values, "entity_name", NAME_LONGEST)
    if len(name) < NAME_SHORTEST:
        raise GraphError(100, f"Param entity_name must have {NAME_SHORTEST} to {NAME_LONGEST} characters.")
    kind, custom = (
        text_of(values, "entity_type", 100).upper(),
        text_of(values, "entity_type_custom", NAME_LONGEST),
    )
    if kind not in ENTITY_TYPES:
        raise GraphError(100, f"Param entity_type must be one of {{{', '.join(ENTITY_TYPES)}}}.")
    if (kind == "OTHER") != bool(custom):
        raise GraphError(100, "Param entity_type_custom belongs to entity_type OTHER, and to no other type.")
    if "is_registered" in values and kind not in MAY_REGISTER:
        raise GraphError(
            100, f"Param is_registered belongs to entity_type {' and '.join(MAY_REGISTER)} only."
        )
    number_of(call).compliance = {
        "entity_name": name,
        "entity_type": ENTITY_TYPES[kind],
        "entity_type_custom": custom or None,
        "is_registered": flag_of(values, "is_registered") if "is_registered" in values else False,
        "grievance_officer_details": _contact(values, "grievance_officer_details", named=True),
        "customer_care_details": _contact(values, "customer_care_details", named=False),
    }
    return {"success": True}


def _contact(values: Json, key: str, *, named: bool) -> Json:
    """A way to reach somebody: mail and at least one number, the officer with a name."""
    given = values.get(key)
    if not isinstance(given, dict):
        raise GraphError(100, f"The parameter {key} is required: an object.")
    name, mail = text_of(given, "name", NAME_LONGEST), text_of(given, "email", MAIL_LONGEST)
    if named and not name:
        raise GraphError(100, f"Param {key} needs a name.")
    if not _MAIL.fullmatch(mail):
        raise GraphError(100, f"Param {key} needs an email address of at most {MAIL_LONGEST} characters.")
    phones = {
        kind: text_of(given, kind, 20) for kind in ("mobile_number", "landline_number") if given.get(kind)
    }
    if not phones or not all(_PHONE.fullmatch(phone) for phone in phones.values()):
        raise GraphError(
            100, f"Param {key} needs mobile_number or landline_number with + and the country code."
        )
    return ({"name": name} if name else {}) | {"email": mail} | phones


async def get_official(call: Call) -> Json:
    """``GET …/official_business_account``."""
    known = _official(call)
    return pick_fields(known, (await call.parameters()).get("fields"), ["oba_status", "status_message"])


def _official(call: Call) -> Json:
    status = number_of(call).official
    return {"id": call.object_id, "oba_status": status, "status_message": OBA_SAYS[status]}


async def set_official(call: Call) -> Json:
    """Apply, withdraw or apply again; what does not fit the state is 100. The control API decides (``official``)."""
    values, number = await call.parameters(), number_of(call)
    action = text_of(values, "action", 100)
    allowed: dict[str, tuple[tuple[str, ...], str, str]] = {
        "SUBMIT_APPLICATION": (("NOT_STARTED", "CANCELLED"), "PENDING", "submitted"),
        "WITHDRAW_APPLICATION": (("PENDING",), "CANCELLED", "withdrawn"),
        "RESUBMIT_APPLICATION": (("REJECTED",), "PENDING", "submitted again"),
    }
    if action not in allowed:
        raise GraphError(100, f"Param action must be one of {{{', '.join(allowed)}}}.")
    states, then, done = allowed[action]
    if number.official not in states:
        raise GraphError(100, f"{action} is not possible: the application is {number.official}.")
    if then == "PENDING":
        _check_application(values.get("application_data"))
    number.official = then
    return {
        "success": True,
        "message": f"The application was {done}.",
        "updated_status": _official(call),
        "tracking_id": f"oba_req_{new_code(16).lower()}",
    }


def _check_application(data: Any) -> None:
    if not isinstance(data, dict):
        raise GraphError(100, "The parameter application_data is required: an object.")
    if not text_of(data, "business_name", 255):
        raise GraphError(100, "application_data.business_name is required.")
    website = text_of(data, "website_url", 2_000)
    if website and not (is_web_address(website) and website.startswith("https://")):
        raise GraphError(100, "application_data.website_url must be an HTTPS address.")
