"""The Graph API over aiohttp: one shared session per process, one client per connection of a workspace.

Sending is in ``sender.py``, files in ``media.py``; both build on ``GraphClient.exchange``, which never raises and
tells whether the request left this machine. The token lives in a header only: never in an address, a log or a repr.
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import aiohttp
import msgspec
import orjson
from yarl import URL

from regulars.channels.record import NotAnswered
from regulars.inboxes.ports import Accepted, ProviderError, SendResult
from regulars.kernel.addresses import PublicResolver, is_loopback

from .errors import classify, read_error
from .requests import build_read_receipt, build_typing

GRAPH_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v26.0"
"""newest in November 2026; v25 ends 2028-07-29"""

CONNECTIONS = 150
SEND_DEADLINE = 30.0
"""seconds for one request and its answer"""
UPLOAD_DEADLINE = 300.0
KEEP_ALIVE = 20.0
"""seconds; shorter than servers' own, so that a request seldom meets a connection that is just closing"""
TEMPLATE_PAGE_SIZE = 100
MOST_PAGES = 100

_TEMPLATE_FIELDS = (
    "id,name,language,status,category,previous_category,components,parameter_format,"
    "quality_score,rejected_reason"
)
_NUMBER_FIELDS = "id,quality_rating"
_NO_SUCH_OBJECT = orjson.dumps(
    {"error": {"code": 100, "error_subcode": 33, "message": "Not an id of the platform"}}
)
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:=-]*(/[A-Za-z0-9_]+)?")


class GraphError(NotAnswered):
    """A Graph call that did not work. ``result`` says whether trying again makes sense; ``error`` is Meta's."""

    def __init__(self, result: SendResult, error: ProviderError) -> None:
        self.result = result
        self.error = error
        super().__init__(f"Graph answered with code {error.code}: {error.title}. {error.details}".strip())


class Answer(NamedTuple):
    """What came of one exchange: a status and body, or an exception, and whether the request may have left."""

    status: int | None
    body: bytes | None
    exception: Exception | None
    is_written: bool


class NumberInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A business phone number as the Graph API describes it; words as Meta writes them."""

    id: str
    quality_rating: str = ""


class _Exchange:
    """Travels with one request through aiohttp's tracing."""

    __slots__ = ("is_written",)

    def __init__(self) -> None:
        self.is_written = False


async def _note_written(_session: aiohttp.ClientSession, context: Any, _params: object) -> None:
    exchange = context.trace_request_ctx
    if exchange is not None:
        exchange.is_written = True


def open_session(base_url: str = GRAPH_URL, *, connections: int = CONNECTIONS) -> aiohttp.ClientSession:
    """The one session that a process shares between all its clients; close it at the end.

    Must be called inside a running event loop. Honors the usual proxy variables, except for this machine.
    """
    base = URL(base_url)
    tracing = aiohttp.TraceConfig()
    tracing.on_request_headers_sent.append(_note_written)  # the body never leaves before them
    proxy = _proxy_for(base)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=connections,
            ttl_dns_cache=60,
            keepalive_timeout=KEEP_ALIVE,
            resolver=PublicResolver(base, proxy),
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        trace_configs=[tracing],
        proxy=proxy,
        timeout=aiohttp.ClientTimeout(total=SEND_DEADLINE, sock_connect=10),
    )


def _proxy_for(base: URL) -> str | None:
    host = base.host or ""
    if is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get(base.scheme)


class GraphClient:
    """One connection's access to the Graph API."""

    __slots__ = ("_headers", "_json_headers", "_urls", "base", "session")

    def __init__(
        self,
        base_url: str,
        access_token: str,
        session: aiohttp.ClientSession,
    ) -> None:
        self.base = URL(base_url)
        self.session = session
        self._headers = {"Authorization": f"Bearer {access_token}"}
        self._json_headers = {**self._headers, "Content-Type": "application/json"}
        self._urls: dict[str, URL] = {}

    def __repr__(self) -> str:
        return f"GraphClient({str(self.base)!r})"

    @property
    def authorization(self) -> Mapping[str, str]:
        """Only for the Graph API's own hosts."""
        return self._headers

    def url(self, path: str) -> URL:
        """``path``: ``{object}`` or ``{object}/{edge}``; raises ``ValueError`` for anything else."""
        known = self._urls.get(path)
        if known is not None:
            return known
        if not _PATH.fullmatch(path):
            raise ValueError("A Graph path is an object's id, or an id and an edge.")
        url = self.base / GRAPH_VERSION / path
        if len(self._urls) < 1000:
            self._urls[path] = url
        return url

    async def exchange(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: Any = None,
        params: Mapping[str, str] | None = None,
        deadline: float = SEND_DEADLINE,
    ) -> Answer:
        """Never raises for what happens on the way (a timeout is an ``OSError``).

        Redirects are not followed: they would carry the token along.
        """
        exchange = _Exchange()
        try:
            url = self.url(path)
        except ValueError:  # an id that somebody typed: nothing at the platform is called so
            return Answer(400, _NO_SUCH_OBJECT, None, is_written=False)
        headers = self._headers
        if json is not None:
            data = orjson.dumps(json)
            headers = self._json_headers
        try:
            async with self.session.request(
                method,
                url.update_query(params) if params else url,
                data=data,
                headers=headers,
                allow_redirects=False,
                timeout=_timeout(deadline),
                trace_request_ctx=exchange,
            ) as response:
                return Answer(response.status, await response.read(), None, is_written=True)
        except (
            aiohttp.ClientError,
            OSError,
            ValueError,
        ) as error:  # ValueError: no address can be made of it
            return Answer(None, None, error, exchange.is_written)

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: Any = None,
        params: Mapping[str, str] | None = None,
        deadline: float = SEND_DEADLINE,
    ) -> dict[str, Any]:
        """Raises ``GraphError`` when it does not work."""
        answer = await self.exchange(method, path, json=json, data=data, params=params, deadline=deadline)
        decoded = _decode(answer)
        if decoded is not None:
            return decoded
        result = classify(answer.status, answer.body, answer.exception, is_written=answer.is_written)
        error = None if isinstance(result, Accepted) else result.error
        raise GraphError(result, error or ProviderError(code=-1, title="The answer is not a JSON object"))

    async def mark_read(self, address: str, provider_id: str) -> None:
        """With everything before it."""
        await self.call("POST", f"{address}/messages", json=build_read_receipt(provider_id))

    async def show_typing(self, address: str, provider_id: str) -> None:
        """For at most 25 seconds; marks the message as read, too."""
        await self.call("POST", f"{address}/messages", json=build_typing(provider_id))

    async def list_templates(self, account: str) -> list[dict[str, Any]]:
        """As Meta lists them (see ``templates.parse_template``)."""
        params = {"fields": _TEMPLATE_FIELDS, "limit": str(TEMPLATE_PAGE_SIZE)}
        return await self._list_all(f"{account}/message_templates", params)

    async def list_numbers(self, account: str) -> list[NumberInfo]:
        rows = await self._list_all(f"{account}/phone_numbers", {"fields": _NUMBER_FIELDS})
        return [_read_number(row) for row in rows]

    async def get_portfolio(self, account: str) -> str:
        answer = await self.call("GET", account, params={"fields": "owner_business_info"})
        owner = answer.get("owner_business_info")
        told = owner.get("id") if isinstance(owner, dict) else None
        return str(told) if isinstance(told, str | int) else ""

    async def _list_all(self, path: str, params: Mapping[str, str]) -> list[dict[str, Any]]:
        """The cursor is put into our own address: Meta's ``next`` carries the token."""
        rows: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        for _page in range(MOST_PAGES):
            answer = await self.call("GET", path, params={**params, **cursor})
            data = answer.get("data")
            rows += [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
            after = _next_cursor(answer)
            if not after or {"after": after} == cursor:
                break
            cursor = {"after": after}
        return rows


@cache
def _timeout(deadline: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=deadline, sock_connect=10)


def _decode(answer: Answer) -> dict[str, Any] | None:
    if answer.status is None or not 200 <= answer.status < 300:
        return None
    try:
        decoded = orjson.loads(answer.body or b"null")
    except orjson.JSONDecodeError:
        return None
    return decoded if isinstance(decoded, dict) and read_error(decoded) is None else None


def _next_cursor(answer: Mapping[str, Any]) -> str:
    paging = answer.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) else ""


def _read_number(node: Mapping[str, Any]) -> NumberInfo:
    rating = node.get("quality_rating")
    return NumberInfo(id=str(node.get("id", "")), quality_rating=rating if isinstance(rating, str) else "")
