"""The command line: ``python -m whatsapp_sandbox --port 8700``."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
from collections.abc import Callable
from pathlib import Path

import click
import orjson
from aiohttp import web

from whatsapp_sandbox.account import Account, aim, read_config
from whatsapp_sandbox.control.api import SANDBOX
from whatsapp_sandbox.logs import start_logging
from whatsapp_sandbox.mail import MAILS
from whatsapp_sandbox.server import make_app
from whatsapp_sandbox.settings import SettingError, Switches

VARIABLES = "WHATSAPP_SANDBOX_"
"""how the environment's names of the secrets begin: a command line is shown to everybody on the machine"""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=8_700, show_default=True, help="0 picks a free one."
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The sandbox has no sign-in: keep it local."
)
@click.option("--allow-host", multiple=True, help="Another name under which the control API answers.")
@click.option("--webhook-url", help="Where the first app's webhooks go.")
@click.option(
    "--verify-token", envvar=f"{VARIABLES}VERIFY_TOKEN", help="What the handshake sends as hub.verify_token."
)
@click.option("--app-secret", envvar=f"{VARIABLES}APP_SECRET", help="The key of X-Hub-Signature-256.")
@click.option(
    "--access-token",
    envvar=f"{VARIABLES}ACCESS_TOKEN",
    help="The token that is accepted (default: sandbox-token).",
)
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Account and switches as JSON."
)
@click.option(
    "--state", type=click.Path(path_type=Path, file_okay=False), help="Remember across restarts here."
)
@click.option("--mail-port", type=click.IntRange(1, 65_535), help="Catch mail here, and show it under /mail.")
@click.option("--customers", type=click.Choice(["demo", "quiet", "none"]), default="none", show_default=True)
@click.option(
    "--ready-file", type=click.Path(path_type=Path, dir_okay=False), help="Written once everything answers."
)
@click.option(
    "--log",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How lines are logged.",
)
def main(
    port: int,
    host: str,
    allow_host: tuple[str, ...],
    webhook_url: str | None,
    verify_token: str | None,
    app_secret: str | None,
    access_token: str | None,
    config: Path | None,
    state: Path | None,
    mail_port: int | None,
    customers: str,
    ready_file: Path | None,
    log: str,
) -> None:
    """A stand-in for the WhatsApp Cloud API with simulated phones."""
    start_logging(log)
    try:
        account, switches = read_config(config)
    except SettingError as error:
        raise click.ClickException(str(error)) from error
    aim(account, url=webhook_url, verify_token=verify_token, secret=app_secret)
    if access_token:
        account.tokens[0].token = access_token
    if state is not None:
        try:
            state.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise click.BadParameter(
                f"{state} cannot be made a directory: {error.strerror or error}", param_hint="--state"
            ) from error
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(
                _serve(
                    account, switches, (host, *allow_host), (port, mail_port), customers, state, ready_file
                )
            )
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror or error}") from error


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Uvloop where it is installed: about twice the requests per second."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(
    account: Account,
    switches: Switches,
    hosts: tuple[str, ...],
    ports: tuple[int, int | None],
    customers: str,
    state: Path | None,
    ready_file: Path | None,
) -> None:
    """``hosts``: where to listen, and further names for the control API; ``ports``: of pages, and of mail if any."""
    host, (port, mail_port) = hosts[0], ports
    app = make_app(account, switches, customers=customers, state_dir=state)
    app[SANDBOX].hosts = {name.lower().rstrip(".") for name in hosts}
    runner = web.AppRunner(
        app, access_log=None, handle_signals=False, keepalive_timeout=75, shutdown_timeout=1
    )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, backlog=1_024)
        await site.start()
        if mail_port is not None:
            await asyncio.get_running_loop().create_server(app[MAILS].protocol, host, mail_port)
        url = _announce(app, runner, host, ready_file)
        click.echo(f"WhatsApp sandbox on {url}  phones: {url}/phones  graph: {url}/v26.0")
        gc.collect()
        gc.freeze()
        await stop.wait()
    finally:
        await runner.cleanup()
        if ready_file is not None:
            _take_away(ready_file)


def _announce(app: web.Application, runner: web.AppRunner, host: str, ready_file: Path | None) -> str:
    port = runner.addresses[0][1]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    url = f"http://{shown}:{port}"
    app[SANDBOX].base_url = url
    if ready_file is not None:
        about = {
            "url": url,
            "graph_url": url,
            "control_url": f"{url}/control",
            "phones_url": f"{url}/phones",
            "mail_url": f"{url}/mail",
            "pid": os.getpid(),
        }
        temporary = ready_file.with_name(f"{ready_file.name}.tmp")
        temporary.write_bytes(orjson.dumps(about))
        temporary.replace(ready_file)
    return url


def _take_away(ready_file: Path) -> None:
    with contextlib.suppress(OSError):
        ready_file.unlink()
