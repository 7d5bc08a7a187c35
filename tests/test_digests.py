"""The mail that tells what somebody has not seen: when it goes, what it says, and how often."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from pytest_django.fixtures import Settings

from config.wiring import _post
from regulars.conversations.models import Conversation
from regulars.conversations.notifying import described, seen_among
from regulars.conversations.operations.handling import assign_conversation
from regulars.kernel import clock
from regulars.mail.letters import Facts, write
from regulars.mail.models import Mail, MailServer
from regulars.mail.servers import ServerFacts, set_up_server
from regulars.notifications.digesting import send_digests
from regulars.notifications.models import Notification
from regulars.notifications.operations import choose_privacy, choose_ways, read_notifications
from regulars.workspaces.models import BrowserSession
from tests.cast import ALICE, BORIS, Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None, settings: Settings) -> Cast:
    settings.PUBLIC_URL, settings.SMTP_PORTS = "https://inbox.lotus.example", (2525,)
    cast = make_cast()
    facts = ServerFacts(host="127.0.0.1", port=2525, security="none", sender_address="inbox@lotus.example")
    set_up_server(facts, by=cast.actor(cast.owner))
    choose_ways(cast.agent, {"reply": ["badge", "mail"]})
    return cast


def waits(cast: Cast, phone: str, minutes: int = 40) -> Conversation:
    conversation = cast.hears(phone, "where is my parcel?")
    assign_conversation(conversation, to=cast.agent, by=cast.actor(cast.owner))
    Notification.objects.create(
        workspace=cast.workspace,
        member=cast.agent,
        conversation_id=conversation.id,
        message_id=conversation.last_message_id,
        kind="reply",
        is_mailed=True,
        at=clock.now() - timedelta(minutes=minutes),
    )
    return conversation


def go() -> list[Facts]:
    send_digests(seen_among, described, _post)
    mails = Mail.objects.filter(kind="digest").order_by("id")
    return [msgspec.json.decode(each.facts, type=Facts) for each in mails]


def test_one_mail_tells_of_all_and_the_next_an_hour_later(cast: Cast):
    conversation = waits(cast, ALICE)
    waits(cast, BORIS, minutes=50)
    (facts,) = go()
    assert [text for text, _link in facts.lines] == [
        "Alice: Wrote to you · where is my parcel?",
        "Борис: Wrote to you · where is my parcel?",
    ]
    assert facts.lines[0][1] == f"https://inbox.lotus.example/conversations/{conversation.id}"
    waits(cast, "+12025550177")
    assert len(go()) == 1
    with clock.frozen_at(clock.now() + timedelta(minutes=61)):
        assert [len(each.lines) for each in go()] == [2, 1]


def test_not_to_whoever_is_here_has_seen_it_or_lost_it(cast: Cast):
    conversation = waits(cast, ALICE)
    session = BrowserSession.objects.create(
        key_fingerprint="f",
        data="",
        user=cast.agent.user,
        member=cast.agent,
        expires_at=clock.now() + timedelta(days=1),
    )
    assert go() == []
    session.delete()
    assign_conversation(conversation, to=cast.lead, by=cast.actor(cast.owner))
    assert go() == []
    waits(cast, BORIS, minutes=10)
    assert go() == []
    other = waits(cast, "+12025550177")
    read_notifications(cast.agent, [other.id])
    assert go() == []


def test_in_private_nobody_is_named(cast: Cast):
    waits(cast, ALICE)
    choose_privacy(cast.agent, True)
    (facts,) = go()
    assert [text for text, _link in facts.lines] == ["Wrote to you"]


def test_the_letter_can_be_stopped_by_the_mail_program(cast: Cast):
    waits(cast, ALICE)
    (facts,) = go()
    server = MailServer.objects.get()
    for language, subject in (("en", "1 conversation waits for you in Lotus Shop"), ("ko", None)):
        mail = write("digest", facts, server, to="a@lotus.example", language=language, message_id="<1@x>")
        assert mail.extra_headers["List-Unsubscribe"] == f"<{facts.stop_link}>"
        assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert facts.lines[0][1] in str(mail.body)
        assert subject in (None, mail.subject)


def test_without_a_mail_server_it_waits(cast: Cast):
    MailServer.objects.all().delete()
    waits(cast, ALICE)
    assert go() == []
    assert Notification.objects.get().is_mailed
