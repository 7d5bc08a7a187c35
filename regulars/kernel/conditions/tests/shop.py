"""A room for tests: people and what they bought, with every type of field and every measure, in tables of its own."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from regulars.kernel.conditions import columns
from regulars.kernel.conditions.fields import (
    Choice,
    Choices,
    Contribution,
    Family,
    Field,
    Measure,
    Rows,
    Sql,
    Subject,
    join,
    one_of,
)
from regulars.kernel.conditions.values import Money
from regulars.kernel.conditions.windows import AsOf

NOW = datetime(2026, 11, 18, 9, 30, 15, 250_000, tzinfo=UTC)
WORKSPACE, STRANGERS = UUID(int=1), UUID(int=2)
NAMES = ("", "Анна", "ANNA", "김민지", "ณัฐวุฒิ", "İlke Ünal", "Straße 9%", "a_b\\c'", "Σίσυφος", "żółw")
CITIES = ("", "Seoul", "Москва", "กรุงเทพ")
KINDS = ("retail", "wholesale")
TAGS = ("vip", "новый", "단골", "a'b")
SHOPS = {"A-1": "north", "B-2": "south", "C-3": ""}
CURRENCIES = ("EUR", "KRW")


@dataclass
class Purchase:
    id: int
    person_id: UUID
    at: datetime
    amount: Decimal | None
    currency: str
    count: int | None
    status: str
    sku: str


@dataclass
class Person:
    id: UUID
    name: str
    city: str
    kind: str
    age: int | None
    owner_id: UUID | None
    is_active: bool | None
    born_at: datetime | None
    due_at: datetime | None
    tags: list[str]
    notes: dict[str, Any]
    debt: Decimal | None
    debt_currency: str
    purchases: list[Purchase] = field(default_factory=list)


def _money(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)


PURCHASES = Rows(
    "purchases",
    "person",
    "purchase counted",
    "counted.person_id",
    "counted.workspace_id",
    "counted.at",
    fields={
        each.name: each
        for each in (
            columns.text("sku", "SKU", "counted", "sku"),
            columns.choice(
                "status", "Status", "counted", "status", one_of(("paid", "Paid"), ("open", "Open"))
            ),
            columns.plain("number", "quantity", "Quantity", "counted", "count"),
            Field(
                "total",
                "money",
                "Total",
                "counted",
                sql=lambda _as_of: Sql("counted.amount"),
                currency_sql="counted.currency",
                get=lambda row, _as_of: _money(row.amount, row.currency),
            ),
            Field(
                "shop",
                "text",
                "Shop",
                "counted",
                sql=lambda _as_of: Sql("NULLIF(sold_as.shop, '')"),
                get=lambda row, _as_of: SHOPS[row.sku] or None,
                needs=("sold_as",),
            ),
        )
    },
    joins={"sold_as": "JOIN sold_as ON sold_as.sku = counted.sku"},
    load=lambda person: person.purchases,
    get_at=lambda row: row.at,
)
_PAID = {"only_sql": "counted.status = 'paid'", "only": lambda row: row.status == "paid"}
_AMOUNT = {
    "sql": "counted.amount",
    "get": lambda row: row.amount,
    "currency_sql": "counted.currency",
    "get_currency": lambda row: row.currency,
}
_QUANTITY: dict[str, Any] = {"sql": "counted.count", "get": lambda row: row.count}
OWNERS = Choices(asked=lambda _workspace_id: [Choice(str(UUID(int=11)), "Olga")])
PERSON = Subject("person", "Person", "shop_person")


def _of_purchases(name: str, type_: Any, measure: Measure) -> Field:
    return Field(
        f"purchases.{name}", type_, name, "person", rows=PURCHASES, measure=measure, has_history=True
    )


VISIT = Subject(
    "visit",
    "Visit",
    "shop_visit",
    {"person": "LEFT JOIN shop_person person ON person.id = visit.person_id"},
    {"person": "visit.person_id"},
)
SHOP = Contribution(
    (PERSON, VISIT),
    (
        columns.text("person.name", "Name", "person", "name"),
        columns.text("person.city", "City", "person", "city"),
        columns.choice(
            "person.kind", "Kind", "person", "kind", one_of(("retail", "Retail"), ("wholesale", "W"))
        ),
        columns.plain("number", "person.age", "Age", "person", "age"),
        columns.plain("reference", "person.owner", "Owner", "person", "owner_id", choices=OWNERS),
        columns.plain("boolean", "person.is_active", "Active", "person", "is_active"),
        columns.plain("moment", "person.born", "Born", "person", "born_at"),
        columns.units_since("person.born_days_ago", "Days since", "person", "born_at", columns.DAY),
        columns.minutes_until("person.due_minutes", "Due", "person", "due_at"),
        columns.words("person.tags", "Tags", "person", "tags"),
        Field(
            "person.debt",
            "money",
            "Debt",
            "person",
            sql=lambda _as_of: Sql("person.debt"),
            currency_sql="person.debt_currency",
            get=lambda person, _as_of: _money(person.debt, person.debt_currency),
        ),
        _of_purchases("count", "number", Measure("count")),
        _of_purchases("paid_count", "number", Measure("count", **_PAID)),  # type: ignore[arg-type]
        _of_purchases("quantity", "number", Measure("sum", **_QUANTITY)),
        _of_purchases("max_quantity", "number", Measure("max", **_QUANTITY)),
        _of_purchases("total", "money", Measure("sum", **_AMOUNT)),  # type: ignore[arg-type]
        _of_purchases("max_total", "money", Measure("max", **_AMOUNT, **_PAID)),  # type: ignore[arg-type]
        _of_purchases("last_days_ago", "number", Measure("days_since_last")),
        _of_purchases("last_sku", "text", Measure("latest", sql="counted.sku", get=lambda row: row.sku)),
        columns.standing_words(
            "purchases.skus",
            "SKUs",
            replace(PURCHASES, name="skus", takes_window=False),
            sql="counted.sku",
            get=lambda row: row.sku,
            fold=str,
        ),
        columns.plain("number", "visit.length", "Length", "visit", "length"),
    ),
    (
        Family(
            "person.notes.",
            Field("person.notes.<key>", "any", "Note", "person"),
            partial(columns.json_key, column="notes"),
        ),
    ),
)
REGISTRY = join([SHOP])
NOTES: tuple[Any, ...] = (
    "M",
    "m-Размер",
    "",
    3,
    2.5,
    -1,
    True,
    False,
    None,
    [],
    ["M", "L"],
    ["", 4],
    {"a": 1},
)
POOLS: dict[str, Any] = {
    "text": [each for each in (*NAMES, *CITIES, "anna", "nobody", "%", "_", "σ", "i") if each],
    "choice": ["paid", "open"],
    "person.kind": KINDS,
    "sku": ["A-1", "B-2", "a-"],
    "purchases.last_sku": ["A-1", "B-2"],
    "purchases.skus": [*SHOPS, "D-4"],
    "shop": ["north", "south"],
    "number": [-1, 0, 1, 2, 3, 4.5, 7, 30, 90, 400],
    "money": [
        {"amount": amount, "currency": currency}
        for amount in ("0", "5", "12.50", "20", "99.99")
        for currency in (*CURRENCIES, "USD")
    ],
    "reference": [str(UUID(int=number)) for number in (11, 12, 13)],
    "boolean": [True, False],
    "moment": [(NOW - timedelta(days=days)).isoformat() for days in (0, 1, 30, 400)],
    "words": [*TAGS, "nothing"],
    "any": ["M", "m", "Размер", "a", 3, 2.5, 0, True, False],
}
MOMENTS = [NOW - timedelta(days=days) for days in (0, 1, 17, 30, 60, 200, 400)]
KEYS = {"person.notes.<key>": ("size", 'it\'s "odd" %s')}
AS_OFS = [
    AsOf(NOW - past, ZoneInfo(zone), since)
    for past in (timedelta(0), timedelta(days=17, hours=5), timedelta(days=60), timedelta(days=800))
    for zone, since in (
        ("Asia/Seoul", {}),
        ("America/New_York", {"trigger": NOW - timedelta(days=30), "step-1": NOW - timedelta(days=60)}),
    )
]
_TABLES = """
CREATE TABLE shop_person (id uuid PRIMARY KEY, workspace_id uuid, name text, city text, kind text, age int,
  owner_id uuid, is_active boolean, born_at timestamptz, due_at timestamptz, tags jsonb, notes jsonb, debt numeric,
  debt_currency text);
CREATE TABLE shop_visit (id uuid PRIMARY KEY, workspace_id uuid, person_id uuid, length int);
CREATE TABLE sold_as (sku text PRIMARY KEY, shop text);
CREATE TABLE purchase (id int PRIMARY KEY, workspace_id uuid, person_id uuid, at timestamptz, amount numeric,
  currency text, count int, status text, sku text);
"""


def make_people(count: int, seed: int = 7) -> list[Person]:
    """People as they may be: with gaps everywhere, and times on the very edges of windows."""
    draw = random.Random(seed)
    edges = [moment + timedelta(microseconds=shift) for moment in MOMENTS for shift in (-1, 0, 1)]

    def some_moment() -> datetime:
        return draw.choice((draw.choice(edges), NOW - timedelta(seconds=draw.randrange(500 * 86_400))))

    people = [
        Person(
            UUID(int=1000 + number),
            draw.choice(NAMES),
            draw.choice(CITIES),
            draw.choice(KINDS),
            draw.choice((None, 0, 1, 2, 3, 7, 30, 90)),
            draw.choice((None, UUID(int=11), UUID(int=12))),
            draw.choice((None, True, False)),
            draw.choice((None, some_moment())),
            draw.choice((None, NOW + timedelta(seconds=draw.randrange(-90, 9000)), some_moment())),
            draw.sample(TAGS, draw.randrange(4)),
            {key: draw.choice(NOTES) for key in KEYS["person.notes.<key>"] if draw.random() < 0.8},
            debt := draw.choice((None, Decimal("12.50"), Decimal(20))),
            draw.choice(CURRENCIES) if debt is not None else "",
        )
        for number in range(count)
    ]
    for number in range(count * 5):
        person = draw.choice(people[: -count // 5])
        person.purchases.append(
            Purchase(
                number,
                person.id,
                some_moment(),
                draw.choice((None, Decimal(5), Decimal("7.5"), Decimal("12.50"), Decimal("99.99"))),
                draw.choice(CURRENCIES),
                draw.choice((None, 0, 1, 2, 3)),
                draw.choice(("paid", "open", "")),
                draw.choice(tuple(SHOPS)),
            )
        )
    for person in people:
        person.purchases.sort(key=lambda each: (each.at, each.id))
    return people


@dataclass
class Visit:
    id: UUID
    person_id: UUID | None
    length: int


def make_visits(people: list[Person]) -> list[Visit]:
    """Two to a person, and some of nobody."""
    whose = [None, None, *(person.id for person in people), *(person.id for person in people[::2])]
    return [Visit(UUID(int=5000 + number), each, number % 5) for number, each in enumerate(whose)]


def store(people: list[Person], visits: list[Visit]) -> None:
    """Into tables of this transaction; beside them the same rows in another workspace, which nobody may count."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.executemany("INSERT INTO sold_as VALUES (%s, %s)", list(SHOPS.items()))
        for workspace, shift in ((WORKSPACE, 0), (STRANGERS, 1 << 40)):
            cursor.executemany(
                "INSERT INTO shop_person VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [_row_of(person, workspace, shift) for person in people],
            )
            cursor.executemany(
                "INSERT INTO purchase VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    (row.id + bool(shift) * 1_000_000, workspace, *_values_of(row))
                    for person in people
                    for row in person.purchases
                ],
            )
        cursor.executemany(
            "INSERT INTO shop_visit VALUES (%s, %s, %s, %s)",
            [(each.id, WORKSPACE, each.person_id, each.length) for each in visits],
        )


def _row_of(person: Person, workspace: UUID, shift: int) -> tuple[Any, ...]:
    facts = (person.name, person.city, person.kind, person.age, person.owner_id, person.is_active)
    times = (person.born_at, person.due_at)
    rest = (json.dumps(person.tags), json.dumps(person.notes), person.debt, person.debt_currency)
    return (UUID(int=person.id.int + shift), workspace, *facts, *times, *rest)


def _values_of(row: Purchase) -> tuple[Any, ...]:
    return (row.person_id, row.at, row.amount, row.currency, row.count, row.status, row.sku)
