"""Whoever is removed is gone from what is stored as it came, and nobody else is; a replay brings nobody back."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from config.wiring import ERASERS
from regulars.channels.receiving.processing import process_deliveries
from regulars.channels.whatsapp.payloads import count_payload, load_body, parse_payload
from regulars.channels.whatsapp.tests.arriving import deliver, read_everything
from regulars.channels.whatsapp.tests.bodies import (
    OWN,
    RECEIVED_AT,
    fixture_files,
    from_anna,
    message,
    status,
    value,
)
from regulars.channels.whatsapp.tests.bodies import body as envelope
from regulars.contacts.models import Contact, ContactIdentity
from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import Message, UnmatchedStatus
from regulars.conversations.operations.removing import remove_contact
from regulars.inboxes.erasing import carry_out_erasures, open_erasures
from regulars.inboxes.models import ChannelNotice, Connection, Delivery, ErasureRequest
from regulars.inboxes.replaying import EVERY_DELIVERY, replay_deliveries
from regulars.kernel import clock
from regulars.kernel.models import KeptAnswer
from tests.cast import Cast, House, make_cast

pytestmark = pytest.mark.django_db

BORIS = {"profile": {"name": "Boris Quiet"}, "wa_id": "79990000102", "user_id": "RU.BORIS"}
CAROL = {"profile": {"name": "Carol Loud"}, "wa_id": "4915112345678", "user_id": "DE.CAROL"}
ANNA_CARD = {"profile": {"name": "Anna"}, "wa_id": "12025550103"}
GROUP = "group-id-1"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def carry_out(later: timedelta = timedelta(minutes=1)) -> None:
    with clock.frozen_at(clock.now() + later):
        carry_out_erasures(ERASERS)


def replay(house: House) -> None:
    replay_deliveries(EVERY_DELIVERY, by=house.actor())
    read_everything()
    total, _parts = read_ledger(house.workspace.id)
    assert total.adds_up
    assert total.inbound.pending == 0


def contact_of(phone: str) -> Contact:
    return Contact.objects.get(identities__value=phone, identities__retired_at=None)


def texts() -> list[str]:
    return sorted(Message.objects.values_list("text", flat=True))


def in_group(person: dict[str, Any], name: str, said: str, **more: Any) -> dict[str, Any]:
    return {
        "from": person["wa_id"],
        "from_user_id": person["user_id"],
        "id": f"wamid.{name}",
        "group_id": GROUP,
        "timestamp": "1794990000",
        "type": "text",
        "text": {"body": said},
        **more,
    }


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def bodies() -> list[Any]:
    return [*(json.loads(path.read_bytes()) for path in fixture_files()), *OWN]


# --- every kind of body ---------------------------------------------------------------------------


def test_of_every_kind_nobody_comes_back_and_nobody_else_goes(cast):
    tried = 0
    Contact.objects.all().delete()  # nobody but those whom a body tells of
    for each in bodies():
        with undone():
            deliver(cast, each)
            read_everything()
            people = list(ContactIdentity.objects.filter(workspace=cast.workspace).order_by("id"))
            for contact_id in dict.fromkeys(each.contact_id for each in people):
                with undone():
                    tried += 1
                    _erase_and_replay(cast, Contact.objects.get(id=contact_id))
    assert tried > 20


def _erase_and_replay(cast: Cast, contact: Contact) -> None:
    identities = list(contact.identities.values_list("kind", "value"))
    elsewhere = set(ContactIdentity.objects.exclude(contact=contact).values_list("value", flat=True))
    contact_id = contact.id
    others = _said_by_others(contact_id)
    remove_contact(contact, by=cast.actor())
    carry_out()
    assert not ErasureRequest.objects.exists()
    replay(cast)
    for kind, identity in identities:
        if identity not in elsewhere:
            assert not ContactIdentity.objects.filter(value=identity, kind=kind).exists(), (kind, identity)
    assert _said_by_others(contact_id) == others
    for delivery in Delivery.objects.all():
        raw = bytes(delivery.body)
        assert sum(count_payload(raw).values()) == len(parse_payload(raw, RECEIVED_AT))
        assert count_payload(raw) == delivery.update_counts


def _said_by_others(contact_id: UUID) -> list[tuple[Any, ...]]:
    kept = Message.objects.exclude(contact_id=contact_id).exclude(conversation__contact_id=contact_id)
    return sorted(kept.values_list("provider_id", "text", "kind", "path", "delivery_id"), key=repr)


# --- every place ----------------------------------------------------------------------------------


KEPT = {
    "workspaces_auditentry": "that a removal happened, by whom, of which id; no name, no number, no word",
}
"""tables that may name the contact's id, and why"""


def _places_of(needles: list[str]) -> dict[str, list[str]]:
    """Every table in which one of these texts stands, whatever the column."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = str(model._meta.db_table)
            asked = [(str(each.column), needle) for each in model._meta.concrete_fields for needle in needles]
            counts = sql.SQL(", ").join(_count_of(table, column, needle) for column, needle in asked)
            cursor.execute(sql.SQL("SELECT {} FROM {}").format(counts, sql.Identifier(table)))
            for (column, needle), count in zip(asked, cursor.fetchone(), strict=True):
                if count:
                    found.setdefault(f"{table}.{column}", []).append(needle)
    bodies = [
        bytes(body).decode() for body in Delivery.objects.values_list("body", flat=True)
    ]  # they lie sealed
    if named := [needle for needle in needles if any(needle in body for body in bodies)]:
        found["inboxes_delivery.body"] = named
    return found


def _count_of(table: str, column: str, needle: str) -> sql.Composed:
    shown = "{}::text"
    return sql.SQL("count(*) FILTER (WHERE position({} IN {}) > 0)").format(
        sql.Literal(needle), sql.SQL(shown).format(sql.Identifier(column))
    )


ANNA_TRACES = ["Anna", "anna", "12025550103", "90000000000000000103", "secret of mine"]


def anna_everywhere(cast: Cast) -> None:
    deliver(
        cast,
        from_anna(message("text", {"body": "secret of mine"}, id="wamid.a1")),
        envelope(
            value(
                contacts=[ANNA_CARD, BORIS],
                messages=[
                    message("text", {"body": "secret of mine too"}, id="wamid.a2"),
                    {
                        "from": BORIS["wa_id"],
                        "id": "wamid.b1",
                        "timestamp": "1794990000",
                        "type": "text",
                        "text": {"body": "what Boris said"},
                        "context": {"from": "12025550103", "id": "wamid.a2"},
                    },
                ],
                statuses=[
                    status("read", id="wamid.elsewhere"),
                    status("read", id="wamid.other", recipient_id=BORIS["wa_id"]),
                ],
            )
        ),
        envelope(
            value(
                history=[
                    {
                        "metadata": {"phase": 1, "progress": 50},
                        "threads": [
                            {
                                "id": "12025550103",
                                "messages": [message("text", {"body": "secret of mine, old"}, id="wamid.a3")],
                            }
                        ],
                    }
                ]
            ),
            field="history",
        ),
        envelope(
            value(user_preferences=[{"wa_id": "12025550103", "value": "stop", "timestamp": "1794990000"}]),
            field="user_preferences",
        ),
        envelope(
            value(
                calls=[
                    {
                        "id": "wacid.1",
                        "from": "12025550103",
                        "direction": "USER_INITIATED",
                        "event": "connect",
                        "timestamp": "1794990000",
                    }
                ]
            ),
            field="calls",
        ),
        envelope(
            {"something": {"new": {"wa_id": "12025550103", "said": "secret of mine"}}}, field="brand_new"
        ),
        envelope(
            value(
                contacts=[ANNA_CARD, CAROL],
                messages=[
                    in_group(
                        {"wa_id": "12025550103", "user_id": "DE.90000000000000000103"}, "g1", "secret of mine"
                    ),
                    in_group(CAROL, "g2", "what Carol said"),
                ],
            )
        ),
        envelope(
            value(
                groups=[
                    {
                        "group_id": GROUP,
                        "type": "group_participants_add",
                        "timestamp": "1794990000",
                        "added_participants": [{"wa_id": "12025550103"}, {"wa_id": CAROL["wa_id"]}],
                    }
                ]
            ),
            field="group_participants_update",
        ),
    )


def test_nothing_of_the_person_is_left_in_any_table(cast):
    anna_everywhere(cast)
    read_everything()
    anna = contact_of("+12025550103")
    assert {"inboxes_delivery.body", "conversations_message.text"} <= set(_places_of(ANNA_TRACES))
    assert UnmatchedStatus.objects.count() == 2
    anna_id = str(anna.id)
    remove_contact(anna, by=cast.actor(cast.admin))
    carry_out()
    assert _places_of(ANNA_TRACES) == {}
    assert {place.split(".")[0] for place in _places_of([anna_id])} - {"kernel_event"} == set(KEPT)
    assert UnmatchedStatus.objects.get().provider_id == "wamid.other"
    assert texts() == ["what Boris said", "what Carol said"]
    replay(cast)
    assert _places_of(ANNA_TRACES) == {}
    assert texts() == ["what Boris said", "what Carol said"]


def test_what_others_said_keeps_its_place(cast):
    anna_everywhere(cast)
    read_everything()
    remove_contact(contact_of("+12025550103"), by=cast.actor())
    carry_out()
    boris = Message.objects.get(provider_id="wamid.b1")
    assert boris.delivery_id
    raw = load_body(bytes(Delivery.objects.get(id=boris.delivery_id).body))
    kept = raw["entry"][0]["changes"][0]["value"]
    assert boris.path == "0/0/messages/1"
    assert kept["messages"][1]["text"] == {"body": "what Boris said"}
    assert [each["wa_id"] for each in kept["contacts"]] == [BORIS["wa_id"]]
    assert kept["statuses"][1]["recipient_id"] == BORIS["wa_id"]


def test_answers_kept_for_repetition_are_forgotten(cast, client):
    conversation = cast.hears("+12025550103", "hello")
    token = cast.token("admin")
    path, form = f"/api/v1/conversations/{conversation.id}/notes", {"text": "a secret of mine"}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k1"}
    sent = client.post(path, form, content_type="application/json", headers=headers)
    other = cast.hears("+12025550109", "hello")
    kept = client.post(
        f"/api/v1/conversations/{other.id}/notes",
        {"text": "stays"},
        content_type="application/json",
        headers={**headers, "Idempotency-Key": "k2"},
    )
    assert (sent.status_code, kept.status_code) == (201, 201)
    remove_contact(contact_of("+12025550103"), by=cast.actor())
    carry_out()
    stored = list(KeptAnswer.objects.order_by("id").values_list("status", "sealed"))
    assert [(status, "stays" in (sealed or "")) for status, sealed in stored] == [(410, False), (201, True)]
    again = client.post(path, form, content_type="application/json", headers=headers)
    assert (again.status_code, again["Content-Type"]) == (404, "application/problem+json")


# --- time -----------------------------------------------------------------------------------------


def test_what_waited_when_the_person_was_removed_brings_nobody_back(cast):
    conversation = cast.hears("+12025550103", "hello")
    deliver(cast, from_anna(message("text", {"body": "too late"}, id="wamid.late")))
    assert conversation.contact
    remove_contact(conversation.contact, by=cast.actor())
    read_everything()
    assert not ContactIdentity.objects.filter(value="+12025550103").exists()
    total, _parts = read_ledger(cast.workspace.id)
    assert (total.inbound.rejected, total.adds_up) == ({"erased": 1}, True)
    carry_out()
    assert _places_of(["too late"]) == {}


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_comes_upon_a_removal_waits_and_leaves_the_person_out(cast):
    conversation = cast.hears("+12025550103", "hello")
    deliver(cast, from_anna(message("text", {"body": "too late"}, id="wamid.late")))

    def work() -> None:
        process_deliveries()
        connection.close()

    reader = threading.Thread(target=work)
    with transaction.atomic():
        assert conversation.contact
        remove_contact(conversation.contact, by=cast.actor())
        reader.start()
        reader.join(1)
        assert reader.is_alive()
    reader.join(30)
    assert not ContactIdentity.objects.filter(value="+12025550103").exists()
    assert texts() == []
    total, _parts = read_ledger(cast.workspace.id)
    assert (total.inbound.rejected, total.adds_up) == ({"erased": 1}, True)


def test_what_waits_is_cleared_where_it_waits(cast):
    conversation = cast.hears("+12025550103", "hello")
    (late,) = deliver(cast, from_anna(message("text", {"body": "too late"}, id="wamid.late")))
    assert conversation.contact
    remove_contact(conversation.contact, by=cast.actor())
    carry_out()
    assert (_places_of(["too late"]), Delivery.objects.get(id=late).state) == ({}, "pending")
    replay(cast)
    assert not ContactIdentity.objects.filter(value="+12025550103").exists()


def test_whoever_writes_afterwards_is_a_new_acquaintance(cast):
    conversation = cast.hears("+12025550103", "hello")
    assert conversation.contact
    remove_contact(conversation.contact, by=cast.actor())
    (ids,) = deliver(cast, from_anna(message("text", {"body": "me again"}, id="wamid.new")))
    Delivery.objects.filter(id=ids).update(received_at=clock.now() + timedelta(seconds=1))
    read_everything()
    carry_out()
    assert texts() == ["me again"]
    assert bytes(Delivery.objects.get(id=ids).body).count(b"me again") == 1


def test_a_request_is_ended_when_nothing_older_can_turn_up(cast):
    conversation = cast.hears("+12025550103", "hello")
    assert conversation.contact
    remove_contact(conversation.contact, by=cast.actor())
    carry_out(timedelta())
    (erasure,) = open_erasures(cast.workspace.id)
    (late,) = deliver(cast, from_anna(message("text", {"body": "committed late"}, id="wamid.late")))
    carry_out(timedelta(seconds=10))
    assert open_erasures(cast.workspace.id) == [erasure]
    carry_out()
    assert open_erasures(cast.workspace.id) == []
    assert _places_of(["committed late"]) == {}
    assert Delivery.objects.filter(id=late).exists()


def test_an_erasure_that_fails_is_tried_again(cast):
    conversation = cast.hears("+12025550103", "hello")
    assert conversation.contact
    remove_contact(conversation.contact, by=cast.actor())

    def fail(_erasure: object) -> None:
        raise LookupError("no")

    with clock.frozen_at(clock.now() + timedelta(minutes=1)):
        assert (carry_out_erasures([fail]), carry_out_erasures(ERASERS)) == (0, 1)


def test_a_number_that_is_somebody_elses_by_now_is_erased_up_to_then(cast):
    deliver(cast, from_anna(message("text", {"body": "Anna's"}, id="wamid.1")))
    read_everything()
    anna = contact_of("+12025550103")
    later = str(int((clock.now() + timedelta(days=1)).timestamp()))
    heir = {"profile": {"name": "Heir"}, "wa_id": "12025550103", "user_id": "DE.HEIR"}
    said = {"from": "12025550103", "from_user_id": "DE.HEIR", "id": "wamid.2", "timestamp": later}
    deliver(
        cast,
        envelope(value(contacts=[heir], messages=[{**said, "type": "text", "text": {"body": "Heir's"}}])),
    )
    read_everything()
    assert contact_of("+12025550103") != anna
    remove_contact(anna, by=cast.actor())
    carry_out()
    replay(cast)
    assert texts() == ["Heir's"]
    assert _places_of(["Anna's"]) == {}
    assert set(_places_of(["Heir's"])) == {"inboxes_delivery.body", "conversations_message.text"}


@pytest.mark.parametrize("written", ["5491155550105", "541155550105", "+541155550105"])
def test_every_spelling_of_a_number_is_theirs(cast, written):
    said = {
        "from": written,
        "id": "wamid.1",
        "timestamp": "1794990000",
        "type": "text",
        "text": {"body": "x"},
    }
    deliver(cast, envelope(value(contacts=[{"wa_id": written}], messages=[said])))
    read_everything()
    remove_contact(contact_of("+541155550105"), by=cast.actor())
    carry_out()
    assert not Delivery.objects.exists()


def test_another_workspace_keeps_what_it_heard(cast):
    deliver(cast, from_anna(message("text", {"body": "hello"})))
    theirs = json.loads(orjson.dumps(from_anna(message("text", {"body": "hello"}))))
    number = cast.stranger.inbox.address
    theirs["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = number
    deliver(cast.stranger, theirs)
    read_everything()
    anna = Contact.objects.get(identities__value="+12025550103", workspace=cast.workspace)
    remove_contact(anna, by=cast.actor())
    carry_out()
    assert list(Delivery.objects.values_list("connection", flat=True)) == [cast.stranger.connection.id]
    assert contact_of("+12025550103").workspace_id == cast.stranger.workspace.id


def test_notices_whose_delivery_is_gone_are_known_by_what_they_say(cast):
    deliver(cast, from_anna(message("text", {"body": "hello"})))
    read_everything()
    for key, details in (("mine", "about 12025550103"), ("other", "about 12025550199")):
        ChannelNotice.objects.create(
            workspace=cast.workspace,
            connection=Connection.objects.get(id=cast.connection.id),
            kind="unknown",
            field="x",
            details=details,
            dedup_key=key,
            at=datetime.now().astimezone(),
        )
    remove_contact(contact_of("+12025550103"), by=cast.actor())
    carry_out()
    assert list(ChannelNotice.objects.values_list("dedup_key", flat=True)) == ["other"]
