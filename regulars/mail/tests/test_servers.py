"""Setting up the mail server: what it is told, what is kept, where it may be, and what a test says."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from email import message_from_bytes, policy
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.kernel.errors import Conflict, Invalid, NotAllowed
from regulars.mail import smtp
from regulars.mail.access import find_server
from regulars.mail.addresses import is_host, look_up
from regulars.mail.letters import LETTERS, Facts, write
from regulars.mail.models import MailServer
from regulars.mail.servers import ServerFacts, give_up_lost_passwords, send_test, set_up_server
from regulars.mail.trouble import WORDS, Trouble
from regulars.workspaces.guessing import TURNS, TooManyAttempts
from regulars.workspaces.models import AuditEntry
from tests.cast import Cast, make_cast
from tests.running.ports import free_port

from .catcher import CUT, HANG, PASSWORD, USER, catching, make_certificate
from .conftest import SetUp

SERVER: dict[str, Any] = {
    "host": "smtp.lotus.example",
    "port": 587,
    "security": "starttls",
    "sender_address": "a@lotus.example",
}


def _facts(**more: Any) -> ServerFacts:
    return ServerFacts(**{**SERVER, **more})


def _test(cast: Cast) -> str:
    trouble = send_test("owner@lotus.example", "en", by=cast.actor(cast.owner))
    return trouble.code if trouble else "sent"


def test_the_password_is_sealed_and_kept(cast: Cast) -> None:
    owner = cast.actor(cast.owner)
    set_up_server(_facts(username=USER, password=PASSWORD), by=owner)
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM mail_mailserver")
        assert PASSWORD not in str(cursor.fetchone())
    set_up_server(_facts(username=USER, sender_name="Desk"), by=owner)
    assert MailServer.objects.get().password == PASSWORD
    entries = AuditEntry.objects.filter(verb="mail:set_up")
    assert (entries.count(), PASSWORD in str(list(entries.values()))) == (2, False)
    set_up_server(_facts(), by=owner)
    assert MailServer.objects.get().password == ""


@pytest.mark.parametrize("elsewhere", [{"host": "smtp.thief.example"}, {"port": 465}, {"security": "tls"}])
def test_the_stored_password_goes_nowhere_else(cast: Cast, elsewhere: dict[str, Any]) -> None:
    owner = cast.actor(cast.owner)
    set_up_server(_facts(username=USER, password=PASSWORD), by=owner)
    with pytest.raises(Invalid) as refused:
        set_up_server(_facts(username=USER, **elsewhere), by=owner)
    assert list(refused.value.facts["fields"]) == ["password"]  # type: ignore[call-overload]
    assert MailServer.objects.get().host == SERVER["host"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"host": "smtp.lotus.example:587"}, "host"),
        ({"host": "two words"}, "host"),
        ({"host": "a\r\nb"}, "host"),
        ({"host": ""}, "host"),
        ({"host": "почта.рф"}, "host"),
        ({"port": 22}, "port"),
        ({"port": 8000}, "port"),
        ({"security": "ssl"}, "security"),
        ({"security": "none", "username": USER, "password": PASSWORD}, "security"),
        ({"sender_address": "nobody"}, "sender_address"),
        ({"sender_address": "a@lotus.example\nBcc: b@lotus.example"}, "sender_address"),
        ({"sender_address": '"\x0b\x0chello"@lotus.example'}, "sender_address"),
        ({"reply_to": "a@lotus.example, b@lotus.example"}, "reply_to"),
        ({"reply_to": '"a\x1eb"@lotus.example'}, "reply_to"),
        ({"sender_name": "Desk\r\nBcc: b@lotus.example"}, "sender_name"),
        ({"username": "a\nb"}, "username"),
        ({"password": "a\nb", "username": "a"}, "password"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(cast: Cast, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        set_up_server(_facts(**wrong), by=cast.actor(cast.owner))
    assert list(refused.value.facts["fields"]) == [field]  # type: ignore[call-overload]
    assert not MailServer.objects.exists()


def test_only_who_may_and_only_their_own(cast: Cast) -> None:
    set_up_server(_facts(), by=cast.stranger.actor(cast.stranger.owner))
    assert find_server(cast.actor(cast.owner)) is None
    for member in (cast.admin, cast.agent):
        with pytest.raises(NotAllowed):
            set_up_server(_facts(), by=cast.actor(member))


def test_who_was_slower_is_told(cast: Cast) -> None:
    owner = cast.actor(cast.owner)
    first = set_up_server(_facts(), by=owner, version=0)
    set_up_server(_facts(sender_name="Desk"), by=owner, version=first.version)
    with pytest.raises(Conflict):
        set_up_server(_facts(sender_name="Shop"), by=owner, version=first.version)
    assert MailServer.objects.get().sender_name == "Desk"


def test_a_test_arrives(cast: Cast, set_up: SetUp) -> None:
    with catching() as catcher:
        set_up(catcher)
        assert _test(cast) == "sent"
    assert [each["To"] for each in catcher.taken] == ["owner@lotus.example"]


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"MAIL": ["553 5.7.1 not your address"]}, "sender-refused"),
        ({"RCPT": ["550 5.1.1 nobody"]}, "receiver-refused"),
        ({"DATA": ["554 5.7.1 spam"]}, "content-refused"),
        ({"MAIL": [CUT]}, "cut-off"),
        ({"MAIL": [HANG]}, "timed-out"),
        ({"DATA": [CUT]}, "unknown"),
    ],
)
def test_a_test_says_what_the_server_did(
    cast: Cast, set_up: SetUp, monkeypatch: pytest.MonkeyPatch, answers: dict[str, list[str]], code: str
) -> None:
    monkeypatch.setattr(smtp, "STEP_SECONDS", 0.5)
    with catching(answers=answers) as catcher:
        set_up(catcher)
        assert _test(cast) == code


def test_a_test_says_when_nobody_is_there(cast: Cast, set_up: SetUp) -> None:
    set_up(free_port())
    assert _test(cast) == "connection-refused"
    MailServer.objects.update(host="no-such-host.invalid")
    assert _test(cast) == "no-such-host"
    MailServer.objects.update(host="169.254.169.254")
    assert _test(cast) == "forbidden-host"
    MailServer.objects.all().delete()
    assert _test(cast) == "not-set-up"


def test_a_test_says_what_is_wrong_with_the_encryption(
    cast: Cast, set_up: SetUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "STEP_SECONDS", 1.0)
    with catching() as plain:
        set_up(plain, security="starttls")
        assert _test(cast) == "tls-not-offered"
        set_up(plain, security="tls")
        assert _test(cast) in {"tls-failed", "timed-out"}
    with catching(security="starttls", certificate=make_certificate(tmp_path)) as stranger:
        set_up(stranger, security="starttls")
        assert _test(cast) == "certificate"
    other = make_certificate(tmp_path, "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    with catching(security="tls", certificate=other) as misnamed:
        set_up(misnamed, security="tls")
        assert _test(cast) == "certificate"


def test_a_test_says_that_the_login_is_wrong(cast: Cast, set_up: SetUp) -> None:
    with catching(login=True) as catcher:
        set_up(catcher, username=USER, password="wrong")
        assert _test(cast) == "login-refused"
        set_up(catcher, username=USER, password=PASSWORD)
        assert _test(cast) == "sent"
    with catching() as open_one:
        set_up(open_one, username=USER, password=PASSWORD)
        assert _test(cast) == "login-not-offered"


def _says(banner: bytes) -> tuple[socket.socket, int]:
    """Something that listens and is no mail server; a byte a tenth of a second."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            line, _address = listening.accept()
            with line:
                for each in banner:
                    line.sendall(bytes([each]))
                    threading.Event().wait(0.1)
        except OSError:
            return

    threading.Thread(target=serve, daemon=True).start()
    return listening, int(listening.getsockname()[1])


def test_what_is_no_mail_server_is_not_repeated(cast: Cast, set_up: SetUp) -> None:
    listening, port = _says(b"SSH-2.0-OpenSSH_9\r\n")
    with listening:
        set_up(port)
        trouble = send_test("owner@lotus.example", "en", by=cast.actor(cast.owner))
    assert trouble is not None
    assert (trouble.code, trouble.reply) == ("not-smtp", "")


def test_a_server_that_answers_letter_by_letter_holds_nobody_up(
    cast: Cast, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.mail.servers.TEST_SECONDS", 1.0)
    listening, port = _says(b"220 " + b"w" * 400)
    with listening:
        set_up(port)
        began = monotonic()
        assert _test(cast) == "timed-out"
        assert monotonic() - began < 5


def test_a_server_that_never_stops_talking_fills_no_memory(cast: Cast, set_up: SetUp) -> None:
    """Within one answer, which smtplib gathers line by line."""
    listening = socket.create_server(("127.0.0.1", 0))
    said = []

    def serve() -> None:
        line, _address = listening.accept()
        with line, suppress(OSError):
            while True:
                said.append(line.send(b"220-welcome\r\n" * 5000))

    threading.Thread(target=serve, daemon=True).start()
    with listening:
        set_up(int(listening.getsockname()[1]))
        assert _test(cast) == "not-smtp"
    assert sum(said) < 100 * smtp.LONGEST_TALK


def test_tests_are_not_for_scanning(cast: Cast) -> None:
    owner = cast.actor(cast.owner)
    for _each in range(TURNS["mail test"].free):
        send_test("owner@lotus.example", "en", by=owner)
    with pytest.raises(TooManyAttempts):
        send_test("owner@lotus.example", "en", by=owner)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "fe80::1",
        "ff02::1",
        "::ffff:169.254.1.1",
    ],
)
def test_where_no_mail_server_may_be(address: str) -> None:
    with pytest.raises(Trouble) as trouble:
        look_up(address, 25)
    assert trouble.value.code == "forbidden-host"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "192.168.1.4", "::1"])
def test_relays_of_ones_own_are_fine(address: str) -> None:
    assert (is_host(address), look_up(address, 25)) == (True, [address])


def test_a_lost_key_asks_for_the_password_only(cast: Cast, set_up: SetUp, settings: Any) -> None:
    with catching() as catcher:
        set_up(catcher, username=USER, password=PASSWORD)
        settings.SECRET_KEY = "another-" + "k" * 50
        assert _test(cast) == "key-lost"
        assert (give_up_lost_passwords(), give_up_lost_passwords()) == (1, 0)
        assert _test(cast) != "key-lost"


def test_every_trouble_has_words() -> None:
    assert [code for code, said in WORDS.items() if not all(map(str, said))] == []


_NAMES = st.text(min_size=1, max_size=60) | st.sampled_from(
    ["A\r\nBcc: b@evil.example", "x\n\n<html>", "Тайна\u2028Bcc: x", '"; <a@b.c>', "=?utf-8?q?a?="]
)


@settings(max_examples=25)
@given(workspace=_NAMES, sender=_NAMES, inviter=_NAMES, kind=st.sampled_from(sorted(LETTERS)))
def test_nothing_that_people_wrote_becomes_a_header(
    workspace: str, sender: str, inviter: str, kind: str
) -> None:
    server = MailServer(
        sender_name=sender, sender_address="inbox@lotus.example", reply_to="desk@lotus.example"
    )
    mail = write(
        kind,
        Facts(workspace=workspace, link="https://inbox.example/invitations/x", inviter=inviter),
        server,
        to="max@lotus.example",
        language="ko",
        message_id="<1@lotus.example>",
    )
    got = message_from_bytes(mail.message().as_bytes(), policy=policy.default)
    assert sorted(got.keys()) == sorted(
        [
            *("Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID"),
            *("Auto-Submitted", "Content-Language"),
        ]
    )
    assert [each.addr_spec for each in got["From"].addresses] == ["inbox@lotus.example"]
    assert got["To"] == "max@lotus.example"


def test_no_address_ends_a_line() -> None:
    """Django's check of addresses lets controls through in quotes, and some of them are line ends in a header."""
    server = MailServer(sender_address="inbox@lotus.example")
    with pytest.raises(ValueError, match="controls"):
        write(
            "test", Facts("Lotus"), server, to='"a\x0b\x0bb"@lotus.example', language="en", message_id="<1@x>"
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("version", "outcome"), [(None, "done"), (0, "told")])
def test_of_two_first_set_ups_at_once_the_later_one_stands_or_is_told(version: int | None, outcome: str):
    """``version``: that there was none when the form was opened; or nothing, as REST says without ``If-Match``."""
    cast = make_cast()
    by = cast.actor(cast.owner)

    def come_second() -> str:
        try:
            set_up_server(ServerFacts(**{**SERVER, "port": 465}), by=by, version=version)
        except Conflict:
            return "told"
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            set_up_server(ServerFacts(**SERVER), by=by, version=version)
            second = threads.submit(come_second)
            _wait_until_somebody_waits(second)
        assert second.result(10) == outcome
    assert MailServer.objects.get().port == (465 if outcome == "done" else 587)


def _wait_until_somebody_waits(other: Future[str]) -> None:
    until = monotonic() + 10
    query = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with connection.cursor() as cursor:
        while not other.done() and monotonic() < until:
            cursor.execute(query)
            if cursor.fetchone() is not None:
                return
