"""Wrong passwords shut the door for a while; the right one and time open it."""

from datetime import UTC, datetime, timedelta

import pytest

from regulars.kernel.clock import frozen_at
from regulars.workspaces.guessing import (
    MEMORY,
    WRONG_PER_ACCOUNT,
    TooManyAttempts,
    check_attempts,
    forget_attempts,
    note_failed_attempt,
)
from regulars.workspaces.models import FailedSignIn

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def guess(times: int, email: str = "ana@example.com", source: str = "192.0.2.7") -> None:
    for _number in range(times):
        note_failed_attempt(email, source)


def test_the_door_stays_open_below_the_limit():
    guess(WRONG_PER_ACCOUNT - 1)
    check_attempts("ana@example.com", "192.0.2.7")


def test_too_many_wrong_passwords_shut_the_door_whatever_the_spelling_and_the_source():
    guess(WRONG_PER_ACCOUNT)
    with pytest.raises(TooManyAttempts):
        check_attempts(" Ana@Example.com", "192.0.2.99")
    check_attempts("boris@example.com", "192.0.2.7")


def test_a_quarter_of_an_hour_opens_it_again():
    with frozen_at(NOW):
        guess(WRONG_PER_ACCOUNT)
    with frozen_at(NOW + MEMORY + timedelta(seconds=1)):
        check_attempts("ana@example.com", "192.0.2.7")


def test_the_right_password_starts_anew():
    guess(WRONG_PER_ACCOUNT)
    forget_attempts("ana@example.com")
    check_attempts("ana@example.com", "192.0.2.7")


def test_what_is_kept_is_not_readable():
    guess(1)
    kept = FailedSignIn.objects.get()
    assert {len(kept.account), len(kept.source)} == {64}
