"""A real mail server on loopback that does what a test tells it, and keeps what it took."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from regulars.kernel import clock
from tests.running.ports import free_port

USER, PASSWORD = "inbox@lotus.example", "app password 4711"
HANG, CUT = "hang", "cut"
"""instead of an answer: never, or the end of the connection"""


@dataclass
class Catcher:
    """``answers``: by command, the next ones (``"450 later"``, ``HANG``, ``CUT``); then it takes everything."""

    port: int = 0
    answers: dict[str, list[str]] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    signed_in: list[bool] = field(default_factory=list)
    handed: int = 0
    """mails that came whole, whatever was answered"""

    async def _answer(self, command: str, server: SMTP, usual: str) -> str:
        waiting = self.answers.get(command, [])
        answer = waiting.pop(0) if waiting else usual
        if answer == HANG:
            await asyncio.sleep(60)
        if answer == CUT:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return answer

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        envelope.mail_from = address
        return await self._answer("MAIL", server, "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._answer("RCPT", server, "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.handed += 1
        self.signed_in.append(bool(session.authenticated))
        answer = await self._answer("DATA", server, "250 OK")
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
            self.senders.append(str(envelope.mail_from))
        return answer


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=right, handled=False)


@contextmanager
def catching(
    catcher: Catcher | None = None,
    *,
    security: str = "none",
    certificate: Path | None = None,
    login: bool = False,
    answers: Mapping[str, list[str]] | None = None,
) -> Iterator[Catcher]:
    """``certificate``: of ``make_certificate``, for encryption."""
    catcher = catcher or Catcher()
    catcher.answers.update(answers or {})
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    catcher.port = catcher.port or free_port()
    controller = Controller(
        catcher,
        hostname="127.0.0.1",
        port=catcher.port,
        ssl_context=context if security == "tls" else None,
        tls_context=context if security == "starttls" else None,
        authenticator=_authenticate if login else None,
        auth_require_tls=not login,
        ready_timeout=20,
    )
    controller.start()
    try:
        yield catcher
    finally:
        controller.stop()


def make_certificate(folder: Path, name: str = "127.0.0.1") -> Path:
    """Key and certificate in one file, which also is the issuer to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = clock.now()
    alternative: x509.GeneralName = (
        x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
