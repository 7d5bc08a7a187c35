"""The client against the stand-in Graph server, over real HTTP and in a process of its own."""

from __future__ import annotations

import asyncio
import hashlib
import io
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.test import override_settings
from msgspec import structs
from PIL import Image

from regulars.channels.whatsapp.graph import GraphClient, GraphError, open_session
from regulars.channels.whatsapp.limits import check
from regulars.channels.whatsapp.media import MediaGone, fetch_media, upload_media
from regulars.channels.whatsapp.reactions import (
    check_numbers,
    learn_all_qualities,
    learn_portfolios,
    learn_qualities,
    sync_templates,
)
from regulars.channels.whatsapp.sender import probe, send
from regulars.channels.whatsapp.templates import build_outgoing, parse_template, validate
from regulars.inboxes.events import ConnectionAdded, ConnectionRecovered, InboxAdded
from regulars.inboxes.models import Connection
from regulars.inboxes.operations import add_inbox
from regulars.inboxes.ports import (
    Accepted,
    CardPhone,
    ContactCard,
    Deferred,
    Identity,
    InteractiveHeader,
    ListRow,
    ListSection,
    OutgoingContacts,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingReaction,
    OutgoingText,
    Refused,
    ReplyButton,
    ToSend,
    Uncertain,
)
from regulars.inboxes.ports.templates import Value
from regulars.inboxes.problems import DueProbe, end_problem
from regulars.kernel import clock
from regulars.kernel.events import Event, Position, Recorded
from regulars.kernel.models import Event as StoredEvent
from regulars.message_templates.models import MessageTemplate
from tests.cast import make_cast

from .sending import send_all

NUMBER, ACCOUNT, TOKEN = "100000000000201", "100000000000101", "sandbox-token"
STARTUP_SECONDS = 20


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    ready = tmp_path_factory.mktemp("sandbox") / "ready.json"
    command = [sys.executable, "-m", "whatsapp_sandbox", "--port", "0", "--ready-file", str(ready)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + STARTUP_SECONDS
        while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if not ready.exists():
            pytest.fail(f"The sandbox was not ready after {STARTUP_SECONDS} s (exit code {process.poll()}).")
        yield orjson.loads(ready.read_bytes())
    finally:
        process.terminate()
        process.wait(10)


class World:
    """The client under test, and the sandbox's control panel."""

    def __init__(self, urls: dict[str, str], session: Any) -> None:
        self.urls = urls
        self.session = session
        self.client = GraphClient(urls["graph_url"], TOKEN, session)

    async def control(self, path: str, body: Any = None, *, method: str = "") -> Any:
        method = method or ("GET" if body is None else "POST")
        url = f"{self.urls['control_url']}/{path}"
        async with self.session.request(method, url, json=body) as response:
            answer = orjson.loads(await response.read())
            assert response.status < 300, answer
            return answer

    async def customer(self, phone: str) -> dict[str, Any]:
        """A new customer who has just written, so that the reply window is open."""
        customer: dict[str, Any] = await self.control("customers", {"name": "Test", "phone": phone})
        body = {"number": NUMBER, "type": "text", "text": {"body": "hello"}}
        customer["first"] = await self.control(f"customers/{customer['id']}/messages", body)
        return customer


@pytest.fixture
async def world(sandbox):
    async with open_session(sandbox["graph_url"]) as session:
        made = World(sandbox, session)
        await made.control("reset", {})
        yield made


def to_send(content: OutgoingContent, phone: str, number: int = 1, **rest: Any) -> ToSend:
    return ToSend(
        message_id=f"m{number}",
        address=NUMBER,
        recipient=rest.pop("recipient", Identity("phone", phone)),
        content=content,
        callback_data=f"m{number}",
        **rest,
    )


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(buffer, "PNG")
    return buffer.getvalue()


async def test_every_kind_reaches_the_phone(world):
    phone = "+12025550161"
    customer = await world.customer(phone)
    media_id = await upload_media(world.client, NUMBER, io.BytesIO(picture()), "image/png", "a.png")
    image = OutgoingMedia(kind="image", media_id="file-1")
    contents: list[OutgoingContent] = [
        OutgoingText(body="hello", preview_url=True),
        OutgoingMedia(kind="image", media_id="file-1", caption="A picture"),
        OutgoingLocation(latitude=37.5, longitude=127, name="Seoul", address="Street 1"),
        OutgoingContacts(
            cards=(ContactCard(name="Ana", phones=(CardPhone(phone="+12025550133", kind="CELL"),)),)
        ),
        OutgoingReaction(target_provider_id=customer["first"]["id"], emoji="👍"),
        OutgoingInteractive(
            form="buttons",
            body="Which?",
            header=InteractiveHeader(media=image),
            footer="Small",
            buttons=(ReplyButton(id="a", title="A"), ReplyButton(id="b", title="B")),
        ),
        OutgoingInteractive(
            form="list",
            body="Which?",
            header=InteractiveHeader(text="Head"),
            list_button="Open",
            sections=(ListSection(title="S", rows=(ListRow(id="r", title="Row", description="D"),)),),
        ),
        OutgoingInteractive(form="cta_url", body="See", url_text="Open", url="https://shop.example/1"),
        OutgoingInteractive(form="location_request", body="Where are you?"),
        OutgoingInteractive(form="request_contact_info", body="Your number, please"),
    ]
    assert [check(content) for content in contents] == [[]] * len(contents)
    batch = [to_send(content, phone, number) for number, content in enumerate(contents)]
    results = await send_all(world.client, batch, {"file-1": media_id})
    assert [type(result) for result in results] == [Accepted] * len(contents)
    received = await world.control(f"customers/{customer['id']}/messages?direction=out")
    assert sorted(item["type"] for item in received["items"]) == sorted(
        ["text", "image", "location", "contacts", "reaction", *["interactive"] * 5]
    )


async def test_a_bsuid_is_a_recipient_and_comes_back(world):
    phone = "+12025550162"
    customer = await world.customer(phone)
    recipient = Identity("bsuid", customer["user_id"])
    result = await send(world.client, to_send(OutgoingText(body="x"), phone, recipient=recipient))
    assert isinstance(result, Accepted)
    assert result.recipient == (recipient,)


async def test_a_reply_quotes(world):
    phone = "+12025550163"
    customer = await world.customer(phone)
    message = to_send(OutgoingText(body="x"), phone, reply_to_provider_id=customer["first"]["id"])
    result = await send(world.client, message)
    assert isinstance(result, Accepted)
    received = await world.control(f"messages/{result.provider_id}")
    assert received["context"]["message_id"] == customer["first"]["id"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "error", "code": 131000, "after": True}, Uncertain),
        ({"kind": "error", "code": 2}, Uncertain),
        ({"kind": "html"}, Uncertain),
        ({"kind": "html", "after": True}, Uncertain),
        ({"kind": "reset"}, Uncertain),
        ({"kind": "reset", "after": True}, Uncertain),
        ({"kind": "hang"}, Uncertain),
        ({"kind": "error", "code": 130429}, Deferred),
        ({"kind": "error", "code": 131056}, Deferred),
        ({"kind": "error", "code": 131031}, Deferred),
        ({"kind": "latency", "seconds": 0.2}, Accepted),
    ],
)
async def test_every_fault_is_judged(world, fault, expected):
    phone = "+12025550164"
    await world.customer(phone)
    await world.control("faults", {**fault, "remaining": 1})
    result = await send(world.client, to_send(OutgoingText(body="x"), phone), deadline=1)
    assert type(result) is expected


async def test_a_wrong_token_pauses_the_connection(world):
    client = GraphClient(world.urls["graph_url"], "wrong", world.session)
    result = await send(client, to_send(OutgoingText(body="x"), "+12025550165"))
    assert isinstance(result, Deferred)
    assert (result.error.code, result.pauses) == (190, "connection")
    found = await probe(client, NUMBER)
    assert found is not None
    assert (found.error.code, found.pauses) == (190, "connection")
    with pytest.raises(GraphError):
        await client.list_numbers(ACCOUNT)


async def test_a_number_that_does_not_exist_pauses_itself(world):
    message = to_send(OutgoingText(body="x"), "+12025550165")
    wrong = ToSend(
        message_id="m",
        address="999999999999999",
        recipient=message.recipient,
        content=message.content,
        callback_data="m",
    )
    result = await send(world.client, wrong)
    assert isinstance(result, Deferred)
    assert (result.error.code, result.pauses) == (33, "number")
    found = await probe(world.client, "999999999999999")
    assert found is not None
    assert (found.error.code, found.pauses) == (33, "number")


async def test_a_number_that_works_is_found_well(world):
    assert await probe(world.client, NUMBER) is None


async def test_a_file_makes_the_round_trip(world):
    data = picture()
    media_id = await upload_media(world.client, NUMBER, io.BytesIO(data), "image/png", "фото.png")
    target = io.BytesIO()
    digest = hashlib.sha256(data).hexdigest()
    fetched = await fetch_media(world.client, media_id, target, sha256=digest)
    assert (fetched.mime_type, fetched.size, target.getvalue()) == ("image/png", len(data), data)


async def test_an_unknown_file_is_gone(world):
    with pytest.raises(MediaGone):
        await fetch_media(world.client, "900000000000999", io.BytesIO())


async def test_templates_are_listed_filled_in_and_sent(world):
    phone = "+12025550166"
    await world.customer(phone)
    templates = [parse_template(node) for node in await world.client.list_templates(ACCOUNT)]
    plain = [
        template
        for template in templates
        if template.is_sendable
        and template.category == "UTILITY"
        and validate(template, template.samples) == []
    ]
    assert plain
    batch = [
        to_send(build_outgoing(template, template.samples), phone, number)
        for number, template in enumerate(plain)
    ]
    results = await send_all(world.client, batch)
    assert [type(result) for result in results] == [Accepted] * len(plain)


async def test_every_sendable_template_of_the_account_can_be_filled_in_and_sent(world):
    phone = "+12025550167"
    customer = await world.customer(phone)
    copy = await upload_media(world.client, NUMBER, io.BytesIO(picture()), "image/png", "a.png")
    templates = [parse_template(node) for node in await world.client.list_templates(ACCOUNT)]
    sendable = [template for template in templates if template.is_sendable]
    by_kind: dict[str, Value] = {
        "image": OutgoingMedia(kind="image", media_id="ours"),
        "location": OutgoingLocation(latitude=53.5, longitude=10, name="Roastery", address="Pier 1"),
        "moment": datetime.now(UTC) + timedelta(days=1),
    }
    contents = [
        build_outgoing(
            template, {each.key: by_kind.get(each.kind, each.sample or "x") for each in template.variables}
        )
        for template in sendable
    ]
    batch = [to_send(content, phone, number) for number, content in enumerate(contents)]
    results = await send_all(world.client, batch, {"ours": copy})
    assert [type(result) for result in results] == [Accepted] * len(sendable)
    received = await world.control(f"customers/{customer['id']}/messages?direction=out")
    shown = {
        message["template"]["name"]: message["template"]
        for message in received["items"]
        if message["type"] == "template"
    }
    assert [card["body"] for card in shown["tasting_boxes"]["cards"]] == [
        "Three light roasts for 24 euros a box",
        "Three dark roasts for 22 euros a box",
    ]
    assert shown["weekend_offer"]["offer"] == "Free shipping"
    assert shown["visit_roastery"]["header"]["location"]["name"] == "Roastery"


async def test_an_offer_without_its_end_is_refused(world):
    phone = "+12025550168"
    await world.customer(phone)
    templates = {each.name: each for each in map(parse_template, await world.client.list_templates(ACCOUNT))}
    offer = templates["weekend_offer"]
    values = {"header.media": OutgoingMedia(kind="image", link="https://shop.example/a.png"), **offer.samples}
    whole = build_outgoing(offer, {**values, "offer.expires": datetime.now(UTC) + timedelta(days=1)})
    result = await send(world.client, to_send(structs.replace(whole, offer_expires_at=None), phone))
    assert isinstance(result, Refused)
    assert result.error.code == 132012


async def test_an_account_lists_its_numbers(world):
    assert NUMBER in {each.id for each in await world.client.list_numbers(ACCOUNT)}


async def test_the_account_tells_its_portfolio(world):
    assert await world.client.get_portfolio(ACCOUNT) == "100000000000011"


async def test_read_receipts_and_typing(world):
    customer = await world.customer("+12025550167")
    message_id = customer["first"]["id"]

    async def seen() -> tuple[bool, bool]:
        """What the phone shows of us: blue ticks, and “typing…”."""
        message = await world.control(f"messages/{message_id}")
        phone = await world.control(f"customers/{customer['id']}")
        return message["status"] == "read", phone["threads"][0]["typing"]

    assert await seen() == (False, False)
    await world.client.mark_read(NUMBER, message_id)
    assert await seen() == (True, False)
    await world.client.show_typing(NUMBER, message_id)
    assert await seen() == (True, True)


async def test_a_few_hundred_messages_at_once(world):
    rates = {"messages_per_second": None, "pair_seconds": None, "tier": "TIER_UNLIMITED"}
    await world.control("switches", {"rates": rates}, method="PATCH")
    phones = ["+12025550171", "+12025550172", "+12025550173"]
    for phone in phones:
        await world.customer(phone)
    batch = [
        to_send(OutgoingText(body=f"text {number}"), phones[number % 3], number) for number in range(300)
    ]
    results = await asyncio.wait_for(send_all(world.client, batch), 30)
    assert {type(result) for result in results} == {Accepted}
    assert len({result.provider_id for result in results if isinstance(result, Accepted)}) == 300


@pytest.mark.django_db
def test_a_wrong_number_id_shows_as_soon_as_it_is_added(sandbox):
    cast = make_cast()
    cast.connection.access_token = TOKEN
    cast.connection.save()
    wrong = add_inbox(cast.connection, "Typo", "100000000000999", by=cast.actor(cast.owner))
    with override_settings(WHATSAPP_GRAPH_URL=sandbox["graph_url"]):
        check_numbers([recorded(InboxAdded(cast.workspace.id, each.id)) for each in (wrong, cast.inbox)])
    wrong.refresh_from_db()
    cast.inbox.refresh_from_db()
    assert (wrong.problem_code, bool(wrong.problem), cast.inbox.problem) == (33, True, "")


@pytest.mark.django_db
def test_how_the_platform_rates_a_number_is_kept(sandbox):
    cast = make_cast()
    cast.connection.access_token = TOKEN
    cast.connection.save()
    with override_settings(WHATSAPP_GRAPH_URL=sandbox["graph_url"]):
        learn_qualities([recorded(InboxAdded(cast.workspace.id, cast.inbox.id))])
        assert learn_all_qualities() == 0  # nothing new
    cast.inbox.refresh_from_db()
    assert cast.inbox.quality == "GREEN"


@pytest.mark.django_db
def test_new_credentials_are_tried_with_each_number(sandbox):
    cast = make_cast()
    cast.connection.access_token = "not the platform's"
    cast.connection.save()
    with override_settings(WHATSAPP_GRAPH_URL=sandbox["graph_url"]):
        check_numbers([recorded(ConnectionAdded(cast.workspace.id, cast.connection.id))])
    cast.connection.refresh_from_db()
    assert cast.connection.problem_code == 190


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", ["token", "outage", "id"])
def test_what_the_platform_does_not_answer_is_no_failure_and_asked_again(sandbox, trouble, caplog):
    cast = make_cast()
    account = Connection.objects.get(id=cast.connection.id)
    account.access_token, account.portfolio = TOKEN, ""
    account.account_id, right = ("12/34/56" if trouble == "id" else ACCOUNT), ACCOUNT
    if trouble == "token":
        account.access_token = "not the platform's"
    account.save()
    reactions = (learn_portfolios, sync_templates, check_numbers)
    added = [recorded(ConnectionAdded(cast.workspace.id, account.id))]
    graph_url = "http://127.0.0.1:9" if trouble == "outage" else sandbox["graph_url"]
    with override_settings(WHATSAPP_GRAPH_URL=graph_url):
        for reaction in reactions:
            reaction(added)
    account.refresh_from_db()
    assert (account.portfolio, bool(account.problem)) == ("", trouble != "id")
    assert {line.levelname for line in caplog.records} <= {"WARNING", "INFO"}
    assert [line.exc_info for line in caplog.records if line.exc_info] == []

    account.access_token, account.account_id = TOKEN, right
    account.save()
    end_problem(DueProbe("connection", cast.inbox.id, account.id, "whatsapp", cast.inbox.address))
    told = StoredEvent.objects.get(kind=ConnectionRecovered.__name__, workspace_id=cast.workspace.id)
    assert told.body["connection_id"] == str(account.id)
    again = [recorded(ConnectionRecovered(cast.workspace.id, account.id))]
    with override_settings(WHATSAPP_GRAPH_URL=sandbox["graph_url"]):
        for reaction in reactions[:2]:
            reaction(again)
    account.refresh_from_db()
    assert account.portfolio == "100000000000011"
    assert MessageTemplate.objects.filter(connection=account).exists()


def recorded(what: Event) -> Recorded:
    return Recorded(Position(1, 1, 1), clock.now(), what)
