"""`regulars sandbox`: the WhatsApp Cloud API stand-in, without the product."""

import os
import sys

import click


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def sandbox(options: tuple[str, ...]) -> None:
    """Run a WhatsApp Cloud API stand-in with a simulated phone; its --help lists the options."""
    command = [sys.executable, "-m", "whatsapp_sandbox", *options]
    os.execv(command[0], command)  # noqa: S606 (the sandbox takes our place: signals reach it)
