"""Contacts become one person and two again, at the doors and at once, and a removal takes nobody else along."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from uuid import UUID

import pytest
from django.db import connection

from regulars.contacts.merging import Tie, persons_of
from regulars.contacts.models import Contact, Merge, MergedContact, MergeSuggestion
from regulars.contacts.operations.merging import (
    UNDO_WITHIN,
    accept_suggestion,
    dismiss_suggestion,
    merge_contacts,
    reopen_suggestion,
    undo_merge,
)
from regulars.contacts.queries import open_suggestions
from regulars.conversations.access import (
    access_contact,
    access_merge,
    access_merge_suggestion,
    merge_suggestions_visible_to,
    merges_visible_to,
)
from regulars.conversations.models import Message
from regulars.conversations.operations.removing import remove_contact
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, NotAllowed, NotFound, ProductError
from regulars.kernel.models import Event
from regulars.workspaces.models import AuditEntry
from tests.cast import ALICE, BORIS, Cast

pytestmark = pytest.mark.django_db


def _persons(cast: Cast) -> dict[UUID, UUID]:
    return dict(Contact.objects.filter(workspace=cast.workspace).values_list("id", "person_id"))


def _merge(cast: Cast, first: Contact, second: Contact) -> Merge:
    return merge_contacts(first, second, by=cast.actor(cast.agent))


def test_everybody_is_themselves_until_merged(cast):
    cast.hears("+12025550188", "hi")
    Contact.objects.create(workspace=cast.workspace)
    Contact.objects.bulk_create([Contact(workspace=cast.workspace)])
    assert all(contact == person for contact, person in _persons(cast).items())


def test_a_merge_points_and_moves_nothing_and_its_undo_points_back(cast):
    said = [cast.hears(phone, "hi").id for phone in (ALICE, BORIS)]
    rows = list(Message.objects.order_by("id").values())
    before = _persons(cast)
    merge = _merge(cast, cast.alice, cast.boris)
    assert _persons(cast) == {**before, cast.boris.id: cast.alice.id}
    assert list(MergedContact.objects.values_list("contact_id", "before_id")) == [
        (cast.boris.id, cast.boris.id)
    ]
    assert (merge.kept_id, merge.absorbed_id, merge.by_name) == (cast.alice.id, cast.boris.id, "Ann Agent")
    assert list(Message.objects.order_by("id").values()) == rows
    assert len(set(said)) == 2
    undo_merge(merge, by=cast.actor(cast.lead))
    undo_merge(merge, by=cast.actor(cast.lead))
    assert _persons(cast) == before
    kinds = Event.objects.filter(kind__in=["ContactsMerged", "MergeUndone"]).order_by("id")
    assert [row.kind for row in kinds] == ["ContactsMerged", "MergeUndone"]
    assert {tuple(row.body["contact_ids"]) for row in kinds} == {
        tuple(sorted((str(cast.alice.id), str(cast.boris.id))))
    }
    verbs = AuditEntry.objects.filter(verb__in=["contacts:merge", "contacts:unmerge"]).order_by("id")
    assert list(verbs.values_list("verb", "actor_name")) == [
        ("contacts:merge", "Ann Agent"),
        ("contacts:unmerge", "Leo Lead"),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_merged_and_undone_it_is_as_if_only_the_rest_had_been(cast, seed):
    """Against a model that knows nothing but the merges that stand."""
    chance = random.Random(seed)
    admin = cast.actor(cast.admin)
    contacts = {
        each.id: each for each in (cast.contact(f"+1202555{number:04}") for number in range(200, 206))
    }
    standing: dict[UUID, Merge] = {}
    for _step in range(25):
        merge = chance.choice([*standing.values(), None])
        if merge is not None and chance.random() < 0.5:
            undo_merge(merge, by=admin)
            del standing[merge.id]
        else:
            first, second = chance.sample(list(contacts.values()), 2)
            try:
                made = merge_contacts(first, second, by=admin)
                standing[made.id] = made
            except Conflict:
                persons = _persons(cast)
                assert persons[first.id] == persons[second.id]
        ties = [Tie(each.id, each.first_id, each.second_id) for each in standing.values()]
        expected = persons_of(contacts, ties)
        assert {each: person for each, person in _persons(cast).items() if each in contacts} == expected
    for each in list(standing.values()):
        undo_merge(each, by=admin)
    assert all(contact == person for contact, person in _persons(cast).items())


def test_what_is_one_already_is_refused_and_so_is_an_undo_that_comes_too_late(cast):
    merge = _merge(cast, cast.alice, cast.boris)
    for pair in ((cast.alice, cast.boris), (cast.boris, cast.alice), (cast.alice, cast.alice)):
        with pytest.raises(Conflict):
            _merge(cast, *pair)
    with clock.frozen_at(merge.made_at + UNDO_WITHIN), pytest.raises(Conflict, match="30 days"):
        undo_merge(merge, by=cast.actor(cast.admin))
    with clock.frozen_at(merge.made_at + UNDO_WITHIN - timedelta(seconds=1)):
        undo_merge(merge, by=cast.actor(cast.admin))
    assert Merge.objects.get().undone_at is not None


def test_who_sees_only_one_of_them_merges_nothing_and_a_stranger_sees_nothing(cast):
    cast.hears(ALICE, "hi")
    suggestion = MergeSuggestion.objects.create(
        workspace=cast.workspace, first=cast.alice, second=cast.chai, reason="same_phone"
    )
    agent, stranger = cast.actor(cast.agent), cast.stranger.actor(cast.stranger.owner)
    access_contact(agent, cast.alice.id)
    merge = merge_contacts(cast.alice, cast.boris, by=cast.actor(cast.admin))
    for actor in (agent, stranger):
        with pytest.raises(NotFound):
            access_contact(actor, cast.chai.id)
        with pytest.raises(NotFound):
            access_merge(actor, merge.id)
        with pytest.raises(NotFound):
            access_merge_suggestion(actor, suggestion.id)
    cast.hears(BORIS, "hi")
    assert access_merge(agent, merge.id) == merge
    scoped = cast.token_actor("admin", scopes=["contacts:read"])
    for act in (
        lambda: merge_contacts(cast.alice, cast.chai, by=scoped),
        lambda: undo_merge(merge, by=scoped),
        lambda: dismiss_suggestion(suggestion, by=scoped),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_suggestion_is_accepted_dismissed_and_comes_back_with_the_undo(cast):
    admin = cast.actor(cast.admin)
    suggestion = MergeSuggestion.objects.create(
        workspace=cast.workspace, first=cast.alice, second=cast.boris, reason="same_phone"
    )

    def waiting() -> list[MergeSuggestion]:
        return list(open_suggestions(merge_suggestions_visible_to(admin)))

    merge = accept_suggestion(suggestion, keep=cast.boris.id, by=admin)
    assert (merge.kept_id, merge.absorbed_id, merge.reason) == (cast.boris.id, cast.alice.id, "same_phone")
    assert waiting() == []
    undo_merge(merge, by=admin)
    assert waiting() == [suggestion]
    dismiss_suggestion(suggestion, by=admin)
    dismiss_suggestion(suggestion, by=admin)
    assert waiting() == []
    reopen_suggestion(suggestion, by=admin)
    assert waiting() == [suggestion]
    told = AuditEntry.objects.filter(verb__contains="dismiss").count()
    assert (told, Event.objects.filter(kind="MergeSuggestionDismissed").count()) == (1, 1)


def test_a_removed_contact_leaves_the_others_one_person_who_can_still_part(cast):
    admin = cast.actor(cast.admin)
    _merge(cast, cast.alice, cast.boris)
    later = _merge(cast, cast.alice, cast.chai)
    conversation = cast.hears(BORIS, "hi")
    remove_contact(cast.alice, by=admin)
    assert _persons(cast) == {cast.boris.id: cast.boris.id, cast.chai.id: cast.boris.id}
    assert Message.objects.filter(conversation=conversation).count() == 1
    undo_merge(later, by=admin)
    assert all(contact == person for contact, person in _persons(cast).items())
    remove_contact(cast.boris, by=admin)
    assert set(_persons(cast)) == {cast.chai.id}
    assert (Merge.objects.count(), MergedContact.objects.count()) == (0, 0)


def _at_once(*acts: Callable[[], object]) -> list[str]:
    outcomes: list[str] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
            outcomes.append("done")
        except ProductError as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_at_once_make_one_merge_and_rings_do_not_close(cast):
    admin = cast.actor(cast.admin)
    pairs = [(cast.alice, cast.boris), (cast.boris, cast.alice)]
    merges = [lambda pair=pair: merge_contacts(*pair, by=admin) for pair in pairs]
    assert _at_once(*merges) == ["conflict", "done"]
    ring = [(cast.boris, cast.chai), (cast.chai, cast.alice)]
    assert _at_once(*[lambda pair=pair: merge_contacts(*pair, by=admin) for pair in ring]) == [
        "conflict",
        "done",
    ]
    assert len(set(_persons(cast).values())) == 1
    merge = Merge.objects.latest("made_at")
    both = _at_once(lambda: undo_merge(merge, by=admin), lambda: remove_contact(cast.chai, by=admin))
    assert both in (["done", "done"], ["done", "not-found"])
    assert set(_persons(cast)) == {cast.alice.id, cast.boris.id}
    assert len(set(_persons(cast).values())) == 1


def test_merges_are_seen_as_far_as_contacts_are_and_not_as_conversations_are(cast):
    """A role that reaches all conversations but its own contacts only: nobody spoke with these two."""
    merge = merge_contacts(cast.alice, cast.boris, by=cast.actor())
    far = replace(cast.actor(cast.agent), reach={"conversations": "all", "contacts": "own"})
    assert list(merges_visible_to(far)) == []
    assert list(merges_visible_to(replace(far, reach={"contacts": "all"}))) == [merge]
