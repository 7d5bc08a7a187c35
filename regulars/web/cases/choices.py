"""Which cases a list shows: read from its address, and written back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import pgettext

from regulars.cases.models import STATUSES, UNRESOLVED
from regulars.cases.queries.lists import CaseFilter, Order
from regulars.kernel.ids import parse_id
from regulars.workspaces.access import Actor

LONGEST_SEARCH = 200
ORDERS: tuple[Order, ...] = ("due", "newest", "updated")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChoice:
    """``status``: a word, ``unresolved`` or ``all``; ``owner``: ``me``, ``none``, a member's id or nothing."""

    status: str = "unresolved"
    owner: str = ""
    category: str = ""
    overdue: bool = False
    order: Order = "due"
    text: str = ""

    def filter(self, actor: Actor) -> CaseFilter:
        statuses = {"unresolved": UNRESOLVED, "all": ()}.get(self.status, (self.status,))
        owner = str(actor.member_id or "none") if self.owner == "me" else self.owner
        return CaseFilter(
            statuses=statuses,
            owner=owner,
            category_id=parse_id(self.category),
            is_overdue=self.overdue,
            text=self.text,
        )

    @property
    def query(self) -> str:
        usual = CaseChoice()
        values = {
            "status": self.status if self.status != usual.status else "",
            "owner": self.owner,
            "category": self.category,
            "overdue": "1" if self.overdue else "",
            "order": self.order if self.order != usual.order else "",
            "q": self.text,
        }
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def url(self) -> str:
        return _with_query(reverse("cases"), self.query)

    @property
    def board_url(self) -> str:
        """The board shows every status by itself."""
        return _with_query(reverse("case-board"), replace(self, status="unresolved", order="due").query)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query)


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def read_choice(request: HttpRequest) -> CaseChoice:
    asked = request.GET
    status, order, owner = (asked.get(name, "") for name in ("status", "order", "owner"))
    return CaseChoice(
        status=status if status in {*STATUSES, "all"} else "unresolved",
        owner=owner if owner in {"me", "none"} else str(parse_id(owner) or ""),
        category=str(parse_id(asked.get("category", "")) or ""),
        overdue=asked.get("overdue", "") == "1",
        order=next((each for each in ORDERS if each == order), "due"),
        text=asked.get("q", "").strip()[:LONGEST_SEARCH],
    )


def tabs(choice: CaseChoice) -> list[tuple[str, str, bool]]:
    """The usual lists: word, address, and whether it is this one."""
    usual = [
        (pgettext("case list", "All open"), CaseChoice()),
        (pgettext("case list", "Mine"), CaseChoice(owner="me")),
        (pgettext("case list", "Nobody's"), CaseChoice(owner="none")),
        (pgettext("case list", "Overdue"), CaseChoice(overdue=True)),
        (pgettext("case list", "Resolved"), CaseChoice(status="resolved", order="updated")),
    ]
    return [(word, each.url, each == choice) for word, each in usual]


def order_words() -> list[tuple[str, str]]:
    return [
        ("due", pgettext("case order", "Due first")),
        ("newest", pgettext("case order", "Newest first")),
        ("updated", pgettext("case order", "Changed last first")),
    ]


def said(choice: CaseChoice) -> dict[str, Any]:
    """What a form that narrows further keeps."""
    return {"choice": choice, "tabs": tabs(choice), "orders": order_words()}
