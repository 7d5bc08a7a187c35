"""One person is one contact, in whatever order, batches and repetitions the platform tells about them."""

from __future__ import annotations

import random
from uuid import UUID

import pytest

from regulars.contacts.models import Contact, ContactIdentity, MergeSuggestion
from regulars.conversations.models import Message
from regulars.inboxes.models import ChannelNotice
from tests.cast import FIRST_NUMBER, House

from .persons import ANN, BO, T0, Body, Person, case, deliver, make_shop, only_contact, value_of

pytestmark = pytest.mark.django_db


def before_of(person: Person) -> list[Body]:
    """Everything that may be told while the person has the first number, the strongest tie first."""
    ids = {"phone": person.old, "bsuid": person.bsuid}
    return [
        person.says(10, parent=person.parent, **ids),
        person.says(15, **ids),
        person.says(20, phone=person.old),
        person.says(30, bsuid=person.bsuid),
        person.says(40, parent=person.parent),
        person.shares_number(50),
        person.is_answered_from_phone(60),
        person.is_in_history(-5_000),
        person.is_in_address_book(70),
        person.calls(80),
    ]


CHANGES = ("changes_number_old_form", "changes_number", "changes_id", "changes_id_in_a_field")


def after_of(person: Person, change: str) -> list[Body]:
    ids = {"bsuid": person.next_bsuid}
    if change.startswith("changes_number"):
        ids["phone"] = person.new
    return [person.says(200, **ids), person.says(210, bsuid=person.next_bsuid, phone=person.new)]


def contacts_by_person(house: House) -> list[set[UUID]]:
    """For each of the two people, the contacts that hold any of their addresses or messages."""
    found = []
    for serial in (1, 2):
        mine = ContactIdentity.objects.filter(workspace=house.workspace, value__in=ADDRESSES[serial])
        said = Message.objects.filter(workspace=house.workspace, provider_id__regex=f"^[a-z]{serial}-")
        found.append({*mine.values_list("contact_id", flat=True), *said.values_list("contact_id", flat=True)})
    return found


ADDRESSES = {
    1: ("+541155550105", "+14165550122", ANN.bsuid, ANN.next_bsuid, ANN.parent),
    2: ("+5511987654321", "+525512345678", BO.bsuid, BO.next_bsuid, BO.parent),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_comes_together_is_one_contact_each_with_the_newest_name(change):
    for serial in range(3):
        random_ = random.Random(f"{change}{serial}")
        bodies = [
            body
            for person in (ANN, BO)
            for body in (
                before_of(person)[0],
                *random_.sample(before_of(person)[1:], 5),
                getattr(person, change)(100),
                *after_of(person, change),
                person.says(300, bsuid=person.next_bsuid, name=f"Newest {person.serial}"),
            )
        ] * 2
        random_.shuffle(bodies)
        house = make_shop(serial)
        deliver(house.connection, bodies)
        ann, bo = contacts_by_person(house)
        assert (len(ann), len(bo), len(ann | bo)) == (1, 1, 2), f"order {serial}"
        names = Contact.objects.filter(id__in=ann | bo).order_by("profile_name")
        assert list(names.values_list("profile_name", flat=True)) == ["Newest 1", "Newest 2"]


@pytest.mark.parametrize("change", CHANGES)
def test_in_any_batches_one_person_is_one_contact_once_the_tie_was_told_first(change):
    """What ties the addresses together comes first; all the rest in any order, in batches of any size, repeated."""
    for serial in range(3):
        random_ = random.Random(f"{change}{serial}")
        house = make_shop(serial)
        for person in (ANN, BO):
            first, *rest = before_of(person)
            ties = [first, getattr(person, change)(100)]
            bodies = [*rest, *after_of(person, change), *rest[:3]]
            random_.shuffle(ties)
            random_.shuffle(bodies)
            deliver(house.connection, [*ties, *bodies], limit=random_.choice((1, 3, 7)))
        ann, bo = contacts_by_person(house)
        assert (len(ann), len(bo), len(ann | bo)) == (1, 1, 2), f"order {serial}"
        assert not MergeSuggestion.objects.filter(workspace=house.workspace).exists()


@pytest.mark.parametrize("change", CHANGES)
def test_in_any_order_and_batches_two_people_never_mix_and_the_parts_of_one_are_suggested(change):
    """What cannot be known yet when a part comes is told to a person: nothing merges by itself."""
    for serial in range(3):
        random_ = random.Random(f"{change}{serial}")
        house = make_shop(serial)
        bodies = [
            body
            for person in (ANN, BO)
            for body in (*before_of(person), getattr(person, change)(100), *after_of(person, change))
        ] * 2
        random_.shuffle(bodies)
        deliver(house.connection, bodies, limit=random_.choice((1, 3, 7)))
        ann, bo = contacts_by_person(house)
        assert not ann & bo
        for mine in (ann, bo):
            assert _joined_by_suggestions(house, mine) == mine, f"order {serial}"


def _joined_by_suggestions(house: House, contacts: set[UUID]) -> set[UUID]:
    """Those that suggestions lead to from one of them."""
    pairs = [
        {row.first_id, row.second_id} for row in MergeSuggestion.objects.filter(workspace=house.workspace)
    ]
    reached = {next(iter(contacts))}
    for _ in pairs:
        for pair in pairs:
            reached |= pair if pair & reached else set()
    return reached


# --- the cases --------------------------------------------------------------------------------------------


def addresses_of(house: House) -> set[tuple[str, str, str]]:
    rows = ContactIdentity.objects.filter(workspace=house.workspace, retired_at=None)
    return set(rows.values_list("kind", "value", "provider_address"))


def test_a_number_that_is_shared_is_the_number_that_writes():
    house = make_shop()
    deliver(house.connection, case("shared-number-argentina"), limit=1)
    assert (only_contact(house).display_name, only_contact(house).phone) == ("Ana Paz", "+541155550105")
    assert addresses_of(house) == {
        ("bsuid", "AR.8140000002", ""),
        ("phone", "+541155550105", "5491155550105"),
    }


def test_the_first_message_names_its_writer_also_when_it_shares_a_number():
    house = make_shop()
    deliver(house.connection, case("shared-number-first-loses-name"))
    contact = only_contact(house)
    assert (contact.display_name, contact.username, contact.phone) == ("Nia Holt", "nia.holt", "+14165550122")


@pytest.mark.parametrize(
    ("wa_id", "phone"),
    [
        ("5491155550105", "+541155550105"),
        ("541155550105", "+541155550105"),
        ("551187654321", "+5511987654321"),
        ("5511987654321", "+5511987654321"),
        ("5215512345678", "+525512345678"),
        ("525512345678", "+525512345678"),
        ("12025550117", "+12025550117"),
    ],
)
@pytest.mark.parametrize("numbers", [["wa_id", "phone"], ["wa_id"], ["phone"]])
def test_shared_in_any_spelling_it_is_one_number_and_answers_go_to_it(wa_id, phone, numbers):
    house = make_shop()
    person = Person(1, wa_id, "")
    shared = person.shares_number(10)
    card = shared["entry"][0]["changes"][0]["value"]["messages"][0]["contacts"][0]
    card["phones"] = [{key: card["phones"][0][key] for key in numbers}]
    deliver(house.connection, [shared], limit=1)
    deliver(house.connection, [person.says(20, phone=wa_id)], limit=1)
    assert only_contact(house).phone == phone
    assert addresses_of(house) == {("bsuid", person.bsuid, ""), ("phone", phone, wa_id)}


def test_a_card_of_somebody_else_is_nobody_s_number():
    house = make_shop()
    shared = ANN.shares_number(10)
    shared["entry"][0]["changes"][0]["value"]["messages"][0]["contacts"][0]["origin"] = "other"
    deliver(house.connection, [shared])
    assert addresses_of(house) == {("bsuid", ANN.bsuid, "")}


@pytest.mark.parametrize("copies", [1, 3])
@pytest.mark.parametrize("left_out", [("id", "timestamp"), ("timestamp",), ("id",), ()])
def test_a_call_is_stored_once_however_often_it_comes(left_out, copies):
    house = make_shop()
    (body,) = case("call-without-timestamp")
    value = body["entry"][0]["changes"][0]["value"]
    value["metadata"] = {"display_phone_number": "12025550142", "phone_number_id": FIRST_NUMBER}
    call = {**value["calls"][0], "timestamp": str(T0)}
    value["calls"] = [{key: call[key] for key in call if key not in left_out}]
    for _ in range(copies):
        deliver(house.connection, [body], limit=1)
    assert ChannelNotice.objects.filter(kind="call").count() == 1
    del value["contacts"]  # the same call, told in other company
    deliver(house.connection, [body])
    assert ChannelNotice.objects.filter(kind="call").count() == 1
    assert only_contact(house).profile_name == "Ann Example"


def test_an_opt_out_without_a_time_is_stored_once():
    house = make_shop()
    item = {"user_id": ANN.bsuid, "category": "marketing_messages", "value": "stop"}
    for _ in range(2):
        deliver(house.connection, [value_of("user_preferences", user_preferences=[item])])
    assert ChannelNotice.objects.filter(kind="preference").count() == 1


# --- names ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["abc", "acb", "bac", "bca", "cab", "cba"])
def test_the_newest_own_name_stays_whatever_comes_late(order):
    told = {
        "a": ANN.says(10, name="Before", bsuid=ANN.bsuid, phone=ANN.old),
        "b": ANN.says(20, name="Now", bsuid=ANN.bsuid, phone=ANN.old),
        "c": ANN.is_in_address_book(30),
    }
    house = make_shop()
    deliver(house.connection, [told[letter] for letter in order], limit=1)
    assert only_contact(house).profile_name == "Now"


def test_a_name_from_the_address_book_serves_until_the_person_s_own_is_told():
    house = make_shop()
    deliver(house.connection, [ANN.is_in_address_book(30)])
    assert only_contact(house).profile_name == "Book 1"
