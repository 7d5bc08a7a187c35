"""What stands in the rail: views with their counters, numbers, and the pages for those who manage."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.cases.queries.lists import count_mine
from regulars.conversations.notifying import count_unread_notifications
from regulars.inboxes.access import inboxes_of
from regulars.saved_views.queries import count_for_all, lines_for
from regulars.scheduling.queries import count_refused
from regulars.web.inbox.counting import counters_of
from regulars.web.inbox.lists import (
    COUNTED,
    ICONS,
    UNLISTED,
    VIEWS,
    ListChoice,
    short_label,
    usual_order,
    view_label,
)
from regulars.web.saved_views.words import shown
from regulars.web.settings.register import SettingsGroup, groups_for
from regulars.workspaces.access import Actor

IN_BOTTOM_BAR = ("now", "cases")
"""of a phone; a sixth place would be too narrow"""


@dataclass(frozen=True, slots=True)
class NavigationView:
    key: str
    label: str
    short: str
    icon: str
    url: str
    counted: bool
    count: int = 0

    @property
    def told(self) -> int | str:
        return shown(self.count)


@dataclass(frozen=True, slots=True)
class NavigationInbox:
    id: UUID
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Navigation:
    views: list[NavigationView]
    saved: list[NavigationView]
    """views that people keep"""
    work: list[NavigationView]
    """what there is to do beside conversations"""
    inboxes: list[NavigationInbox]
    settings: list[SettingsGroup]
    has_several_channels: bool
    unread_notifications: int

    @property
    def bottom(self) -> list[NavigationView]:
        """The places of a phone, within reach of a thumb; what is one's own stands behind the last of them."""
        mine = next((view.count for view in self.views if view.key == "mine"), 0)
        inbox = NavigationView(
            "mine", _("Inbox"), _("Inbox"), "all", reverse("inbox"), counted=True, count=mine
        )
        search = NavigationView(
            "search", _("Search"), _("Search"), "search", reverse("search"), counted=False
        )
        return [inbox, search, *(place for place in self.work if place.key in IN_BOTTOM_BAR)]


def navigation_of(actor: Actor) -> Navigation:
    """A few small queries."""
    numbers = counters_of(actor).by_view
    views = [
        NavigationView(
            view,
            view_label(view),
            short_label(view),
            ICONS[view],
            reverse("inbox-view", args=[view]),
            view in COUNTED,
            numbers.get(view, 0),
        )
        for view in VIEWS
        if view not in UNLISTED
    ]
    staffed = list(inboxes_of(actor))
    inboxes = [
        NavigationInbox(inbox.id, inbox.name, ListChoice("open", usual_order("open"), inbox.id).url)
        for inbox in staffed
    ]
    channels = {inbox.connection.channel for inbox in staffed}
    return Navigation(
        views,
        _saved(actor),
        _work(actor),
        inboxes,
        groups_for(actor),
        has_several_channels=len(channels) > 1,
        unread_notifications=count_unread_notifications(actor),
    )


def _saved(actor: Actor) -> list[NavigationView]:
    """Three queries, one more where the member has some of them counted."""
    lines = lines_for(actor) if actor.can("conversations:read") else []
    counts = count_for_all([actor])[0] if any(line.is_counted for line in lines) else {}
    return [
        NavigationView(
            str(line.view.id),
            line.view.name,
            line.view.name,
            "filter",
            reverse("inbox-view", args=[line.view.id]),
            counted=line.is_counted,
            count=counts.get(line.view.id, 0),
        )
        for line in lines
    ]


def _work(actor: Actor) -> list[NavigationView]:
    places = []
    if actor.can("routing:read"):
        places.append(
            NavigationView(
                "now", _("Now: who waits, who has room"), _("Now"), "activity", reverse("now"), counted=False
            )
        )
    if actor.can("cases:read"):
        mine = count_mine([actor]).get(actor.member_id, 0) if actor.member_id else 0
        places.append(
            NavigationView(
                "cases", _("Cases"), _("Cases"), "case", reverse("cases"), counted=True, count=mine
            )
        )
    if actor.can("conversations:read"):
        places.append(
            NavigationView(
                "scheduled",
                _("Scheduled: what leaves later"),
                _("Scheduled"),
                "clock",
                reverse("scheduled"),
                counted=True,
                count=count_refused(actor),
            )
        )
    return places
