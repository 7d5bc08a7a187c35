"""The values of a message template: from the picker's form to what the channel fills in. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from regulars.inboxes.ports import OutgoingLocation, OutgoingMedia, Template, TemplateVariable
from regulars.inboxes.ports.templates import Place, Value, place_of
from regulars.kernel import clock
from regulars.kernel.ids import parse_id
from regulars.web.inbox.map_pins import find_pin

PREFIX = "value:"
MEDIA_KINDS = {"image", "video", "document"}


@dataclass(frozen=True, slots=True)
class Field:
    """A variable with what stands in its field."""

    variable: TemplateVariable
    value: str
    below: dict[str, str] = field(default_factory=dict)
    """what stands in the fields of a place: pin, name, address"""

    @property
    def place(self) -> Place:
        return place_of(self.variable.key)

    @property
    def card_number(self) -> int | None:
        return None if self.place.card is None else self.place.card + 1

    @property
    def is_file(self) -> bool:
        return self.variable.kind in MEDIA_KINDS


def texts_in(form: dict[str, str]) -> dict[str, str]:
    given = {key.removeprefix(PREFIX): value.strip() for key, value in form.items() if key.startswith(PREFIX)}
    return {key: value for key, value in given.items() if value}


def below(key: str, texts: dict[str, str]) -> dict[str, str]:
    """The texts whose keys go on where ``key`` ends."""
    prefix = f"{key}."
    return {name.removeprefix(prefix): text for name, text in texts.items() if name.startswith(prefix)}


def values_of(template: Template, texts: dict[str, str], zone: ZoneInfo) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for each in template.variables:
        value: Value | None = texts.get(each.key)
        if each.kind in ("image", "video", "document") and value:
            own_id = parse_id(str(value))
            value = OutgoingMedia(kind=each.kind, media_id=str(own_id)) if own_id else None
        elif each.kind == "location":
            value = _location(below(each.key, texts))
        elif each.kind == "moment" and value:
            value = _moment(str(value), zone)
        if value is not None:
            values[each.key] = value
    return values


def _location(texts: dict[str, str]) -> OutgoingLocation | None:
    pin = find_pin(texts.get("pin", ""))
    if pin is None:
        return None
    return OutgoingLocation(
        latitude=pin.latitude,
        longitude=pin.longitude,
        name=texts.get("name") or pin.name,
        address=texts.get("address", ""),
    )


def _moment(written: str, zone: ZoneInfo) -> datetime | None:
    """In the zone in which the member reads times; None when it is none.

    The field takes any year; the last of them overflow in other zones, wherever they are shown.
    """
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return moment if clock.is_nameable(moment) else None
