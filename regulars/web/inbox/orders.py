"""An order as people read it: prices in the reader's way of writing money, each line's sum, and the total. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from babel.numbers import format_currency, format_decimal

from regulars.inboxes.ports import Order, OrderLine

_CURRENCY = re.compile(r"[A-Z]{3}")
_LARGEST = Decimal(10) ** 15
"""no price; such numbers stand as they came"""


class PricedLine(NamedTuple):
    """One product: how many, what each costs (empty for a single one) and what they cost together."""

    product: str
    quantity: str
    each: str
    together: str


class PricedOrder(NamedTuple):
    """``totals``: one sum for each currency; none where a price is missing or is no number."""

    lines: list[PricedLine]
    totals: list[str]


def priced(order: Order, language: str, most: int) -> PricedOrder:
    return PricedOrder([_line(line, language) for line in order.lines[:most]], _totals(order.lines, language))


def money(amount: Decimal, currency: str, language: str) -> str:
    """``₩89,000``, ``24,50 €``: with as many decimals as the currency has, more only where the price has more."""
    normal = amount.normalize()
    return format_currency(normal, currency, locale=language.replace("-", "_"), decimal_quantization=False)


def _line(line: OrderLine, language: str) -> PricedLine:
    quantity = format_decimal(line.quantity, locale=language.replace("-", "_"))
    price = _price(line)
    if price is None:
        return PricedLine(line.product_id, quantity, "", f"{line.unit_price} {line.currency}".strip())
    each = money(price, line.currency, language) if line.quantity != 1 else ""
    return PricedLine(line.product_id, quantity, each, money(price * line.quantity, line.currency, language))


def _totals(lines: Iterable[OrderLine], language: str) -> list[str]:
    sums: dict[str, Decimal] = {}
    for line in lines:
        price = _price(line)
        if price is None:
            return []
        sums[line.currency] = sums.get(line.currency, Decimal(0)) + price * line.quantity
    return [money(total, currency, language) for currency, total in sums.items()]


def _price(line: OrderLine) -> Decimal | None:
    try:
        price = Decimal(line.unit_price)
    except InvalidOperation:
        return None
    is_sane = price.is_finite() and abs(price) < _LARGEST and abs(line.quantity) < _LARGEST
    return price if is_sane and _CURRENCY.fullmatch(line.currency) else None
