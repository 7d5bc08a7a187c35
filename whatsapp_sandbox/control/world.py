"""``/control``: switches, faults, clock, templates, groups, raw webhooks, what is going on, reset."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import asdict
from typing import Any

import orjson
from aiohttp import web

from whatsapp_sandbox import faults, media_store, seeds, settings, template_life
from whatsapp_sandbox.account import App, BusinessNumber, Token
from whatsapp_sandbox.control.api import Refused, body_of, reply, sandbox_of, text_of
from whatsapp_sandbox.graph import groups
from whatsapp_sandbox.graph.sending.checks import is_web_address
from whatsapp_sandbox.graph.sending.messages import release_held
from whatsapp_sandbox.graph.standing import OBA_SAYS
from whatsapp_sandbox.graph.template_checks import CATEGORIES
from whatsapp_sandbox.graph.templates import describe
from whatsapp_sandbox.identifiers import new_code
from whatsapp_sandbox.inbound import LATEST, write
from whatsapp_sandbox.management import FIELDS, history_value, post_field
from whatsapp_sandbox.model import Group
from whatsapp_sandbox.state import Sandbox
from whatsapp_sandbox.webhooks.envelope import Update, encode

IDLE_LONGEST = 60.0
HISTORY_BYTES = 3_000_000
HISTORY_MESSAGES = 10_000
COUNT_LARGEST = 1_000_000_000
CLOCK_FURTHEST = 100 * 365 * 24 * 3600.0


async def get_switches(request: web.Request) -> web.Response:
    return reply(asdict(sandbox_of(request).switches))


async def change_switches(request: web.Request) -> web.Response:
    """A change of tier is announced by webhook."""
    sandbox, body = sandbox_of(request), await body_of(request)
    before = sandbox.switches.rates.tier
    settings.patch(sandbox.switches, body)
    tier = sandbox.switches.rates.tier
    if tier != before:
        first = sandbox.account.numbers[0].id
        post_field(
            sandbox, "business_capability_update", first, {"max_daily_conversations_per_business": tier}
        )
    recording = body.get("recording")
    if recording is not None:
        from collections import deque

        sandbox.recent = deque(sandbox.recent, maxlen=sandbox.switches.recording.limit)
    return reply(asdict(sandbox.switches))


async def get_faults(request: web.Request) -> web.Response:
    return reply({"items": [asdict(fault) for fault in faults.current(sandbox_of(request))]})


async def add_fault(request: web.Request) -> web.Response:
    """``{"kind": error|html|reset|latency|hang, "on", "code", "status", "after", "percent", "remaining", "seconds",
    "lasts"}``: see the README.
    """
    sandbox = sandbox_of(request)
    fault = faults.make_fault(await body_of(request), sandbox.now())
    sandbox.faults.append(fault)
    return reply(asdict(fault), 201)


async def clear_faults(request: web.Request) -> web.Response:
    sandbox, wanted = sandbox_of(request), request.query.get("id")
    sandbox.faults[:] = [fault for fault in sandbox.faults if wanted is not None and fault.id != wanted]
    return reply({"items": [asdict(fault) for fault in sandbox.faults]})


async def get_clock(request: web.Request) -> web.Response:
    return reply(_clock(sandbox_of(request)))


def _clock(sandbox: Sandbox) -> dict[str, Any]:
    now = sandbox.now()
    frozen = sandbox.clock.frozen_at is not None
    return {"now": now, "offset": round(now - time.time(), 3), "frozen": frozen}


async def move_clock(request: web.Request) -> web.Response:
    """``{"advance": seconds}``, ``{"offset": seconds}``, ``{"frozen": bool}``; what became due happens at once."""
    sandbox, body = sandbox_of(request), await body_of(request)
    furthest = CLOCK_FURTHEST
    advance = settings.number_of(body, "advance", 0, -furthest, furthest)
    offset = settings.number_of(body, "offset", sandbox.clock.offset, -furthest, furthest)
    frozen = settings.flag_of(body, "frozen", default=sandbox.clock.frozen_at is not None)
    if abs(offset + advance) > furthest or abs(_clock(sandbox)["offset"] + advance) > furthest:
        raise Refused(400, f"the clock goes at most {furthest:.0f} seconds from now")
    if "frozen" in body:
        (sandbox.clock.freeze if frozen else sandbox.clock.thaw)()
    if "offset" in body:
        sandbox.clock.offset = offset
    sandbox.clock.advance(advance)
    sandbox.scheduler.clock_moved()
    await asyncio.sleep(0)
    return reply(_clock(sandbox))


async def get_stats(request: web.Request) -> web.Response:
    return reply(stats_of(sandbox_of(request)))


def stats_of(sandbox: Sandbox) -> dict[str, Any]:
    webhooks = dict.fromkeys(("updates", "posts", "acknowledged", "retries", "dropped", "duplicated"), 0)
    return {
        "counters": dict(sandbox.counters),
        "webhooks": webhooks | dict(sandbox.outbox.counters) | {"waiting": sandbox.outbox.waiting},
        "customers": len(sandbox.customers),
        "messages": len(sandbox.messages),
        "in_flight": len(sandbox.in_flight),
        "scheduled": sandbox.scheduler.pending,
        "clock": _clock(sandbox),
        "event": sandbox.feed.last,
    }


async def wait_idle(request: web.Request) -> web.Response:
    """``POST /control/idle {"seconds"?, "webhooks"?}``: answer once nothing is due and all is acknowledged."""
    sandbox, body = sandbox_of(request), await body_of(request)
    webhooks = settings.flag_of(body, "webhooks", default=True)
    end = time.monotonic() + min(settings.number_of(body, "seconds", 10, 0, 1e9), IDLE_LONGEST)
    while sandbox.scheduler.pending or (webhooks and sandbox.outbox.waiting):
        if time.monotonic() > end:
            return reply({"idle": False} | stats_of(sandbox), 504)
        await asyncio.sleep(0.005)
    return reply({"idle": True} | stats_of(sandbox))


async def list_received(request: web.Request) -> web.Response:
    """``?callback=&since=``: what phones really received, newest last: id, wa_id, biz_opaque_callback_data."""
    sandbox, callback = sandbox_of(request), request.query.get("callback")
    found = [entry for entry in sandbox.recent if callback is None or entry[2] == callback]
    limit = settings.whole_of(dict(request.query), "limit", 10_000, 1, COUNT_LARGEST)
    items = [{"id": key, "to": to, "biz_opaque_callback_data": data} for key, to, data in found[-limit:]]
    return reply({"items": items, "total": len(found)})


async def post_raw(request: web.Request) -> web.Response:
    """``{"body"}`` (a whole body), ``{"raw"}`` (text posted as it is), or ``{"field", "value"}``."""
    sandbox, body = sandbox_of(request), await body_of(request)
    waba_id = text_of(body, "waba") or sandbox.account.wabas[0].id
    number_id = text_of(body, "number") or sandbox.account.numbers[0].id
    if "raw" in body:
        raw = text_of(body, "raw").encode("utf-8", "surrogatepass")
        update = Update(waba_id, "messages", {}, number_id, raw=raw)
    elif "body" in body:
        update = Update(waba_id, "messages", {}, number_id, raw=encode(body["body"]))
    elif "field" in body and isinstance(body.get("value"), dict):
        moment = settings.whole_of(body, "time", 0, -LATEST, LATEST) if body.get("time") is not None else None
        update = Update(waba_id, text_of(body, "field"), body["value"], number_id, moment)
    else:
        raise Refused(400, "give body (a whole webhook body), raw (text), or field and value")
    for _ in range(min(settings.whole_of(body, "count", 1, 1, COUNT_LARGEST), 10_000)):
        sandbox.outbox.add(update)
    return reply({"queued": True}, 201)


async def list_fields(request: web.Request) -> web.Response:
    return reply({"items": sorted(FIELDS)})


async def post_management(request: web.Request) -> web.Response:
    """``POST /control/fields/{field} {number?, …changes}``: a sample with the changes laid over it."""
    sandbox, body = sandbox_of(request), await body_of(request)
    number_id = text_of(body, "number") or sandbox.account.numbers[0].id
    body.pop("number", None)
    return reply(post_field(sandbox, request.match_info["field"], number_id, body), 201)


async def post_history(request: web.Request) -> web.Response:
    """``POST /control/history {number?, messages?, bytes?}``: a chunk of about that many bytes (3 MB by default)."""
    sandbox, body = sandbox_of(request), await body_of(request)
    number_id = text_of(body, "number") or sandbox.account.numbers[0].id
    size = min(settings.whole_of(body, "bytes", HISTORY_BYTES, 0, COUNT_LARGEST), HISTORY_BYTES)
    number = sandbox.numbers.get(number_id)
    if number is None:
        raise Refused(400, f"there is no number {number_id}; there are {', '.join(sandbox.numbers)}")
    text = "x" * 300
    one = len(encode(history_value(number, 0, messages=2, text=text))) - len(
        encode(history_value(number, 0, messages=1, text=text))
    )
    messages = settings.whole_of(body, "messages", max(1, (size - 4_000) // (one + 8)), 1, HISTORY_MESSAGES)
    value = history_value(number, int(sandbox.now()), messages=messages, text=text)
    sandbox.outbox.add(Update(number.waba_id, "history", value, number_id))
    return reply({"messages": messages, "bytes": len(encode(value))}, 201)


async def list_templates(request: web.Request) -> web.Response:
    templates = sandbox_of(request).templates.values()
    return reply({"items": [describe(template) | {"pauses": template.pauses} for template in templates]})


async def change_template(request: web.Request) -> web.Response:
    """``{"do": approve|reject|recategorize|announce_category|quality|pause|unpause|disable|event, …}``."""
    sandbox, body = sandbox_of(request), await body_of(request)
    template = sandbox.templates.get(request.match_info["template"])
    if template is None:
        raise Refused(404, "there is no template with this id")
    category = text_of(body, "category", "MARKETING")
    if category not in CATEGORIES:
        raise Refused(400, f"category must be one of {', '.join(CATEGORIES)}")
    reason, score = text_of(body, "reason", "INVALID_FORMAT"), text_of(body, "score", "RED")
    event = text_of(body, "event", "FLAGGED")
    actions: dict[str, Any] = {
        "approve": lambda: template_life.approve(sandbox, template),
        "reject": lambda: template_life.reject(sandbox, template, reason),
        "recategorize": lambda: template_life.recategorize(sandbox, template, category),
        "announce_category": lambda: template_life.announce_category(sandbox, template, category),
        "quality": lambda: template_life.set_quality(sandbox, template, score),
        "pause": lambda: template_life.pause(sandbox, template),
        "unpause": lambda: template_life.unpause(sandbox, template),
        "disable": lambda: template_life.disable(sandbox, template),
        "event": lambda: template_life.announce(sandbox, template, event),
    }
    action = actions.get(str(body.get("do")))
    if action is None:
        raise Refused(400, f"do must be one of {', '.join(actions)}")
    action()
    return reply(describe(template))


async def change_held(request: web.Request) -> web.Response:
    """``POST /control/held {"drop": bool}``: release or drop the messages held for quality assessment."""
    body = await body_of(request)
    return reply(
        {"messages": release_held(sandbox_of(request), drop=settings.flag_of(body, "drop", default=False))}
    )


async def change_group(request: web.Request) -> web.Response:
    """``POST /control/groups/{id} {"do": join|leave|write|suspend|clear, "customer", "message"}``."""
    sandbox, body = sandbox_of(request), await body_of(request)
    group = _group(sandbox, request)
    do = body.get("do")
    if do in ("suspend", "clear"):
        group.suspended = do == "suspend"
        kind = "group_suspend" if group.suspended else "group_suspend_cleared"
        groups.tell(sandbox, group, "group_status_update", kind)
        return reply(_group_view(group))
    customer = sandbox.customers.get(str(body.get("customer")))
    if customer is None or do not in ("join", "leave", "write"):
        raise Refused(400, "give do (join, leave, write, suspend, clear) and an existing customer")
    if do == "join":
        groups.ask_to_join(sandbox, group, customer)
    elif do == "leave":
        groups.leave(sandbox, group, customer)
    else:
        message = body.get("message") or {}
        if not isinstance(message, dict):
            raise Refused(400, 'message must be an object such as {"type": "text", "text": "Hi"}')
        write(sandbox, customer, group.number_id, message, group.id)
    return reply(_group_view(group))


def _group(sandbox: Sandbox, request: web.Request) -> Group:
    wanted = request.match_info["group"]
    group = sandbox.groups.get(wanted)
    if group is None:
        raise Refused(404, "there is no group with this id")
    return group


def _group_view(group: Group) -> dict[str, Any]:
    return asdict(group)


async def list_groups(request: web.Request) -> web.Response:
    return reply({"items": [_group_view(group) for group in sandbox_of(request).groups.values()]})


async def get_account(request: web.Request) -> web.Response:
    """Secrets and tokens are left out."""
    account = sandbox_of(request).account
    return reply(
        {
            "apps": [
                {"id": app.id, "name": app.name, "webhook_url": app.webhook_url} for app in account.apps
            ],
            "wabas": [{"id": waba.id, "name": waba.name} for waba in account.wabas],
            "numbers": [
                {"id": n.id, "display": n.display, "name": n.verified_name, "waba": n.waba_id}
                for n in account.numbers
            ],
        }
    )


async def change_number(request: web.Request) -> web.Response:
    """``PATCH /control/numbers/{id}``: registered, deleted, coexistence, quality, throughput, verified, official …"""
    sandbox, body = sandbox_of(request), await body_of(request)
    number = sandbox.numbers.get(request.match_info["number"])
    settable = {
        "registered",
        "deleted",
        "coexistence",
        "official",
        "quality",
        "throughput",
        "verified",
        "verified_name",
        "pin",
    }
    if number is None or set(body) - settable:
        raise Refused(400, f"name an existing number and any of {', '.join(sorted(settable))}")
    settings.check_values(BusinessNumber, body)
    if body.get("official", "PENDING") not in OBA_SAYS:
        raise Refused(400, f"official must be one of {', '.join(OBA_SAYS)}")
    for name, value in body.items():
        setattr(number, name, value)
    return reply({name: getattr(number, name) for name in sorted(settable)})


async def change_tokens(request: web.Request) -> web.Response:
    """``PATCH /control/tokens {"token"?, "expired"?, "permissions"?, "wabas"?}``: the first unless one is named."""
    sandbox, body = sandbox_of(request), await body_of(request)
    settable = ("expired", "permissions", "wabas")
    settings.check_values(Token, {key: body[key] for key in settable if key in body})
    token = sandbox.tokens.get(text_of(body, "token") or sandbox.account.tokens[0].token)
    if token is None:
        raise Refused(404, "there is no such token")
    token.expired = bool(body.get("expired", token.expired))
    token.permissions = list(body.get("permissions", token.permissions))
    token.wabas = body.get("wabas", token.wabas)
    return reply({"expired": token.expired, "permissions": token.permissions, "wabas": token.wabas})


async def set_webhook(request: web.Request) -> web.Response:
    """``PUT /control/apps/{id} {"webhook_url", "secret"?, "verify_token"?, "fields"?, "name"?}``."""
    sandbox, body = sandbox_of(request), await body_of(request)
    app_id = request.match_info["app"]
    unknown = set(body) - {"webhook_url", "secret", "verify_token", "fields", "name"}
    if unknown:
        raise Refused(400, f"unknown: {', '.join(sorted(unknown))}")
    settings.check_values(App, body)
    if body.get("webhook_url") and not is_web_address(body["webhook_url"]):
        raise Refused(400, "webhook_url must be an http(s) address")
    app = sandbox.apps.get(app_id)
    if app is None:
        app = App(app_id)
        sandbox.account.apps.append(app)
        sandbox.reindex()
    for name, value in body.items():
        setattr(app, name, value)
    return reply({"id": app.id, "webhook_url": app.webhook_url, "fields": app.fields})


async def verify_webhook(request: web.Request) -> web.Response:
    from whatsapp_sandbox.webhooks.outbox import verify_address

    sandbox = sandbox_of(request)
    app = sandbox.apps.get(request.match_info["app"])
    if app is None or not app.webhook_url:
        raise Refused(404, "there is no such app with a webhook address")
    verified = await verify_address(sandbox.outbox.session, app.webhook_url, app.verify_token, new_code())
    return reply({"verified": verified})


async def reset(request: web.Request) -> web.Response:
    """``POST /control/reset {"customers"?: demo|quiet|none}``: forget everything, switches and clock too."""
    sandbox, body = sandbox_of(request), await body_of(request)
    customers = text_of(body, "customers", "none")
    seeds.check_customers(customers)
    sandbox.scheduler.clear()
    sandbox.outbox.clear()
    sandbox.faults.clear()
    sandbox.switches = settings.Switches()
    sandbox.clock.offset, sandbox.clock.frozen_at = 0.0, None
    sandbox.forget()
    seeds.seed(sandbox, customers)
    sandbox.feed.add("reset")
    return reply(stats_of(sandbox))


async def get_media(request: web.Request) -> web.Response:
    sandbox = sandbox_of(request)
    item = sandbox.media.get(request.match_info["media"])
    if item is None or item.deleted:
        raise Refused(404, "there is no media with this id")
    headers = {
        "Content-Type": item.mime_type,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, max-age=3600",
    }
    return web.Response(body=media_store.read_bytes(sandbox, item), headers=headers)


async def events(request: web.Request) -> web.StreamResponse:
    """``Last-Event-ID`` or ``?since=`` catches up."""
    sandbox = sandbox_of(request)
    given = request.headers.get("Last-Event-ID") or request.query.get("since", "")
    since = int(given) if given.isascii() and given.isdigit() and len(given) <= 15 else None
    sequence = since if since is not None and since <= sandbox.feed.last else sandbox.feed.last
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    await response.write(f'retry: 1000\nid: {sequence}\ndata: {{"kind":"hello"}}\n\n'.encode())
    with contextlib.suppress(ConnectionResetError):  # the screen was closed
        await _stream(sandbox, response, sequence)
    return response


async def _stream(sandbox: Sandbox, response: web.StreamResponse, sequence: int) -> None:
    while True:
        if not await sandbox.feed.wait(sequence, 15):
            await response.write(b": still here\n\n")
            continue
        news = sandbox.feed.since(sequence)
        sequence = sandbox.feed.last
        lines = [b"id: %d\ndata: %s\n\n" % (at, orjson.dumps(event)) for at, event in news]
        await response.write(b"".join(lines))
