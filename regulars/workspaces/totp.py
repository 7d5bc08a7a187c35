"""Codes of an app (RFC 6238): six digits, another one every 30 seconds.

Pure but for the secret that is drawn. One step to either side counts too, for a clock that is off and for slow fingers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pyotp
from pyotp.utils import strings_equal

STEP = timedelta(seconds=30)
DIGITS = 6
STEPS_ASIDE = 1
ISSUER = "Regulars"


def new_totp_secret() -> str:
    """160 random bits in base 32, as RFC 4226 recommends."""
    return pyotp.random_base32()


def totp_address(secret: str, *, account: str, place: str) -> str:
    """What the QR code says to the app: ``otpauth://totp/…``. ``place``: the business, as the app names the account."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=f"{ISSUER} {place}".strip())


def step_of(secret: str, code: str, *, at: datetime, after: int = 0) -> int | None:
    """The step that ``code`` belongs to; None when it is wrong, or of no later step than ``after``."""
    if len(code) != DIGITS or not (code.isascii() and code.isdecimal()):
        return None
    generator = pyotp.TOTP(secret)
    # every step is looked at: how long it takes tells nothing
    right = [step for step in _steps(at) if strings_equal(code, generator.generate_otp(step))]
    return next((step for step in right if step > after), None)


def _steps(at: datetime) -> Iterator[int]:
    now = int(at.timestamp()) // int(STEP.total_seconds())
    yield from range(now - STEPS_ASIDE, now + STEPS_ASIDE + 1)
