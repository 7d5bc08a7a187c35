"""Who a message goes to: a phone number or a business-scoped user id, and whether anybody is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from whatsapp_sandbox.account import BusinessNumber
from whatsapp_sandbox.errors import GraphError, invalid
from whatsapp_sandbox.graph.sending.checks import Json
from whatsapp_sandbox.model import Customer, Template
from whatsapp_sandbox.state import digits_of

if TYPE_CHECKING:
    from whatsapp_sandbox.settings import Answers
    from whatsapp_sandbox.state import Sandbox

_SPELLINGS = (
    (re.compile(r"52([0-9]{10})"), r"521\1"),
    (re.compile(r"521([0-9]{10})"), r"52\1"),
    (re.compile(r"55([0-9]{2})9([0-9]{8})"), r"55\1\2"),
    (re.compile(r"55([0-9]{2})([0-9]{8})"), r"55\g<1>9\2"),
)
"""Mexico and Brazil: the platform finds the person under either number; ``wa_id`` may differ from what was given."""
_ARGENTINA = re.compile(r"549([0-9]{10})")


def find_recipient(
    sandbox: Sandbox, number: BusinessNumber, body: Json, template: Template | None
) -> tuple[Customer, Json]:
    """The person, and ``contacts[0]`` of the answer; ``to`` wins over ``recipient``."""
    if body.get("to"):
        customer = _by_phone(sandbox, number, body["to"])
        return customer, {"input": body["to"], "wa_id": customer.wa_id}
    user_id = body.get("recipient")
    customer_or_none = sandbox.find_customer(user_id) if isinstance(user_id, str) and "." in user_id else None
    if customer_or_none is None or customer_or_none.identity == "none":
        raise invalid("recipient", "is not a business-scoped user id of this portfolio")
    if template and template.category == "AUTHENTICATION":
        raise GraphError(131062, "Authentication templates need a phone number; use to.")
    return customer_or_none, {"input": user_id, "user_id": user_id}


def is_reachable(customer: Customer, answers: Answers) -> bool:
    if not customer.on_whatsapp:
        return False
    if customer.known or customer.has_written or answers.unknown_recipients == "create":
        return True
    ranges = tuple(digits for entry in answers.reachable if (digits := digits_of(entry)))
    return customer.wa_id.startswith(ranges)


def _by_phone(sandbox: Sandbox, number: BusinessNumber, to: Any) -> Customer:
    if not isinstance(to, str):
        raise GraphError(100, "Param to must be a string with a phone number.")
    digits = digits_of(to)
    answers = sandbox.switches.answers
    if answers.prepend_country_code and not to.startswith("+") and sandbox.find_customer(digits) is None:
        import phonenumbers

        digits = f"{phonenumbers.parse('+' + number.digits).country_code}{digits}"
    if not 7 <= len(digits) <= 15 or set(to) - set("+0123456789 -().\u00a0"):
        raise invalid("to", "is not a phone number with country code")
    if digits == number.digits:
        raise GraphError(131021, "The recipient is the sending number itself.")
    if answers.allowed_recipients is not None:
        return _allowed(sandbox, digits, answers.allowed_recipients)
    return _person(sandbox, digits) or sandbox.make_stranger(digits)


def _person(sandbox: Sandbox, digits: str) -> Customer | None:
    """Exactly this number, else the other spelling of it. Argentina has none: 54… is not 549…."""
    customer = sandbox.find_customer(digits)
    if customer is not None and is_reachable(customer, sandbox.switches.answers):
        return customer
    for pattern, other in _SPELLINGS:
        if pattern.fullmatch(digits):
            found = sandbox.find_customer(pattern.sub(other, digits))
            if found is not None and is_reachable(found, sandbox.switches.answers):
                return found
    return customer


def _allowed(sandbox: Sandbox, digits: str, entries: list[str]) -> Customer:
    """A test number's recipient. Raises 131030.

    The list keeps Argentine numbers without the 9 whichever way they were entered, and compares what is given letter
    by letter: the ``wa_id`` that webhooks told (549…) is refused as not on the list, and the number without the 9
    reaches the person (as people report of test numbers: chatwoot/chatwoot#13932, kevinrivm/vocero-crm#35).
    """
    listed = {_ARGENTINA.sub(r"54\1", digits_of(entry)) for entry in entries}
    if digits not in listed:
        raise GraphError(131030, "Add the recipient to the allowed list of the test number.")
    nine = f"549{digits[2:]}" if re.fullmatch(r"54[0-9]{10}", digits) else digits
    return sandbox.find_customer(nine) or _person(sandbox, digits) or sandbox.make_stranger(digits)
