"""The first lines of every view: with which methods, who is asking, and with which right.

``@member_with("conversations:read")`` lets signed-in members with that permission in; ``@public`` says aloud
that a page has no door. Both leave ``permission`` on the view, from which the page of all routes is made. Above
them stands Django's ``@require_safe`` or ``@require_POST``: what only looks never writes, and the reverse.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from regulars.web.intents import answer_once
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member

P = ParamSpec("P")
PUBLIC = "public"
SIGNED_IN = "signed-in"


class WebRequest(HttpRequest):
    """Any request, after the middleware: ``member`` and ``actor`` are None when nobody is signed in."""

    member: Member | None
    actor: Actor | None


class MemberRequest(HttpRequest):
    """A request that passed a door."""

    member: Member
    actor: Actor


def member_with(
    permission: str,
) -> Callable[
    [Callable[Concatenate[MemberRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Let in members who hold ``permission``; ``SIGNED_IN`` asks only for a member.

    A form that comes twice with the same id has its effect once (``web.intents``).
    """

    def guard(
        view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            asking = cast("WebRequest", request)
            if asking.actor is None:
                return _to_sign_in(asking)
            if (
                asking.member
                and asking.member.owes_second_factor
                and not hasattr(view, "serves_whoever_owes")
            ):
                return _to_second_factor(asking)
            if permission != SIGNED_IN:
                asking.actor.require(permission)
            known = cast("MemberRequest", request)
            if request.method != "POST":
                return view(known, *args, **kwargs)
            return answer_once(known.member.id, known, view, lambda: view(known, *args, **kwargs))

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the page of all routes
        return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", guarded)

    return guard


def public(
    view: Callable[Concatenate[WebRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    @wraps(view)
    def open_view(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(cast("WebRequest", request), *args, **kwargs)

    open_view.permission = PUBLIC  # type: ignore[attr-defined]  # read by the page of all routes
    return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", open_view)


def serves_whoever_owes(
    view: Callable[P, HttpResponseBase],
) -> Callable[P, HttpResponseBase]:
    """Marks, below the door, a view for whoever must set up a second factor before anything else."""
    view.serves_whoever_owes = True  # type: ignore[attr-defined]  # read by ``member_with``
    return view


def methods_of(view: Any) -> tuple[str, ...]:
    """The HTTP methods that a view declares; none when it forgot to. Django's decorators keep them to themselves."""
    while view is not None:
        if declared := getattr(view, "methods", None):
            return tuple(declared)
        names = view.__code__.co_freevars if hasattr(view, "__code__") else ()
        if "request_method_list" in names:
            return tuple(view.__closure__[names.index("request_method_list")].cell_contents)
        view = getattr(view, "__wrapped__", None)
    return ()


def _to_second_factor(request: WebRequest) -> HttpResponse:
    """The page that sets one up; a fragment tells the script to load its page anew, which leads there."""
    if request.headers.get("X-Fragment"):
        return _reload_first()
    back = request.get_full_path() if request.method == "GET" else "/"
    return HttpResponseRedirect(f"{reverse('add-second-factor')}?{urlencode({'next': back})}")


def _reload_first() -> HttpResponse:
    response = HttpResponse(status=401)
    response["X-Reload"] = "1"
    return response


def _to_sign_in(request: WebRequest) -> HttpResponse:
    """A page goes to sign-in and comes back; a fragment tells the script to reload the page."""
    if request.headers.get("X-Fragment"):
        return _reload_first()
    return redirect_to_login(request.get_full_path(), "/sign-in")
