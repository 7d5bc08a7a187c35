"""Codes on paper for whoever lost the device: ten, shown once, each good once.

80 random bits each, so a fingerprint tells nothing; letters and digits that nobody mistakes for each other.
"""

from __future__ import annotations

import re
from uuid import UUID

from regulars.kernel import clock
from regulars.kernel.crypto import fingerprint
from regulars.kernel.ids import new_letters
from regulars.workspaces.models import RecoveryCode, User

COUNT = 10
LETTERS = "abcdefghjkmnpqrstvwxyz0123456789"
"""32 of them: no i, l, o and u, as in Crockford's base 32"""
GROUPS, GROUP_LENGTH = 4, 4
_GAPS = re.compile(r"[\s\-–—]+")
_MISTAKEN = str.maketrans({"i": "1", "l": "1", "o": "0"})


def renew_codes(user: User) -> list[str]:
    """Those of before open nothing any more. In a transaction that has locked the user."""
    RecoveryCode.objects.filter(user=user).delete()
    codes = [_new_code() for _number in range(COUNT)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, code_fingerprint=_mark(user.id, code)) for code in codes
    )
    return codes


def use_code(user: User, written: str) -> bool:
    """Whether it is one, unused until now."""
    return bool(
        RecoveryCode.objects.filter(user=user, code_fingerprint=_mark(user.id, written), used_at=None).update(
            used_at=clock.now()
        )
    )


def codes_left(user_id: UUID) -> int:
    return RecoveryCode.objects.filter(user_id=user_id, used_at=None).count()


def _new_code() -> str:
    return "-".join(new_letters(LETTERS, GROUP_LENGTH) for _number in range(GROUPS))


def _mark(user_id: UUID, written: str) -> str:
    plain = _GAPS.sub("", written).lower().translate(_MISTAKEN)
    return fingerprint(f"recovery {user_id} {plain}")
