"""First values of a message template: what contact, member and business already say. Pure; a person looks at them
before anything goes out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from regulars.inboxes.ports import Template
from regulars.inboxes.ports.templates import Place, place_of

_NAMES_OF = {
    "name": {
        "name",
        "customer",
        "customer_name",
        "contact",
        "contact_name",
        "client_name",
        "full_name",
        "user",
    },
    "first_name": {"first_name", "firstname", "given_name"},
    "last_name": {"last_name", "lastname", "surname", "family_name"},
    "phone": {"phone", "phone_number", "mobile", "mobile_number"},
    "member": {"agent", "agent_name", "member", "advisor", "sender", "my_name", "signature"},
    "business": {"business", "business_name", "company", "company_name", "shop", "shop_name", "store_name"},
}
_MEANINGS = {name: meaning for meaning, names in _NAMES_OF.items() for name in names}
_GREETED = re.compile(
    r"(?:^|\W)(?:hello|hi|hey|dear|welcome|hola|estimad[oa]|bonjour|cher|chère|hallo|guten tag|liebe[r]?|ciao|gentile"
    r"|olá|oi|prezad[oa]|merhaba|sayın|hej|cześć|xin chào|halo|здравствуйте|добрый день|привет|уважаем(?:ый|ая)"
    r"|שלום|مرحب(?:ا|اً)|नमस्ते|สวัสดี(?:ค่ะ|ครับ)?|(?:สวัสดี)?คุณ|안녕하세요|こんにちは|你好|您好)[\s,!、，]*$",
    re.IGNORECASE,
)
"""a greeting right before a value: then the value is whom it greets"""
_HONORED = re.compile(r"\s*(?:님|様|さん|जी\b)")
"""… or an honorific right behind it"""
NEAR_THE_START = 60


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before anybody types."""

    name: str = ""
    phone: str = ""
    member: str = ""
    business: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    """the contact's own, by name"""

    def value_of(self, meaning: str) -> str:
        first, _space, rest = self.name.partition(" ")
        split = {"first_name": first, "last_name": rest}
        return split[meaning] if meaning in split else str(getattr(self, meaning))


def first_values(template: Template, known: Known) -> dict[str, str]:
    own = {_plain(name): str(value) for name, value in known.fields.items() if isinstance(value, str | int)}
    values = {
        each.key: _value_at(place_of(each.key), template, known, own)
        for each in template.variables
        if each.kind == "text"
    }
    return {key: value for key, value in values.items() if value}


def _value_at(place: Place, template: Template, known: Known, own: Mapping[str, str]) -> str:
    name = _plain(place.name)
    if name in own:
        return own[name]
    if name in _MEANINGS:
        return known.value_of(_MEANINGS[name])
    text = template.header if place.part == "header" else template.body
    return known.name if place.card is None and _is_addressed(text, place.name) else ""


def _is_addressed(text: str, name: str) -> bool:
    before, found, after = text.partition("{{" + name + "}}")
    if not found or len(before) > NEAR_THE_START:
        return False
    return bool(_GREETED.search(before) or _HONORED.match(after))


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().casefold())
