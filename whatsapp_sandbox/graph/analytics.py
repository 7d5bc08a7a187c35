"""Analytics of an account, counted from what was really sent: messages, conversations, prices, templates.

Shapes and filters: Meta's page "Analytics" (February 2026). Days and months are those of UTC; prices are made up
(``pricing.RATES``); a conversation is what one person got of one category within 24 hours of its first message.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.graph.call import Call
from whatsapp_sandbox.pricing import cost_of
from whatsapp_sandbox.state import country_of

if TYPE_CHECKING:
    from whatsapp_sandbox.model import ChatMessage
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]
DAY = 24 * 3600
LOOK_BACK_DAYS, TEMPLATE_LOOK_BACK_DAYS = 366, 90
TEMPLATES_MOST = 10
DAILY = ("HALF_HOUR", "DAILY", "MONTHLY")
GRANULARITIES = {
    "analytics": ("HALF_HOUR", "DAY", "MONTH"),
    "conversation_analytics": DAILY,
    "pricing_analytics": DAILY,
}
CATEGORIES = (
    "AUTHENTICATION",
    "AUTHENTICATION_INTERNATIONAL",
    "MARKETING",
    "MARKETING_LITE",
    "SERVICE",
    "UTILITY",
    "REFERRAL_CONVERSION",
    "GROUP_MARKETING",
    "GROUP_SERVICE",
    "GROUP_UTILITY",
)
CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "analytics": {},
    "conversation_analytics": {
        "metric_types": ("COST", "CONVERSATION"),
        "conversation_categories": CATEGORIES,
        "conversation_types": ("FREE_ENTRY", "FREE_TIER", "REGULAR"),
        "conversation_directions": ("BUSINESS_INITIATED", "USER_INITIATED", "UNKNOWN"),
        "dimensions": (
            "CONVERSATION_CATEGORY",
            "CONVERSATION_DIRECTION",
            "CONVERSATION_TYPE",
            "COUNTRY",
            "PHONE",
        ),
    },
    "pricing_analytics": {
        "metric_types": ("COST", "VOLUME"),
        "pricing_categories": CATEGORIES,
        "pricing_types": ("FREE_CUSTOMER_SERVICE", "FREE_ENTRY_POINT", "REGULAR"),
        "dimensions": ("COUNTRY", "PHONE", "PRICING_CATEGORY", "PRICING_TYPE", "TIER"),
    },
}
FIELDS = tuple(CHOICES)
METRICS = ("COST", "CLICKED", "DELIVERED", "READ", "SENT")
_CONVERSATION_TYPES = {"free_entry_point": "FREE_ENTRY", "free_customer_service": "FREE_TIER"}
_KEYS = {"PHONE": "phone_number"}
"""Dimensions whose key in a data point is not their name in small letters."""


@dataclass(slots=True, frozen=True)
class Sent:
    """One message that left an account, as analytics see it."""

    message: ChatMessage
    number: str
    country: str
    times: dict[str, float]
    """Status to the second it was first reached."""
    category: str
    type: str

    @property
    def delivered_at(self) -> float | None:
        return self.times.get("delivered", self.times.get("read"))


def answer(sandbox: Sandbox, waba_id: str, field: str, arguments: dict[str, str]) -> Json:
    asked = _read(sandbox, field, arguments)
    sent = [one for one in _sent(sandbox, waba_id) if _wanted(one, asked)]
    if field == "analytics":
        return _messages(sandbox, waba_id, asked, sent)
    points = _prices(asked, sent) if field == "pricing_analytics" else _conversations(asked, sent)
    return {"data": [{"data_points": points}]}


def _read(sandbox: Sandbox, field: str, arguments: dict[str, str]) -> Json:
    choices = CHOICES[field]
    known = {"start", "end", "granularity", "phone_numbers", "country_codes", "product_types", *choices}
    unknown = sorted(set(arguments) - known)
    if unknown:
        raise GraphError(100, f"{field} has no filter {unknown[0]}; it has {', '.join(sorted(known))}.")
    start, end = _second(arguments, "start"), _second(arguments, "end")
    if start >= end:
        raise GraphError(100, "Param start must be before end.")
    if start < sandbox.now() - LOOK_BACK_DAYS * DAY:
        raise GraphError(100, "Param start must not lie more than one year back.")
    granularity = arguments.get("granularity", "").strip("\"'").upper()
    if granularity not in GRANULARITIES[field]:
        raise GraphError(100, f"Param granularity must be one of {{{', '.join(GRANULARITIES[field])}}}.")
    asked: Json = {"start": start, "end": end, "granularity": granularity}
    for key in ("phone_numbers", "country_codes", "product_types", *choices):
        asked[key] = _listed(arguments, key, choices.get(key))
    return asked


def _second(arguments: dict[str, str], key: str) -> int:
    value = arguments.get(key, "").strip("\"'")
    if not value.isascii() or not value.isdigit() or len(value) > 12:
        raise GraphError(100, f"The parameter {key} is required: unix seconds.")
    return int(value)


def _listed(arguments: dict[str, str], key: str, choices: tuple[str, ...] | None) -> list[str]:
    """``["A","B"]``, ``[A,B]`` or ``A,B``; an empty list filters nothing."""
    items = [item.strip(" \"'[]") for item in arguments.get(key, "").split(",")]
    items = [item.upper() for item in items if item]
    for item in items:
        if choices is not None and item not in choices:
            raise GraphError(100, f"Param {key} must be a list of {{{', '.join(choices)}}}.")
    return items


def _sent(sandbox: Sandbox, waba_id: str) -> Iterator[Sent]:
    for message in sandbox.messages.values():
        number = sandbox.numbers.get(message.number_id)
        if message.direction != "out" or number is None or number.waba_id != waba_id:
            continue
        times: dict[str, float] = {}
        for status, at in message.statuses:
            times.setdefault(status, at)
        customer = sandbox.customers.get(message.customer_id)
        pricing = message.pricing or {"category": message.category, "type": "regular"}
        country = country_of(customer.wa_id) if customer else "ZZ"
        category = str(pricing["category"]).upper()
        yield Sent(message, number.digits, country, times, category, str(pricing["type"]))


def _wanted(one: Sent, asked: Json) -> bool:
    if asked["phone_numbers"] and one.number not in asked["phone_numbers"]:
        return False
    return not asked["country_codes"] or one.country in asked["country_codes"]


def _bucket(granularity: str, at: float) -> tuple[int, int]:
    """First and last second of the point that the moment belongs to."""
    if granularity in ("MONTH", "MONTHLY"):
        moment = datetime.fromtimestamp(at, UTC)
        first = datetime(moment.year, moment.month, 1, tzinfo=UTC)
        after = datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1, tzinfo=UTC)
        return int(first.timestamp()), int(after.timestamp())
    seconds = 1_800 if granularity == "HALF_HOUR" else DAY
    first_second = int(at // seconds) * seconds
    return first_second, first_second + seconds


def _messages(sandbox: Sandbox, waba_id: str, asked: Json, sent: list[Sent]) -> Json:
    counts: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for one in sent:
        for name, at in (("sent", one.times.get("sent")), ("delivered", one.delivered_at)):
            if at is not None and asked["start"] <= at < asked["end"]:
                counts[_bucket(asked["granularity"], at)][name] += 1
    points = [
        {"start": start, "end": end, "sent": found["sent"], "delivered": found["delivered"]}
        for (start, end), found in sorted(counts.items())
    ]
    mine = [n.digits for n in sandbox.account.numbers if n.waba_id == waba_id and not n.deleted]
    return {
        "phone_numbers": asked["phone_numbers"] or mine,
        "country_codes": asked["country_codes"] or sorted({one.country for one in sent}),
        "granularity": asked["granularity"],
        "data_points": points,
    }


def _prices(asked: Json, sent: list[Sent]) -> list[Json]:
    found: dict[tuple[Any, ...], list[float]] = defaultdict(lambda: [0, 0.0])
    for one in sent:
        at, kind = one.delivered_at, one.type.upper()
        if at is None or not asked["start"] <= at < asked["end"]:
            continue
        if not _among(one.category, asked["pricing_categories"]) or not _among(kind, asked["pricing_types"]):
            continue
        values = {
            "PHONE": one.number,
            "COUNTRY": one.country,
            "PRICING_TYPE": kind,
            "PRICING_CATEGORY": one.category,
        }
        if kind == "REGULAR":
            values["TIER"] = "0:MAX"
        total = found[(*_bucket(asked["granularity"], at), *_broken_down(values, asked["dimensions"]))]
        total[0] += 1
        total[1] += cost_of(one.category, one.type)
    return _points(asked, found, "volume")


def _conversations(asked: Json, sent: list[Sent]) -> list[Json]:
    found: dict[tuple[Any, ...], list[float]] = defaultdict(lambda: [0, 0.0])
    until: dict[tuple[str, str, str], float] = {}
    for one in sorted(sent, key=lambda one: one.delivered_at or 0.0):
        at, kind = one.delivered_at, _CONVERSATION_TYPES.get(one.type, "REGULAR")
        if at is None or at < until.get(_who(one), 0.0):
            continue
        until[_who(one)] = at + DAY
        if not asked["start"] <= at < asked["end"]:
            continue
        direction = "USER_INITIATED" if one.category == "SERVICE" else "BUSINESS_INITIATED"
        values = {
            "PHONE": one.number,
            "COUNTRY": one.country,
            "CONVERSATION_TYPE": kind,
            "CONVERSATION_DIRECTION": direction,
            "CONVERSATION_CATEGORY": one.category,
        }
        filters = {"TYPE": "types", "DIRECTION": "directions", "CATEGORY": "categories"}
        if not all(
            _among(values[f"CONVERSATION_{name}"], asked[f"conversation_{key}"])
            for name, key in filters.items()
        ):
            continue
        total = found[(*_bucket(asked["granularity"], at), *_broken_down(values, asked["dimensions"]))]
        total[0] += 1
        total[1] += cost_of(one.category, one.type)
    return _points(asked, found, "conversation")


def _who(one: Sent) -> tuple[str, str, str]:
    return one.number, one.message.customer_id, one.category


def _among(value: str, wanted: list[str]) -> bool:
    return not wanted or value in wanted


def _broken_down(values: dict[str, str], dimensions: list[str]) -> tuple[tuple[str, str], ...]:
    return tuple((_KEYS.get(name, name.lower()), values[name]) for name in dimensions if name in values)


def _points(asked: Json, found: dict[tuple[Any, ...], list[float]], counted: str) -> list[Json]:
    metrics = asked["metric_types"] or [counted.upper(), "COST"]
    points = []
    for (start, end, *broken), (count, cost) in sorted(found.items()):
        point: Json = {"start": start, "end": end} | dict(broken)
        if counted.upper() in metrics:
            point[counted] = int(count)
        if "COST" in metrics:
            point["cost"] = round(cost, 4)
        points.append(point)
    return points


async def template_analytics(call: Call) -> Json:
    values = await call.parameters()
    return template_answer(call.sandbox, call.object_id, {key: _text(value) for key, value in values.items()})


def _text(value: Any) -> str:
    return ",".join(str(item) for item in value) if isinstance(value, list) else str(value)


def template_answer(sandbox: Sandbox, waba_id: str, arguments: dict[str, str]) -> Json:
    """By day. Raises GraphError 100 before insights were confirmed."""
    if not sandbox.wabas[waba_id].insights:
        raise GraphError(100, "Template analytics are not enabled: POST is_enabled_for_insights=true first.")
    start, end = _midnight(arguments, "start"), _midnight(arguments, "end")
    if start > end:
        raise GraphError(100, "Param start must be before end.")
    if start < sandbox.now() - (TEMPLATE_LOOK_BACK_DAYS + 1) * DAY:
        raise GraphError(100, f"Param start must not lie more than {TEMPLATE_LOOK_BACK_DAYS} days back.")
    if arguments.get("granularity", "").strip("\"'").upper() != "DAILY":
        raise GraphError(100, "Param granularity must be one of {DAILY}.")
    ids = _listed(arguments, "template_ids", None)
    if not 0 < len(ids) <= TEMPLATES_MOST:
        raise GraphError(100, f"Param template_ids must be a list of 1 to {TEMPLATES_MOST} ids.")
    metrics = _listed(arguments, "metric_types", METRICS) or list(METRICS)
    sent = list(_sent(sandbox, waba_id))
    points = [
        point
        for template_id in ids
        for day in range(start, end + 1, DAY)
        for point in _template_day(sandbox, waba_id, template_id, day, sent, metrics)
    ]
    return {"data": [{"granularity": "DAILY", "product_type": "cloud_api", "data_points": points}]}


def _midnight(arguments: dict[str, str], key: str) -> int:
    value = arguments.get(key, "").strip("\"'")
    if len(value) == 10 and value[4] == value[7] == "-":
        try:
            return int(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp())
        except ValueError as error:
            raise GraphError(100, f"Param {key} must be a date such as 2026-11-30.") from error
    return _second(arguments, key) // DAY * DAY


def _template_day(
    sandbox: Sandbox, waba_id: str, template_id: str, day: int, sent: list[Sent], metrics: list[str]
) -> Iterator[Json]:
    template = sandbox.templates.get(template_id)
    if template is None or template.waba_id != waba_id:
        return
    mine = [
        one
        for one in sent
        if (shown := one.message.template) is not None
        and (shown["name"], shown["language"]) == (template.name, template.language)
        and day <= one.times.get("sent", -1.0) < day + DAY
    ]
    if not mine:
        return
    delivered = sum(1 for one in mine if one.delivered_at is not None)
    counted = {
        "SENT": len(mine),
        "DELIVERED": delivered,
        "READ": sum(1 for one in mine if "read" in one.times),
    }
    point: Json = {"template_id": template_id, "start": day, "end": day + DAY}
    point |= {name.lower(): count for name, count in counted.items() if name in metrics}
    clicked = Counter(title for one in mine for title in _tapped(one.message))
    if "CLICKED" in metrics and clicked:
        point["clicked"] = [
            {"type": "quick_reply_button", "button_content": text, "count": count}
            for text, count in sorted(clicked.items())
        ]
    if "COST" in metrics:
        spent = round(sum(cost_of(one.category, one.type) for one in mine if one.delivered_at is not None), 4)
        point["cost"] = [{"type": "amount_spent", "value": spent}]
        if delivered:
            point["cost"].append({"type": "cost_per_delivered", "value": round(spent / delivered, 4)})
    yield point


def _tapped(message: ChatMessage) -> list[str]:
    parts = [message.template or {}, *(message.template or {}).get("cards", [])]
    texts = {
        button.get("payload"): button.get("text") for part in parts for button in part.get("buttons", [])
    }
    return [str(texts.get(payload) or payload) for payload in message.tapped]
