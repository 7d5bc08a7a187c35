"""Lists: cursors lose nothing and repeat nothing, and the number of queries does not grow with the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.api.paging import read_place, write_place
from regulars.api.tests.client import Api
from regulars.contacts.models import Contact
from regulars.conversations.models import Conversation, Message, Note
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import new_id
from regulars.message_templates.models import MessageTemplate
from tests.cast import Cast

START = datetime(2026, 11, 1, tzinfo=UTC)


def walk(api: Api, path: str, **query: object) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = api.get(path, **query, **({"cursor": cursor} if cursor else {})).json()
        found += [item["id"] for item in page["items"]]
        assert len(page["items"]) <= int(str(query["limit"]))
        cursor = page["next_cursor"]
        if cursor is None:
            return found


moments = st.one_of(st.none(), st.integers(0, 4).map(lambda minutes: START + timedelta(minutes=minutes)))
rows = st.lists(st.tuples(moments, moments), max_size=12)


@given(
    rows=rows, limit=st.integers(1, 5), order=st.sampled_from(["newest", "longest_waiting", "sla", "created"])
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_conversation_pages_hold_every_row_once(
    api: Api, cast: Cast, rows: list[tuple[datetime | None, datetime | None]], limit: int, order: str
):
    Contact.objects.filter(workspace=cast.workspace).delete()
    for last_message_at, waiting_since in rows:
        contact = Contact.objects.create(workspace=cast.workspace)
        Conversation.objects.create(
            workspace=cast.workspace,
            inbox=cast.inbox,
            contact=contact,
            last_message_at=last_message_at,
            waiting_since=waiting_since,
        )
    found = walk(api, "/conversations", limit=limit, order=order)
    assert found == walk(api, "/conversations", limit=200, order=order)
    assert sorted(found) == sorted(
        str(each.id) for each in Conversation.objects.filter(workspace=cast.workspace)
    )


@pytest.mark.parametrize("order", ["newest", "created"])
def test_what_moves_between_pages_comes_exactly_once(api: Api, cast: Cast, order: str):
    """Somebody writes in what was read and in what was not, again and again; another begins anew."""
    began = clock.now() - timedelta(hours=1)
    made = [
        str(cast.hears(f"+1202555013{number}", "hi", at=began + timedelta(minutes=number)).id)
        for number in range(8)
    ]
    Message.objects.update(created_at=began)
    Conversation.objects.update(created_at=began, updated_at=began)
    query: dict[str, object] = {"limit": 2, "order": order}
    found: list[str] = []
    for writer in (1, 6, 1, 0):
        page = api.get("/conversations", **query).json()
        found += [each["id"] for each in page["items"]]
        query["cursor"] = page["next_cursor"]
        cast.hears(f"+1202555013{writer}", "again", at=clock.now())
        new = cast.hears(f"+1202555014{len(found)}", "new", at=clock.now())
        now = clock.now()  # the database's own clock stands still in the one transaction of a test
        Message.objects.filter(created_at__gt=began).update(created_at=now)
        Conversation.objects.filter(updated_at__gt=began).update(updated_at=now)
        Conversation.objects.filter(id=new.id).update(created_at=now)
    assert query["cursor"] is None
    assert found == list(reversed(made))


@pytest.mark.parametrize("cursor", ["x", "WyJ4Il0", "W251bGwsIm5vIiwibm8iXQ", "e30"])
def test_a_foreign_cursor_is_refused_by_name(api: Api, cast: Cast, cursor: str):
    for path in ("/conversations", "/conversations?order=created", "/contacts", "/message-templates"):
        refused = api.get(f"{path}{'&' if '?' in path else '?'}cursor={cursor}")
        assert (refused.status_code, list(refused.json()["fields"])) == (422, ["cursor"]), path


@given(minutes=st.lists(st.integers(0, 4), max_size=12), limit=st.integers(1, 5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_contact_pages_hold_every_row_once(api: Api, cast: Cast, minutes: list[int], limit: int):
    Contact.objects.filter(workspace=cast.workspace).delete()
    made = [
        Contact.objects.create(workspace=cast.workspace, created_at=START + timedelta(minutes=minute))
        for minute in minutes
    ]
    newest_first = sorted(made, key=lambda each: (each.created_at, each.id), reverse=True)
    assert walk(api, "/contacts", limit=limit) == [str(each.id) for each in newest_first]


@given(minutes=st.lists(st.integers(0, 4), max_size=12), limit=st.integers(1, 5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_message_pages_hold_every_row_once(api: Api, cast: Cast, minutes: list[int], limit: int):
    Conversation.objects.all().delete()
    conversation = Conversation.objects.create(workspace=cast.workspace, inbox=cast.inbox, contact=cast.alice)
    made = [add_message(conversation, START + timedelta(minutes=minute)) for minute in minutes]
    found = walk(api, f"/conversations/{conversation.id}/messages", limit=limit)
    assert sorted(found) == sorted(str(each.id) for each in made)


@given(at=st.datetimes(timezones=st.just(UTC)), last_id=st.uuids())
def test_a_cursor_reads_back(at: datetime, last_id: Any):
    assert read_place(write_place((at, last_id))) == (at, last_id)


@given(st.text())
def test_no_text_breaks_the_reading_of_cursors(text: str):
    try:
        at, _last_id = read_place(text)
    except Invalid:
        return
    assert at.tzinfo is not None


# --- queries ---------------------------------------------------------------------------------------


def add_message(conversation: Conversation, at: datetime) -> Message:
    return Message.objects.create(
        workspace_id=conversation.workspace_id,
        inbox_id=conversation.inbox_id,
        conversation=conversation,
        contact_id=conversation.contact_id,
        direction="in",
        kind="text",
        author_kind="contact",
        status="received",
        sent_at=at,
        provider_id=f"wamid.{new_id()}",
    )


def add_contact(cast: Cast, number: int) -> None:
    contact = cast.contact(f"+1202555011{number}", f"Contact {number}")
    contact.owner = cast.agent
    contact.save()


def add_conversation(cast: Cast, number: int) -> None:
    conversation = cast.hears(f"+1202555012{number}", "hello", name=f"Contact {number}")
    conversation.assignee, conversation.team = cast.agent, cast.team
    conversation.save()


def add_to_thread(cast: Cast, number: int) -> None:
    cast.hears("+12025550101", f"{number}", provider_id=f"wamid.{number}", reply_to="wamid.1")
    cast.hears(
        "+12025550101", "👍", kind="reaction", provider_id=f"wamid.r{number}", target=f"wamid.{number}"
    )


def add_note(cast: Cast, number: int) -> None:
    conversation = Conversation.objects.get_or_create(
        workspace=cast.workspace, inbox=cast.inbox, contact=cast.alice
    )[0]
    Note.objects.create(
        workspace=cast.workspace, conversation=conversation, author=cast.agent, text=str(number)
    )


def add_template(cast: Cast, number: int) -> None:
    MessageTemplate.objects.create(
        workspace=cast.workspace, connection=cast.connection, name=f"t{number}", language="en"
    )


def add_token(cast: Cast, number: int) -> None:
    cast.token("agent")


LISTS: list[tuple[str, Callable[[Cast, int], None], dict[str, object]]] = [
    ("/contacts", add_contact, {}),
    ("/contacts", add_contact, {"q": "Contact"}),
    ("/conversations", add_conversation, {}),
    ("/conversations", add_conversation, {"order": "longest_waiting", "status": "open"}),
    ("/conversations/{}/messages", add_to_thread, {"raw": 1}),
    ("/conversations/{}/notes", add_note, {}),
    ("/message-templates", add_template, {}),
    ("/tokens", add_token, {}),
]


@pytest.mark.parametrize(("path", "add", "query"), LISTS)
def test_three_rows_cost_as_many_queries_as_one(
    api: Api, cast: Cast, path: str, add: Callable[[Cast, int], None], query: dict[str, object]
):
    def ask() -> tuple[int, int]:
        thread = Conversation.objects.filter(contact=cast.alice).first()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            items = api.get(path.format(thread.id if thread else ""), **query).json()["items"]
        return len(items), len(queries)

    add(cast, 1)
    ask()
    few, cost_of_few = ask()
    add(cast, 2)
    add(cast, 3)
    many, cost_of_many = ask()
    assert (many > few > 0, cost_of_many) == (True, cost_of_few)
