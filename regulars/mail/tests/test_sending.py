"""Mails on their way: to a real server on loopback that takes, refuses, hangs, and cuts off."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest

from regulars.kernel import clock
from regulars.kernel.errors import Conflict
from regulars.kernel.jobs.models import Job
from regulars.mail import sending, smtp
from regulars.mail.inviting import invite
from regulars.mail.models import HANDING, SENDING, Mail
from regulars.mail.queueing import purge_mails, start_sending, try_again
from regulars.mail.servers import give_up_server
from regulars.workspaces.operations import withdraw_invitation
from tests.cast import Cast

from .carrying import carry, carry_later, the_mail
from .catcher import CUT, HANG, PASSWORD, USER, catching
from .conftest import URL, SetUp

NEWCOMER = "max@lotus.example"
LATER = timedelta(minutes=1)


def _invite(cast: Cast, email: str = NEWCOMER) -> Mail:
    invite(cast.workspace, email, "agent", by=cast.actor(cast.owner), inviter=cast.owner, by_mail=True)
    return Mail.objects.get(to_address=email)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_arrives_encrypted_and_signed_in(
    cast: Cast, set_up: SetUp, certificate: Path, security: str
) -> None:
    with catching(security=security, certificate=certificate, login=True) as catcher:
        set_up(catcher, security=security, username=USER, password=PASSWORD, reply_to="desk@lotus.example")
        mail = _invite(cast)
        carry()
    mail.refresh_from_db()
    assert (mail.state, mail.tries, mail.error, mail.facts) == ("sent", 1, "", "")
    (got,) = catcher.taken
    assert catcher.signed_in == [True]
    assert {name: got[name] for name in ("To", "Reply-To", "Message-ID", "Auto-Submitted")} == {
        "To": NEWCOMER,
        "Reply-To": "desk@lotus.example",
        "Message-ID": mail.message_id,
        "Auto-Submitted": "auto-generated",
    }
    assert got["From"] == f"{cast.workspace.name} <inbox@lotus.example>"
    text, html = (part.get_content() for part in got.iter_parts())
    assert [f"{URL}/invitations/" in form for form in (text, html)] == [True, True]


def test_it_is_written_in_the_receivers_language(cast: Cast, set_up: SetUp) -> None:
    cast.workspace.language = "ru"
    cast.workspace.save()
    with catching() as catcher:
        set_up(catcher)
        _invite(cast)
        carry()
    (got,) = catcher.taken
    assert (got["Content-Language"], "Приглашение" in got["Subject"]) == ("ru", True)
    assert 'lang="ru"' in got.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_what_a_server_does_not_want_now_is_sent_later_as_the_same_mail(cast: Cast, set_up: SetUp) -> None:
    with catching(answers={"RCPT": ["450 4.2.0 greylisted"]}) as catcher:
        set_up(catcher)
        mail = _invite(cast)
        carry()
        mail.refresh_from_db()
        waiting = (mail.state, mail.tries, mail.error, mail.reply, mail.due_at > clock.now())
        assert waiting == ("waiting", 1, "receiver-refused", "450 4.2.0 greylisted", True)
        carry()
        assert catcher.handed == 0
        carry_later(LATER)
    mail.refresh_from_db()
    assert (mail.state, mail.tries, [each["Message-ID"] for each in catcher.taken]) == (
        "sent",
        2,
        [mail.message_id],
    )


@pytest.mark.parametrize(
    ("command", "error"),
    [("MAIL", "sender-refused"), ("RCPT", "receiver-refused"), ("DATA", "content-refused")],
)
def test_a_refusal_for_good_is_not_repeated_until_somebody_asks(
    cast: Cast, set_up: SetUp, command: str, error: str
) -> None:
    with catching(answers={command: ["550 5.7.1 not you"]}) as catcher:
        set_up(catcher)
        mail = _invite(cast)
        carry()
        mail.refresh_from_db()
        assert (mail.state, mail.error, mail.reply) == ("failed", error, "550 5.7.1 not you")
        assert not Job.objects.filter(kind="mail.send", status="waiting").exists()
        for _twice in range(2):
            try_again(mail, by=cast.actor(cast.owner))
        carry()
    mail.refresh_from_db()
    assert (mail.state, len(catcher.taken)) == ("sent", 1)


def test_a_server_that_hangs_is_left_in_time(
    cast: Cast, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "STEP_SECONDS", 0.5)
    with catching(answers={"RCPT": [HANG]}) as catcher:
        set_up(catcher)
        mail = _invite(cast)
        began = monotonic()
        carry()
        assert monotonic() - began < 10
    mail.refresh_from_db()
    assert (mail.state, mail.error) == ("waiting", "timed-out")


def test_a_connection_cut_before_the_mail_left_is_tried_again(cast: Cast, set_up: SetUp) -> None:
    with catching(answers={"RCPT": [CUT]}) as catcher:
        set_up(catcher)
        mail = _invite(cast)
        carry()
        mail.refresh_from_db()
        assert (mail.state, mail.error) == ("waiting", "cut-off")
        carry_later(LATER)
    assert len(catcher.taken) == 1


def test_a_connection_cut_while_the_mail_left_is_told_and_not_repeated(cast: Cast, set_up: SetUp) -> None:
    with catching(answers={"DATA": [CUT]}) as catcher:
        set_up(catcher)
        mail = _invite(cast)
        carry()
        for _again in range(3):
            carry_later(timedelta(hours=1))
        mail.refresh_from_db()
        assert (mail.state, mail.error, mail.tries, catcher.handed) == ("unknown", "unknown", 1, 1)
        try_again(mail, by=cast.actor(cast.owner))
        carry()
    assert [each["Message-ID"] for each in catcher.taken] == [mail.message_id]


@pytest.mark.parametrize(("state", "becomes", "sent"), [(HANDING, "unknown", 0), (SENDING, "sent", 1)])
def test_whoever_finds_a_mail_half_sent_knows_how_far_it_was(
    cast: Cast, set_up: SetUp, state: str, becomes: str, sent: int
) -> None:
    """As a worker leaves it that was killed."""
    with catching() as catcher:
        set_up(catcher)
        mail = _invite(cast)
        Mail.objects.filter(id=mail.id).update(state=state, tries=1)
        carry()
    mail.refresh_from_db()
    assert (mail.state, len(catcher.taken)) == (becomes, sent)


def test_it_is_given_up_after_a_day_of_trying(cast: Cast, set_up: SetUp) -> None:
    with catching(answers={"RCPT": ["450 later"] * 20}) as catcher:
        set_up(catcher)
        mail = _invite(cast)
        for day in range(12):
            carry_later(day * timedelta(hours=13))
    mail.refresh_from_db()
    assert (mail.state, mail.error, mail.tries) == ("failed", "receiver-refused", len(sending.WAITS) + 1)
    assert len(catcher.taken) == 0


def test_an_invitation_that_was_withdrawn_is_not_sent(cast: Cast, set_up: SetUp) -> None:
    with catching() as catcher:
        set_up(catcher)
        owner = cast.actor(cast.owner)
        made = invite(cast.workspace, NEWCOMER, "agent", by=owner, inviter=cast.owner, by_mail=True)
        withdraw_invitation(made.invitation, by=owner)
        carry()
    mail = the_mail()
    assert (mail.state, mail.error, mail.facts, catcher.handed) == ("dropped", "not-needed", "", 0)


def test_inviting_again_leaves_only_the_newer_link(cast: Cast, set_up: SetUp) -> None:
    with catching() as catcher:
        set_up(catcher)
        owner = cast.actor(cast.owner)
        for _twice in range(2):
            invite(cast.workspace, NEWCOMER, "agent", by=owner, inviter=cast.owner, by_mail=True)
        carry()
    states = Mail.objects.order_by("created_at").values_list("state", flat=True)
    assert (list(states), len(catcher.taken)) == (["dropped", "sent"], 1)


def test_without_a_server_nothing_is_queued(cast: Cast) -> None:
    owner = cast.actor(cast.owner)
    made = invite(cast.workspace, NEWCOMER, "agent", by=owner, inviter=cast.owner, by_mail=False)
    assert (bool(made.secret), Mail.objects.count()) == (True, 0)
    with pytest.raises(Conflict):
        invite(cast.workspace, NEWCOMER, "agent", by=owner, inviter=cast.owner, by_mail=True)


def test_a_server_that_was_given_up_stops_what_waits(cast: Cast, set_up: SetUp) -> None:
    with catching() as catcher:
        set_up(catcher)
        mail = _invite(cast)
        give_up_server(by=cast.actor(cast.owner))
        carry()
    mail.refresh_from_db()
    assert (mail.state, mail.error, catcher.handed) == ("waiting", "not-set-up", 0)


def test_logs_name_nobody(cast: Cast, set_up: SetUp, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="regulars")
    with catching(answers={"RCPT": ["550 5.1.1 <max@lotus.example> unknown"]}) as catcher:
        set_up(catcher)
        _invite(cast)
        carry()
    ours = "\n".join(each.getMessage() for each in caplog.records if each.name.startswith("regulars"))
    assert [word for word in (NEWCOMER, "invitations/", "550") if word in ours] == []


def test_what_is_over_is_cleared_after_two_weeks(cast: Cast, set_up: SetUp) -> None:
    with catching() as catcher:
        set_up(catcher)
        _invite(cast)
        carry()
    purge_mails()
    assert Mail.objects.count() == 1
    with clock.frozen_at(clock.now() + timedelta(days=15)):
        purge_mails()
    assert Mail.objects.count() == 0


def test_a_job_of_a_mail_that_is_gone_ends(cast: Cast, set_up: SetUp) -> None:
    with catching() as catcher:
        set_up(catcher)
        mail = _invite(cast)
        start_sending(cast.workspace.id, mail.id)
        carry()
    assert (len(catcher.taken), Job.objects.exclude(status="done").count()) == (1, 0)


def test_what_waited_in_a_restored_database_is_held_until_somebody_decides(cast: Cast, set_up: SetUp) -> None:
    with catching() as catcher:
        set_up(catcher)
        mail = _invite(cast)
        assert (sending.hold_mails(), sending.hold_mails()) == (1, 0)
        carry()
        mail.refresh_from_db()
        assert (mail.state, mail.error, catcher.taken) == ("unknown", "restored", [])
        try_again(mail, by=cast.actor(cast.owner))
        carry()
    assert len(catcher.taken) == 1
