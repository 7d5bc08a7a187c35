"""The `regulars` command: one file per subcommand. Django is loaded inside the commands that need it."""

import importlib
import sys
from collections.abc import Sequence
from typing import cast

import click

from regulars.supervision import interpreter
from regulars.supervision.errors import StartRefused
from regulars.supervision.home import is_text

# The name on the command line, and the module here that holds the command of the same name.
COMMANDS = {
    "adopt-key": "adopt_key",
    "adopt-media": "adopt_media",
    "audit": "audit",
    "bench": "bench",
    "create-owner": "create_owner",
    "demo-seed": "demo_seed",
    "doctor": "doctor",
    "ingest": "ingest",
    "keys": "keys",
    "migrate": "migrate",
    "ready-facts": "ready_facts",
    "replay": "replay",
    "reset-second-factor": "reset_second_factor",
    "sandbox": "sandbox",
    "seed": "seed",
    "serve": "serve",
    "token": "token",
}


class LazyCommands(click.Group):
    """Loads only the module of the command that is run: the supervisor has to stay small."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"{__name__}.{COMMANDS[cmd_name]}")
        return cast("click.Command", getattr(module, COMMANDS[cmd_name]))


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="regulars")
def regulars() -> None:
    """A shared WhatsApp inbox on your own machine."""


def main() -> None:
    """A refusal becomes one sentence on standard error and exit code 1."""
    interpreter.go_on_with_copy()
    try:
        _require_text(sys.argv[1:])
        regulars(prog_name="regulars")
    except StartRefused as refusal:
        click.echo(f"regulars: {refusal}", err=True)
        sys.exit(1)


def _require_text(arguments: Sequence[str]) -> None:
    for word in arguments:
        if not is_text(word):
            raise StartRefused(
                f"{word!r} has bytes that are not UTF-8; the command line must be text in UTF-8."
            )
