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
from whatsapp_sandbox.control.api import Refused, body_of, reply, sandbox_of
from whatsapp_sandbox.graph import groups
from whatsapp_sandbox.graph.sending.messages import release_held
from whatsapp_sandbox.graph.templates import describe
from whatsapp_sandbox.identifiers import new_code
from whatsapp_sandbox.management import FIELDS, history_value, post_field
from whatsapp_sandbox.model import Group
from whatsapp_sandbox.state import Sandbox
from whatsapp_sandbox.webhooks.envelope import Update, encode

IDLE_LONGEST = 60.0
HISTORY_BYTES = 3_000_000


async def get_switches(request: web.Request) -> web.Response:
    return reply(asdict(sandbox_of(request).switches))


async def change_switches(request: web.Request) -> web.Response:
    """PATCH a part of the switches; a change of tier is announced by webhook."""
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
    return reply({"items": [asdict(fault) for fault in sandbox_of(request).faults]})


async def add_fault(request: web.Request) -> web.Response:
    """``{"kind": error|html|reset|latency|hang, "on", "code", "after", "percent", "remaining", "seconds"}``."""
    fault = faults.make_fault(await body_of(request))
    sandbox_of(request).faults.append(fault)
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
    if "frozen" in body:
        (sandbox.clock.freeze if body["frozen"] else sandbox.clock.thaw)()
    if "offset" in body:
        sandbox.clock.offset = float(body["offset"])
    if "advance" in body:
        sandbox.clock.advance(float(body["advance"]))
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
    webhooks = body.get("webhooks", True)
    end = time.monotonic() + min(float(body.get("seconds", 10)), IDLE_LONGEST)
    while sandbox.scheduler.pending or (webhooks and sandbox.outbox.waiting):
        if time.monotonic() > end:
            return reply({"idle": False} | stats_of(sandbox), 504)
        await asyncio.sleep(0.005)
    return reply({"idle": True} | stats_of(sandbox))


async def list_received(request: web.Request) -> web.Response:
    """``?callback=&since=``: what phones really received, newest last: id, wa_id, biz_opaque_callback_data."""
    sandbox, callback = sandbox_of(request), request.query.get("callback")
    found = [entry for entry in sandbox.recent if callback is None or entry[2] == callback]
    limit = int(request.query.get("limit", 10_000))
    items = [{"id": key, "to": to, "biz_opaque_callback_data": data} for key, to, data in found[-limit:]]
    return reply({"items": items, "total": len(found)})


async def post_raw(request: web.Request) -> web.Response:
    """``{"body"}`` (a whole body), ``{"raw"}`` (text posted as it is), or ``{"field", "value"}``."""
    sandbox, body = sandbox_of(request), await body_of(request)
    waba_id = str(body.get("waba") or sandbox.account.wabas[0].id)
    number_id = str(body.get("number") or sandbox.account.numbers[0].id)
    if "raw" in body:
        update = Update(
            waba_id, "messages", {}, number_id, raw=str(body["raw"]).encode("utf-8", "surrogatepass")
        )
    elif "body" in body:
        update = Update(waba_id, "messages", {}, number_id, raw=encode(body["body"]))
    elif "field" in body and isinstance(body.get("value"), (dict, list)):
        update = Update(waba_id, str(body["field"]), body["value"], number_id, body.get("time"))
    else:
        raise Refused(400, "give body (a whole webhook body), raw (text), or field and value")
    for _ in range(max(1, min(int(body.get("count", 1)), 10_000))):
        sandbox.outbox.add(update)
    return reply({"queued": True}, 201)


async def list_fields(request: web.Request) -> web.Response:
    return reply({"items": sorted(FIELDS)})


async def post_management(request: web.Request) -> web.Response:
    """``POST /control/fields/{field} {number?, …changes}``: a sample with the changes laid over it."""
    sandbox, body = sandbox_of(request), await body_of(request)
    number_id = str(body.pop("number", "") or sandbox.account.numbers[0].id)
    return reply(post_field(sandbox, request.match_info["field"], number_id, body), 201)


async def post_history(request: web.Request) -> web.Response:
    """``POST /control/history {number?, messages?, bytes?}``: a chunk of about that many bytes (3 MB by default)."""
    sandbox, body = sandbox_of(request), await body_of(request)
    number_id = str(body.get("number") or sandbox.account.numbers[0].id)
    size = min(int(body.get("bytes", HISTORY_BYTES)), HISTORY_BYTES)
    number = sandbox.numbers[number_id]
    text = "x" * 300
    one = len(encode(history_value(number, 0, messages=2, text=text))) - len(
        encode(history_value(number, 0, messages=1, text=text))
    )
    messages = int(body.get("messages") or max(1, (size - 4_000) // (one + 8)))
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
    category = str(body.get("category", "MARKETING"))
    actions: dict[str, Any] = {
        "approve": lambda: template_life.approve(sandbox, template),
        "reject": lambda: template_life.reject(sandbox, template, str(body.get("reason", "INVALID_FORMAT"))),
        "recategorize": lambda: template_life.recategorize(sandbox, template, category),
        "announce_category": lambda: template_life.announce_category(sandbox, template, category),
        "quality": lambda: template_life.set_quality(sandbox, template, str(body.get("score", "RED"))),
        "pause": lambda: template_life.pause(sandbox, template),
        "unpause": lambda: template_life.unpause(sandbox, template),
        "disable": lambda: template_life.disable(sandbox, template),
        "event": lambda: template_life.announce(sandbox, template, str(body.get("event", "FLAGGED"))),
    }
    action = actions.get(str(body.get("do")))
    if action is None:
        raise Refused(400, f"do must be one of {', '.join(actions)}")
    action()
    return reply(describe(template))


async def change_held(request: web.Request) -> web.Response:
    """``POST /control/held {"drop": bool}``: release or drop the messages held for quality assessment."""
    body = await body_of(request)
    return reply({"messages": release_held(sandbox_of(request), drop=bool(body.get("drop")))})


async def change_group(request: web.Request) -> web.Response:
    """``POST /control/groups/{id} {"do": join|leave|write|suspend|clear, "customer", "message"}``."""
    from whatsapp_sandbox.inbound import write

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
        write(sandbox, customer, group.number_id, dict(body.get("message") or {}), group.id)
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
    """Numbers, accounts and where webhooks go; secrets and tokens are left out."""
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
    """``PATCH /control/numbers/{id}``: registered, deleted, coexistence, quality, throughput, verified."""
    sandbox, body = sandbox_of(request), await body_of(request)
    number = sandbox.numbers.get(request.match_info["number"])
    settable = {
        "registered",
        "deleted",
        "coexistence",
        "quality",
        "throughput",
        "verified",
        "verified_name",
        "pin",
    }
    if number is None or set(body) - settable:
        raise Refused(400, f"name an existing number and any of {', '.join(sorted(settable))}")
    for name, value in body.items():
        setattr(number, name, value)
    return reply({name: getattr(number, name) for name in sorted(settable)})


async def change_tokens(request: web.Request) -> web.Response:
    """``PATCH /control/tokens {"token"?, "expired"?, "permissions"?}``: the first token unless one is named."""
    sandbox, body = sandbox_of(request), await body_of(request)
    token = sandbox.tokens.get(str(body.get("token") or sandbox.account.tokens[0].token))
    if token is None:
        raise Refused(404, "there is no such token")
    token.expired = bool(body.get("expired", token.expired))
    token.permissions = list(body.get("permissions", token.permissions))
    return reply({"expired": token.expired, "permissions": token.permissions})


async def set_webhook(request: web.Request) -> web.Response:
    """``PUT /control/apps/{id} {"webhook_url", "secret"?, "verify_token"?, "fields"?, "name"?}``."""
    from whatsapp_sandbox.account import App

    sandbox, body = sandbox_of(request), await body_of(request)
    app_id = request.match_info["app"]
    unknown = set(body) - {"webhook_url", "secret", "verify_token", "fields", "name"}
    if unknown:
        raise Refused(400, f"unknown: {', '.join(sorted(unknown))}")
    app = sandbox.apps.get(app_id)
    if app is None:
        app = App(app_id)
        sandbox.account.apps.append(app)
        sandbox.reindex()
    for name, value in body.items():
        setattr(app, name, value)
    return reply({"id": app.id, "webhook_url": app.webhook_url, "fields": app.fields})


async def verify_webhook(request: web.Request) -> web.Response:
    """``POST /control/apps/{id}/verify``: do the handshake with the app's address."""
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
    sandbox.scheduler.clear()
    sandbox.outbox.clear()
    sandbox.faults.clear()
    sandbox.switches = settings.Switches()
    sandbox.clock.offset, sandbox.clock.frozen_at = 0.0, None
    sandbox.forget()
    seeds.seed(sandbox, str(body.get("customers", "none")))
    sandbox.feed.add("reset")
    return reply(stats_of(sandbox))


async def get_media(request: web.Request) -> web.Response:
    """The bytes of media for screens of this machine; never shown as a page."""
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
    """Server-sent events of everything that happens; ``Last-Event-ID`` or ``?since=`` catches up."""
    sandbox = sandbox_of(request)
    given = request.headers.get("Last-Event-ID") or request.query.get("since", "")
    sequence = int(given) if given.isdigit() and int(given) <= sandbox.feed.last else sandbox.feed.last
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
