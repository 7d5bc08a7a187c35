"""Composing: all of it or nothing, and one intent is queued once, at whatever moment it comes again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from regulars.contacts.operations.editing import record_consent
from regulars.conversations.guardrails import GuardrailRefused
from regulars.conversations.models import Message, OutgoingMessage
from regulars.conversations.operations.composing import (
    AGAIN,
    Composition,
    NoReaction,
    TemplateChoice,
    TemplateNotUsable,
    compose,
    react,
    say_again,
)
from regulars.conversations.tests.saying import AnyContent, fresh, open_conversation, queue
from regulars.inboxes.ports import (
    FilledTemplate,
    LimitProblem,
    OutgoingContent,
    OutgoingMedia,
    OutgoingTemplate,
    OutgoingText,
)
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid
from regulars.kernel.ids import following_id, new_id
from regulars.kernel.intents import IntentUsed
from regulars.message_templates.models import MessageTemplate
from tests.cast import ALICE, BORIS, Cast, make_cast

ONE, TWO = OutgoingText(body="one"), OutgoingText(body="two")


class NoLongTexts(AnyContent):
    """A channel whose texts are short."""

    def check(self, content: OutgoingContent) -> list[LimitProblem]:
        is_long = isinstance(content, OutgoingText) and len(content.body) > 3
        return [LimitProblem(field="body", code="too_long", limit=3)] if is_long else []


def sent() -> list[str]:
    return list(Message.objects.filter(direction="out").order_by("id").values_list("text", flat=True))


def test_several_contents_leave_in_their_order(cast: Cast) -> None:
    composition = Composition(open_conversation(cast), [ONE, TWO], intent=new_id())
    messages = compose(composition, by=cast.actor(cast.agent), channel=AnyContent())
    assert [message.id for message in messages] == [composition.intent, following_id(messages[0].id, 1)]
    jobs = OutgoingMessage.objects.order_by("sequence").values_list("message_id", flat=True)
    assert (sent(), list(jobs)) == (["one", "two"], [message.id for message in messages])


def test_one_refused_content_refuses_all(cast: Cast) -> None:
    contents = [ONE, OutgoingText(body="much too long"), TWO]
    with pytest.raises(GuardrailRefused):
        compose(
            Composition(open_conversation(cast), contents), by=cast.actor(cast.agent), channel=NoLongTexts()
        )
    assert (sent(), OutgoingMessage.objects.count()) == ([], 0)


def test_nothing_is_not_a_message(cast: Cast) -> None:
    with pytest.raises(Invalid):
        compose(Composition(open_conversation(cast), []), by=cast.actor(cast.agent), channel=AnyContent())


def test_an_intent_that_comes_again_finds_what_it_made(cast: Cast) -> None:
    composition = Composition(open_conversation(cast), [ONE, TWO], intent=new_id())
    first, second = (compose(composition, by=cast.actor(cast.agent), channel=AnyContent()) for _ in range(2))
    assert [message.id for message in first] == [message.id for message in second]
    assert sent() == ["one", "two"]


def test_it_is_found_when_the_window_has_closed_meanwhile(cast: Cast) -> None:
    conversation = open_conversation(cast)
    composition = Composition(conversation, [ONE], intent=new_id())
    compose(composition, by=cast.actor(cast.agent), channel=AnyContent())
    conversation.window_closes_at = clock.now() - timedelta(hours=1)
    (again,) = compose(composition, by=cast.actor(cast.agent), channel=AnyContent())
    assert (again.id, sent()) == (composition.intent, ["one"])


@pytest.mark.parametrize("contents", [[TWO], [ONE, TWO], [OutgoingText(body="one", preview_url=True)]])
def test_an_intent_says_one_thing(cast: Cast, contents: list[OutgoingContent]) -> None:
    conversation, intent = open_conversation(cast), new_id()
    compose(Composition(conversation, [ONE], intent=intent), by=cast.actor(cast.agent), channel=AnyContent())
    with pytest.raises(IntentUsed):
        compose(
            Composition(conversation, contents, intent=intent),
            by=cast.actor(cast.agent),
            channel=AnyContent(),
        )
    assert sent() == ["one"]


def test_an_intent_belongs_to_one_conversation(cast: Cast) -> None:
    intent = new_id()
    for phone, is_taken in ((ALICE, False), (BORIS, True)):
        composition = Composition(open_conversation(cast, phone), [ONE], intent=intent)
        if is_taken:
            with pytest.raises(IntentUsed):
                compose(composition, by=cast.actor(cast.agent), channel=AnyContent())
        else:
            compose(composition, by=cast.actor(cast.agent), channel=AnyContent())
    assert sent() == ["one"]


def test_an_intent_that_quotes_something_else_says_something_else(cast: Cast) -> None:
    conversation, intent = open_conversation(cast), new_id()
    quoted = conversation.messages.get().id
    for reply_to in (None, quoted):
        again = Composition(conversation, [ONE], reply_to=reply_to, intent=intent)
        if reply_to is None:
            compose(again, by=cast.actor(cast.agent), channel=AnyContent())
        else:
            with pytest.raises(IntentUsed):
                compose(again, by=cast.actor(cast.agent), channel=AnyContent())
    quoting = Composition(conversation, [ONE], reply_to=quoted, intent=new_id())
    ids = {compose(quoting, by=cast.actor(cast.agent), channel=AnyContent())[0].id for _ in range(2)}
    assert (ids, sent()) == ({quoting.intent}, ["one", "one"])


def foreign_message(cast: Cast, intent: UUID | None = None) -> Message:
    """What the house next door said, word for word what is said here."""
    theirs = fresh(cast.stranger.hears(ALICE, "hello"))
    actor = cast.stranger.actor(cast.stranger.owner)
    (message,) = compose(Composition(theirs, [ONE], intent=intent), by=actor, channel=AnyContent())
    return message


@pytest.mark.parametrize("said_before", [[], [TWO]])
def test_an_id_of_another_workspace_is_one_that_cannot_be_used(
    cast: Cast, said_before: list[OutgoingText]
) -> None:
    """As one of a colleague's conversation: the same words, nothing queued, and nothing of theirs read or changed."""
    theirs = foreign_message(cast)
    ours = queue(cast, open_conversation(cast, BORIS), "one")
    before = Message.objects.filter(id=theirs.id).values().get()
    refusals = []
    for taken in (ours, theirs):
        intent = following_id(taken.id, -len(said_before))
        composition = Composition(open_conversation(cast), [*said_before, ONE], intent=intent)
        for _ in range(2):
            with pytest.raises(IntentUsed) as refused:
                compose(composition, by=cast.actor(cast.agent), channel=AnyContent())
            refusals.append((refused.value.code, refused.value.detail, refused.value.facts))
    assert refusals == [refusals[0]] * 4
    assert Message.objects.filter(id=theirs.id).values().get() == before
    assert list(Message.objects.filter(direction="out").order_by("id")) == [theirs, ours]


def test_what_may_not_leave_tells_nothing_of_another_workspace_s_ids(cast: Cast) -> None:
    """Asking costs a message: who could not send hears the same of an id that is free and of one that is not."""
    theirs, conversation = foreign_message(cast), open_conversation(cast)
    conversation.window_closes_at = clock.now() - timedelta(hours=1)
    for intent in (new_id(), theirs.id):
        with pytest.raises(GuardrailRefused):
            compose(
                Composition(conversation, [ONE], intent=intent),
                by=cast.actor(cast.agent),
                channel=AnyContent(),
            )


def test_what_is_said_again_passes_by_the_ids_of_others(cast: Cast) -> None:
    conversation = open_conversation(cast)
    failed = queue(cast, conversation, "hello")
    Message.objects.filter(id=failed.id).update(status="failed")
    foreign_message(cast, following_id(failed.id, AGAIN))
    ids = {
        say_again(
            failed,
            OutgoingText(body="hello"),
            conversation=conversation,
            by=cast.actor(cast.agent),
            channel=AnyContent(),
        ).id
        for _ in range(2)
    }
    assert ids == {following_id(failed.id, 2 * AGAIN)}


def test_a_quote_is_of_the_same_conversation(cast: Cast) -> None:
    elsewhere = cast.hears(BORIS, "private", provider_id="wamid.private").messages.get()
    with pytest.raises(Invalid):
        compose(
            Composition(open_conversation(cast), [ONE], reply_to=elsewhere.id),
            by=cast.actor(cast.owner),
            channel=AnyContent(),
        )


@pytest.mark.parametrize("media_id", ["018f0000-0000-7000-8000-000000000000", "no id"])
def test_a_file_must_be_there(cast: Cast, media_id: str) -> None:
    contents: list[OutgoingContent] = [ONE, OutgoingMedia(kind="image", media_id=media_id)]
    with pytest.raises(Invalid):
        compose(
            Composition(open_conversation(cast), contents), by=cast.actor(cast.agent), channel=AnyContent()
        )
    assert sent() == []


class WithTemplates(AnyContent):
    """A channel whose templates have the status that their listing tells."""

    def fill_template(self, listed: Any, values: Any, at: Any) -> FilledTemplate:
        filled = super().fill_template(listed, values, at)
        status, category = listed["status"], listed["category"] or "UTILITY"
        return FilledTemplate(
            content=filled.content, category=category, status=status, is_usable=status == "APPROVED"
        )


def template(cast: Cast, status: str = "APPROVED", *, is_gone: bool = False) -> MessageTemplate:
    return MessageTemplate.objects.create(
        workspace_id=cast.workspace.id,
        connection=cast.connection,
        name="sale",
        language="en",
        status=status,
        is_gone=is_gone,
        synced_at=clock.now(),
    )


def test_a_template_goes_out_once(cast: Cast) -> None:
    composition = Composition(open_conversation(cast), [TemplateChoice(template(cast), {})], intent=new_id())
    for _ in range(2):
        compose(composition, by=cast.actor(cast.agent), channel=WithTemplates())
    assert sent() == ["sale"]


@pytest.mark.parametrize(("status", "is_gone"), [("PAUSED", False), ("APPROVED", True)])
def test_a_template_must_be_usable(cast: Cast, status: str, is_gone: bool) -> None:
    choice = TemplateChoice(template(cast, status, is_gone=is_gone), {})
    with pytest.raises(TemplateNotUsable):
        compose(
            Composition(open_conversation(cast), [choice]), by=cast.actor(cast.agent), channel=WithTemplates()
        )


def test_the_same_reaction_again_sends_nothing(cast: Cast) -> None:
    conversation = open_conversation(cast)
    target = conversation.messages.get()

    def with_emoji(emoji: str) -> UUID:
        return react(
            target, emoji, conversation=conversation, by=cast.actor(cast.agent), channel=AnyContent()
        ).id

    ids = [with_emoji(emoji) for emoji in ("👍", "👍", "❤️", "", "", "👍")]
    assert [one == other for one, other in pairwise(ids)] == [
        True,
        False,
        False,
        True,
        False,
    ]
    assert sent() == ["👍", "❤️", "", "👍"]


def react_to(cast: Cast, target: Message, emoji: str) -> Message:
    return react(
        target,
        emoji,
        conversation=fresh(target.conversation),
        by=cast.actor(cast.agent),
        channel=AnyContent(),
    )


def test_a_reaction_that_never_was_is_not_taken_back(cast: Cast) -> None:
    """Neither on a message without any, nor beside the contact's own, another message's, or one that failed."""
    conversation = open_conversation(cast)
    target = conversation.messages.get()
    assert target.provider_id is not None
    cast.hears(ALICE, "👍", kind="reaction", target=target.provider_id)
    other = cast.hears(ALICE, "and this").messages.get(text="and this")
    react_to(cast, other, "👍")
    failed = react_to(cast, target, "❤️")
    Message.objects.filter(id=failed.id).update(status="failed")
    for _ in range(2):
        with pytest.raises(NoReaction):
            react_to(cast, target, "")
    assert sent() == ["👍", "❤️"]


def test_what_failed_is_said_again_once_and_its_failure_followed(cast: Cast) -> None:
    conversation = open_conversation(cast)
    failed = queue(cast, conversation, "hello")

    def again() -> UUID:
        return say_again(
            failed,
            OutgoingText(body="hello"),
            conversation=conversation,
            by=cast.actor(cast.agent),
            channel=AnyContent(),
        ).id

    with pytest.raises(Conflict):
        again()
    Message.objects.filter(id=failed.id).update(status="failed")
    first = again()
    assert again() == first
    Message.objects.filter(id=first).update(status="failed")
    assert again() not in {first, failed.id}
    assert sent() == ["hello", "hello", "hello"]


@pytest.mark.parametrize(("category", "template_status"), [("UTILITY", "PAUSED"), ("MARKETING", "APPROVED")])
def test_a_template_is_said_again_as_it_stands_now(cast: Cast, category: str, template_status: str) -> None:
    conversation = open_conversation(cast)
    failed = queue(cast, conversation, "hello")
    Message.objects.filter(id=failed.id).update(status="failed")
    MessageTemplate.objects.create(
        workspace=cast.workspace,
        connection=cast.connection,
        name="sale",
        language="en",
        category=category,
        status=template_status,
    )
    record_consent(
        cast.alice.id,
        cast.workspace.id,
        channel="whatsapp",
        purpose="marketing",
        state="opted_out",
        source="tests",
        at=clock.now(),
        proof={},
    )
    with pytest.raises((TemplateNotUsable, GuardrailRefused)):
        say_again(
            failed,
            OutgoingTemplate(name="sale", language="en"),
            conversation=conversation,
            by=cast.actor(cast.agent),
            channel=WithTemplates(),
        )
    assert sent() == ["hello"]


# --- at once: real transactions --------------------------------------------------------------------


def at_once(act: Callable[[], object], count: int = 4) -> list[object]:
    barrier = Barrier(count)

    def once(_number: int) -> object:
        barrier.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(once, range(count)))


@pytest.mark.django_db(transaction=True)
def test_an_intent_at_once_is_queued_once() -> None:
    cast = make_cast()
    conversation = open_conversation(cast)
    composition = Composition(conversation, [ONE, TWO], intent=new_id())
    actor = cast.actor(cast.agent)
    ids = at_once(lambda: [each.id for each in compose(composition, by=actor, channel=AnyContent())])
    assert (sent(), ids) == (["one", "two"], [ids[0]] * 4)


@pytest.mark.django_db(transaction=True)
def test_reactions_and_repetitions_at_once_are_one() -> None:
    cast = make_cast()
    conversation = open_conversation(cast)
    failed = queue(cast, conversation, "hello")
    Message.objects.filter(id=failed.id).update(status="failed")
    target = conversation.messages.get(direction="in")
    actor = cast.actor(cast.agent)
    at_once(
        lambda: (
            react(target, "👍", conversation=fresh(conversation), by=actor, channel=AnyContent()),
            say_again(
                failed,
                OutgoingText(body="hello"),
                conversation=fresh(conversation),
                by=actor,
                channel=AnyContent(),
            ),
        )
    )
    assert sorted(sent()) == sorted(["hello", "hello", "👍"])
