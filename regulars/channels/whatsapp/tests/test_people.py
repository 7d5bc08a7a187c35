"""Who an update is about: identities, contacts, and addresses that changed."""

from __future__ import annotations

import pytest

from regulars.inboxes.ports import (
    ContactRef,
    Identity,
    IdentityChange,
    SystemNotice,
)

from .bodies import (
    ANNA,
    ANNA_REF,
    BSUID,
    NUMBER,
    PHONE,
    body,
    from_anna,
    identities,
    message,
    only,
    parse,
    value,
)


def test_contacts_are_joined_by_id_and_not_by_position():
    bob = {"profile": {"name": "Bob"}, "wa_id": "12025550199", "user_id": "US.9"}
    from_bob = message("text", **{"from": "12025550199", "from_user_id": "US.9"})
    updates = parse(body(value(contacts=[ANNA, bob], messages=[from_bob, message("text")])))
    assert [update.contact.name for update in updates] == ["Bob", "Anna"]


def test_the_only_contact_never_speaks_for_somebody_else():
    stranger = message("text", **{"from": "12025550199", "from_user_id": None})
    updates = parse(from_anna(message("text"), stranger))
    assert [identities(update) for update in updates] == [
        ["DE.90000000000000000103", "+12025550103"],
        ["+12025550199"],
    ]
    assert [update.contact.name for update in updates] == ["Anna", ""]


def test_the_only_contact_completes_a_message_that_names_nobody():
    nameless = message("text", **{"from": None, "from_user_id": None})
    assert only(from_anna(nameless)).contact == ANNA_REF


def test_the_brazilian_spellings_of_one_phone_are_one_person():
    contact = {"profile": {"name": "Bia"}, "wa_id": "551187654321"}
    item = message("text", **{"from": "5511987654321", "from_user_id": "BR.1"})
    update = only(body(value(contacts=[contact], messages=[item])))
    assert update.contact == ContactRef(
        identities=(Identity("bsuid", "BR.1"), Identity("phone", "+5511987654321")),
        name="Bia",
        provider_address="551187654321",
    )


def test_a_bsuid_where_a_phone_is_documented_stays_a_bsuid():
    items = [
        message("text", **{"from": "US.aB9", "from_user_id": None}),
        message("text", **{"from": "US.ENT.aB9", "from_user_id": None}),
    ]
    updates = parse(body(value(messages=items)))
    assert [update.contact.identities for update in updates] == [
        (Identity("bsuid", "US.aB9"),),
        (Identity("parent_bsuid", "US.ENT.aB9"),),
    ]


def test_all_three_identities_go_from_strong_to_weak():
    item = message("text", from_parent_user_id="DE.ENT.1")
    assert only(from_anna(item)).contact.identities == (BSUID, Identity("parent_bsuid", "DE.ENT.1"), PHONE)


def test_a_system_message_in_a_batch_is_not_about_the_contact_of_the_batch():
    system = {"type": "user_changed_user_id", "user_id": "KR.2", "previous_user_id": "KR.1"}
    item = message("system", system, **{"from": None, "from_user_id": None})
    assert identities(parse(from_anna(message("text"), item))[1]) == ["KR.1"]


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        (
            {
                "type": "user_changed_number",
                "wa_id": "12025550113",
                "user_id": "DE.2",
                "previous_user_id": BSUID.value,
            },
            IdentityChange(
                reason="number_changed",
                previous=(BSUID, PHONE),
                current=(Identity("bsuid", "DE.2"), Identity("phone", "+12025550113")),
                provider_address="12025550113",
            ),
        ),
        (
            {"type": "customer_changed_number", "new_wa_id": "12025550113", "customer": "12025550103"},
            IdentityChange(
                reason="number_changed",
                previous=(BSUID, PHONE),
                current=(Identity("phone", "+12025550113"),),
                provider_address="12025550113",
            ),
        ),
        (
            {"type": "user_changed_user_id", "user_id": "DE.2", "previous_user_id": "DE.1"},
            IdentityChange(
                reason="user_id_changed",
                previous=(Identity("bsuid", "DE.1"), PHONE),
                current=(Identity("bsuid", "DE.2"),),
            ),
        ),
        (
            {"type": "something_new", "user_id": "DE.2", "previous_user_id": "DE.1"},
            IdentityChange(
                reason="user_id_changed",
                previous=(Identity("bsuid", "DE.1"), PHONE),
                current=(Identity("bsuid", "DE.2"),),
            ),
        ),
        (
            {"type": "customer_identity_changed"},
            IdentityChange(reason="identity_check", previous=(BSUID, PHONE)),
        ),
        ({"type": "something_else"}, None),
    ],
)
def test_system_messages_tell_old_and_new_addresses(system, expected):
    update = only(body(value(messages=[message("system", system)])))
    assert update.content.system == SystemNotice(event=system["type"], identity_change=expected)


def test_the_short_lived_field_for_identity_changes_is_understood():
    update = only(
        body(
            value(
                user_id_update=[{"wa_id": "12025550103", "user_id": {"previous": "DE.1", "current": "DE.2"}}]
            ),
            field="user_id_update",
        )
    )
    assert (update.kind, update.address) == ("contact_identity", NUMBER)
    (change,) = update.identity_changes
    assert change == IdentityChange(
        reason="user_id_changed",
        previous=(Identity("bsuid", "DE.1"), PHONE),
        current=(Identity("bsuid", "DE.2"), PHONE),
        provider_address="12025550103",
    )


@pytest.mark.parametrize(
    "told",
    [
        {"user_id": {"previous": "DE.1", "current": "DE.2"}},
        {"user_id_update": {"user_id": {"previous": "DE.1", "current": "DE.2"}}},
        {"user_id_updates": [{"previous_user_id": "DE.1", "user_id": "DE.2"}]},
    ],
)
def test_every_spelling_of_the_field_is_understood(told):
    update = only(body(value(**told), field="user_id_update"))
    (change,) = update.identity_changes
    assert (change.previous, change.current) == ((Identity("bsuid", "DE.1"),), (Identity("bsuid", "DE.2"),))


def test_each_change_of_a_list_counts():
    rows = [{"user_id": {"previous": f"DE.{each}", "current": f"DE.{each + 1}"}} for each in (1, 2)]
    update = only(body(value(user_id_update=rows), field="user_id_update"))
    assert [change.current for change in update.identity_changes] == [
        (Identity("bsuid", "DE.2"),),
        (Identity("bsuid", "DE.3"),),
    ]
