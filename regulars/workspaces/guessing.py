"""Making passwords slow to guess: too many wrong ones and the door stays shut for a while, right or wrong."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.crypto import fingerprint
from regulars.kernel.errors import ProductError
from regulars.workspaces.models import FailedSignIn

MEMORY = timedelta(minutes=15)
WRONG_PER_ACCOUNT = 10
WRONG_PER_SOURCE = 100
"""an office shares one address, so its limit is wider"""


class TooManyAttempts(ProductError):
    """Wait; ``retry_after`` says how many seconds at most."""

    code = "too-many-attempts"


def check_attempts(email: str, source: str) -> None:
    """Raise :class:`TooManyAttempts` while an account or a network address has guessed too often."""
    recent = FailedSignIn.objects.filter(at__gt=clock.now() - MEMORY)
    of_account = recent.filter(account=_mark(email)).count()
    of_source = recent.filter(source=_mark(source)).count()
    if of_account >= WRONG_PER_ACCOUNT or of_source >= WRONG_PER_SOURCE:
        raise TooManyAttempts(
            _("Too many wrong passwords. Wait a quarter of an hour and try again."),
            retry_after=int(MEMORY.total_seconds()),
        )


def note_failed_attempt(email: str, source: str) -> None:
    """Remember a wrong password; forget those that no longer count."""
    FailedSignIn.objects.filter(at__lt=clock.now() - MEMORY).delete()
    FailedSignIn.objects.create(account=_mark(email), source=_mark(source))


def forget_attempts(email: str) -> None:
    """The right password came: the account starts anew."""
    FailedSignIn.objects.filter(account=_mark(email)).delete()


def _mark(text: str) -> str:
    return fingerprint(text.strip().lower())
