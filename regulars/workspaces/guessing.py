"""Making passwords slow to guess, and nobody able to lock out somebody else.

Every door that judges a password takes a guess first (``take_guess``) and says afterwards that it was right. The
guess is counted and committed before it is judged, so that guesses made at once are counted, too. Beyond a few,
each next one has to wait, twice as long as the one before up to a bound: nobody is locked out. Counted against:

- the account *and* where the guess comes from, so that a stranger's guesses do not slow down the owner elsewhere;
- where it comes from, whatever the account (one password tried on everybody);
- the account, wherever it comes from (many machines), with more room.

A browser that has signed in before is counted by itself alone, and hears nothing of all the others: OWASP's
"device cookies". Source: https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import ngettext

from regulars.kernel import clock
from regulars.kernel.crypto import keyed_mark
from regulars.kernel.errors import ProductError
from regulars.workspaces.models import WrongGuesses

MEMORY = timedelta(minutes=15)
"""so long after the last wrong guess most is forgotten"""
LONGEST_MEMORY = timedelta(days=1)
IPV6_NETWORK_BITS = 64
"""whoever has one address of IPv6 has a network of them"""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many wrong guesses are free, and how long the later ones wait at most."""

    free: int
    longest_wait: timedelta
    memory: timedelta = MEMORY
    """so long after the last wrong guess it is forgotten"""

    def wait(self, count: int) -> timedelta:
        if count < self.free:
            return timedelta(0)
        doublings = min(count - self.free, 30)
        return min(timedelta(seconds=2**doublings), self.longest_wait)


PATIENCE: Mapping[str, Patience] = {
    "browser": Patience(10, timedelta(minutes=1)),
    "account and place": Patience(10, timedelta(minutes=1)),
    "place": Patience(100, timedelta(minutes=1)),
    "account": Patience(50, timedelta(seconds=30)),
    "code": Patience(5, timedelta(minutes=15), LONGEST_MEMORY),
}
"""An office shares one address, so a place has more room. Who guesses codes knows the password already: they are
counted for the account wherever they come from, and one of six digits is found in a day's guesses with 1 : 3,000."""
TURNS: Mapping[str, Patience] = {
    "reset": Patience(10, timedelta(minutes=2)),
    "mail test": Patience(10, timedelta(minutes=1)),
    "passkey": Patience(100, timedelta(minutes=1)),
}
"""what may be done only so often, though no password is judged"""


class TooManyAttempts(ProductError):
    """Wait; ``retry_after`` says how many seconds."""

    code = "too-many-attempts"
    status = HTTPStatus.TOO_MANY_REQUESTS


@dataclass(frozen=True, slots=True)
class Guess:
    """A password that may be judged, already counted as wrong: the marks by what it is counted against."""

    marks: Mapping[str, str]


@transaction.atomic(durable=True)
def take_guess(email: str, source: str, browser: str = "") -> Guess:
    """Count a guess before it is judged; raises :class:`TooManyAttempts` when it must wait, and is not counted then.

    ``source`` is a network address; ``browser`` names one that has signed in to this account before.
    """
    marks = _marks(email, source, browser)
    kinds = {mark: kind for kind, mark in marks.items()}
    seconds = _count(marks, lambda mark: PATIENCE[kinds[mark]])
    if seconds:
        raise TooManyAttempts(
            ngettext(
                "Too many wrong passwords. Wait %(seconds)s second and try again.",
                "Too many wrong passwords. Wait %(seconds)s seconds and try again.",
                seconds,
            )
            % {"seconds": seconds},
            retry_after=seconds,
        )
    return Guess(marks)


@transaction.atomic(durable=True)
def take_code_guess(user_id: UUID) -> Guess:
    """As ``take_guess``, for the codes of a second factor."""
    marks = {"code": keyed_mark(f"code: {user_id}", "guesses")}
    seconds = _count(marks, lambda _mark: PATIENCE["code"])
    if seconds:
        raise TooManyAttempts(
            ngettext(
                "Too many wrong codes. Wait %(seconds)s second and try again.",
                "Too many wrong codes. Wait %(seconds)s seconds and try again.",
                seconds,
            )
            % {"seconds": seconds},
            retry_after=seconds,
        )
    return Guess(marks)


@transaction.atomic
def take_turn(kind: str, who: str) -> None:
    """Count something of ``TURNS`` that ``who`` (a network address, a member) does.

    Raises :class:`TooManyAttempts` when it must wait, and is not counted then.
    """
    place = _place(who) if kind in {"reset", "passkey"} else who
    patience = TURNS[kind]
    seconds = _count({kind: keyed_mark(f"{kind}: {place}", "guesses")}, lambda _mark: patience)
    if seconds:
        raise TooManyAttempts(
            ngettext(
                "This was asked for often just now. Wait %(seconds)s second and try again.",
                "This was asked for often just now. Wait %(seconds)s seconds and try again.",
                seconds,
            )
            % {"seconds": seconds},
            retry_after=seconds,
        )


def _count(marks: Mapping[str, str], patience_of: Callable[[str], Patience]) -> int:
    """Seconds to wait; 0 when it was counted."""
    rows = _locked(marks)
    now = clock.now()
    ready_at = max(_ready_at(patience_of(row.mark), row, now) for row in rows)
    if ready_at > now:
        return math.ceil((ready_at - now).total_seconds())
    for row in rows:
        row.count = 1 if _is_forgotten(patience_of(row.mark), row, now) else row.count + 1
        row.last_at = now
    WrongGuesses.objects.bulk_update(rows, ["count", "last_at"])
    return 0


@transaction.atomic
def guessed_right(guess: Guess) -> None:
    """Who knows the password starts anew; what others guessed stays counted."""
    own = [mark for kind, mark in guess.marks.items() if kind in {"browser", "account and place", "code"}]
    _locked(guess.marks)
    WrongGuesses.objects.filter(mark__in=own).delete()
    shared = set(guess.marks.values()) - set(own)
    WrongGuesses.objects.filter(mark__in=shared, count__gt=0).update(count=F("count") - 1)


def forget_old_guesses() -> None:
    WrongGuesses.objects.filter(last_at__lt=clock.now() - LONGEST_MEMORY).delete()


def account_mark(email: str) -> str:
    """An account without its address, for a cookie that says which account a browser knows."""
    return keyed_mark(email.strip().lower(), "account")


def _marks(email: str, source: str, browser: str) -> dict[str, str]:
    account, place = account_mark(email), _place(source)
    parts = (
        {"browser": f"{account} {browser}"}
        if browser
        else {"account and place": f"{account} {place}", "place": place, "account": account}
    )
    return {kind: keyed_mark(f"{kind}: {text}", "guesses") for kind, text in parts.items()}


def _place(source: str) -> str:
    try:
        address = ip_address(source)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, IPV6_NETWORK_BITS), strict=False))
    return str(address)


def _locked(marks: Mapping[str, str]) -> list[WrongGuesses]:
    """Locked in one order for everybody; made where there were none."""
    wanted = sorted(marks.values())
    WrongGuesses.objects.bulk_create(
        [WrongGuesses(mark=mark, count=0) for mark in wanted], ignore_conflicts=True
    )
    return list(WrongGuesses.objects.select_for_update().filter(mark__in=wanted).order_by("mark"))


def _is_forgotten(patience: Patience, row: WrongGuesses, now: datetime) -> bool:
    return row.last_at <= now - patience.memory


def _ready_at(patience: Patience, row: WrongGuesses, now: datetime) -> datetime:
    return now if _is_forgotten(patience, row, now) else row.last_at + patience.wait(row.count)
