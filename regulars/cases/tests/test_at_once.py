"""Many who open at the same time get a number each, without a gap; of two who change one case, the second is told."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from regulars.cases.models import Case
from regulars.cases.operations.changing import CaseChanges, change_case
from regulars.cases.operations.opening import NewCase, open_case
from regulars.kernel.errors import ChangedMeanwhile
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS, EACH = 6, 4


def test_numbers_are_given_once_and_without_a_gap(cast: Cast):
    start = Barrier(WORKERS)
    by = cast.actor()

    def work(place: int) -> None:
        try:
            start.wait(10)
            for turn in range(EACH):
                with transaction.atomic():
                    open_case(NewCase(title=f"{place}"), by=by)
                    transaction.set_rollback(
                        (place + turn) % 3 == 0
                    )  # a worker that fails after it took a number
        finally:
            connection.close()

    threads = [Thread(target=work, args=(place,)) for place in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    made = sorted(Case.objects.values_list("number", flat=True))
    assert made == list(range(1001, 1001 + WORKERS * EACH * 2 // 3))


def test_of_two_who_mean_the_same_version_one_is_told(cast: Cast):
    case = open_case(NewCase(title="a"), by=cast.actor())
    start, outcomes = Barrier(2), []

    def work(priority: str) -> None:
        try:
            start.wait(10)
            change_case(Case.objects.get(), CaseChanges(priority=priority), by=cast.actor(), versions={"1"})
            outcomes.append("done")
        except ChangedMeanwhile:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [Thread(target=work, args=(priority,)) for priority in ("low", "high")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    case.refresh_from_db()
    assert (sorted(outcomes), case.version) == (["done", "told"], "2")
