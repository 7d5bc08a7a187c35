"""Whatever stands in stored rows, pages, lists, live pieces and REST answers go on, and say what cannot be shown."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from regulars.api.tests.client import Api
from regulars.channels.whatsapp.payloads import parse_payload
from regulars.contacts.models import Contact
from regulars.conversations.models import Activity, Conversation, Message, Note
from regulars.conversations.operations.sending import kind_of, stored_content
from regulars.inboxes.ports import (
    InboundMessage,
    OutgoingContacts,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingLocation,
    OutgoingTemplate,
    ReplyButton,
)
from regulars.kernel import clock
from regulars.kernel.metrics import NOT_SHOWN
from regulars.media.models import MediaFile
from regulars.web.inbox.live import Changes, render_changes
from tests.bad_input.mutations import RECIPE_BYTES, SEEDS, mutate_tree
from tests.cast import ALICE, Cast, make_cast
from tests.running.webhooks import encode

pytestmark = pytest.mark.django_db

OURS: list[OutgoingContent] = [
    OutgoingInteractive(form="buttons", body="Choose", buttons=(ReplyButton(id="1", title="Courier"),)),
    OutgoingLocation(latitude=1.5, longitude=2, name="Shop"),
    OutgoingContacts(cards=()),
    OutgoingTemplate(
        name="shipped",
        language="en",
        rendered={"body": "On its way", "buttons": [{"kind": "url", "text": "T"}]},
    ),
]
TEXTS = [
    "",
    "\u202e\u2067 turned \u0007\u001b[31m\u2028",
    "x" * 100_000,
    "https://" * 3_000,
    "*_~" * 5_000,
    "<script>",
]


def _seeds() -> list[InboundMessage]:
    """One message of every kind and content that the fixtures have."""
    found: dict[tuple[str, str], InboundMessage] = {}
    for body in SEEDS:
        for update in parse_payload(encode(body), clock.now()):
            if isinstance(update, InboundMessage):
                fields = msgspec.to_builtins(update.content)
                found.setdefault((update.kind, str(sorted(key for key in fields if fields[key]))), update)
    return list(found.values())


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    conversation = cast.hears(ALICE, "hello", provider_id="wamid.0")
    for place, seed in enumerate(_seeds()):
        cast.hears(
            ALICE,
            seed.text,
            kind=seed.kind,
            content=seed.content,
            target="wamid.0",
            provider_id=f"wamid.{place + 1}",
        )
    first = Message.objects.get(provider_id="wamid.0")
    for content in OURS:
        Message.objects.create(
            workspace=cast.workspace,
            inbox=cast.inbox,
            conversation=conversation,
            contact=conversation.contact,
            direction="out",
            kind=kind_of(content),
            content=stored_content(content),
            author_kind="member",
            status="failed",
            error={"code": 131047, "title": "t", "details": "d"},
            sent_at=first.sent_at,
        )
    facts = {"to": "Ann"}
    Activity.objects.create(workspace=cast.workspace, conversation=conversation, kind="assigned", facts=facts)
    Note.objects.create(workspace=cast.workspace, conversation=conversation, text="a note")
    return cast


def _spoil(random_: random.Random) -> None:
    """Change what is stored as JSON or free text in every row that a page may show."""

    def spoiled(tree: Any) -> Any:
        changed = mutate_tree(tree, random_.randbytes(RECIPE_BYTES))
        written = json.dumps(changed, ensure_ascii=True).replace("\\u0000", "").replace("\\ud", "d")
        return json.loads(written) or []

    messages = list(Message.objects.all())
    for message in messages:
        message.content = spoiled(message.content)
        message.error = spoiled(message.error) if message.error else None
        message.text = random_.choice([message.text, message.text, "", *TEXTS])
        message.author_name = random_.choice(["", "Ann", "\u202e" * 50, "n" * 5_000])
        message.author_kind = random_.choice([message.author_kind, "hologram"])
        message.kind = random_.choice(
            [message.kind, message.kind, "hologram", "location", "order", "template"]
        )
    Message.objects.bulk_update(messages, ["content", "error", "text", "author_name", "author_kind", "kind"])
    for media in MediaFile.objects.all():
        media.kind = random_.choice([media.kind, "hologram"])
        media.mime_type, media.filename = random_.choice(TEXTS[:2]), random_.choice(TEXTS[:3])
        media.save()
    Activity.objects.update(facts=spoiled({"to": "Ann"}), kind=random_.choice(["assigned", "hologram"]))
    Contact.objects.update(fields=spoiled({"a": {"b": [1]}}), name=random_.choice(TEXTS[:3]))


@settings(
    max_examples=5,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.integers(0, 2**32))
def test_no_row_stops_the_others(cast: Cast, seed: int) -> None:
    conversation = Conversation.objects.get()
    browser, api = Client(), Api(cast.token("admin"))
    browser.force_login(cast.agent.user)
    with transaction.atomic():
        _spoil(random.Random(seed))
        ids = {str(each) for each in Message.objects.values_list("id", flat=True)}
        rows = _rows_everywhere(browser, api, conversation.id, ids)
        assert len(rows) > len(OURS)
        assert _drawn_live(cast, conversation.id, sorted(ids)) == rows
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "moment", ["infinity", "-infinity", "200000-01-01", "9999-12-31 23:59:59+00", "0044-03-15 BC"]
)
def test_a_time_that_nobody_can_name_stops_no_page(cast: Cast, moment: str) -> None:
    conversation = Conversation.objects.get()
    before = NOT_SHOWN.labels("time")._value.get()
    spoiled = _spoil_times(moment)
    assert {"conversations_message.sent_at", "conversations_conversation.last_message_at"} <= spoiled
    browser, api = Client(), Api(cast.token("admin"))
    browser.force_login(cast.owner.user)
    ids = {str(each) for each in Message.objects.values_list("id", flat=True)}
    rows = _rows_everywhere(browser, api, conversation.id, ids)
    assert _drawn_live(cast, conversation.id, sorted(ids)) == rows
    for path in ("/settings/numbers", "/settings/deliveries", "/settings/ledger", "/settings/members"):
        assert browser.get(path, follow=True).status_code == 200, path
    assert NOT_SHOWN.labels("time")._value.get() > before


def _spoil_times(moment: str) -> set[str]:
    """Put the time wherever the rows of these rooms have one and no constraint forbids it; returns the columns."""
    spoiled = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE udt_name = 'timestamptz'"
            " AND table_schema = current_schema() AND table_name ~ '^(contacts|conversations|inboxes|media)_'"
        )
        for table, column in cursor.fetchall():
            with suppress(IntegrityError), transaction.atomic():
                statement = f'UPDATE {table} SET "{column}" = %s WHERE "{column}" IS NOT NULL'  # noqa: S608
                cursor.execute(statement, [moment])
                spoiled.add(f"{table}.{column}")
    return spoiled


def _rows_everywhere(browser: Client, api: Api, conversation_id: UUID, ids: set[str]) -> set[str]:
    """Everything answers; returns the messages that are rows of their own, all of which the page shows."""
    page = f"/conversations/{conversation_id}"
    shown = browser.get(page, headers={"X-Fragment": "1"})
    known = {each for each in ids if f'id="message-{each}"' in shown.content.decode()}
    for path in (page, "/inbox/open", f"{page}/row", f"{page}/head", f"{page}/context", f"{page}/earlier"):
        assert browser.get(path).status_code == 200, path
    thread = api.get(f"{page}/messages", limit=200)
    items = {each["id"]: each for each in thread.json()["items"]}
    assert (shown.status_code, thread.status_code, set(items)) == (200, 200, ids)
    rows = {each for each, item in items.items() if not item["changes"]}
    assert rows - known == set()
    for path in ("/conversations", page, "/contacts", f"/messages/{min(ids)}"):
        assert api.get(path).status_code == 200, path
    return rows


def _drawn_live(cast: Cast, conversation_id: UUID, ids: Sequence[str]) -> set[str]:
    """The messages that open screens are given anew."""
    changes = Changes(
        conversations={conversation_id: None},
        heads={conversation_id},
        lined={conversation_id},
        messages={UUID(each): conversation_id for each in ids},
        notes=dict(Note.objects.values_list("id", "conversation_id")),
    )
    rendered = render_changes(changes, [cast.workspace.id], ["en", "th"], {conversation_id})
    assert [row.conversation_id for row in rendered.rows] == [conversation_id]
    assert all(item.html["th"] for item in rendered.items)
    drawn = {item.payload["message_id"] for item in rendered.items}
    assert {str(each) for each in Note.objects.values_list("id", flat=True)} <= drawn
    return drawn & set(ids)


def test_what_cannot_be_shown_says_so_and_is_counted(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    conversation = Conversation.objects.get()
    secret = "my door code is 4471"
    message = Message.objects.filter(kind="location").latest("id")
    Message.objects.filter(id=message.id).update(content={"location": {"latitude": secret}}, text="")
    browser = Client()
    browser.force_login(cast.agent.user)
    before = NOT_SHOWN.labels("message")._value.get()
    html = browser.get(f"/conversations/{conversation.id}").content.decode()
    assert f'id="message-{message.id}"' in html
    assert html.count("This message cannot be shown") == 1
    assert NOT_SHOWN.labels("message")._value.get() == before + 1
    told = [(each.what, each.id) for each in caplog.records if hasattr(each, "what")]  # type: ignore[attr-defined]
    assert told == [("message", str(message.id))]
    assert secret not in " ".join(each.getMessage() for each in caplog.records)
