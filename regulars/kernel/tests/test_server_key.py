"""The database knows whose key it belongs to."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import override_settings

from regulars.kernel.models import ServerKey
from regulars.kernel.server_key import OtherKey, adopt_key, fingerprint_of, require_own_key

FIRST, SECOND = "first-key-" * 5, "second-key-" * 5


def key(current: str, *older: str) -> override_settings:
    return override_settings(SECRET_KEY=current, SECRET_KEY_FALLBACKS=list(older))


@pytest.mark.django_db
def test_a_new_database_belongs_to_whoever_comes_first():
    with key(FIRST):
        require_own_key()
        require_own_key()
    with key(SECOND), pytest.raises(OtherKey, match="REGULARS_SECRET_KEY"):
        require_own_key()


@pytest.mark.django_db
def test_a_key_is_changed_by_naming_the_one_before():
    with key(FIRST):
        require_own_key()
    with key(SECOND, FIRST):
        require_own_key()
    with key(SECOND):
        require_own_key()
    with key(FIRST), pytest.raises(OtherKey):
        require_own_key()


@pytest.mark.django_db
def test_a_lost_key_is_given_up_on_purpose_alone():
    with key(FIRST):
        require_own_key()
    with key(SECOND):
        assert (adopt_key(), adopt_key()) == (True, False)
        require_own_key()


@pytest.mark.django_db
def test_the_fingerprint_tells_nothing_of_the_key():
    with key(FIRST):
        require_own_key()
    stored = ServerKey.objects.get().fingerprint
    assert stored == fingerprint_of(FIRST)
    assert (len(stored), FIRST in stored) == (32, False)


@pytest.mark.django_db(transaction=True)
def test_starts_at_the_same_moment_make_one_row():
    gate = threading.Barrier(4)
    failed: list[Exception] = []

    def start() -> None:
        gate.wait()
        try:
            require_own_key()
        except Exception as error:  # noqa: BLE001 (told by the assertion)
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failed, ServerKey.objects.count()) == ([], 1)
