"""Mail is caught and shown; what stands in it does nothing to the page."""

from __future__ import annotations

import asyncio
import smtplib
from email.message import EmailMessage

from aiohttp.test_utils import TestClient, TestServer

from whatsapp_sandbox.mail import MAILS
from whatsapp_sandbox.server import make_app


def _send(port: int, subject: str, text: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Shop <hello@demo.example>", "max@demo.example", subject
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
        server.send_message(mail)


async def test_mail_is_caught_and_its_links_can_be_followed() -> None:
    app = make_app()
    async with TestClient(TestServer(app)) as client:
        listening = await asyncio.get_running_loop().create_server(app[MAILS].protocol, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        text = "Open http://127.0.0.1/reset/a?b=1&c=2 now\n<script>x</script>"
        await asyncio.to_thread(_send, port, "비밀번호 <b>", text)
        await asyncio.to_thread(_send, port, "Second", "no link")
        listening.close()
        mails = (await (await client.get("/control/mails")).json())["mails"]
        page = await (await client.get("/mail")).text()
    assert [mail["subject"] for mail in mails] == ["Second", "비밀번호 <b>"]
    assert (mails[1]["to"], mails[1]["text"].splitlines()[1]) == ("max@demo.example", "<script>x</script>")
    assert 'href="http://127.0.0.1/reset/a?b=1&amp;c=2"' in page
    assert ("<script>" in page, "&lt;script&gt;" in page, "비밀번호 &lt;b&gt;" in page) == (False, True, True)
