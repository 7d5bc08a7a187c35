"""A person as the platform tells about them, and a shop that hears it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from regulars.channels.receiving.processing import process_deliveries
from regulars.channels.whatsapp.payloads import count_updates, load_body
from regulars.contacts.models import Contact
from regulars.inboxes.models import Connection, Delivery, Inbox
from tests.cast import ACCOUNT, FIRST_NUMBER, SECOND_NUMBER, House, make_house

T0 = 1_794_990_000
CASES = Path(__file__).resolve().parents[5] / "shared" / "cases" / "receiving"

Body = dict[str, Any]


def make_shop(serial: int = 0, portfolio: str = "") -> House:
    house = make_house(f"Shop {serial}", f"o{serial}@one.example", ACCOUNT, (FIRST_NUMBER, SECOND_NUMBER))
    Connection.objects.filter(id=house.connection.id).update(portfolio=portfolio)
    return house


def connect(house: House, portfolio: str) -> Connection:
    """One more account of the same workspace, with a number of its own."""
    other = Connection.objects.get(id=house.connection.id)
    other.pk, other.key, other.portfolio, other.account_id = (
        None,
        f"{other.key}-2",
        portfolio,
        "100000000000109",
    )
    other.save(force_insert=True)
    inbox = Inbox.objects.get(id=house.inbox.id)
    inbox.pk, inbox.connection = None, other
    inbox.save(force_insert=True)
    return other


# --- what the platform tells --------------------------------------------------------------------------


def value_of(field: str = "messages", **value: Any) -> Body:
    metadata = {"display_phone_number": "12025550142", "phone_number_id": FIRST_NUMBER}
    whole = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": ACCOUNT, "changes": [{"field": field, "value": whole}]}],
    }


class Person:
    """Somebody with a phone and ids, before and after a change of number, as the platform shows them."""

    def __init__(self, serial: int, old: str, new: str) -> None:
        self.serial, self.old, self.new = serial, old, new
        self.bsuid, self.next_bsuid = f"US.{serial}001", f"US.{serial}002"
        self.parent = f"US.ENT.{serial}001"

    def says(self, at: int, *, name: str = "", **ids: str) -> Body:
        """A text; ``ids``: phone, bsuid, parent."""
        sender: Body = {
            "from": ids.get("phone"),
            "from_user_id": ids.get("bsuid"),
            "from_parent_user_id": ids.get("parent"),
        }
        card = {"wa_id": ids.get("phone"), "user_id": ids.get("bsuid"), "parent_user_id": ids.get("parent")}
        profile = {"name": name or f"Name {self.serial} {at:04}", "username": f"user.{self.serial}"}
        said: Body = {"id": f"m{self.serial}-{at}", "type": "text", "text": {"body": "hi"}}
        return value_of(
            contacts=[{"profile": profile, **_present(card)}],
            messages=[{**_present(sender), **said, "timestamp": str(T0 + at)}],
        )

    def shares_number(self, at: int) -> Body:
        number = {"phone": f"+{self.old}", "wa_id": self.old, "type": "CELL"}
        body = self.says(at, bsuid=self.bsuid)
        message = body["entry"][0]["changes"][0]["value"]["messages"][0]
        message.update(type="contacts", contacts=[{"origin": "contact_request", "phones": [number]}])
        return body

    def is_answered_from_phone(self, at: int) -> Body:
        echo = {"from": "12025550142", "to": self.old, "to_user_id": self.bsuid, "id": f"e{self.serial}-{at}"}
        said = {"timestamp": str(T0 + at), "type": "text", "text": {"body": "from the app"}}
        return value_of("smb_message_echoes", message_echoes=[{**echo, **said}])

    def is_in_history(self, at: int) -> Body:
        said: Body = {
            "from": self.old,
            "id": f"h{self.serial}-{at}",
            "timestamp": str(T0 + at),
            "type": "text",
        }
        said |= {"text": {"body": "long ago"}, "history_context": {"status": "READ"}}
        context = {"user_id": self.bsuid, "username": f"user.{self.serial}"}
        thread = {"id": self.old, "context": context, "messages": [said]}
        chunk: Body = {"metadata": {"phase": 0, "chunk_order": 1, "progress": 100}, "threads": [thread]}
        return value_of("history", history=[chunk])

    def is_in_address_book(self, at: int) -> Body:
        entry: Body = {"full_name": f"Book {self.serial}", "first_name": "Book", "phone_number": self.old}
        metadata = {"timestamp": str(T0 + at)}
        item: Body = {"type": "contact", "contact": entry, "action": "add", "metadata": metadata}
        return value_of("smb_app_state_sync", state_sync=[item])

    def calls(self, at: int) -> Body:
        call = {
            "id": f"c{self.serial}-{at}",
            "from": self.old,
            "from_user_id": self.bsuid,
            "event": "connect",
        }
        return value_of("calls", calls=[call | {"direction": "USER_INITIATED", "timestamp": str(T0 + at)}])

    def _system(self, at: int, sender: Body, system: Body) -> Body:
        whole = {
            **sender,
            "id": f"s{self.serial}-{at}",
            "timestamp": str(T0 + at),
            "type": "system",
            "system": system,
        }
        return value_of(messages=[whole])

    def changes_number_old_form(self, at: int) -> Body:
        system = {
            "type": "customer_changed_number",
            "new_wa_id": self.new,
            "customer": self.old,
            "body": "changed",
        }
        return self._system(at, {"from": self.old}, system)

    def changes_number(self, at: int) -> Body:
        system = {"type": "user_changed_number", "wa_id": self.new, "body": "changed"}
        system |= {"user_id": self.next_bsuid, "previous_user_id": self.bsuid}
        return self._system(at, {"from": self.old, "from_user_id": self.bsuid}, system)

    def changes_id(self, at: int) -> Body:
        system = {"type": "user_changed_user_id", "body": "changed"}
        return self._system(at, {}, system | {"user_id": self.next_bsuid, "previous_user_id": self.bsuid})

    def changes_id_in_a_field(self, at: int) -> Body:
        pair = {"previous": self.bsuid, "current": self.next_bsuid}
        return value_of("user_id_update", user_id_update=[{"user_id": pair, "timestamp": str(T0 + at)}])


def _present(node: Body) -> Body:
    return {key: value for key, value in node.items() if value}


ANN = Person(1, "5491155550105", "14165550122")
BO = Person(2, "551187654321", "5215512345678")


def deliver(connection_row: Connection, bodies: Sequence[Body], limit: int = 2_000) -> None:
    for body in bodies:
        raw = orjson.dumps(body)
        counts = count_updates(load_body(raw))
        Delivery.objects.create(connection=connection_row, body=raw, update_counts=counts)
    while process_deliveries(limit=limit):
        pass
    assert not Delivery.objects.exclude(state="processed").exists()


def case(name: str) -> list[Body]:
    path = CASES / f"{name}.json"
    if not path.exists():
        pytest.skip("the shared cases are not here")
    written = path.read_text()
    for placeholder, value in (
        ("PHONE_NUMBER_ID_1", FIRST_NUMBER),
        ("PHONE_NUMBER_ID_2", SECOND_NUMBER),
        ("DISPLAY_NUMBER_1", "12025550142"),
        ("DISPLAY_NUMBER_2", "12025550143"),
        ("WABA_1", ACCOUNT),
    ):
        written = written.replace(placeholder, value)
    body = json.loads(written)
    sequence: list[Body] = body.get("sequence", [body])
    return sequence


def only_contact(house: House) -> Contact:
    return Contact.objects.get(workspace=house.workspace)
