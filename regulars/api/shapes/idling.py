"""The rule for idle conversations, as JSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from regulars.idling.models import IdleRule
from regulars.idling.operations import HOUR
from regulars.kernel.telling import told

CountedBy = Literal["calendar", "business"]
_ON = told("Whether conversations are resolved by it.", True)
_HOURS = told("After how many hours in which nothing came: 1 to 2160.", 72)
_COUNTED = told("`calendar`: every hour counts. `business`: business hours.", "calendar")
_CONDITIONS = told(
    "Whom it is for, asked of the conversation and its contact; `/condition-fields?subject=conversation` lists what"
    " it can ask.",
    {"all": [{"field": "contact.tier", "op": "is", "value": "C"}]},
)


class IdleRuleShape(msgspec.Struct, kw_only=True):
    """When an open conversation is resolved because nothing comes any more."""

    on: Annotated[bool, _ON]
    idle_hours: Annotated[int, _HOURS]
    counted_by: Annotated[CountedBy, _COUNTED]
    conditions: Annotated[dict[str, Any], _CONDITIONS]
    version: Annotated[str, told("Another one after each change; the same as the header `ETag`.", "3")]


class IdleRuleChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change; a field left out stays as it is."""

    on: Annotated[bool | UnsetType, _ON] = UNSET
    idle_hours: Annotated[int | UnsetType, _HOURS] = UNSET
    counted_by: Annotated[CountedBy | UnsetType, _COUNTED] = UNSET
    conditions: Annotated[dict[str, Any] | UnsetType, _CONDITIONS] = UNSET


def build_rule(rule: IdleRule) -> IdleRuleShape:
    return IdleRuleShape(
        on=rule.is_on,
        idle_hours=rule.idle_for // HOUR,
        counted_by="business" if rule.counted_by == "business" else "calendar",
        conditions=rule.conditions or {"all": []},
        version=str(rule.version),
    )
