"""Stored deliveries become what people see: in order, in parallel, poison and all, and the ledger adds up."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.test import override_settings

from regulars.channels.receiving import applying, processing
from regulars.channels.receiving.processing import ATTEMPTS, BATCH_SIZE, process_deliveries
from regulars.channels.register import channel_of
from regulars.channels.whatsapp.payloads import count_updates, load_body, parse_payload
from regulars.contacts.models import Contact, ContactIdentity, MergeSuggestion
from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.receiving import receive_messages
from regulars.inboxes.ledger import LedgerRow, add_to_ledger
from regulars.inboxes.models import ChannelNotice, Connection, Delivery, Inbox, LedgerEntry
from regulars.inboxes.operations import add_inbox
from regulars.inboxes.replaying import EVERY_DELIVERY, replay_deliveries
from regulars.kernel import clock
from regulars.kernel.ids import new_id
from regulars.kernel.models import Event
from regulars.media.models import MediaFile
from tests.cast import ACCOUNT, FIRST_NUMBER, SECOND_NUMBER, Cast, make_cast
from tests.plans import rows_read

pytestmark = pytest.mark.django_db(transaction=True)

T0 = 1_794_990_000


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def _envelope(
    *messages: dict[str, Any], number: str = FIRST_NUMBER, statuses: Sequence[Any] = ()
) -> dict[str, Any]:
    people = {each["from"]: each.get("_bsuid") for each in messages if "from" in each}
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "1", "phone_number_id": number},
    }
    if messages:
        value["contacts"] = [
            {"wa_id": phone, "profile": {"name": f"P {phone}"}} | ({"user_id": bsuid} if bsuid else {})
            for phone, bsuid in people.items()
        ]
        value["messages"] = [{key: each[key] for key in each if key != "_bsuid"} for each in messages]
    if statuses:
        value["statuses"] = list(statuses)
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": ACCOUNT, "changes": [{"field": "messages", "value": value}]}],
    }


def _text(message_id: str, phone: str, seconds: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "from": phone,
        "id": message_id,
        "timestamp": str(T0 + seconds),
        "type": "text",
        "text": {"body": message_id},
        **more,
    }


def _deliver(connection_row: Connection, *bodies: dict[str, Any]) -> list[int]:
    ids = []
    for body in bodies:
        raw = orjson.dumps(body)
        counts = count_updates(load_body(raw))
        ids.append(Delivery.objects.create(connection=connection_row, body=raw, update_counts=counts).id)
        add_to_ledger(
            LedgerRow(connection_row.id, address, "inbound", "received", "", count)
            for address, count in counts.items()
        )
    return ids


def _ledger(cast: Cast) -> tuple[int, int, int, dict[str, int], int]:
    total, _parts = read_ledger(cast.workspace.id)
    assert total.adds_up
    side = total.inbound
    return side.received, side.stored, side.duplicate, side.rejected, side.pending


def _drain() -> int:
    total = 0
    while count := process_deliveries():
        total += count
    return total


def test_nothing_waiting_is_nothing(cast):
    assert process_deliveries() == 0


def test_a_batch_reads_no_more_of_a_backlog_than_it_takes(cast):
    """In a young database the planner knows nothing about the queue, and must not sort all of it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inboxes_delivery (connection_id, body, update_counts)"
            " SELECT %s, convert_to(repeat('x', 1000), 'UTF8'), '{}' FROM generate_series(1, 20000)",
            [cast.connection.id],
        )
        cursor.execute(processing._BEGIN_CLAIM, [1])
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {processing._CLAIM}", [None, None, BATCH_SIZE])
        assert rows_read(cursor.fetchone()[0]) < 4 * BATCH_SIZE
        cursor.execute(processing._END_CLAIM, [1])


def test_deliveries_of_a_connection_that_is_gone_wait_for_nobody(cast):
    _deliver(cast.connection, _envelope(_text("m1", "12025550161")))
    raw = orjson.dumps(_envelope(_text("m2", "12025550161")))
    orphan = Delivery.objects.create(connection_id=new_id(), body=raw, update_counts={FIRST_NUMBER: 1})
    assert _drain() == 2
    orphan.refresh_from_db()
    assert (orphan.state, Message.objects.count()) == ("processed", 1)
    entry = LedgerEntry.objects.get(connection_id=orphan.connection_id)
    assert (entry.address, entry.outcome, entry.reason) == (FIRST_NUMBER, "rejected", "unknown-connection")


def test_a_delivery_becomes_a_message(cast):
    _deliver(cast.connection, _envelope(_text("m1", "12025550161"), _text("m2", "12025550162", 1)))
    assert _ledger(cast) == (2, 0, 0, {}, 2)
    assert _drain() == 1
    assert _ledger(cast) == (2, 2, 0, {}, 0)
    message = Message.objects.get(provider_id="m1", contact__phone="+12025550161")
    assert message.author_name == "P 12025550161"
    assert list(Delivery.objects.values_list("state", flat=True)) == ["processed"]


def test_the_same_delivered_again_is_a_duplicate_and_touches_nobody(cast):
    body = _envelope(_text("m1", "12025550161"))
    _deliver(cast.connection, body, body)
    _drain()
    before = Event.objects.count()
    _deliver(cast.connection, body)
    _drain()
    assert _ledger(cast) == (3, 1, 2, {}, 0)
    assert (Event.objects.count(), Contact.objects.filter(phone="+12025550161").count()) == (before, 1)


def _number_change(message_id: str, old: str, new: str) -> dict[str, Any]:
    body = _envelope(
        {
            "from": old,
            "id": message_id,
            "timestamp": str(T0 + 60),
            "type": "system",
            "system": {"type": "user_changed_number", "body": "changed", "wa_id": new},
        }
    )
    del body["entry"][0]["changes"][0]["value"]["contacts"]
    return body


def test_a_number_change_told_many_times_keeps_one_contact(cast):
    change = _number_change("s1", "12025550161", "12025550171")
    _deliver(cast.connection, _envelope(_text("m1", "12025550161")), change, change)
    _drain()
    _deliver(cast.connection, change, _envelope(_text("m2", "12025550171", 90)))
    _drain()
    people = Contact.objects.filter(profile_name__startswith="P ")
    assert list(people.values_list("phone", flat=True)) == ["+12025550171"]
    assert Message.objects.filter(contact=people.get()).count() == 3
    assert (MergeSuggestion.objects.count(), _ledger(cast)) == (0, (5, 3, 2, {}, 0))


def test_a_number_nobody_staffs_is_rejected_and_comes_in_when_it_is_added(cast):
    _deliver(cast.connection, _envelope(_text("m1", "12025550161"), number="100000000000299"))
    _drain()
    assert _ledger(cast) == (1, 0, 0, {"unknown-inbox": 1}, 0)
    by = cast.actor(cast.admin)
    add_inbox(cast.connection, "Late", "100000000000299", by=by)
    assert replay_deliveries(EVERY_DELIVERY, by=by) == 1
    _drain()
    assert _ledger(cast) == (2, 1, 0, {"unknown-inbox": 1}, 0)
    assert Message.objects.get().inbox.name == "Late"


def test_two_connections_do_not_mix(cast):
    _deliver(cast.connection, _envelope(_text("m1", "12025550161")))
    _deliver(cast.stranger.connection, _envelope(_text("m1", "12025550161"), number="100000000000911"))
    _drain()
    owners = Message.objects.order_by("workspace_id").values_list("workspace_id", flat=True)
    assert set(owners) == {cast.workspace.id, cast.stranger.workspace.id}


def test_what_is_neither_message_nor_status_is_kept_once(cast):
    body = {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": ACCOUNT,
                "time": T0,
                "changes": [{"field": "account_alerts", "value": {"entity_type": "WABA"}}],
            }
        ],
    }
    _deliver(cast.connection, body, body)
    _drain()
    assert (ChannelNotice.objects.count(), _ledger(cast)) == (1, (2, 1, 1, {}, 0))


def test_poison_is_set_aside_and_the_others_go_through(cast, monkeypatch):
    real = receive_messages

    def choke(workspace_id, incoming, **more):
        if any(each.message.provider_id == "poison" for each in incoming):
            raise ValueError("cannot digest this")
        return real(workspace_id, incoming, **more)

    monkeypatch.setattr(applying, "receive_messages", choke)
    ids = _deliver(
        cast.connection,
        _envelope(_text("m1", "12025550161")),
        _envelope(_text("poison", "12025550162"), _text("m9", "12025550169")),
        _envelope(_text("m2", "12025550163")),
    )
    assert process_deliveries() == 3
    assert _ledger(cast) == (4, 2, 0, {}, 2)
    for _ in range(1, ATTEMPTS):
        Delivery.objects.update(retry_at=None)
        process_deliveries()
    poison = Delivery.objects.get(id=ids[1])
    assert (poison.state, poison.attempts, poison.error) == (
        "failed",
        ATTEMPTS,
        "ValueError: cannot digest this",
    )
    assert _ledger(cast) == (4, 2, 0, {"processing-failed": 2}, 0)
    monkeypatch.setattr(applying, "receive_messages", real)
    replay_deliveries(EVERY_DELIVERY, by=cast.actor(cast.admin))
    _drain()
    assert _ledger(cast) == (8, 4, 2, {"processing-failed": 2}, 0)


def test_one_bad_delivery_of_hundreds_costs_few_more_transactions(cast, monkeypatch):
    real, tries = receive_messages, []

    def choke(workspace_id, incoming, **more):
        tries.append(len(incoming))
        if any(each.message.provider_id == "poison" for each in incoming):
            raise ValueError("cannot digest this")
        return real(workspace_id, incoming, **more)

    monkeypatch.setattr(applying, "receive_messages", choke)
    names = [f"m{number}" for number in range(299)]
    names.insert(217, "poison")
    _deliver(cast.connection, *(_envelope(_text(name, "12025550161")) for name in names))
    with clock.frozen_at(
        clock.now() + timedelta(hours=1)
    ):  # its next try does not come due while this one goes on
        assert process_deliveries() == 300
    assert _ledger(cast) == (300, 299, 0, {}, 1)
    assert len(tries) < 40


def test_a_body_that_cannot_be_parsed_blocks_nobody(cast, monkeypatch):
    real = parse_payload

    def choke(body, received_at):
        if b"poison" in body:
            raise RecursionError("too deep")
        return real(body, received_at)

    choking = {"whatsapp": replace(channel_of("whatsapp"), parse=choke)}
    monkeypatch.setattr(processing, "channels", lambda: choking)
    _deliver(
        cast.connection, _envelope(_text("poison", "12025550161")), _envelope(_text("m1", "12025550162"))
    )
    process_deliveries()
    assert list(Delivery.objects.order_by("id").values_list("state", flat=True)) == ["pending", "processed"]
    assert _ledger(cast) == (2, 1, 0, {}, 1)


def _work(failures: list[Exception]) -> None:
    try:
        idle = 0
        while idle < 3:
            idle = 0 if process_deliveries(7) else idle + 1
    except Exception as error:  # noqa: BLE001 - told by the test
        failures.append(error)
    finally:
        connection.close()


def _run_workers(count: int) -> list[Exception]:
    failures: list[Exception] = []
    threads = [threading.Thread(target=_work, args=(failures,)) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    return failures


def test_order_holds_per_contact_with_two_workers(cast):
    phones = [f"120255502{number:02}" for number in range(5)]
    bodies = [_envelope(_text(f"{phone}-{turn:02}", phone, turn)) for turn in range(20) for phone in phones]
    _deliver(cast.connection, *bodies)
    assert _run_workers(2) == []
    assert _ledger(cast) == (100, 100, 0, {}, 0)
    provider_ids = dict(Message.objects.values_list("id", "provider_id"))
    told: dict[str, list[str]] = {}
    for row in Event.objects.filter(kind="MessageReceived").order_by("transaction_id", "id"):
        provider_id = str(provider_ids[UUID(row.body["message_id"])])
        told.setdefault(provider_id.split("-", maxsplit=1)[0], []).append(provider_id)
    assert told == {phone: [f"{phone}-{turn:02}" for turn in range(20)] for phone in phones}
    threads = Conversation.objects.filter(contact__phone__startswith="+120255502")
    assert list(threads.values_list("unread_count", flat=True)) == [20] * 5


def test_four_workers_over_shared_contacts_never_block_each_other_for_good(cast):
    dice = random.Random(7)
    bodies: list[dict[str, Any]] = []
    for serial in range(120):
        people = dice.sample(range(8), dice.randint(1, 4))
        messages = [
            _text(f"x{serial}-{person}", f"120255503{person:02}", dice.randint(0, 500), _bsuid=f"US.{person}")
            for person in people
        ]
        number = dice.choice([FIRST_NUMBER, SECOND_NUMBER])
        statuses = [
            {
                "id": f"out{dice.randint(0, 20)}",
                "status": word,
                "timestamp": str(T0),
                "recipient_id": "12025550301",
            }
            for word in dice.sample(["sent", "delivered", "read"], 2)
        ]
        bodies.append(_envelope(*messages, number=number, statuses=statuses))
        if serial % 10 == 0:
            bodies.append(bodies[-1])
    _deliver(cast.connection, *bodies)
    assert _run_workers(4) == []
    received, stored, duplicate, rejected, pending = _ledger(cast)
    assert (received, rejected, pending) == (stored + duplicate, {}, 0)
    shared = Contact.objects.filter(phone__startswith="+120255503")
    assert (shared.count(), MergeSuggestion.objects.count()) == (8, 0)
    assert ContactIdentity.objects.filter(contact__in=shared).count() == 16
    assert Message.objects.filter(direction="in").count() == len(
        {message["id"] for body in bodies for message in body["entry"][0]["changes"][0]["value"]["messages"]}
    )


def test_a_failed_delivery_is_not_set_aside_when_another_worker_has_processed_it(cast):
    (delivery_id,) = _deliver(cast.connection, _envelope(_text("m1", "12025550161")))
    _drain()
    Delivery.objects.filter(id=delivery_id).update(attempts=ATTEMPTS - 1, retry_at=clock.now())
    processing._set_aside(delivery_id, ValueError("late"))
    assert Delivery.objects.get(id=delivery_id).state == "processed"
    assert _ledger(cast) == (1, 1, 0, {}, 0)


def _history(value: dict[str, Any]) -> dict[str, Any]:
    metadata = {"display_phone_number": "12025550142", "phone_number_id": FIRST_NUMBER}
    change = {"field": "history", "value": {"metadata": metadata, **value}}
    return {"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT, "changes": [change]}]}


def _chunk(*messages: dict[str, Any]) -> dict[str, Any]:
    threads = [{"id": "12025550161", "messages": list(messages)}]
    return _history({"history": [{"metadata": {"phase": 0}, "threads": threads}]})


HISTORY_CHUNK = _chunk(
    _text("h0", "12025550161", -60),
    {"from": "12025550161", "id": "h1", "timestamp": str(T0), "type": "media_placeholder"},
)
HISTORY_FILE = _history(
    {
        "contacts": [{"wa_id": "12025550161", "profile": {"name": "Somebody"}}],
        "messages": [
            {
                "from": "12025550161",
                "id": "h1",
                "timestamp": str(T0),
                "type": "image",
                "image": {"id": "900", "mime_type": "image/jpeg", "caption": "our garden"},
            }
        ],
    }
)


@pytest.mark.parametrize("limit", [1, BATCH_SIZE])
@pytest.mark.parametrize(
    ("bodies", "counts"),
    [
        ([HISTORY_CHUNK, HISTORY_FILE], (3, 3, 0, {}, 0)),
        ([HISTORY_FILE, HISTORY_CHUNK], (3, 2, 1, {}, 0)),
        ([HISTORY_CHUNK, HISTORY_CHUNK, HISTORY_FILE, HISTORY_FILE], (6, 3, 3, {}, 0)),
        ([HISTORY_CHUNK, HISTORY_FILE, HISTORY_CHUNK, HISTORY_FILE], (6, 3, 3, {}, 0)),
        ([HISTORY_FILE, HISTORY_CHUNK, HISTORY_FILE, HISTORY_CHUNK], (6, 2, 4, {}, 0)),
    ],
)
def test_media_of_the_history_take_the_place_of_their_placeholders(cast, limit, bodies, counts):
    deliveries = _deliver(cast.connection, *bodies)
    while process_deliveries(limit):
        pass
    assert _ledger(cast) == counts
    message = Message.objects.select_related("media", "conversation").get(provider_id="h1")
    assert (message.kind, message.text, message.source) == ("image", "our garden", "history")
    assert message.media is not None
    assert (message.media.provider_media_id, message.media.state) == ("900", "waiting")
    assert (message.delivery_id, message.path) == (
        deliveries[bodies.index(HISTORY_FILE)],
        "0/0/messages/0",
    )
    thread = message.conversation
    assert (thread.unread_count, thread.window_closes_at, thread.last_message_id) == (0, None, message.id)
    assert MediaFile.objects.count() == 1


def test_a_file_that_follows_touches_no_contact(cast):
    _deliver(cast.connection, HISTORY_CHUNK)
    _drain()
    before = list(Contact.objects.order_by("id").values())
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    _deliver(cast.connection, HISTORY_FILE)
    _drain()
    assert Message.objects.get(provider_id="h1").kind == "image"
    assert list(Contact.objects.order_by("id").values()) == before
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == [*kinds, "MediaAnnounced"]


def test_a_throughput_upgrade_counts_for_the_number_that_it_names(cast):
    Inbox.objects.filter(id=cast.inbox.id).update(display_address="+1 (202) 555-0142")
    value = {"display_phone_number": "12025550142", "event": "THROUGHPUT_UPGRADE"}
    change = {"field": "phone_number_quality_update", "value": value}
    _deliver(
        cast.connection,
        {"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT, "changes": [change]}]},
    )
    _drain()
    rates = dict(Inbox.objects.values_list("id", "messages_per_second"))
    assert (rates[cast.inbox.id], rates[cast.second_inbox.id]) == (1000, 80)


def _rename(old: str, new: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE conversations_message RENAME COLUMN {old} TO {new}")


def test_with_tables_of_another_version_deliveries_wait(cast):
    _deliver(cast.connection, _envelope(_text("wamid.1", "12025550101")))
    _rename("path", "way")
    try:
        for _ in range(ATTEMPTS + 1):
            with pytest.raises(ProgrammingError):
                process_deliveries()
    finally:
        _rename("way", "path")
    assert Delivery.objects.filter(state="pending", attempts=0).count() == 1
    assert _drain() == 1
    assert Message.objects.count() == 1


def test_what_came_under_a_lost_key_waits_until_that_is_there_again(cast):
    _deliver(cast.connection, _envelope(_text("wamid.1", "12025550101")))
    first, lost = Delivery.objects.get(), settings.SECRET_KEY
    with override_settings(SECRET_KEY="another-key-" * 5, SECRET_KEY_FALLBACKS=[]):
        _deliver(cast.connection, _envelope(_text("wamid.2", "12025550101")))
        assert _drain() == 1
        first.refresh_from_db()
        assert (first.state, first.attempts, first.error) == ("pending", 0, processing.UNDER_LOST_KEY)
        assert bytes(first.body) == b""
    with override_settings(SECRET_KEY="another-key-" * 5, SECRET_KEY_FALLBACKS=[lost]):
        Delivery.objects.update(retry_at=None)
        assert _drain() == 1
    assert Message.objects.count() == 2
