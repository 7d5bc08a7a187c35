"""Consent is remembered by purpose and channel, in the order of when it was said, whenever we hear of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib import import_module
from itertools import count
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.contacts.history import consent_fact
from regulars.contacts.models import ContactHistory
from regulars.contacts.operations.editing import delete_contact, update_contact
from regulars.kernel import clock
from regulars.kernel.history import facts_at
from tests.cast import Cast, make_cast
from tests.running.histories import broken_histories

pytestmark = pytest.mark.django_db

FACT = consent_fact("marketing", "whatsapp")
_phones = count(1)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def ask(query: str) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def rows_of(contact_id: Any) -> list[tuple[Any, ...]]:
    rows = ContactHistory.objects.filter(contact_id=contact_id).order_by("fact", "from_at")
    return list(rows.values_list("fact", "value", "from_at", "until_at", "by_kind", "by_id", "why"))


words = st.lists(
    st.tuples(st.sampled_from(["opted_in", "opted_out"]), st.integers(0, 6)),
    min_size=1,
    max_size=8,
    unique=True,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words)
def test_what_is_heard_late_is_remembered_at_its_moment(cast: Cast, words: list[tuple[str, int]]):
    contact = cast.contact(f"+1202559{next(_phones):04}")
    began = clock.now().replace(microsecond=0) - timedelta(days=10)
    for state, day in words:
        for _ in range(2):
            cast.opt(contact, state, at=began + timedelta(days=day))

    def then(at: datetime) -> str | None:
        row = facts_at(ContactHistory, [contact.id], at).get(contact.id, {}).get(FACT)
        return row.value if row else None

    expected = [
        next((state for state, said_on in reversed(sorted_words(words)) if said_on <= day), None)
        for day in range(-1, 8)
    ]
    assert [then(began + timedelta(days=day, minutes=1)) for day in range(-1, 8)] == expected
    assert len(rows_of(contact.id)) == len(words)
    assert broken_histories(ask) == []


def sorted_words(words: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """By when they were said; of the same moment the one that we heard later comes later."""
    return sorted(words, key=lambda each: each[1])


def test_who_said_it_and_where(cast: Cast):
    (row,) = rows_of(cast.boris.id)
    assert (row[0], row[1], row[3:]) == (
        "consent.marketing.whatsapp",
        "opted_in",
        (None, "contact", cast.boris.id, "tests"),
    )


def test_what_was_said_before_is_all_known(cast: Cast):
    moment = clock.now() - timedelta(days=3)
    for state in ("opted_out", "opted_in"):
        for days in (0, 2):
            cast.opt(cast.alice, state, at=moment + timedelta(days=days))
    kept = {contact.id: rows_of(contact.id) for contact in (cast.alice, cast.boris, cast.chai)}
    ContactHistory.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("regulars.contacts.migrations.0012_history_of_consent").FILL)
    assert {contact_id: rows_of(contact_id) for contact_id in kept} == kept
    assert broken_histories(ask) == []


def test_tier_stage_and_owner_go_on_from_change_to_change(cast: Cast):
    lead = cast.actor(cast.lead)
    moments: list[datetime] = []
    edits: list[dict[str, object]] = [
        {"tier": "A", "owner_id": cast.agent.id},
        {"tier": "B", "about": "x"},
        {"tier": "", "owner_id": None},
    ]
    for changes in edits:
        for _ in range(2):
            update_contact(cast.alice, changes, by=lead)
        moments.append(clock.now())
    rows = facts_at(ContactHistory, [cast.alice.id], moments[1])[cast.alice.id]
    assert {fact: (row.value, row.name, row.by_name, row.why) for fact, row in rows.items()} == {
        "tier": ("B", "", "Leo Lead", "edited"),
        "owner": (str(cast.agent.id), "Ann Agent", "Leo Lead", "edited"),
    }
    assert [row[:2] for row in rows_of(cast.alice.id)] == [
        ("owner", str(cast.agent.id)),
        ("owner", None),
        ("tier", "A"),
        ("tier", "B"),
        ("tier", None),
    ]
    assert broken_histories(ask) == []


def test_of_columns_only_what_is_so_now_is_known(cast: Cast):
    update_contact(cast.alice, {"stage": "customer", "owner_id": cast.mate.id}, by=cast.actor(cast.lead))
    ContactHistory.objects.filter(contact=cast.alice).delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("regulars.contacts.migrations.0013_history_of_columns").OPEN)
    opened = ContactHistory.objects.filter(contact=cast.alice).order_by("fact")
    assert [(row.fact, row.value, row.name, row.since_unknown) for row in opened] == [
        ("owner", str(cast.mate.id), "Max Mate", True),
        ("stage", "customer", "", True),
    ]
    assert broken_histories(ask) == []


def test_it_goes_with_the_contact(cast: Cast):
    delete_contact(cast.boris, by=cast.actor(cast.admin))
    assert rows_of(cast.boris.id) == []
