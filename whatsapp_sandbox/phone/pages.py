"""Serves the pages and their own small files; strict content security policy, no inline script or style."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import orjson
from aiohttp import web

from whatsapp_sandbox.control.api import guarded, sandbox_of
from whatsapp_sandbox.mail import MAILS, drawn
from whatsapp_sandbox.phone.words import LANGUAGES, WORDS, choose_language
from whatsapp_sandbox.pictures import SAMPLES, sample

HERE = Path(__file__).parent
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FRAMES = "http://127.0.0.1:* http://localhost:* https://127.0.0.1:* https://localhost:*"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    f"connect-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'self' {_FRAMES}"
)


def add_routes(app: web.Application) -> None:
    app.router.add_get("/", overview)
    app.router.add_get("/phones", phones)
    app.router.add_get("/phone/{customer}", phone)
    app.router.add_get("/mail", guarded(mail))
    app.router.add_get("/assets/{name}", static)
    app.router.add_get("/samples/{name}", sample_picture)
    app.router.add_get("/favicon.ico", no_icon)
    app.router.add_get("/qr/{code}", qr_code)


async def overview(request: web.Request) -> web.Response:
    return _page(request, "overview.html")


async def phones(request: web.Request) -> web.Response:
    return _page(request, "phones.html")


async def phone(request: web.Request) -> web.Response:
    if request.match_info["customer"] not in sandbox_of(request).customers:
        raise web.HTTPNotFound(text="there is no such customer")
    return _page(request, "phone.html")


async def mail(request: web.Request) -> web.Response:
    return _page(request, "mail.html", lambda words: {"mails": drawn(request.app[MAILS], words["no_mail"])})


async def no_icon(request: web.Request) -> web.Response:
    return web.Response(status=204)


async def qr_code(request: web.Request) -> web.Response:
    """A stand-in: a framed square with the code as text, not scannable."""
    code = "".join(c for c in request.match_info["code"] if c.isalnum())[:40]
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200"><rect x="6" y="6" width="188" height="188" '
        f'fill="#fff" stroke="#111" stroke-width="8"/><text x="100" y="104" text-anchor="middle" font-size="14" '
        f'font-family="monospace">{code}</text></svg>'
    )
    return web.Response(text=picture, content_type="image/svg+xml")


async def sample_picture(request: web.Request) -> web.Response:
    name = request.match_info["name"].removesuffix(".jpg")
    if name not in SAMPLES["image"]:
        raise web.HTTPNotFound
    mime_type, data = sample("image", name)
    return web.Response(body=data, content_type=mime_type, headers={"Cache-Control": "max-age=3600"})


async def static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    path = HERE / "static" / name
    if "/" in name or path.suffix not in TYPES or not path.is_file():
        raise web.HTTPNotFound
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return web.Response(text=path.read_text("utf-8"), content_type=TYPES[path.suffix], headers=headers)


def _page(
    request: web.Request, name: str, drawing: Callable[[dict[str, str]], dict[str, str]] | None = None
) -> web.Response:
    """``drawing``: parts of the page as HTML, by what stands for them in the template."""
    language = choose_language(request.query.get("lang"), request.headers.get("Accept-Language", ""))
    words = WORDS[language]
    text = _template(name)
    theme = request.query.get("theme")
    theme = theme if theme in ("light", "dark") else "auto"
    text = text.replace('lang="en" data-theme="auto"', f'lang="{language}" data-theme="{theme}"')
    text = text.replace("%words%", _attribute(orjson.dumps(words).decode()))
    for key, word in words.items():
        text = text.replace(f"%{key}%", _attribute(word))
    for key, part in (drawing(words) if drawing else {}).items():
        text = text.replace(f"%{key}%", part)
    headers = {
        "Content-Security-Policy": POLICY,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    return web.Response(text=text, content_type="text/html", headers=headers)


@cache
def _template(name: str) -> str:
    return (HERE / "templates" / name).read_text("utf-8")


def _attribute(text: str) -> str:
    table = {"&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;"}
    return "".join(table.get(character, character) for character in text)


assert set(LANGUAGES) == set(WORDS)  # noqa: S101 - the catalogue is complete or the package does not load
