"""Which conversations a list shows: the views of the navigation, the tabs over them, and the address that names one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, cast, get_args
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.acts.selection import Selection
from regulars.conversations.queries.lists import ConversationFilter, Counts, Order
from regulars.kernel import clock
from regulars.kernel.errors import NotFound
from regulars.kernel.ids import parse_id
from regulars.saved_views.access import access_view
from regulars.saved_views.models import SavedView
from regulars.web.doors import MemberRequest
from regulars.workspaces.access import Actor

ViewKey = Literal[
    "mine",
    "unassigned",
    "mentions",
    "following",
    "open",
    "unread",
    "at_risk",
    "batch",
    "overdue",
    "idle",
    "closing",
    "resolved",
]
VIEWS: tuple[ViewKey, ...] = get_args(ViewKey)
COUNTED: frozenset[ViewKey] = frozenset({"mine", "unassigned", "mentions", "closing"})
ICONS: dict[ViewKey, str] = {
    "mine": "mine",
    "unassigned": "unassigned",
    "mentions": "mention",
    "following": "follow",
    "open": "all",
    "unread": "unread",
    "at_risk": "alert",
    "batch": "list",
    "overdue": "late",
    "idle": "snooze",
    "closing": "clock-closed",
    "resolved": "resolved",
}
State = Literal["any", "open", "waiting", "snoozed", "done"]
"""what a tab over a list shows: ``waiting`` are the open ones that wait for an answer, ``done`` the resolved"""
_STATES: tuple[State, ...] = ("open", "waiting", "snoozed", "done")
_OWN: frozenset[ViewKey] = frozenset({"mentions", "following"})
"""what somebody follows, or was named in, is of interest whatever its state"""
PROMISED: frozenset[ViewKey] = frozenset({"at_risk", "batch", "overdue", "idle"})
"""narrowed by what rooms above know, with how many there are over them"""
UNLISTED: frozenset[ViewKey] = frozenset({"idle"})
"""opened from where they are spoken of; no line of the navigation"""
_TABLESS: frozenset[ViewKey] = frozenset({"unread", "closing", "resolved", *PROMISED})


SAVED_ORDERS: tuple[Order, ...] = ("longest_waiting", "newest", "closing", "waking")


class Tab(NamedTuple):
    key: State
    label: str


@dataclass(frozen=True, slots=True)
class ListChoice:
    view: str
    """one of ``VIEWS``, or the id of a saved view"""
    order: Order
    inbox_id: UUID | None = None
    text: str = ""
    tag: str = ""
    """its id"""
    state: State = "open"
    saved: SavedView | None = None

    @property
    def selection(self) -> Selection:
        if self.saved:
            return Selection(
                inbox=self.inbox_id, text=self.text, tag=self.tag, conditions=self.saved.conditions
            )
        return Selection(
            inbox=self.inbox_id,
            status={"any": "", "done": "resolved", "snoozed": "snoozed"}.get(self.state, "open"),
            assignee={"mine": "me", "unassigned": "none"}.get(self.view, ""),
            text=self.text,
            tag=self.tag,
            unread=self.view == "unread",
            waiting=self.state == "waiting" or self.view == "closing",
            closing=self.view == "closing",
            own=cast("Literal['mentions', 'following']", self.view) if self.view in _OWN else "",
            narrowing=cast("Literal['at_risk', 'batch', 'overdue', 'idle']", self.view)
            if self.view in PROMISED
            else "",
        )

    def filter_for(self, actor: Actor) -> ConversationFilter:
        return self.selection.filter_for(actor, clock.now())

    @property
    def query(self) -> str:
        values = {
            "inbox": str(self.inbox_id) if self.inbox_id else "",
            "state": self.state if self.state != self.usual_state else "",
            "order": self.order if self.order != self.usual_order else "",
            "tag": self.tag,
            "q": self.text,
        }
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def url(self) -> str:
        query = self.query
        return reverse("inbox-view", args=[self.view]) + (f"?{query}" if query else "")

    @property
    def states(self) -> tuple[State, ...]:
        """The tabs that stand over it."""
        if self.saved or self.view in _TABLESS:
            return ()
        return ("any", *_STATES) if self.view in _OWN else _STATES

    @property
    def orders(self) -> Sequence[Order]:
        """How it can be sorted."""
        if self.saved:
            return SAVED_ORDERS
        if self.view == "closing":
            return ("closing", "newest", "longest_waiting")
        if self.state == "snoozed":
            return ("waking", "newest")
        return (
            ("longest_waiting", "newest", "sla")
            if self.state in {"open", "waiting"}
            else ("longest_waiting", "newest")
        )

    @property
    def can_be_saved(self) -> bool:
        """Mentions, what somebody follows and what was promised are nothing that a condition asks."""
        return self.view not in _OWN and self.view not in PROMISED

    @property
    def usual_state(self) -> State:
        return "any" if self.saved else usual_state(self.view)

    @property
    def usual_order(self) -> Order:
        return cast("Order", self.saved.order) if self.saved else usual_order(self.view, self.state)

    @property
    def label(self) -> str:
        return self.saved.name if self.saved else view_label(self.view)


def usual_state(view: str) -> State:
    return "any" if view in _OWN else "done" if view == "resolved" else "open"


def usual_order(view: str, state: State = "open") -> Order:
    if view == "closing":
        return "closing"
    if view in {"at_risk", "batch"}:
        return "sla"
    if state == "snoozed":
        return "waking"
    return "newest" if state in {"done", "any"} or view == "resolved" else "longest_waiting"


def read_choice(request: MemberRequest, view: str) -> ListChoice:
    return choice_in(request.GET, view, request.actor)


def choice_or(request: MemberRequest, home: str) -> ListChoice:
    """The list that ``?view`` names; ``home`` without it, or where it is not there any more."""
    view = request.GET.get("view") or home
    try:
        return read_choice(request, view)
    except NotFound:
        return read_choice(request, home)


def choice_in(given: Mapping[str, str], view: str, actor: Actor) -> ListChoice:
    """``given``: as the address of a list says it. Raises ``NotFound`` for a saved view that is not the actor's."""
    view_id = parse_id(view)
    saved = access_view(actor, view_id) if view_id else None
    chosen = str(view_id) if saved else view if view in VIEWS else "open"
    state = given.get("state", "")
    choice = ListChoice(
        view=chosen,
        order="newest",
        inbox_id=parse_id(given.get("inbox", "")),
        text=given.get("q", "").strip()[:200],
        tag=str(parse_id(given.get("tag", "")) or ""),
        state="any" if saved else usual_state(chosen),
        saved=saved,
    )
    if state in choice.states:
        choice = replace(choice, state=state)
    order = given.get("order", "")
    return replace(choice, order=cast("Order", order) if order in choice.orders else choice.usual_order)


def in_state(choice: ListChoice, state: State) -> ListChoice:
    """The same list under another tab, in the order that is usual there."""
    return replace(choice, state=state, order=usual_order(choice.view, state))


def view_label(view: str) -> str:
    return {
        "mine": pgettext("conversation list", "Mine"),
        "unassigned": pgettext("conversation list", "Unassigned"),
        "mentions": pgettext("conversation list", "Mentions"),
        "following": pgettext("conversation list", "Following"),
        "open": pgettext("conversation list", "All open"),
        "unread": pgettext("conversation list", "Unread"),
        "at_risk": pgettext("conversation list", "Answer due"),
        "batch": pgettext("conversation list", "Batch"),
        "overdue": pgettext("conversation list", "Follow-up overdue"),
        "idle": pgettext("conversation list", "Idle"),
        "closing": pgettext("conversation list", "Window closing"),
        "resolved": pgettext("conversation list", "Resolved"),
    }[view]


def state_label(state: State) -> str:
    return {
        "any": pgettext("state of conversations", "All"),
        "open": pgettext("state of conversations", "Open"),
        "waiting": pgettext("state of conversations", "Waiting"),
        "snoozed": pgettext("state of conversations", "Snoozed"),
        "done": pgettext("state of conversations", "Done"),
    }[state]


def order_label(order: Order) -> str:
    return {
        "longest_waiting": _("Longest waiting first"),
        "newest": _("Newest first"),
        "waking": _("Back soonest first"),
        "sla": _("Due soonest first"),
        "closing": _("Most urgent first, then closing soonest"),
    }[order]


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
