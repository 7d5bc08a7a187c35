"""Catches mail, so that a product that is tried here can send some: every mail is taken, shown, and goes nowhere.

In memory, the last ones. No sign-in and no encryption: for this machine alone.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from email import message_from_bytes, policy
from html import escape

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from whatsapp_sandbox.control.api import reply

KEPT = 200
LARGEST = 5_000_000
"""bytes of one mail"""
_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Caught:
    """One mail, as far as the page shows it. ``at``: seconds since 1970."""

    at: float
    sender: str
    to: str
    subject: str
    text: str


class Mails:
    """The newest first."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.kept: deque[Caught] = deque(maxlen=KEPT)
        self._now = now

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = message_from_bytes(content, policy=policy.default)
        body = mail.get_body(("plain", "html"))
        said = {name: str(mail.get(name, "")) for name in ("From", "To", "Subject")}
        text = str(body.get_content()) if body else ""
        self.kept.appendleft(Caught(self._now(), said["From"], said["To"], said["Subject"], text))
        return "250 Caught; it goes nowhere"

    def protocol(self) -> SMTP:
        """Of one connection, for ``loop.create_server``."""
        return SMTP(self, hostname="localhost", data_size_limit=LARGEST, enable_SMTPUTF8=True)


MAILS: web.AppKey[Mails] = web.AppKey("mails", Mails)


async def list_mails(request: web.Request) -> web.Response:
    return reply({"mails": [asdict(each) for each in request.app[MAILS].kept]})


def drawn(mails: Mails, none_yet: str) -> str:
    """As HTML; links in the text can be followed."""
    if not mails.kept:
        return f'<p class="quiet">{escape(none_yet)}</p>'
    return "".join(map(_drawn, mails.kept))


def _drawn(mail: Caught) -> str:
    text = escape(mail.text.strip())
    linked = _LINK.sub(
        lambda found: f'<a href="{found[0]}" target="_blank" rel="noopener">{found[0]}</a>', text
    )
    return (
        f'<section class="wide mail"><h2 dir="auto">{escape(mail.subject)}</h2>'
        f'<p class="quiet"><bdi>{escape(mail.sender)}</bdi> → <bdi>{escape(mail.to)}</bdi></p>'
        f'<div class="mail-text" dir="auto">{linked}</div></section>'
    )
