"""Wrong passwords are counted before they are judged; many make the next one wait, and nobody is locked out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from regulars.kernel.clock import frozen_at
from regulars.workspaces.guessing import (
    LONGEST_MEMORY,
    MEMORY,
    PATIENCE,
    TooManyAttempts,
    forget_old_guesses,
    guessed_right,
    take_guess,
)
from regulars.workspaces.models import WrongGuesses
from tests.cast import PASSWORD, make_house

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ANA, HOME, ELSEWHERE = "ana@example.com", "192.0.2.7", "198.51.100.9"
FREE = PATIENCE["account and place"].free

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> Iterator[None]:
    """No time goes by, on slow machines, too."""
    with frozen_at(NOW):
        yield


def guess(times: int, email: str = ANA, source: str = HOME, browser: str = "") -> None:
    for _number in range(times):
        take_guess(email, source, browser)


def wait(email: str = ANA, source: str = HOME, browser: str = "") -> int:
    """How many seconds the next guess has to wait; it is counted when it does not."""
    try:
        take_guess(email, source, browser)
    except TooManyAttempts as problem:
        return int(str(problem.facts["retry_after"]))
    return 0


def test_beyond_a_few_each_guess_waits_twice_as_long_up_to_a_bound():
    moment, waits = NOW, []
    with frozen_at(NOW):
        guess(FREE)
    for _number in range(9):
        with frozen_at(moment):
            waits.append(wait())
        moment += timedelta(seconds=waits[-1])
        with frozen_at(moment):
            assert wait() == 0
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.usefixtures("now")
def test_who_guesses_slows_down_nobody_elsewhere_and_no_other_account():
    guess(FREE)
    assert wait(" Ana@Example.com") > 0
    assert wait(source=ELSEWHERE) == 0
    assert wait("boris@example.com") == 0


@pytest.mark.usefixtures("now")
def test_a_browser_that_knows_the_account_hears_nothing_of_strangers():
    guess(FREE)
    for place in range(PATIENCE["account"].free - FREE):
        take_guess(ANA, f"203.0.113.{place}")
    assert (wait() > 0, wait(source=ELSEWHERE) > 0) == (True, True)
    assert wait(browser="hers") == 0
    guess(FREE - 1, browser="hers")
    assert wait(browser="hers") > 0


@pytest.mark.usefixtures("now")
def test_one_password_tried_on_everybody_is_slowed_down_where_it_comes_from():
    for number in range(PATIENCE["place"].free):
        take_guess(f"member{number}@example.com", HOME)
    assert (wait("last@example.com") > 0, wait("last@example.com", ELSEWHERE)) == (True, 0)


@pytest.mark.usefixtures("now")
def test_a_network_of_ipv6_is_one_place_and_an_old_address_is_the_same_in_new_clothes():
    guess(FREE, source="2001:db8:1:2::7")
    assert wait(source="2001:db8:1:2:ffff::1") > 0
    assert wait(source="2001:db8:1:3::7") == 0
    guess(FREE, "b@example.com", source="::ffff:192.0.2.44")
    assert wait("b@example.com", source="192.0.2.44") > 0


@pytest.mark.usefixtures("now")
def test_the_right_password_starts_anew_for_who_knows_it():
    guess(FREE - 1)
    guessed_right(take_guess(ANA, HOME))
    assert wait() == 0
    assert sorted(WrongGuesses.objects.values_list("count", flat=True)) == [1, FREE, FREE]


def test_time_forgets():
    with frozen_at(NOW):
        guess(FREE)
    with frozen_at(NOW + MEMORY):
        assert wait() == 0
        forget_old_guesses()
        assert WrongGuesses.objects.count() == 3
    with frozen_at(NOW + LONGEST_MEMORY * 2):
        forget_old_guesses()
    assert WrongGuesses.objects.count() == 0


def test_what_is_kept_tells_nothing_without_the_servers_key(settings):
    guess(1)
    marks = set(WrongGuesses.objects.values_list("mark", flat=True))
    assert {len(mark) for mark in marks} == {64}
    settings.SECRET_KEY = "another " * 8
    guess(1)
    assert WrongGuesses.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_of_sixty_guesses_at_once_no_more_than_the_limit_are_judged():
    make_house("Lotus Shop", "owner@lotus.example", "100000000000101", ("100000000000201", "100000000000202"))

    def enter(number: int) -> int:
        try:
            form = {"email": "owner@lotus.example", "password": f"wrong number {number}"}
            return Client().post("/sign-in", form).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(enter, range(60)))
    judged = answers.count(200)
    assert 0 < judged <= FREE + 4  # a few seconds go by, and with them the first short waits
    assert judged + answers.count(429) == 60
    answer = Client(REMOTE_ADDR=ELSEWHERE).post(
        "/sign-in", {"email": "owner@lotus.example", "password": PASSWORD}
    )
    assert answer.status_code == 302
