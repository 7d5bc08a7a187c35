"""Another key: what lies under the one before is sealed anew, wherever that is stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import override_settings

from regulars.kernel import resealing
from regulars.kernel.crypto import Undecryptable
from regulars.kernel.models import KeptAnswer
from regulars.kernel.resealing import count_sealed, other_processes, seal_anew

BEFORE, NOW = "before " * 8, "now " * 12

pytestmark = pytest.mark.django_db


def key(now: str, *before: str) -> Any:
    return override_settings(SECRET_KEY=now, SECRET_KEY_FALLBACKS=list(before))


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resealing, "AT_ONCE", 3)


def answers(count: int) -> list[KeptAnswer]:
    return KeptAnswer.objects.bulk_create(
        KeptAnswer(owner_id="01a22e6d-58c4-70dc-b8e2-8c409db89dca", intent=str(each), sealed=f"answer {each}")
        for each in range(count)
    )


def opened() -> list[str]:
    return [str(each) for each in KeptAnswer.objects.order_by("id").values_list("sealed", flat=True)]


@pytest.mark.usefixtures("small_batches")
def test_everything_opens_with_the_new_key_alone_wherever_it_was_stopped() -> None:
    with key(BEFORE):
        answers(8)
    with key(NOW, BEFORE):
        stopped = seal_anew()
        assert [each.seen for each in islice(stopped, 2)][-1] == 6
        stopped.close()  # what a batch did stands; nothing else is noted anywhere
        assert count_sealed().sealed == {"now": 6, "before": 2}
        *_, last = seal_anew()
        assert (last.rows, last.seen, last.sealed) == (8, 8, {"now": 6, "before": 2})
    with key(NOW):
        assert opened() == [f"answer {each}" for each in range(8)]
        assert count_sealed().sealed == {"now": 8}
    with key(BEFORE), pytest.raises(Undecryptable):
        opened()


def test_what_was_written_under_the_new_key_meanwhile_stays_and_nothing_is_no_secret() -> None:
    with key(BEFORE):
        old, empty = answers(2)
        KeptAnswer.objects.filter(id=empty.id).update(sealed=None)
    with key(NOW, BEFORE):
        KeptAnswer.objects.filter(id=old.id).update(sealed="newer")
        written = raw()
        list(seal_anew())
        assert raw() == written


def test_what_no_key_opens_is_told_and_left_as_it_is() -> None:
    with key("lost " * 10):
        answers(1)
    with key(NOW, BEFORE):
        written = raw()
        *_, last = seal_anew()
        assert (last.sealed, raw()) == ({"lost": 1}, written)


def test_a_process_with_another_key_is_seen_by_its_connections(settings: Any) -> None:
    assert other_processes() == 0
    with another_connection("regulars:00000000"):
        assert other_processes() == 1
    with another_connection(f"regulars:{settings.KEY_MARK}"):
        assert other_processes() == 0


@contextmanager
def another_connection(name: str) -> Iterator[None]:
    """A process that calls itself so in the database."""
    facts = connection.connection.info
    with psycopg.connect(
        host=facts.host,
        port=facts.port,
        user=facts.user,
        password=facts.password,
        dbname=facts.dbname,
        application_name=name,
    ):
        yield


def raw() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, sealed FROM kernel_keptanswer ORDER BY id")
        return list(cursor.fetchall())
