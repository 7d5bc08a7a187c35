"""From the webhook to the group: who wrote where, and what the group is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from regulars.channels.receiving.processing import process_deliveries
from regulars.contacts.models import Contact, Group
from regulars.conversations.models import Conversation, Message
from regulars.inboxes.models import Delivery
from regulars.kernel.models import Event
from tests.cast import ACCOUNT, FIRST_NUMBER, Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True)

CASE = Path(__file__).resolve().parents[5] / "shared" / "cases" / "receiving" / "group-looks-private.json"
G = "Y2FwaV9ncm91cDpib29rcw=="
AT = 1_795_964_400


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def _deliver(cast: Cast, field: str, **value: Any) -> None:
    metadata = {"display_phone_number": "1", "phone_number_id": FIRST_NUMBER}
    change = {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    body = {"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT, "changes": [change]}]}
    Delivery.objects.create(connection=cast.connection, body=orjson.dumps(body), update_counts={})
    assert process_deliveries() == 1


def _told(
    cast: Cast, kind: str, seconds: int = 0, *, field: str = "group_settings_update", **facts: Any
) -> None:
    _deliver(cast, field, groups=[{"timestamp": str(AT + seconds), "group_id": G, "type": kind, **facts}])


def _said(phone: str, name: str, text: str) -> dict[str, Any]:
    return {
        "contacts": [{"wa_id": phone, "profile": {"name": name}}],
        "messages": [
            {
                "from": phone,
                "id": f"wamid.{text}",
                "timestamp": str(AT),
                "type": "text",
                "text": {"body": text},
                "group_id": G,
            }
        ],
    }


def _subject() -> str:
    return Group.objects.get(address=G).subject


def test_two_people_write_in_one_group(cast):
    _deliver(cast, "messages", **_said("14165550101", "Gwen Adair", "Does Thursday suit everybody?"))
    _deliver(cast, "messages", **_said("14165550102", "Hal Brook", "Yes"))
    conversation = Conversation.objects.get()
    assert (conversation.contact_id, conversation.group) == (None, Group.objects.get(address=G))
    writers = conversation.messages.order_by("id").values_list("contact__profile_name", "author_name")
    assert list(writers) == [("Gwen Adair", "Gwen Adair"), ("Hal Brook", "Hal Brook")]


def test_the_case_from_outside(cast):
    if not CASE.exists():
        pytest.skip("The shared cases are not on this machine (../shared/cases).")
    for body in orjson.loads(CASE.read_bytes())["sequence"]:
        raw = orjson.dumps(body).replace(b"PHONE_NUMBER_ID_1", FIRST_NUMBER.encode())
        Delivery.objects.create(connection=cast.connection, body=raw, update_counts={})
    assert process_deliveries() == 2
    assert Conversation.objects.get().group is not None
    assert list(Message.objects.order_by("id").values_list("contact__profile_name", flat=True)) == [
        "Gwen Adair",
        "Hal Brook",
    ]


def test_a_group_has_its_name_before_anybody_writes(cast):
    _told(cast, "group_create", field="group_lifecycle_update", subject="Book club", request_id="1")
    assert (_subject(), Conversation.objects.count(), Contact.objects.filter(phone="").count()) == (
        "Book club",
        0,
        0,
    )
    _deliver(cast, "messages", **_said("14165550101", "Gwen Adair", "hello"))
    group = Conversation.objects.get().group
    assert group is not None
    assert group.subject == "Book club"


def test_a_new_subject_is_applied_and_tells_the_screens(cast):
    _deliver(cast, "messages", **_said("14165550101", "Gwen Adair", "hello"))
    assert _subject() == ""
    _told(
        cast, "group_settings_update", group_subject={"text": " Reading circle ", "update_successful": True}
    )
    assert _subject() == "Reading circle"
    told = Event.objects.filter(kind="GroupRenamed").values_list("body", flat=True)
    assert list(told) == [{"group_id": str(Group.objects.get().id)}]


@pytest.mark.parametrize(
    "facts",
    [
        {"group_subject": {"text": "Not taken", "update_successful": False}},
        {"group_description": {"text": "Only this", "update_successful": True}},
        {"group_subject": {"text": "", "update_successful": True}},
        {"group_subject": {"text": "  ", "update_successful": True}},
        {"group_subject": ["what"]},
        {"group_subject": {"text": {"no": "text"}}},
    ],
)
def test_what_changes_no_subject_leaves_it(cast, facts):
    _told(cast, "group_create", field="group_lifecycle_update", subject="Book club")
    _told(cast, "group_settings_update", 5, **facts)
    assert _subject() == "Book club"


def test_late_news_does_not_bring_an_old_subject_back(cast):
    new = {"text": "New", "update_successful": True}
    _told(cast, "group_settings_update", 60, group_subject=new)
    _told(cast, "group_create", field="group_lifecycle_update", subject="Old")
    assert _subject() == "New"


def test_news_of_people_leaves_the_subject(cast):
    _told(cast, "group_create", field="group_lifecycle_update", subject="Book club")
    person = {"wa_id": "14165550101", "user_id": "CA.1"}
    _told(cast, "group_participants_add", 9, field="group_participants_update", added_participants=[person])
    _told(cast, "group_suspend", 10, field="group_status_update")
    assert _subject() == "Book club"


@pytest.mark.parametrize("group_id", ["../..", "'; --", "x" * 500, "\u202eabc", "0"])
def test_odd_group_ids_are_groups_too(cast, group_id):
    value = _said("14165550101", "Gwen Adair", "hello")
    value["messages"][0]["group_id"] = group_id
    _deliver(cast, "messages", **value)
    conversation = Conversation.objects.get()
    assert conversation.group is not None
    assert len(conversation.group.short_id) <= 6
