from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.functional import Promise

from regulars.web.doors import SIGNED_IN
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
    acts: tuple[URLPattern, ...] = ()
    """what is done on it, and the pages below it"""

    @property
    def permission(self) -> str:
        permission: str = self.view.permission  # type: ignore[attr-defined]  # every door leaves it there
        return permission

    def is_open_to(self, actor: Actor) -> bool:
        return self.permission == SIGNED_IN or actor.can(self.permission)

    @property
    def routes(self) -> list[URLPattern]:
        return [path(f"settings/{self.address}", self.view, name=self.key), *self.acts]
