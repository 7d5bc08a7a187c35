"""From a right password to a signed-in browser, and what the session remembers on the way.

Whoever has a second factor is nobody until it is passed: the session holds for ten minutes who is on the way, and
nothing else. A session of somebody with a second factor that does not say that it was passed opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from regulars.kernel import clock
from regulars.kernel.ids import parse_id
from regulars.web.addresses import own_address
from regulars.web.doors import MemberRequest, WebRequest
from regulars.web.sign_in.devices import remember_browser
from regulars.web.sign_in.middleware import note_browser, source_of
from regulars.workspaces.models import Member, User
from regulars.workspaces.passkeys import Place
from regulars.workspaces.queries import find_user_with_second_factor
from regulars.workspaces.sessions import MEMBER_KEY, SECOND_STEP_KEY, member_of_user, note_sign_in

P = ParamSpec("P")
PENDING_KEY, CHALLENGE_KEY, PROVED_KEY = "second_step", "passkey_challenge", "proved_at"
PENDING_LASTS = timedelta(minutes=10)
"""between the password and the second step"""
CHALLENGE_LASTS = timedelta(minutes=5)
PROOF_LASTS = timedelta(minutes=10)
"""so long somebody who proved who they are may change how they prove it"""


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody whose password was right."""

    user: User
    next: str


def enter(request: WebRequest, user: User, url: str) -> HttpResponse:
    """After a right password."""
    if user.second_factor_at is None:
        return enter_whole(request, user, url)
    chosen = request.session.get(MEMBER_KEY)
    request.session.flush()
    request.session.set_expiry(int(PENDING_LASTS.total_seconds()))
    request.session[PENDING_KEY] = {
        "user": str(user.id),
        "mark": user.get_session_auth_hash(),
        "at": clock.now().isoformat(),
        "next": url,
        "member": chosen,
    }
    return HttpResponseRedirect(reverse("second-step"))


def enter_as(request: WebRequest, member: Member, url: str) -> HttpResponse:
    request.session[MEMBER_KEY] = str(member.id)
    return enter(request, member.user, url)


def enter_whole(request: WebRequest, user: User, url: str) -> HttpResponse:
    """After everything that is asked of them: they are signed in, under a new session key."""
    pending = request.session.pop(PENDING_KEY, None)
    if pending and pending["member"] and pending["user"] == str(user.id):
        request.session[MEMBER_KEY] = pending["member"]
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.set_expiry(None)
    request.session[PROVED_KEY] = clock.now().isoformat()
    if user.second_factor_at is not None:
        request.session[SECOND_STEP_KEY] = clock.now().isoformat()
    note_browser(request)
    response = HttpResponseRedirect(_first_page(request, user, url))
    remember_browser(request, response, user.email)
    return response


def _first_page(request: WebRequest, user: User, url: str) -> str:
    """Where a second factor is asked of somebody who has none, the page that sets one up comes first."""
    member = member_of_user(user.id, parse_id(request.session.get(MEMBER_KEY) or ""))
    if member:
        note_sign_in(member, source_of(request))
    if user.second_factor_at is None and member and member.second_factor_from:
        return with_next(reverse("add-second-factor"), url)
    return url


def with_next(page: str, url: str) -> str:
    return f"{page}?{urlencode({'next': url})}"


def next_of(request: HttpRequest, usual: str) -> str:
    """Only ever an address of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return own_address(request, wanted) or usual


def pending_of(request: HttpRequest) -> Pending | None:
    """None when nobody is on the way, or it took too long, or the password is another one meanwhile."""
    kept = request.session.get(PENDING_KEY)
    if not kept or not _is_fresh(kept["at"], PENDING_LASTS):
        return None
    user = find_user_with_second_factor(parse_id(kept["user"]))
    if user is None or not constant_time_compare(user.get_session_auth_hash(), kept["mark"]):
        return None
    return Pending(user, kept["next"])


def keep_challenge(request: HttpRequest, purpose: str, challenge: str) -> None:
    request.session[CHALLENGE_KEY] = {
        "purpose": purpose,
        "challenge": challenge,
        "at": clock.now().isoformat(),
    }


def take_challenge(request: HttpRequest, purpose: str) -> str:
    """Once; empty when there is none, it is old, or it was for something else."""
    kept = request.session.pop(CHALLENGE_KEY, None)
    if not kept or kept["purpose"] != purpose or not _is_fresh(kept["at"], CHALLENGE_LASTS):
        return ""
    return str(kept["challenge"])


def place_of(request: HttpRequest) -> Place:
    """The address that the browser shows: what ``REGULARS_PUBLIC_URL`` says, where that is a name, else where it came
    to.
    """
    public = Place(settings.PUBLIC_URL)
    return public if public.takes_passkeys else Place(f"{request.scheme}://{request.get_host()}")


def note_proof(request: HttpRequest) -> None:
    request.session[PROVED_KEY] = clock.now().isoformat()


def note_second_step(request: HttpRequest) -> None:
    request.session[SECOND_STEP_KEY] = clock.now().isoformat()


def recently_proved(
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> Callable[Concatenate[MemberRequest, P], HttpResponseBase]:
    """Below the door: an open screen alone does not change how its owner signs in. Whoever is sent to prove who they
    are comes back to the page, or to their account where they sent a form.
    """

    @wraps(view)
    def proved(request: MemberRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if _is_fresh(request.session.get(PROVED_KEY, ""), PROOF_LASTS):
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else reverse("account")
        return HttpResponseRedirect(with_next(reverse("prove-yourself"), back))

    return cast("Callable[Concatenate[MemberRequest, P], HttpResponseBase]", proved)


def _is_fresh(written: str, lasts: timedelta) -> bool:
    return bool(written) and clock.now() - datetime.fromisoformat(written) < lasts
