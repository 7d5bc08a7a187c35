"""The HTTP server: Graph API, media host, control API and pages on one port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from whatsapp_sandbox import seeds, snapshot
from whatsapp_sandbox.account import Account
from whatsapp_sandbox.control import customers as people
from whatsapp_sandbox.control import world
from whatsapp_sandbox.control.api import SANDBOX, guarded, sandbox_of
from whatsapp_sandbox.graph import flows, media, payments, router
from whatsapp_sandbox.mail import MAILS, Mails, list_mails
from whatsapp_sandbox.phone import pages
from whatsapp_sandbox.pictures import AD_PICTURES, sample
from whatsapp_sandbox.settings import SettingError, Switches
from whatsapp_sandbox.state import Sandbox
from whatsapp_sandbox.webhooks.outbox import Outbox

BODY_LARGEST = 110 * 1024 * 1024
CONTROL = (
    ("GET", "customers", people.list_customers),
    ("POST", "customers", people.create_customer),
    ("GET", "customers/{customer}", people.get_customer),
    ("PATCH", "customers/{customer}", people.change_customer),
    ("GET", "customers/{customer}/messages", people.list_messages),
    ("POST", "customers/{customer}/messages", people.write),
    ("POST", "customers/{customer}/read", people.read_all),
    ("POST", "customers/{customer}/number", people.change_number),
    ("POST", "customers/{customer}/share-number", people.share_number),
    ("POST", "customers/{customer}/marketing", people.set_marketing),
    ("POST", "customers/{customer}/window", people.set_window),
    ("POST", "customers/{customer}/calls", people.call_business),
    ("GET", "messages/{message}", people.get_message),
    ("POST", "messages/{message}/tap", people.tap),
    ("POST", "messages/{message}/flow", people.visit_flow),
    ("POST", "messages/{message}/pay", people.pay),
    ("POST", "messages/{message}/status", people.set_status),
    ("POST", "burst", people.burst),
    ("GET", "received", world.list_received),
    ("GET", "switches", world.get_switches),
    ("PATCH", "switches", world.change_switches),
    ("GET", "faults", world.get_faults),
    ("POST", "faults", world.add_fault),
    ("DELETE", "faults", world.clear_faults),
    ("GET", "clock", world.get_clock),
    ("POST", "clock", world.move_clock),
    ("GET", "stats", world.get_stats),
    ("POST", "idle", world.wait_idle),
    ("POST", "webhooks", world.post_raw),
    ("GET", "fields", world.list_fields),
    ("POST", "fields/{field}", world.post_management),
    ("POST", "history", world.post_history),
    ("GET", "templates", world.list_templates),
    ("POST", "templates/{template}", world.change_template),
    ("POST", "held", world.change_held),
    ("GET", "groups", world.list_groups),
    ("POST", "groups/{group:.+}", world.change_group),
    ("GET", "account", world.get_account),
    ("PATCH", "numbers/{number}", world.change_number),
    ("PATCH", "tokens", world.change_tokens),
    ("PUT", "apps/{app}", world.set_webhook),
    ("POST", "apps/{app}/verify", world.verify_webhook),
    ("POST", "reset", world.reset),
    ("GET", "media/{media}", world.get_media),
    ("GET", "mails", list_mails),
    ("GET", "events", world.events),
)


def make_app(
    account: Account | None = None,
    switches: Switches | None = None,
    *,
    customers: str = "none",
    state_dir: Path | None = None,
) -> web.Application:
    """An aiohttp application with a sandbox in it; ``app[SANDBOX]`` is the sandbox."""
    app = web.Application(client_max_size=BODY_LARGEST)
    sandbox = Sandbox(account, switches, state_dir)
    app[SANDBOX] = sandbox
    app[MAILS] = Mails(sandbox.now)

    async def life(app: web.Application) -> AsyncIterator[None]:
        sandbox.outbox = Outbox(sandbox)
        if snapshot.load(sandbox):
            _continue(sandbox, customers)
        else:
            seeds.seed(sandbox, customers)
        snapshot.keep_saving(sandbox)
        yield
        snapshot.save(sandbox)
        sandbox.scheduler.clear()
        await sandbox.outbox.close()
        sandbox.close()

    app.cleanup_ctx.append(life)
    for method, path, handler in CONTROL:
        app.router.add_route(method, f"/control/{path}", guarded(handler))
    pages.add_routes(app)
    app.router.add_get(media.BYTES_PATH, _media_bytes)
    app.router.add_get(AD_PICTURES + "{name}", _ad_picture)
    app.router.add_get(flows.ASSET_PATH + "{flow}", _flow_json)
    app.router.add_get(payments.OAUTH_PATH + "{code}", _payment_oauth)
    app.router.add_get("/healthz", _healthy)
    app.router.add_route("*", "/{path:.*}", _graph)
    return app


def _continue(sandbox: Sandbox, customers: str) -> None:
    from whatsapp_sandbox.customers.player import start

    if customers != "none":
        start(sandbox, speaks_first=customers == "demo", again=True)


async def _graph(request: web.Request) -> web.StreamResponse:
    return await router.answer(sandbox_of(request), request)


async def _media_bytes(request: web.Request) -> web.StreamResponse:
    return await media.get_bytes(sandbox_of(request), request)


async def _ad_picture(request: web.Request) -> web.Response:
    try:
        mime_type, data = sample("image", request.match_info["name"])
    except SettingError:
        return web.Response(status=404, text="No such picture")
    return web.Response(body=data, headers={"Content-Type": mime_type})


async def _flow_json(request: web.Request) -> web.StreamResponse:
    return await flows.asset_bytes(sandbox_of(request), request.match_info["flow"])


async def _payment_oauth(request: web.Request) -> web.Response:
    return await payments.connect(sandbox_of(request), request.match_info["code"])


async def _healthy(request: web.Request) -> web.Response:
    return web.Response(text="ok")
