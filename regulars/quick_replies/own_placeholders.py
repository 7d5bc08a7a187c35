"""The names that are there before any other room contributes: who is in the conversation, and what the contact's own
fields say under the names of what is sold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from regulars.quick_replies.humanizing import Value
from regulars.quick_replies.ports import Placeholder, PlaceholderSource, Subject

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PEOPLE = (
    Placeholder("name", _("The customer's name"), "Kim Minji"),
    Placeholder("first_name", _("The customer's first name"), "Minji"),
    Placeholder("company", _("The name of your business"), "Lotus Shop"),
    Placeholder("agent", _("Your own name"), "Ana"),
)
_GOODS = (
    Placeholder("product", _("The product that it is about"), "Linen shirt"),
    Placeholder("price", _("What it costs"), "€39.00"),
    Placeholder("link", _("A page about it"), "https://example.com/linen"),
    Placeholder("order", _("The number of the order"), "4821"),
    Placeholder("time", _("When it comes, or the appointment is"), "in 2 days"),
    Placeholder("tracking_url", _("Where the parcel can be followed"), "https://example.com/track/4821"),
)


def _people(subject: Subject) -> Mapping[str, Value]:
    first, _space, _rest = subject.contact_name.strip().partition(" ")
    return {
        "name": subject.contact_name,
        "first_name": first,
        "company": subject.business,
        "agent": subject.member,
    }


def _fields(subject: Subject) -> Mapping[str, Value]:
    """The contact's own fields that are called like a name; a day or a time is said as one."""
    names = {each.name for each in (*_PEOPLE, *_GOODS)}
    plain = {key.strip().casefold().replace(" ", "_"): value for key, value in subject.contact_fields.items()}
    return dict(_known(plain, names))


def _known(fields: Mapping[str, object], names: set[str]) -> Iterator[tuple[str, Value]]:
    for name in names & fields.keys():
        value = fields[name]
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            yield name, _read(str(value))


def _read(written: str) -> Value:
    if not _DAY.match(written):
        return written
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            found = read(written)
        except ValueError:
            continue
        if not isinstance(found, datetime) or found.tzinfo:
            return found
    return written


OWN_PLACEHOLDERS = PlaceholderSource(
    (*_PEOPLE, *_GOODS), lambda subject: {**_people(subject), **_fields(subject)}
)
