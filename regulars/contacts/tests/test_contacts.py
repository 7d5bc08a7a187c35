"""Contacts in the database: found, named, linked, searched, edited, removed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from regulars.contacts.models import Consent, Contact, ContactIdentity, ContactTagging, MergeSuggestion
from regulars.contacts.operations.editing import create_contact, record_consent, update_contact
from regulars.contacts.operations.identifying import PersonSeen, find_holder, identify_contacts
from regulars.contacts.operations.linking import Link, link_identities
from regulars.contacts.operations.tagging import set_contact_tags
from regulars.contacts.search import matching_contacts
from regulars.kernel import clock
from regulars.kernel.errors import Invalid, NotAllowed
from regulars.kernel.models import Event
from regulars.tags.queries import names_of
from regulars.tags.taggings import tags_on
from regulars.workspaces.models import AuditEntry
from tests.cast import ALICE, BORIS, Cast, make_cast

pytestmark = pytest.mark.django_db

OLD, NEW = ("phone", "+12025550111"), ("phone", "+12025550122")
OLD_BSUID, NEW_BSUID = ("bsuid", "US.1001"), ("bsuid", "US.1002")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def _see(cast: Cast, *people: PersonSeen) -> list[UUID]:
    found = identify_contacts(cast.workspace.id, "whatsapp", people)
    return [contact_id for contact_id in found if contact_id]


def _identities(contact_id: UUID) -> set[tuple[str, str]]:
    rows = ContactIdentity.objects.filter(contact_id=contact_id, retired_at=None)
    return set(rows.values_list("kind", "value"))


def _events() -> list[tuple[str, str]]:
    rows = Event.objects.exclude(kind="TagCreated").order_by("id")
    return [(row.kind, row.body.get("contact_id", "")) for row in rows]


def _link(cast: Cast, previous: list[tuple[str, str]], current: list[tuple[str, str]]) -> UUID:
    contact_id = link_identities(cast.workspace.id, "whatsapp", Link(tuple(previous), tuple(current)))
    assert contact_id
    return contact_id


# --- identifying ------------------------------------------------------------------------------------


def test_a_batch_is_identified_with_few_statements_whatever_its_size(cast, django_assert_max_num_queries):
    people = [PersonSeen((("phone", f"+1202556{number:04}"),), f"Person {number}") for number in range(200)]
    with django_assert_max_num_queries(10):
        first = _see(cast, *people)
    assert len(set(first)) == 200
    with django_assert_max_num_queries(6):
        assert _see(cast, *people) == first


def test_a_new_contact_has_name_phone_and_the_place_of_its_number(cast):
    (contact_id,) = _see(cast, PersonSeen((("bsuid", "KR.77"), ("phone", "+821012345678")), "서연", "seo"))
    contact = Contact.objects.get(id=contact_id)
    assert (contact.profile_name, contact.username, contact.phone) == ("서연", "seo", "+821012345678")
    assert (contact.country, contact.language, contact.time_zone) == ("KR", "ko", "Asia/Seoul")
    assert _identities(contact_id) == {("bsuid", "KR.77"), ("phone", "+821012345678")}


def test_a_bsuid_alone_gives_country_and_language(cast):
    (contact_id,) = _see(cast, PersonSeen((("bsuid", "TH.77"),)))
    contact = Contact.objects.get(id=contact_id)
    assert (contact.country, contact.language, contact.time_zone, contact.phone) == ("TH", "th", "", "")


def test_names_follow_the_platform_and_silence_changes_nothing(cast):
    Event.objects.all().delete()
    assert _see(cast, PersonSeen((("phone", ALICE),), "Alicia", "al")) == [cast.alice.id]
    assert _see(cast, PersonSeen((("phone", ALICE),))) == [cast.alice.id]
    cast.alice.refresh_from_db()
    assert (cast.alice.profile_name, cast.alice.username) == ("Alicia", "al")
    assert _events() == [("ContactProfileChanged", str(cast.alice.id))]


def test_the_same_person_twice_in_a_batch_is_one_contact(cast):
    first, second = _see(cast, PersonSeen((OLD,)), PersonSeen((OLD_BSUID, OLD)))
    assert first == second
    assert _identities(first) == {OLD, OLD_BSUID}


def test_a_recycled_phone_moves_with_a_suggestion_and_both_are_told(cast):
    (old,) = _see(cast, PersonSeen((OLD_BSUID, OLD)))
    Event.objects.all().delete()
    (new,) = _see(cast, PersonSeen((NEW_BSUID, OLD)))
    assert (_identities(old), _identities(new)) == ({OLD_BSUID}, {NEW_BSUID, OLD})
    assert Contact.objects.get(id=old).phone == ""
    assert Contact.objects.get(id=new).phone == OLD[1]
    (suggestion,) = MergeSuggestion.objects.all()
    assert ({suggestion.first_id, suggestion.second_id}, suggestion.reason) == ({old, new}, "same_phone")
    assert sorted(_events()) == sorted(
        [
            ("ContactIdentitiesChanged", str(old)),
            ("ContactIdentitiesChanged", str(new)),
            ("MergeSuggested", ""),
        ]
    )


def test_a_phone_recycled_within_one_batch_is_shown_on_the_newcomer_only(cast):
    old, new = _see(cast, PersonSeen((OLD_BSUID, OLD)), PersonSeen((NEW_BSUID, OLD)))
    assert (_identities(old), _identities(new)) == ({OLD_BSUID}, {NEW_BSUID, OLD})
    phones = [Contact.objects.get(id=each).phone for each in (old, new)]
    assert phones == ["", OLD[1]]


def test_other_workspaces_and_channels_know_other_people(cast):
    (there,) = identify_contacts(cast.stranger.workspace.id, "whatsapp", [PersonSeen((("phone", ALICE),))])
    (elsewhere,) = identify_contacts(cast.workspace.id, "line", [PersonSeen((("line_user", "U1"),))])
    assert len({there, elsewhere, cast.alice.id}) == 3
    assert find_holder(cast.workspace.id, "whatsapp", [("phone", ALICE)]) == cast.alice.id
    assert find_holder(cast.workspace.id, "line", [("phone", ALICE)]) is None


def test_nobody_named_asks_nothing(cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        people = [PersonSeen(()), PersonSeen(())]
        assert identify_contacts(cast.workspace.id, "whatsapp", people) == [None, None]


# --- linking ----------------------------------------------------------------------------------------


def test_a_number_change_keeps_the_contact(cast):
    (contact_id,) = _see(cast, PersonSeen((OLD_BSUID, OLD)))
    assert _link(cast, [OLD_BSUID, OLD], [NEW_BSUID, NEW]) == contact_id
    assert _identities(contact_id) == {NEW_BSUID, NEW}
    assert Contact.objects.get(id=contact_id).phone == NEW[1]
    assert _see(cast, PersonSeen((NEW_BSUID, NEW)), PersonSeen((NEW,))) == [contact_id, contact_id]
    assert _see(cast, PersonSeen((OLD_BSUID, OLD))) == [contact_id]
    assert _identities(contact_id) == {NEW_BSUID, NEW}


@pytest.mark.parametrize(
    ("previous", "current"),
    [([OLD], [NEW]), ([OLD_BSUID], [NEW_BSUID]), ([OLD_BSUID, OLD], [NEW_BSUID, NEW])],
)
def test_telling_a_number_change_again_changes_nothing(cast, previous, current):
    (contact_id,) = _see(cast, PersonSeen(tuple(previous)))
    _link(cast, previous, current)
    rows, count = list(ContactIdentity.objects.order_by("id").values()), Contact.objects.count()
    Event.objects.all().delete()
    assert _link(cast, previous, current) == contact_id
    assert list(ContactIdentity.objects.order_by("id").values()) == rows
    assert (Contact.objects.count(), MergeSuggestion.objects.count(), _events()) == (count, 0, [])


def test_whoever_wrote_from_the_new_number_first_is_suggested_and_keeps_it(cast):
    (old,) = _see(cast, PersonSeen((OLD_BSUID, OLD)))
    (new,) = _see(cast, PersonSeen((NEW_BSUID, NEW)))
    assert _link(cast, [OLD_BSUID, OLD], [NEW_BSUID, NEW]) == old
    assert (_identities(old), _identities(new)) == (set(), {NEW_BSUID, NEW})
    assert [Contact.objects.get(id=each).phone for each in (old, new)] == ["", NEW[1]]
    (suggestion,) = MergeSuggestion.objects.all()
    assert ({suggestion.first_id, suggestion.second_id}, suggestion.reason) == ({old, new}, "number_changed")


def test_changes_told_in_the_wrong_order_are_suggested(cast):
    third = ("bsuid", "US.1003")
    (first,) = _see(cast, PersonSeen((OLD_BSUID,)))
    last = _link(cast, [NEW_BSUID], [third])
    assert _link(cast, [OLD_BSUID], [NEW_BSUID]) == first
    (suggestion,) = MergeSuggestion.objects.all()
    assert {suggestion.first_id, suggestion.second_id} == {first, last}


def test_a_shared_number_joins_the_contact_that_was_asked(cast):
    (contact_id,) = _see(cast, PersonSeen((OLD_BSUID,)))
    assert _link(cast, [OLD_BSUID], [OLD]) == contact_id
    assert _identities(contact_id) == {OLD_BSUID, OLD}
    assert Contact.objects.get(id=contact_id).phone == OLD[1]


def test_an_unknown_person_changing_number_is_made_once(cast):
    contact_id = _link(cast, [OLD], [NEW])
    assert _identities(contact_id) == {NEW}
    assert _link(cast, [OLD], [NEW]) == contact_id


def test_an_empty_change_links_nobody(cast):
    assert link_identities(cast.workspace.id, "whatsapp", Link((), ())) is None


# --- search -----------------------------------------------------------------------------------------


def _found(cast: Cast, text: str) -> set[UUID]:
    return set(matching_contacts(cast.actor(), text).values_list("id", flat=True))


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("+12025550101", "+1 (202) 555-0101"),
        ("+12025550101", "202-555-0101"),
        ("+12025550101", "0012025550101"),
        ("+12025550101", "5550101"),
        ("+5511987654321", "+55 11 8765-4321"),
        ("+5511987654321", "55 11 98765 4321"),
        ("+525512345678", "+52 1 55 1234 5678"),
        ("+541112345678", "+54 9 11 1234-5678"),
        ("+541112345678", "+54 11 15 1234-5678"),
        ("+442079460958", "+44 (0)20 7946 0958"),
        ("+66812345678", "081 234 5678"),
        ("+821012345678", "010-1234-5678"),
    ],
)
def test_a_number_is_found_in_any_writing(cast, stored, written):
    contact = cast.contact(stored)
    assert contact.id in _found(cast, written)


def test_another_number_is_not_found(cast):
    assert _found(cast, "+1 202 555 0199") == set()


def test_names_words_tags_user_names_and_ids_are_found(cast):
    (contact_id,) = _see(cast, PersonSeen((("bsuid", "US.55"),), "Maria del Carmen", "mariposa"))
    set_contact_tags(Contact.objects.get(id=contact_id), ["VIP", "Late payer"], by=cast.actor())
    for text in ("maria", "carmen MARIA", "marip", "vip", "maria vip", "payer", "US.55"):
        assert _found(cast, text) == {contact_id}
    assert _found(cast, "maria nobody") == _found(cast, "ayer") == set()


def test_a_search_with_zero_bytes_finds_what_the_rest_says(cast):
    assert _found(cast, "Ali\x00ce") == {cast.alice.id}


def test_nobody_is_found_next_door(cast):
    assert set(matching_contacts(cast.stranger.actor(), "Alice")) == set()


# --- editing ----------------------------------------------------------------------------------------


def test_fields_are_written_with_event_and_audit(cast):
    Event.objects.all().delete()
    by = cast.actor(cast.agent)
    update_contact(cast.alice, {"name": "Ms. Alice", "tags": ["vip"], "owner_id": cast.agent.id}, by=by)
    cast.alice.refresh_from_db()
    assert (cast.alice.name, cast.alice.owner_id) == ("Ms. Alice", cast.agent.id)
    assert names_of(tags_on(ContactTagging, [cast.alice.id])[cast.alice.id]) == ["vip"]
    assert _events() == [("ContactTagged", str(cast.alice.id)), ("ContactEdited", str(cast.alice.id))]
    entry = AuditEntry.objects.get(verb="contacts:edit")
    assert (entry.actor_id, entry.details) == (cast.agent.id, {"fields": ["name", "owner_id", "tags"]})


def test_writing_the_same_again_changes_nothing(cast):
    Event.objects.all().delete()
    update_contact(cast.alice, {"name": cast.alice.name, "tags": []}, by=cast.actor(cast.agent))
    assert (_events(), AuditEntry.objects.filter(verb="contacts:edit").count()) == ([], 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * 201),
        ("name", None),
        ("language", "klingon!"),
        ("language", 7),
        ("time_zone", "Mars/Base"),
        ("time_zone", ["UTC"]),
        ("tags", ["x" * 65]),
        ("tags", "vip"),
        ("fields", []),
        ("about", 7),
        ("tier", "x" * 65),
        ("stage", None),
        ("owner_id", uuid4()),
        ("owner_id", "nobody"),
        ("phone", "+1"),
    ],
)
def test_a_wrong_field_is_named(cast, field, value):
    with pytest.raises(Invalid) as caught:
        update_contact(cast.alice, {field: value}, by=cast.actor(cast.agent))
    assert caught.value.facts["fields"].keys() == {field}  # type: ignore[attr-defined]


def test_a_stranger_or_somebody_who_left_cannot_own_a_contact(cast):
    cast.mate.is_active = False
    cast.mate.save()
    for member in (cast.stranger.owner, cast.mate):
        with pytest.raises(Invalid):
            update_contact(cast.alice, {"owner_id": member.id}, by=cast.actor(cast.owner))


def test_making_a_contact_that_exists_finds_it(cast):
    again = create_contact(
        cast.workspace.id, PersonSeen((("phone", BORIS),)), by=cast.actor(cast.agent), channel="whatsapp"
    )
    assert again.id == cast.boris.id
    with pytest.raises(Invalid):
        create_contact(cast.workspace.id, PersonSeen(()), by=cast.actor(cast.agent), channel="whatsapp")


def test_without_the_permission_nothing_is_changed(cast):
    by = cast.token_actor("agent", scopes=["contacts:read"])
    with pytest.raises(NotAllowed):
        update_contact(cast.alice, {"name": "x"}, by=by)
    with pytest.raises(NotAllowed):
        create_contact(cast.workspace.id, PersonSeen((OLD,)), by=by, channel="whatsapp")


def test_consent_is_kept_once_with_its_proof(cast):
    at = clock.now() - timedelta(hours=1)
    Event.objects.all().delete()
    answers = [
        record_consent(
            cast.alice.id,
            cast.workspace.id,
            channel="whatsapp",
            purpose="marketing",
            state="opted_out",
            source="words",
            at=at,
            proof={"message": "stop"},
        )
        for _ in range(2)
    ]
    assert answers == [True, False]
    (consent,) = Consent.objects.filter(contact=cast.alice)
    assert (consent.state, consent.proof) == ("opted_out", {"message": "stop"})
    assert [kind for kind, _id in _events()] == ["ConsentRecorded"]
