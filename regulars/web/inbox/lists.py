"""Which conversations a list shows: the views of the navigation, and the address that names one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import pgettext

from regulars.conversations.queries.lists import ConversationFilter, Counts, Order
from regulars.kernel.ids import parse_id

ViewKey = Literal["mine", "unassigned", "open", "resolved"]
VIEWS: tuple[ViewKey, ...] = ("mine", "unassigned", "open", "resolved")
COUNTED: frozenset[ViewKey] = frozenset({"mine", "unassigned"})
ICONS: dict[ViewKey, str] = {
    "mine": "mine",
    "unassigned": "unassigned",
    "open": "all",
    "resolved": "resolved",
}


@dataclass(frozen=True, slots=True)
class ListChoice:
    view: ViewKey
    order: Order
    inbox_id: UUID | None = None
    text: str = ""
    tag: str = ""
    """its id"""

    @property
    def filter(self) -> ConversationFilter:
        status = "resolved" if self.view == "resolved" else "open"
        assignee = {"mine": "me", "unassigned": "none"}.get(self.view, "")
        return ConversationFilter(
            inbox_id=self.inbox_id, status=status, assignee=assignee, text=self.text, tag=self.tag
        )

    @property
    def query(self) -> str:
        values = {
            "inbox": str(self.inbox_id) if self.inbox_id else "",
            "order": self.order if self.order != usual_order(self.view) else "",
            "tag": self.tag,
            "q": self.text,
        }
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def url(self) -> str:
        query = self.query
        return reverse("inbox-view", args=[self.view]) + (f"?{query}" if query else "")


def usual_order(view: ViewKey) -> Order:
    return "newest" if view == "resolved" else "longest_waiting"


def read_choice(request: HttpRequest, view: str) -> ListChoice:
    chosen: ViewKey = view if view in VIEWS else "open"
    order = request.GET.get("order", "")
    return ListChoice(
        view=chosen,
        order=cast("Order", order) if order in {"newest", "longest_waiting"} else usual_order(chosen),
        inbox_id=parse_id(request.GET.get("inbox", "")),
        text=request.GET.get("q", "").strip()[:200],
        tag=str(parse_id(request.GET.get("tag", "")) or ""),
    )


def view_label(view: str) -> str:
    return {
        "mine": pgettext("conversation list", "Mine"),
        "unassigned": pgettext("conversation list", "Unassigned"),
        "open": pgettext("conversation list", "All open"),
        "resolved": pgettext("conversation list", "Resolved"),
    }[view]


def short_label(view: str) -> str:
    short = {
        "unassigned": pgettext("bottom bar", "Unassigned"),
        "open": pgettext("bottom bar", "Open"),
    }
    return short.get(view) or view_label(view)


def landing_view(counts: Counts) -> ViewKey:
    if counts.mine:
        return "mine"
    return "unassigned" if counts.unassigned else "open"
