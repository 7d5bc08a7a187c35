"""What the REST face asks the channels: how addresses are written, and their words for errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from regulars.contacts.operations.identifying import PersonSeen
from regulars.contacts.resolving import Key
from regulars.conversations.guardrails import WORDS
from regulars.conversations.operations.settling import UNKNOWN_RESULT
from regulars.inboxes.channels import explain_code, facts_of
from regulars.inboxes.ports import WrittenPhone
from regulars.kernel.errors import Invalid

RIGHT_PHONE = "an international number such as +82 10-1234-5678, with + and the country code"
RIGHT_BSUID = "a business-scoped user id such as KR.1234567890"
LONGEST_BSUID = 150


def person_written(channel: str, identities: Sequence[tuple[str, str, str]]) -> PersonSeen:
    """(kind, value, field) as a caller wrote them, strongest first; raises ``Invalid`` naming ``field``."""
    read_phone = facts_of(channel).read_phone
    keys = [_identity_key(*each, read_phone) for each in identities]
    phone = next((read_phone(value.strip()) for kind, value, _field in identities if kind == "phone"), None)
    strength = ("bsuid", "parent_bsuid", "phone")
    ordered = sorted(dict.fromkeys(keys), key=lambda key: strength.index(key[0]))
    return PersonSeen(tuple(ordered), provider_address=phone.address if phone else "")


def _identity_key(kind: str, value: str, field: str, read_phone: Callable[[str], WrittenPhone | None]) -> Key:
    written = value.strip()
    if kind == "phone":
        phone = read_phone(written) if written.startswith("+") else None
        if phone is None:
            raise Invalid(_("This is not a phone number"), fields={field: RIGHT_PHONE})
        return ("phone", phone.phone)
    country, dot, rest = written.partition(".")
    is_bsuid = (
        dot and len(country) == 2 and country.isascii() and country.isalpha() and country.isupper() and rest
    )
    if not is_bsuid or len(written) > LONGEST_BSUID or not written.isascii() or not written.isprintable():
        raise Invalid(_("This is not a business-scoped user id"), fields={field: RIGHT_BSUID})
    return (kind, written)


def explain_error(code: int | str, title: str, details: str) -> tuple[str, str]:
    """Title and explanation, in the active language, of an error stored with a message.

    Numbers are the provider's; words are ours: an unknown result, or a guardrail, whose title and
    details were written when they refused.
    """
    if code == UNKNOWN_RESULT:
        return _("The result is not known"), _(
            "The connection broke before there was an answer, so the message may have gone out."
            " A status settles it; else look at the phone, then send it again or mark it as sent."
        )
    if isinstance(code, str) and code in WORDS:
        shown_title, explanation = WORDS[code]
        return str(shown_title), str(explanation)
    if isinstance(code, str):
        return title, details
    explained = explain_code(code)
    return explained["title"] or title, explained["explanation"]
