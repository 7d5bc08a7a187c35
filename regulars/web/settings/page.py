from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.functional import Promise

from regulars.kernel.events import Event, end_of_log
from regulars.web.doors import SIGNED_IN
from regulars.web.live.topics import Topic, page_topic
from regulars.workspaces.access import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage:
    """One page of the settings. Who may open it stands at its view (``doors.member_with``), and only there."""

    key: str
    """the name of its route, and how the navigation knows it"""
    address: str
    """below ``/settings/``"""
    view: Callable[..., HttpResponseBase]
    icon: str
    label: str | Promise
    words: str | Promise
    """what else people call what they look for here: the command box finds the page by them"""
    changed_by: tuple[type[Event], ...] = ()
    """what happens elsewhere and shows on it: an open page is asked anew"""
    acts: tuple[URLPattern, ...] = ()
    """what is done on it, and the pages below it"""

    @property
    def permission(self) -> str:
        permission: str = self.view.permission  # type: ignore[attr-defined]  # every door leaves it there
        return permission

    def is_open_to(self, actor: Actor) -> bool:
        return self.permission == SIGNED_IN or actor.can(self.permission)

    @property
    def topic(self) -> Topic | None:
        return page_topic(self.key, self.changed_by, self.is_open_to) if self.changed_by else None

    @property
    def routes(self) -> list[URLPattern]:
        routes = [path(f"settings/{self.address}", self.view, name=self.key), *self.acts]
        return [_follows(each) for each in routes] if self.changed_by else routes


def _follows(route: URLPattern) -> URLPattern:
    return URLPattern(route.pattern, following(route.callback), route.default_args, route.name)


def following(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view, knowing how far the log went before it read anything: from there on the stream tells what changes."""

    @wraps(view)
    def following(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.method == "GET":
            request.live_cursor = str(end_of_log())  # type: ignore[attr-defined]  # read by ``administration/page.html``
        return view(request, *args, **kwargs)

    return following
