"""Which passwords are good enough, and how a person gets another one.

Guessable ones are refused: those of Django's and zxcvbn's lists of passwords in use, patterns and words (in the
screens' languages, too, which zxcvbn does not know), and what is known of the person and the business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import NoReturn
from uuid import UUID

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kernel.errors import Invalid
from regulars.kernel.events import record
from regulars.workspaces.events import PasswordChanged
from regulars.workspaces.models import BrowserSession, Member, PasswordReset, User
from regulars.workspaces.password_words import WORDS
from regulars.workspaces.sessions import end_sessions

SHORTEST = 10
LONGEST = 256
LOWEST_SCORE = 3
"""zxcvbn's "safely unguessable": more than 10^8 guesses"""
_ESTIMATED_CHARACTERS = 72
"""zxcvbn judges no longer ones; what begins well enough is good enough"""
_SHORTEST_WORD = 3
_GAPS = re.compile(r"[\W_]+")


def check_new_password(password: str, *, about: Iterable[str]) -> None:
    """Raise ``Invalid`` for a password that is easy to guess; ``about`` is what is known: names, address, business."""
    if not SHORTEST <= len(password) <= LONGEST:
        _refuse(
            _("A password has %(shortest)s to %(longest)s characters")
            % {"shortest": SHORTEST, "longest": LONGEST}
        )
    if password.strip().lower() in _common_passwords() or _score(password, about) < LOWEST_SCORE:
        _refuse(
            _(
                "This password is easy to guess. Take some words that do not belong together, "
                "and nothing of names or addresses."
            )
        )


@transaction.atomic
def change_password(user: User, password: str, *, about: Iterable[str], in_session: UUID) -> None:
    """Every other browser they are signed in with is signed out."""
    user = User.objects.select_for_update().get(id=user.id)
    if user.check_password(password):
        raise Invalid(_("This is the password that you have"), fields={"new_password": "another one"})
    check_new_password(password, about=about)
    set_password(user, password, stays_in=in_session)


def set_password(
    user: User, password: str, *, stays_in: UUID | None = None, was_by_link: bool = False
) -> None:
    """In a transaction that has locked the user. Every browser but ``stays_in`` is signed out, open links end."""
    user.set_password(password)
    user.save(update_fields=["password"])
    signed_in = BrowserSession.objects.filter(user=user)
    end_sessions(signed_in.exclude(id=stays_in) if stays_in else signed_in)
    end_links([user.id])
    home = Member.objects.filter(user=user, is_active=True).order_by("created_at", "id").first()
    if home is not None:
        record(PasswordChanged(home.workspace_id, home.id, was_by_link))


def end_links(user_ids: Iterable[UUID]) -> None:
    """Links for a new password open nothing any more: whoever has one could be that person."""
    PasswordReset.objects.filter(user__in=list(user_ids), is_void=False).update(is_void=True)


def _refuse(sentence: str) -> NoReturn:
    raise Invalid(sentence, fields={"password": sentence})


@cache
def _common_passwords() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


def _score(password: str, about: Iterable[str]) -> int:
    """Zxcvbn's 0 to 4; gaps between words make a password no better than it is without them."""
    from zxcvbn import zxcvbn  # 15 MB of word lists, which only a process that judges passwords needs

    known = [*chain.from_iterable(map(_words_of, about)), *WORDS]
    spellings = (password, _GAPS.sub("", password))
    return min(
        int(zxcvbn(each[:_ESTIMATED_CHARACTERS], user_inputs=known)["score"]) if each else 0
        for each in spellings
    )


def _words_of(text: str) -> Iterable[str]:
    whole = text.strip().lower()
    words = [word for word in _GAPS.split(whole) if len(word) >= _SHORTEST_WORD]
    return dict.fromkeys(filter(None, (whole, "".join(words), *words)))
