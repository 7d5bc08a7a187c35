"""The contract of a channel: whoever keeps it needs nothing else from the house, and the house nothing from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from regulars.api.raw_updates import read_raw_updates
from regulars.channels.door.webhook import Webhooks
from regulars.channels.fetching import Fetcher
from regulars.channels.receiving.processing import process_deliveries
from regulars.channels.record import Carrier
from regulars.contacts.models import Contact
from regulars.conversations.delivering import Sender
from regulars.conversations.guardrails import LIMIT_EXCEEDED, GuardrailRefused
from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.sending import OutgoingDraft, queue_message
from regulars.inboxes.channels import facts_of
from regulars.inboxes.models import Connection, Delivery, Inbox
from regulars.inboxes.ports import OutgoingText
from regulars.media.models import MediaFile
from regulars.workspaces.access import actor_of_member
from regulars.workspaces.models import Member
from regulars.workspaces.operations import create_owner
from tests.contract.examples import CHANNELS, EXAMPLES, SECRET, Example

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 20.0


@pytest.fixture(autouse=True)
def _wired(settings: Any, tmp_path: Path) -> None:
    settings.CHANNELS = "tests.contract.examples.CHANNELS"
    settings.MEDIA_HOME = tmp_path


@pytest.fixture(params=EXAMPLES, ids=lambda each: each.channel.kind)
def example(request: pytest.FixtureRequest) -> Example:
    chosen: Example = request.param
    return chosen


@pytest.fixture
def owner() -> Member:
    return create_owner("Lotus Shop", "owner@lotus.example", "correct horse battery", name="Olga")


@pytest.fixture
def account(example: Example, owner: Member) -> Connection:
    row = Connection.objects.create(
        workspace=owner.workspace,
        channel=example.channel.kind,
        name="Account",
        account_id="100000000000101",
        verify_token="verify-me",
        app_secrets=SECRET,
        access_token="access-token",
    )
    Inbox.objects.create(workspace=owner.workspace, connection=row, name="Shop", address=example.address)
    return row


async def knock(
    url: str, example: Example, account: Connection, *bodies: bytes, signature: bytes | None = None
) -> list[int]:
    door, answers = Webhooks(url, CHANNELS), list[int]()
    for raw in bodies:
        written = example.sign(raw) if signature is None else signature
        scope = {
            "type": "http",
            "method": "POST",
            "path": f"/webhooks/{example.channel.kind}/{account.key}",
            "headers": [(example.channel.webhooks.signature_header, written)],
        }

        async def receive(raw: bytes = raw) -> dict[str, Any]:
            return {"type": "http.request", "body": raw}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answers.append(message["status"])

        await door(scope, receive, send)
    await door.close()
    return answers


def receive(url: str, example: Example, account: Connection, *bodies: bytes) -> None:
    assert asyncio.run(knock(url, example, account, *bodies)) == [200] * len(bodies)
    while process_deliveries():
        pass


async def work(
    url: str, example: Example, is_done: Callable[[], bool], *, refuses: bool = False
) -> list[str]:
    """A worker's sender and fetcher until something holds; returns what the provider was given to send."""
    async with example.provider() as provider:
        provider.refuses = refuses
        carriers: dict[str, Carrier] = {kind: channel.open_carrier() for kind, channel in CHANNELS.items()}
        sender, fetcher = Sender(carriers, url), Fetcher(carriers)
        running = [asyncio.create_task(sender.run()), asyncio.create_task(fetcher.run())]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not await sync_to_async(is_done)():  # noqa: ASYNC110 - other threads do it
                    await asyncio.sleep(0.02)
        finally:
            sender.stop()
            await running[0]
            running[1].cancel()
            await _end_sessions(sender)
            for carrier in carriers.values():
                await carrier.close()
    return provider.sent


async def _end_sessions(sender: Sender) -> None:
    """Those of the worker's threads, which otherwise end with their process."""
    both = Barrier(2)

    def close() -> None:
        both.wait(PATIENCE_SECONDS)
        connection.close()

    await asyncio.gather(sender._ask(close), sender._ask(close))
    sender._threads.shutdown()
    await sync_to_async(_end_session)()


def _end_session() -> None:
    connection.close()


def test_what_a_contact_says_is_stored_once(database_url: str, example: Example, account: Connection) -> None:
    said = example.text("m1", "hello")
    receive(database_url, example, account, said, said)
    (message,) = Message.objects.all()
    assert (message.text, message.direction, message.provider_id) == ("hello", "in", "m1")
    assert message.contact is not None
    assert set(message.contact.identities.values_list("channel", flat=True)) == {example.channel.kind}
    total, _parts = read_ledger(account.workspace_id)
    assert total.adds_up
    assert (total.inbound.received, total.inbound.stored, total.inbound.duplicate) == (2, 1, 1)


def test_its_raw_form_is_found_again(database_url: str, example: Example, account: Connection) -> None:
    receive(database_url, example, account, example.text("m1", "hello"))
    message = Message.objects.get()
    assert read_raw_updates([message])[message.id]["id"] == "m1"


def test_the_door_refuses_what_is_not_signed(
    database_url: str, example: Example, account: Connection
) -> None:
    said = example.text("m1", "hello")
    assert asyncio.run(knock(database_url, example, account, said, signature=b"wrong")) == [401]
    assert not Delivery.objects.exists()
    broken = b"[{"
    assert asyncio.run(knock(database_url, example, account, broken)) == [400]


def test_an_answer_leaves_for_whoever_wrote(
    database_url: str, example: Example, account: Connection, owner: Member
) -> None:
    receive(database_url, example, account, example.text("m1", "hello"))
    answer = say("welcome", owner)
    sent = asyncio.run(work(database_url, example, lambda: status_of(answer) == "sent"))
    assert sent == ["welcome"]


def test_the_reply_window_is_the_channels(database_url: str, example: Example, account: Connection) -> None:
    receive(database_url, example, account, example.text("m1", "hello"))
    conversation = Conversation.objects.get()
    window = example.channel.facts.reply_window
    assert conversation.window_closes_at is not None
    assert conversation.last_inbound_at is not None
    length = conversation.window_closes_at - conversation.last_inbound_at
    assert length == window if window else length.days > 10_000


def test_the_channels_limits_are_kept(
    database_url: str, example: Example, account: Connection, owner: Member
) -> None:
    receive(database_url, example, account, example.text("m1", "hello"))
    with pytest.raises(GuardrailRefused) as caught:
        say("x" * (example.channel.facts.longest_text + 1), owner)
    assert caught.value.code == LIMIT_EXCEEDED


def test_a_refusal_comes_with_its_meaning_and_its_words(
    database_url: str, example: Example, account: Connection, owner: Member
) -> None:
    receive(database_url, example, account, example.text("m1", "hello"))
    answer = say("welcome", owner)
    asyncio.run(work(database_url, example, lambda: status_of(answer) == "failed", refuses=True))
    error = Message.objects.get(id=answer.id).error
    assert error is not None
    assert error["code"] == example.unreachable_code
    assert Contact.objects.get().unreachable_reason == str(example.unreachable_code)
    words = facts_of(example.channel.kind).explain(example.unreachable_code)
    assert sorted(words) == ["advice", "explanation", "title"]
    assert all(words.values())
    assert example.channel.facts.knows_code(example.unreachable_code)


def test_a_status_tells_that_nobody_is_reached(
    database_url: str, example: Example, account: Connection, owner: Member
) -> None:
    receive(database_url, example, account, example.text("m1", "hello"))
    answer = say("welcome", owner)
    asyncio.run(work(database_url, example, lambda: status_of(answer) == "sent"))
    provider_id = Message.objects.get(id=answer.id).provider_id
    receive(database_url, example, account, example.came_back(str(provider_id)))
    assert status_of(answer) == "failed"
    assert Contact.objects.get().unreachable_reason == str(example.unreachable_code)


def test_a_contacts_file_is_fetched(database_url: str, example: Example, account: Connection) -> None:
    receive(database_url, example, account, example.file("m1"))
    asyncio.run(
        work(
            database_url,
            example,
            lambda: (
                MediaFile.objects.get().state != "waiting" and MediaFile.objects.get().state != "fetching"
            ),
        )
    )
    file = MediaFile.objects.get()
    assert (file.state, file.mime_type) == ("ready", "image/png")


def say(text: str, owner: Member) -> Message:
    conversation = Conversation.objects.select_related("inbox__connection").get()
    channel = facts_of(conversation.inbox.connection.channel)
    draft = OutgoingDraft(conversation, OutgoingText(body=text))
    return queue_message(draft, by=actor_of_member(owner), channel=channel)


def status_of(message: Message) -> str:
    return Message.objects.get(id=message.id).status
