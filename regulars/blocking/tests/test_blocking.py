"""Blocking: asked for once, told to the platform, lifted again; whoever changes their mind meanwhile is heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils.module_loading import import_string

from regulars.blocking.access import access_block, block_of
from regulars.blocking.models import Block
from regulars.blocking.operations import CannotBlock, block_contact, unblock_contact
from regulars.blocking.ports import NoAnswer
from regulars.conversations.guardrails import GuardrailRefused
from regulars.conversations.models import Conversation
from regulars.conversations.operations.claiming import claim_batch
from regulars.conversations.operations.composing import Composition, compose
from regulars.inboxes.channels import facts_of
from regulars.inboxes.models import Inbox
from regulars.inboxes.ports import Identity, OutgoingText, ProviderError
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed, NotFound
from regulars.kernel.jobs.models import Job
from regulars.kernel.jobs.queue import Later
from regulars.kernel.jobs.running import run_job
from regulars.kernel.locks import held_by_session
from regulars.workspaces.models import AuditEntry
from tests.cast import ALICE, BORIS, Cast

TOO_LATE = ProviderError(code=139100, title="Failed to block", details="too late")


@dataclass
class Platform:
    """A block list that keeps what it is told, refuses, or does not answer."""

    told: list[tuple[str, str]] = field(default_factory=list)
    answers: list[ProviderError | NoAnswer | Callable[[], object]] = field(default_factory=list)

    def block(self, inbox: Inbox, person: Identity) -> ProviderError | None:
        return self._do("block", person)

    def unblock(self, inbox: Inbox, person: Identity) -> ProviderError | None:
        return self._do("unblock", person)

    def _do(self, what: str, person: Identity) -> ProviderError | None:
        self.told.append((what, person.value))
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, NoAnswer):
            raise answer
        if callable(answer):
            answer()
            return None
        return answer


PLATFORM = Platform()
RECORDS: dict[str, Any] = {}
"""the channels as they are wired in, but for the block list"""


@pytest.fixture(autouse=True)
def platform() -> Iterator[Platform]:
    PLATFORM.told.clear()
    PLATFORM.answers.clear()
    wired = import_string(settings.CHANNELS)
    RECORDS["whatsapp"] = replace(wired["whatsapp"], block_list=PLATFORM)
    with override_settings(CHANNELS=f"{__name__}.RECORDS"):
        yield PLATFORM


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    return cast.hears(ALICE, "buy gold")


def _run_jobs() -> None:
    for job in Job.objects.filter(status="waiting").order_by("id"):
        run_job(job.id)


def _state() -> str:
    return Block.objects.get().state


def test_a_contact_is_blocked_and_the_conversation_is_over(
    cast: Cast, conversation: Conversation, platform: Platform
) -> None:
    by = cast.actor(cast.lead)
    block = block_contact(conversation, "spam", by=by)
    assert block_contact(conversation, "spam", by=by) == block
    conversation.refresh_from_db()
    assert (conversation.status, _state()) == ("resolved", "blocking")
    _run_jobs()
    assert (_state(), platform.told) == ("blocked", [("block", ALICE)])
    kinds = [line.kind for line in conversation.activities.order_by("at", "id")]
    assert sorted(kinds) == ["blocked_as_spam", "resolved"]
    entry = AuditEntry.objects.get(verb="contacts:block")
    assert (entry.details, entry.object_id) == ({"reason": "spam"}, str(cast.alice.id))


def test_nothing_is_sent_to_who_is_blocked(cast: Cast, conversation: Conversation) -> None:
    block = block_contact(conversation, "other", by=cast.actor(cast.lead))
    channel, by = facts_of(cast.connection.channel), cast.actor(cast.agent)
    with pytest.raises(GuardrailRefused) as refused:
        compose(Composition(conversation, [OutgoingText(body="hi")]), by=by, channel=channel)
    assert refused.value.code == "contact-blocked"
    unblock_contact(access_block(cast.actor(cast.lead), block.id), by=cast.actor(cast.lead))
    _run_jobs()
    assert len(compose(Composition(conversation, [OutgoingText(body="hi")]), by=by, channel=channel)) == 1


def test_what_was_queued_before_does_not_leave(cast: Cast, conversation: Conversation) -> None:
    elsewhere = cast.hears(BORIS, "hello")
    channel, by = facts_of(cast.connection.channel), cast.actor(cast.agent)
    for each in (conversation, elsewhere):
        compose(Composition(each, [OutgoingText(body="hi")]), by=by, channel=channel)
    block_contact(conversation, "other", by=cast.actor(cast.lead))
    assert [each.conversation_id for each in claim_batch(cast.inbox.id, 10)] == [elsewhere.id]
    said = conversation.messages.values_list("status", "error__code").get(direction="out")
    assert said == ("failed", "contact-blocked")


def test_it_is_lifted_and_can_be_asked_for_again(
    cast: Cast, conversation: Conversation, platform: Platform
) -> None:
    by = cast.actor(cast.lead)
    block = block_contact(conversation, "other", by=by)
    _run_jobs()
    unblock_contact(access_block(by, block.id), by=by)
    assert _state() == "unblocking"
    _run_jobs()
    assert (_state(), block_of(conversation)) == ("ended", None)
    assert [what for what, _who in platform.told] == ["block", "unblock"]
    assert block_contact(conversation, "other", by=by) != block


def test_who_changes_their_mind_while_the_platform_is_told_is_heard(
    cast: Cast, conversation: Conversation, platform: Platform
) -> None:
    by = cast.actor(cast.lead)
    block = block_contact(conversation, "other", by=by)
    platform.answers.append(lambda: unblock_contact(access_block(by, block.id), by=by))
    _run_jobs()
    assert (_state(), [what for what, _who in platform.told]) == ("ended", ["block", "unblock"])
    _run_jobs()
    assert len(platform.told) == 2


def test_two_never_tell_the_platform_of_one_block_at_once(
    cast: Cast, conversation: Conversation, platform: Platform
) -> None:
    """What is told second is what was asked second, however long the first takes."""
    by = cast.actor(cast.lead)
    block = block_contact(conversation, "other", by=by)
    with ThreadPoolExecutor(1) as elsewhere:
        leave, held = Event(), Event()
        first = elsewhere.submit(_hold_from_elsewhere, f"blocking:{block.id}", held, leave)
        held.wait(5)
        with pytest.raises(Later):
            run_job(Job.objects.get().id)
        assert (platform.told, _state()) == ([], "blocking")
        leave.set()
        first.result(5)
    with clock.frozen_at(clock.now() + timedelta(minutes=1)):
        run_job(Job.objects.get().id)
    assert (_state(), len(platform.told)) == ("blocked", 1)


def _hold_from_elsewhere(name: str, held: Event, leave: Event) -> None:
    """As a job on another connection does."""
    try:
        with held_by_session(name) as mine:
            assert mine
            held.set()
            leave.wait(5)
    finally:
        connection.close()


def test_a_refusal_stands_there_with_its_reason(
    cast: Cast, conversation: Conversation, platform: Platform
) -> None:
    by = cast.actor(cast.lead)
    platform.answers.append(TOO_LATE)
    block_contact(conversation, "other", by=by)
    _run_jobs()
    failed = block_of(conversation)
    assert failed is not None
    assert (failed.state, failed.error) == (
        "failed",
        {"code": 139100, "title": "Failed to block", "details": "too late"},
    )
    unblock_contact(access_block(by, failed.id), by=by)
    assert (_state(), len(platform.told)) == ("ended", 1)


def test_a_platform_that_does_not_answer_is_asked_again_and_given_up_in_the_end(
    cast: Cast, conversation: Conversation, platform: Platform
) -> None:
    platform.answers += [NoAnswer(TOO_LATE)] * 5
    block_contact(conversation, "other", by=cast.actor(cast.lead))
    job, now = Job.objects.get(), clock.now()
    for attempt in range(4):
        with clock.frozen_at(now + timedelta(hours=attempt)), pytest.raises(Later):
            run_job(job.id)
    assert _state() == "blocking"
    with clock.frozen_at(now + timedelta(hours=5)):
        run_job(job.id)
    assert (_state(), len(platform.told)) == ("failed", 5)


def test_only_who_wrote_lately_and_nobody_in_a_group(cast: Cast) -> None:
    by = cast.actor(cast.lead)
    long_ago = cast.hears(ALICE, "hello", at=clock.now() - timedelta(hours=25))
    with pytest.raises(CannotBlock):
        block_contact(long_ago, "other", by=by)
    group = cast.hears(ALICE, "hello", group="120363")
    with pytest.raises(CannotBlock):
        block_contact(group, "other", by=by)
    assert Block.objects.count() == 0


def test_who_may(cast: Cast, conversation: Conversation) -> None:
    with pytest.raises(NotAllowed):
        block_contact(conversation, "spam", by=cast.actor(cast.agent))
    block = block_contact(conversation, "spam", by=cast.actor(cast.lead))
    with pytest.raises(NotFound):
        access_block(cast.stranger.actor(cast.stranger.owner), block.id)
