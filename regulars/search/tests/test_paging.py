"""Pages, the newest first: nothing twice, nothing left out, while more arrives and however old it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from regulars.inboxes.ports import ContactRef, Identity, InboundMessage
from regulars.kernel import clock
from regulars.search import finding, queries
from regulars.search.queries import count_up_to
from regulars.search.reading import ask
from regulars.search.searchable import searchable
from regulars.search.tests.following import UTC, find, follow
from tests.cast import ALICE, BORIS, Cast


def say(cast: Cast, moments: list[datetime], text: str) -> None:
    cast.receives(
        [
            InboundMessage(
                address=cast.inbox.address,
                provider_id=f"wamid.{text}.{place}",
                contact=ContactRef(identities=(Identity("phone", ALICE),), name="Alice"),
                kind="text",
                sent_at=moment.replace(microsecond=0),
                path="0",
                text=f"{text} {place}",
            )
            for place, moment in enumerate(moments)
        ]
    )


def walk(cast: Cast, written: str, limit: int) -> list[UUID]:
    seen: list[UUID] = []
    cursor = None
    for place in range(100):
        page = find(cast.actor(cast.owner), written, limit=limit, cursor=cursor)
        seen += [each.thing.id for each in page.items]
        if place == 1:
            cast.hears(BORIS, "umbrella meanwhile")
            follow()
        if page.next_cursor is None:
            return seen
        cursor = page.next_cursor
    raise AssertionError("it never ends")


@pytest.mark.parametrize("little", [1_000, 3], ids=["little", "much"])
@pytest.mark.parametrize("examined", [4_000, 7])
def test_pages_join_without_gap_or_repetition(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, little: int, examined: int
) -> None:
    monkeypatch.setattr(finding, "LITTLE", little)
    monkeypatch.setattr(queries, "EXAMINED", examined)
    monkeypatch.setattr(queries, "AT_ONCE", 4)
    now = clock.now()
    ages = [0, 0, 0, 1, 2, 2, 3, 9, 30, 31, 33, 70, 71, 200, 400, 401, 900, 2_000]
    say(cast, [now - timedelta(days=age, hours=1) for age in ages], "umbrella")
    say(cast, [now - timedelta(days=age) for age in range(0, 60, 7)], "raincoat")
    follow()
    found = walk(cast, "umbrella", limit=5)
    assert len(found) == len(set(found)) == len(ages)
    times = [each.thing.at for each in find(cast.actor(cast.owner), "umbrella -", limit=100).items]
    assert times == sorted(times, reverse=True)


def test_what_was_said_in_the_same_moment_is_told_apart(cast: Cast) -> None:
    moment = clock.now() - timedelta(days=2)
    say(cast, [moment] * 7, "umbrella")
    follow()
    found = walk(cast, "umbrella", limit=2)
    assert len(found) == len(set(found)) == 7


def test_a_page_that_ends_early_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "EXAMINED", 4)
    monkeypatch.setattr(queries, "AT_ONCE", 2)
    say(
        cast, [clock.now() - timedelta(hours=hour) for hour in range(10)], "ab bc"
    )  # has the tokens of “abc” apart
    follow()
    page = find(cast.actor(cast.owner), "ab bc 9", limit=5)
    assert [each.thing.text for each in page.items] == ["ab bc 9"]


def test_counting_ends(cast: Cast) -> None:
    say(cast, [clock.now() - timedelta(hours=hour) for hour in range(10)], "umbrella")
    follow()
    owner, kind = cast.actor(cast.owner), searchable("message")
    asked = ask("umbrella", UTC)
    assert [count_up_to(owner, asked, kind, UTC, most) for most in (3, 10, 100)] == [3, 10, 10]


def test_all_kinds_together_come_by_time(cast: Cast) -> None:
    say(cast, [clock.now() - timedelta(hours=hour) for hour in (1, 3, 5)], "alice")
    follow()
    results = queries.search(
        cast.actor(cast.owner),
        ask("alice", UTC),
        [searchable("message"), searchable("contact")],
        UTC,
        limit=2,
    )
    rest = queries.search(
        cast.actor(cast.owner),
        ask("alice", UTC),
        [searchable("message"), searchable("contact")],
        UTC,
        cursor=results.next_cursor,
    )
    assert [each.kind for each in (*results.items, *rest.items)] == [
        "contact",
        "message",
        "message",
        "message",
    ]
