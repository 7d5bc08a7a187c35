"""One conversation with a mail server, in steps: each that fails says which it was.

The standard library's ``smtplib`` speaks; here stand where it connects to, how long that may take, and what its errors
mean. Whatever happens before the mail itself leaves can be tried again; what breaks off while it leaves is unknown.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import IO

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from regulars.mail.addresses import look_up
from regulars.mail.trouble import Trouble, is_permanent_reply, reply_in_words

STEP_SECONDS = 10.0
"""that one answer may take"""
TALK_SECONDS = 30.0
"""that all of it may take: a server that answers letter by letter holds nobody up"""
TEST_SECONDS = 15.0
"""likewise, while somebody looks at the page"""
LONGEST_TALK = 256 * 1024
"""bytes that a server may say: one that goes on and on fills nobody's memory"""


@dataclass(frozen=True, slots=True)
class Login:
    """Whom to talk to, and as whom; ``security`` as in ``models.SECURITIES``."""

    host: str
    port: int
    security: str
    username: str
    password: str


def send(
    login: Login,
    mail: EmailMessage,
    *,
    before_handing: Callable[[], None] = lambda: None,
    seconds: float = TALK_SECONDS,
) -> None:
    """Returns when the server has taken the mail; else raises ``Trouble``.

    ``before_handing`` is called when everything is agreed and the mail itself is about to leave. After that the trouble
    is ``unknown`` unless the server said no.
    """
    ends_at = monotonic() + seconds
    envelope = _seal(mail)
    addresses = look_up(login.host, login.port)
    with _connected(login, addresses, ends_at) as talk:
        _agree(talk, envelope)
        before_handing()
        _hand_over(talk, envelope)


@dataclass(frozen=True, slots=True)
class _Envelope:
    sender: str
    receiver: str
    content: bytes


def _seal(mail: EmailMessage) -> _Envelope:
    """Before anybody is asked: what cannot be written must not break off in the middle. The mail has one receiver."""
    encoding = mail.encoding or settings.DEFAULT_CHARSET
    return _Envelope(
        sanitize_address(mail.from_email, encoding),
        sanitize_address(mail.to[0], encoding),
        mail.message().as_bytes(linesep="\r\n"),  # type: ignore[call-arg]  # Django's, which its stubs leave out
    )


class _Answers:
    """What a server says, line by line, for ``smtplib``, which gathers an answer of any number of lines."""

    def __init__(self, answers: IO[bytes]) -> None:
        self._answers, self._left = answers, LONGEST_TALK

    def readline(self, most: int) -> bytes:
        line = self._answers.readline(most)
        self._left -= len(line)
        if self._left < 0:
            raise ConnectionAbortedError("too many answers")
        return line

    def close(self) -> None:
        self._answers.close()


class _Talk(smtplib.SMTP):
    """Connects to addresses that were looked up before, and knows the name that the certificate must be for."""

    def __init__(self, login: Login, addresses: list[str], ends_at: float) -> None:
        super().__init__(local_hostname="localhost", timeout=STEP_SECONDS)
        self._login, self._addresses, self._ends_at = login, addresses, ends_at
        self._host = login.host  # what smtplib compares the certificate with
        self._line: socket.socket | None = None
        self.was_cut_off = False

    def _get_socket(self, _host: str, port: int, _timeout: float) -> socket.socket:
        opened = self._open(port)
        self.local_hostname = _literal(opened)
        self._line = socket.socket(opened.family, opened.type, fileno=_twin(opened))
        if self._login.security != "tls":
            return opened
        try:
            return secure_context().wrap_socket(opened, server_hostname=self._host)
        except OSError:
            opened.close()
            raise

    def _open(self, port: int) -> socket.socket:
        for place, address in enumerate(self._addresses):
            left = self._ends_at - monotonic()
            share = left / (len(self._addresses) - place)
            try:
                opened = socket.create_connection((address, port), max(0.1, min(STEP_SECONDS, share)))
            except OSError:
                if place == len(self._addresses) - 1:
                    raise
            else:
                opened.settimeout(STEP_SECONDS)
                return opened
        raise OSError("no address")

    @property
    def has_greeted(self) -> bool:
        return self.ehlo_resp is not None or self.helo_resp is not None

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Answers(self.sock.makefile("rb"))
        return super().getreply()

    def cut_off(self) -> None:
        self.was_cut_off = True
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        self.close()
        if self._line is not None:
            self._line.close()


def secure_context() -> ssl.SSLContext:
    """The machine's trusted issuers, the name compared: as Django's own mail has it."""
    context: ssl.SSLContext = EmailBackend(use_ssl=False, use_tls=True).ssl_context
    return context


def _twin(opened: socket.socket) -> int:
    """Another descriptor of the same connection: TLS takes the first one away."""
    twin = opened.dup()
    return twin.detach()


def _literal(opened: socket.socket) -> str:
    """How we name ourselves (RFC 5321, 4.1.3): asking the network for our own name may take long."""
    address = str(opened.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]" if opened.family == socket.AF_INET6 else f"[{address}]"


@contextmanager
def _connected(login: Login, addresses: list[str], ends_at: float) -> Iterator[_Talk]:
    talk = _Talk(login, addresses, ends_at)
    watch = threading.Timer(max(0.0, ends_at - monotonic()), talk.cut_off)
    watch.daemon = True
    watch.start()
    try:
        _greet(talk, login)
        _secure(talk, login)
        _sign_in(talk, login)
        yield talk
        with suppress(OSError, smtplib.SMTPException):
            talk.quit()
    finally:
        watch.cancel()
        talk.hang_up()


def _greet(talk: _Talk, login: Login) -> None:
    with _step(talk, "not-smtp"):
        code, said = talk.connect(login.host, login.port)
        if code != 220:
            known = "greeting-refused" if code >= 400 else "not-smtp"
            raise Trouble(known, reply=reply_in_words(code, said) if code >= 400 else "")
        talk.ehlo_or_helo_if_needed()


def _secure(talk: _Talk, login: Login) -> None:
    if login.security != "starttls":
        return
    with _step(talk, "tls-failed"):
        try:
            code, said = talk.starttls(context=secure_context())
        except smtplib.SMTPNotSupportedError:
            raise Trouble("tls-not-offered") from None
        if code != 220:
            raise Trouble("tls-failed", reply=reply_in_words(code, said))
        talk.ehlo_or_helo_if_needed()


def _sign_in(talk: _Talk, login: Login) -> None:
    if not login.username:
        return
    with _step(talk, "login-not-offered"):
        talk.login(login.username, login.password)


def _agree(talk: _Talk, envelope: _Envelope) -> None:
    with _step(talk, "cut-off"):
        _take(talk.mail(envelope.sender), "sender-refused")
        _take(talk.rcpt(envelope.receiver), "receiver-refused")


def _take(answer: tuple[int, bytes], refusal: str) -> None:
    code, said = answer
    if code not in {250, 251}:
        raise Trouble(refusal, is_permanent=is_permanent_reply(code), reply=reply_in_words(code, said))


def _hand_over(talk: _Talk, envelope: _Envelope) -> None:
    try:
        code, said = _deliver(talk, envelope.content)
    except (OSError, smtplib.SMTPException) as error:
        raise Trouble("unknown", is_permanent=True) from error
    if code != 250:
        raise Trouble(
            "content-refused", is_permanent=is_permanent_reply(code), reply=reply_in_words(code, said)
        )


def _deliver(talk: _Talk, content: bytes) -> tuple[int, bytes | str]:
    try:
        return talk.data(content)
    except smtplib.SMTPDataError as error:  # the server said no before anything left
        return error.smtp_code, error.smtp_error


@contextmanager
def _step(talk: _Talk, otherwise: str) -> Iterator[None]:
    """What goes wrong inside, as ``Trouble``. ``otherwise``: what an answer means that cannot be made out."""
    try:
        yield
    except Trouble:
        raise
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise _meaning(talk, error, otherwise) from error


def _meaning(talk: _Talk, error: Exception, otherwise: str) -> Trouble:
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, TimeoutError):
        return Trouble("timed-out")  # smtplib tells it as a connection that was closed
    if talk.was_cut_off or isinstance(error, TimeoutError):
        return Trouble("timed-out")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Trouble("certificate")
    if isinstance(error, ssl.SSLError):
        return Trouble("tls-failed")
    if isinstance(error, ConnectionRefusedError):
        return Trouble("connection-refused")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Trouble("login-refused", reply=reply_in_words(error.smtp_code, error.smtp_error))
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError):
        return Trouble("cut-off" if talk.has_greeted else otherwise)
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return Trouble("unreachable")
    if isinstance(error, smtplib.SMTPResponseException):
        return Trouble(otherwise, reply=reply_in_words(error.smtp_code, error.smtp_error))
    return Trouble(otherwise)
