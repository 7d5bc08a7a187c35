"""A sender that can be watched: a clock that stands still, a provider that answers as told, rounds that are counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from threading import Barrier, Thread
from uuid import UUID

from django.db import connection

from regulars.conversations.delivering import PROBE_CHECK_SECONDS, Sender
from regulars.conversations.models import Message, OutgoingMessage
from regulars.conversations.operations.claiming import Claimed
from regulars.conversations.operations.sending import OutgoingDraft, queue_message
from regulars.conversations.tests.saying import AnyContent, fresh, job
from regulars.inboxes.models import Connection, Inbox
from regulars.inboxes.ports import Accepted, Deferred, OutgoingText, SendResult
from regulars.kernel import clock
from tests.cast import ALICE, House

PATIENCE_SECONDS = 20

Start = Callable[["Provider"], "Worker"]
"""starts a sender that speaks to this provider"""


class Watch:
    """The sender's own clock. It stands still until told, so that no test depends on the machine's speed."""

    def __init__(self) -> None:
        self._now = 1_000.0

    def __call__(self) -> float:
        return self._now

    def go_on(self, seconds: float) -> None:
        self._now += seconds


class Provider:
    """A transport that answers each text as told, and otherwise accepts it. ``asked`` are the texts it got."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.numbers: set[UUID] = set()
        self.silent: set[UUID] = set()
        """numbers and conversations whose messages get no answer yet"""
        self.illness: Deferred | None = None
        """what a probe finds; None: it works"""
        self.probed: list[str] = []
        self.forgotten: set[UUID] = set()
        self._answers: dict[str, list[SendResult | Exception]] = {}

    def answer(self, text: str, *answers: SendResult | Exception) -> None:
        self._answers[text] = list(answers)

    async def send(self, claimed: Claimed) -> SendResult:
        assert isinstance(claimed.to_send.content, OutgoingText)
        text = claimed.to_send.content.body
        self.asked.append(text)
        self.numbers.add(claimed.inbox_id)
        while self.silent & {claimed.inbox_id, claimed.conversation_id}:  # noqa: ASYNC110 - set by other threads
            await asyncio.sleep(0.005)
        answers = self._answers.get(text)
        answer = answers.pop(0) if answers else Accepted(provider_id=f"wamid.{claimed.to_send.message_id}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def probe(self, connection_id: UUID, address: str) -> Deferred | None:
        self.probed.append(address)
        return self.illness

    def forget(self, connection_id: UUID) -> None:
        self.forgotten.add(connection_id)


class CountedSender(Sender):
    """The sender, with a count of its rounds, and seen when it sleeps."""

    round_count = 0
    _rests = False

    async def _step(self) -> None:
        await super()._step()
        self.round_count += 1

    async def _rest(self) -> None:
        self._rests = True
        await super()._rest()
        self._rests = False

    def is_asleep(self) -> bool:
        """Whether it waits for a word, which has not come, or for its idle time to pass."""
        return self._rests and not self._in_flight() and not self._wake.is_set()


class Worker(Thread):
    """A sender in an event loop of its own, as a worker process has it."""

    def __init__(self, provider: Provider, database_url: str) -> None:
        super().__init__(name="worker under test", daemon=True)
        self._provider = provider
        self.sender = CountedSender({"whatsapp": provider}, database_url)

    def run(self) -> None:
        asyncio.run(self._work())

    def go_round(self) -> None:
        """Return when it has done whatever it may do by now: two rounds began after this one and ended."""
        seen = self.sender.round_count
        assert until(lambda: self.sender.round_count >= seen + 3)

    def finish(self) -> None:
        self._provider.silent.clear()
        self.sender.stop()
        self.join(PATIENCE_SECONDS)
        assert not self.is_alive()

    async def _work(self) -> None:
        try:
            await self.sender.run()
        finally:
            await self._close_sessions()

    async def _close_sessions(self) -> None:
        """The sessions of the sender's two threads, which otherwise end with their process."""
        both = Barrier(2)

        def close() -> None:
            both.wait(PATIENCE_SECONDS)
            connection.close()

        await asyncio.gather(self.sender._ask(close), self.sender._ask(close))
        self.sender._threads.shutdown()


def until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.005)
    return False


def queue_for(house: House, text: str, phone: str = ALICE, *, inbox: Inbox | None = None) -> Message:
    """Somebody has just written to a number of ours, and this is queued as the answer."""
    draft = OutgoingDraft(fresh(house.hears(phone, "hello", inbox=inbox)), OutgoingText(body=text))
    return queue_message(draft, by=house.actor(), channel=AnyContent())


def status_of(message: Message) -> str:
    return Message.objects.values_list("status", flat=True).get(id=message.id)


def wait_for(status: str, *messages: Message) -> None:
    wanted = [status] * len(messages)
    assert until(lambda: [status_of(each) for each in messages] == wanted), [
        status_of(each) for each in messages
    ]


def wait_for_try(message: Message, attempt: int) -> None:
    """Until this attempt has been answered and its result is written down."""
    assert until(lambda: (job(message).attempts, job(message).state == "sending") == (attempt, False))


def let_its_wait_end(message: Message) -> None:
    OutgoingMessage.objects.filter(message=message).update(not_before=clock.now())


def let_the_problem_be_probed(watch: Watch) -> None:
    Inbox.objects.exclude(problem="").update(probe_at=clock.now())
    Connection.objects.exclude(problem="").update(probe_at=clock.now())
    watch.go_on(PROBE_CHECK_SECONDS)


def problem_of(row: Inbox | Connection) -> str:
    row.refresh_from_db()
    return row.problem
