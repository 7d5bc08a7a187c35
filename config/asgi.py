"""The web process: one port, three doors.

``/webhooks`` stores deliveries (raw ASGI, group commit), ``/live`` streams to open screens, everything else is
Django (WSGI in a thread pool, ``config.pages``). Each door can also run in a process of its own behind a proxy.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware  # noqa: E402
from whitenoise import WhiteNoise  # noqa: E402

from config import collecting  # noqa: E402
from config.bodies import Bodies  # noqa: E402
from config.crowd import Crowd, most_connections  # noqa: E402
from config.pages import Pages  # noqa: E402
from config.running import refusal_to_run  # noqa: E402
from config.screens import TOPICS  # noqa: E402
from config.wiring import CHANNELS  # noqa: E402
from config.wsgi import application as django_application  # noqa: E402
from regulars.channels.door.webhook import Webhooks  # noqa: E402
from regulars.kernel.events import CHANNEL as EVENTS_CHANNEL  # noqa: E402
from regulars.kernel.listening import Wakeups  # noqa: E402
from regulars.web.live.hub import LiveHub  # noqa: E402
from regulars.web.live.presence import CHANNEL as PRESENCE_CHANNEL  # noqa: E402
from regulars.workspaces.trail.writing import TrailWriter  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PAGE_THREADS = 8
"""Django requests at a time; more wait. Each thread keeps one database connection."""
MACHINE_THREADS = 2
"""for those who ask how we are, which must not wait behind pages"""
FOR_MACHINES = frozenset({"/readyz", "/metrics"})
PASSWORD_THREADS = 2
"""for what judges or makes passwords, which is slow on purpose: a flood of guesses takes no page's thread"""
MOST_PASSWORDS_WAITING = 64
WITH_PASSWORDS = (
    "/sign-in",
    "/set-up",
    "/invitations/",
    "/settings/account/password",
    "/settings/account/proof",
)


class Web:
    """The router between the doors, and what lives as long as the process."""

    def __init__(self) -> None:
        files = WhiteNoise(
            django_application,
            root=settings.BASE_DIR / "regulars" / "web" / "static_built",
            prefix=settings.STATIC_URL,
            immutable_file_test=lambda _path, url: "-" in url.rsplit("/", 1)[-1],
        )
        self._bodies = bodies = Bodies(settings.INCOMING_HOME)
        pages: Any = Pages(files, bodies, threads=PAGE_THREADS, name="pages")
        trusted = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
        self._pages: Any = ProxyHeadersMiddleware(pages, trusted)
        passwords: Any = Pages(
            files, bodies, threads=PASSWORD_THREADS, name="passwords", most_waiting=MOST_PASSWORDS_WAITING
        )
        self._passwords: Any = ProxyHeadersMiddleware(passwords, trusted)
        self._for_machines = Pages(django_application, bodies, threads=MACHINE_THREADS, name="machines")
        self.crowd = Crowd(most_connections())
        self.webhooks: Webhooks | None = None
        self._live: LiveHub | None = None
        self._wakeups: Wakeups | None = None
        self._trail: TrailWriter | None = None

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "lifespan":
            return self._live_and_end(receive, send)
        if scope["type"] != "http":
            return send({"type": "websocket.close"})
        path = scope["path"]
        if self.webhooks and path.startswith(self.webhooks.prefixes):
            return self.webhooks(scope, receive, send)
        if path == "/live" and self._live:
            return self._live(scope, receive, send)
        if path == "/healthz":
            return _healthy(send)
        if path in FOR_MACHINES:
            return self._for_machines(scope, receive, send)
        is_slow = scope["method"] == "POST" and path.startswith(WITH_PASSWORDS)
        answer: Awaitable[None] = (self._passwords if is_slow else self._pages)(scope, receive, send)
        return answer

    async def _live_and_end(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                if refusal := await asyncio.to_thread(refusal_to_run):
                    await send({"type": "lifespan.startup.failed", "message": refusal})
                    return
                self._start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _start(self) -> None:
        collecting.settle()
        self._bodies.open()
        self.webhooks = Webhooks(settings.DATABASE_URL, CHANNELS)
        self._live = LiveHub(TOPICS)
        self._live.start()
        self._wakeups = Wakeups(
            settings.DATABASE_URL,
            {EVENTS_CHANNEL: [self._live.wake]},
            hearers={PRESENCE_CHANNEL: self._live.hear},
        )
        self._wakeups.start()
        self._trail = TrailWriter()
        self._trail.start()

    async def _stop(self) -> None:
        if self._wakeups:
            self._wakeups.stop()
        if self._live:
            await self._live.close()
        if self._trail:
            await asyncio.to_thread(self._trail.stop)
        if self.webhooks:
            await asyncio.wait_for(self.webhooks.close(), timeout=10)


async def _healthy(send: Send) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"3")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok\n"})


application = Web()
