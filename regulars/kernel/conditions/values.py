"""Types of values, the operators that each knows, and how what was written becomes a value. Pure.

A missing value is None; every operator but ``is_empty`` fails on it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from uuid import UUID

from regulars.kernel.conditions.problems import Wrong

FieldType = Literal["text", "choice", "reference", "number", "money", "boolean", "moment", "words", "any"]
"""``choice``: one of a closed or suggested list; ``reference``: another object's id; ``words``: a set of texts;
``any``: whatever the workspace keeps under a key of its own, taken by the kind of the value that is compared with it"""
Operator = Literal[
    "is",
    "is_not",
    "in",
    "not_in",
    "contains",
    "<",
    "<=",
    ">",
    ">=",
    "between",
    "has_any",
    "has_all",
    "is_empty",
]
EQUAL: tuple[Operator, ...] = ("is", "is_not")
LISTED: tuple[Operator, ...] = ("in", "not_in")
ORDERED: tuple[Operator, ...] = ("<", "<=", ">", ">=", "between")
MEMBERSHIP: tuple[Operator, ...] = ("has_any", "has_all")
COMPARABLE: tuple[Operator, ...] = (*EQUAL, *ORDERED)
"""those that a comparison of two windows knows"""
OPERATORS: Mapping[FieldType, tuple[Operator, ...]] = {
    "text": (*EQUAL, *LISTED, "contains", "is_empty"),
    "choice": (*EQUAL, *LISTED, "is_empty"),
    "reference": (*EQUAL, *LISTED, "is_empty"),
    "number": (*EQUAL, *LISTED, *ORDERED, "is_empty"),
    "money": (*EQUAL, *ORDERED, "is_empty"),
    "boolean": (*EQUAL, "is_empty"),
    "moment": (*ORDERED, "is_empty"),
    "words": ("contains", *MEMBERSHIP, "is_empty"),
    "any": (*EQUAL, *LISTED, "contains", *ORDERED, *MEMBERSHIP, "is_empty"),
}
LONGEST_TEXT = 1000
LONGEST_LIST = 1000
LARGEST_NUMBER = Decimal(10) ** 18
MOST_PLACES = 9
"""after the point"""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217); amounts of different currencies are never compared."""

    amount: Decimal
    currency: str


def takes_list(operator: str) -> bool:
    return operator in LISTED or operator in MEMBERSHIP


def parse_value(type_: FieldType, operator: str, written: Any) -> Any:
    """What an operator compares with, typed; raises ``Wrong`` without a path."""
    if operator == "is_empty":
        if written is None:
            return True
        if not isinstance(written, bool):
            raise Wrong("value_type", "true, false, or nothing")
        return written
    if operator == "between":
        return _parse_bounds(type_, written)
    if takes_list(operator):
        return _parse_list("text" if operator in MEMBERSHIP else type_, written)
    if type_ == "any" and operator in ORDERED:
        return _parse_number(written)
    return _parse_one("text" if operator == "contains" else type_, written)


def parse_factor(type_: FieldType, operator: str, written: Any) -> Any:
    """What two windows are compared by: a number, of money with its currency; nothing says 1."""
    if type_ == "money":
        if not (isinstance(written, dict) and {"currency"} <= set(written) <= {"factor", "currency"}):
            raise Wrong("value_type", 'such as {"factor": "1.5", "currency": "EUR"}')
        factor = parse_factor("number", operator, written.get("factor"))
        currency = _parse_currency(written["currency"])
        if operator == "between":
            return tuple(Money(each, currency) for each in factor)
        return Money(factor, currency)
    if operator == "between":
        return _parse_bounds("number", written)
    return Decimal(1) if written is None else _parse_number(written)


def _parse_bounds(type_: FieldType, written: Any) -> tuple[Any, Any]:
    if not isinstance(written, list) or len(written) != 2:
        raise Wrong("value_bounds", "two values, the lower one first")
    low, high = (_parse_one("number" if type_ == "any" else type_, each) for each in written)
    if isinstance(low, Money) and low.currency != high.currency:
        raise Wrong("value_currency", "two amounts of one currency")
    if _ordinal(low) > _ordinal(high):
        raise Wrong("value_bounds", "the lower value first")
    return low, high


def _parse_list(type_: FieldType, written: Any) -> tuple[Any, ...]:
    if not isinstance(written, list) or not written:
        raise Wrong("value_list", "a list with at least one value")
    if len(written) > LONGEST_LIST:
        raise Wrong("value_list", f"a list of at most {LONGEST_LIST} values")
    parsed = tuple(_parse_one(type_, each) for each in written)
    if len({type(each) for each in parsed}) > 1:
        raise Wrong("value_list", "values of one kind")
    return tuple(dict.fromkeys(parsed))


def _parse_one(type_: FieldType, written: Any) -> Any:
    return _PARSERS[type_](written)


def _parse_text(written: Any) -> str:
    if not isinstance(written, str) or not written:
        raise Wrong("value_type", "a text that is not empty")
    if len(written) > LONGEST_TEXT:
        raise Wrong("value_type", f"a text of at most {LONGEST_TEXT} characters")
    if "\x00" in written or any("\ud800" <= letter <= "\udfff" for letter in written):
        raise Wrong("value_type", "a text without U+0000 and without unpaired surrogates")
    return written


def _parse_number(written: Any) -> Decimal:
    if isinstance(written, bool) or not isinstance(written, int | float | Decimal):
        raise Wrong("value_type", "a number")
    return _bounded(Decimal(str(written)))


def _bounded(number: Decimal) -> Decimal:
    if not number.is_finite() or abs(number) > LARGEST_NUMBER:
        raise Wrong("value_type", "a number of at most 18 digits before the point")
    if number != round(number, MOST_PLACES):
        raise Wrong("value_type", f"a number of at most {MOST_PLACES} digits after the point")
    return number


def _parse_amount(written: Any) -> Decimal:
    if not isinstance(written, str):
        return _parse_number(written)
    try:
        return _bounded(Decimal(written))
    except InvalidOperation as error:
        raise Wrong("value_type", 'an amount such as "12.50"') from error


def _parse_money(written: Any) -> Money:
    if not isinstance(written, dict) or set(written) != {"amount", "currency"}:
        raise Wrong("value_type", 'such as {"amount": "12.50", "currency": "EUR"}')
    return Money(_parse_amount(written["amount"]), _parse_currency(written["currency"]))


def _parse_currency(written: Any) -> str:
    if not (isinstance(written, str) and len(written) == 3 and written.isascii() and written.isupper()):
        raise Wrong("value_currency", "a currency's three letters, such as EUR")
    return written


def _parse_boolean(written: Any) -> bool:
    if not isinstance(written, bool):
        raise Wrong("value_type", "true or false")
    return written


def _parse_reference(written: Any) -> UUID:
    try:
        return UUID(written)
    except (ValueError, AttributeError, TypeError) as error:
        raise Wrong("value_type", "an id") from error


def parse_moment(written: Any) -> datetime:
    """A time with its zone; raises ``Wrong``."""
    wrong = Wrong("value_type", "a time with its zone, such as 2026-11-29T08:00:00Z")
    if not isinstance(written, str):
        raise wrong
    try:
        moment = datetime.fromisoformat(written)
        utc = moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise wrong from error
    if moment.tzinfo is None or not 1970 <= utc.year < 2100:
        raise wrong
    return utc


def _parse_any(written: Any) -> Any:
    if isinstance(written, bool):
        return written
    if isinstance(written, int | float | Decimal):
        return _parse_number(written)
    if isinstance(written, str):
        return _parse_text(written)
    raise Wrong("value_type", "a text, a number, true or false")


_PARSERS: Mapping[FieldType, Callable[[Any], Any]] = {
    "text": _parse_text,
    "choice": _parse_text,
    "reference": _parse_reference,
    "number": _parse_number,
    "money": _parse_money,
    "boolean": _parse_boolean,
    "moment": parse_moment,
    "words": _parse_text,
    "any": _parse_any,
}


def write_value(value: Any) -> Any:
    """A typed value as it is written in JSON."""
    if isinstance(value, tuple):
        return [write_value(each) for each in value]
    if isinstance(value, Money):
        return {"amount": format(value.amount, "f"), "currency": value.currency}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, UUID) else value


def folded(text: str) -> str:
    """In small letters, one for one as PostgreSQL's C.UTF-8 has them (Unicode's simple mapping)."""
    if text.isascii() or not ("\u0130" in text or "\u03a3" in text):
        return text.lower()
    return "".join(letter.lower()[0] for letter in text)


def holds(operator: str, value: Any, wanted: Any) -> bool:
    """Whether a value passes; ``words`` are any collection of texts."""
    if operator == "is_empty":
        return (value is None) is bool(wanted)
    if value is None:
        return False
    return _TESTS[operator](value, wanted)


def of_kind(value: Any, operator: str, wanted: Any) -> Any:
    """A value kept under the workspace's own key as the kind it is compared with; None when it is of another."""
    if operator in MEMBERSHIP:
        texts = value if isinstance(value, list) else [value]
        return [each for each in texts if isinstance(each, str) and each] or None
    example = wanted[0] if isinstance(wanted, tuple) else wanted
    if isinstance(value, bool) or isinstance(example, bool):
        return value if isinstance(value, bool) and isinstance(example, bool) else None
    if isinstance(example, str):
        return value if isinstance(value, str) and value else None
    return Decimal(str(value)) if isinstance(value, int | float) else None


def _ordinal(value: Any) -> Any:
    return value.amount if isinstance(value, Money) else value


def _in_one_currency(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Amounts of different currencies fail every comparison."""

    def tested(value: Any, wanted: Any) -> bool:
        if isinstance(value, Money):
            other = wanted[0] if isinstance(wanted, tuple) else wanted
            return value.currency == other.currency and test(value, wanted)
        return test(value, wanted)

    return tested


def _contains(value: str | Collection[str], wanted: str) -> bool:
    if isinstance(value, str):
        return folded(wanted) in folded(value)
    return wanted in value


_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": _in_one_currency(lambda value, wanted: value == wanted),
    "is_not": _in_one_currency(lambda value, wanted: value != wanted),
    "in": lambda value, wanted: value in wanted,
    "not_in": lambda value, wanted: value not in wanted,
    "contains": _contains,
    "<": _in_one_currency(lambda value, wanted: _ordinal(value) < _ordinal(wanted)),
    "<=": _in_one_currency(lambda value, wanted: _ordinal(value) <= _ordinal(wanted)),
    ">": _in_one_currency(lambda value, wanted: _ordinal(value) > _ordinal(wanted)),
    ">=": _in_one_currency(lambda value, wanted: _ordinal(value) >= _ordinal(wanted)),
    "between": _in_one_currency(
        lambda value, wanted: _ordinal(wanted[0]) <= _ordinal(value) <= _ordinal(wanted[1])
    ),
    "has_any": lambda value, wanted: any(each in value for each in wanted),
    "has_all": lambda value, wanted: all(each in value for each in wanted),
}
