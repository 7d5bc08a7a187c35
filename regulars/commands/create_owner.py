"""`regulars create-owner`: a workspace and its first member."""

import json
import secrets
import sys
import zoneinfo

import click

from .loading import loaded_django, refusals_in_words

FROM_INPUT = "-"


def _time_zone(_context: click.Context, _option: click.Parameter, given: str) -> str:
    if given not in zoneinfo.available_timezones():
        raise click.BadParameter(f"{given!r} is no time zone; it must be one like Asia/Seoul, or UTC.")
    return given


@click.command()
@click.option("--workspace", required=True, prompt=True, help="The name of the business.")
@click.option("--email", required=True, prompt=True, help="What the owner signs in with.")
@click.option("--name", default="", help="The owner's name as teammates see it; else the part before the @.")
@click.option(
    "--password",
    envvar="REGULARS_OWNER_PASSWORD",
    help="At least 10 characters; else one is made. A command line is shown to everybody on the machine: "
    "give - to be asked (or to pipe it in), or set REGULARS_OWNER_PASSWORD.",
)
@click.option("--language", type=click.Choice(["en", "ko", "ru", "th"]), default="en", show_default=True)
@click.option("--time-zone", default="UTC", show_default=True, callback=_time_zone, help="Like Asia/Seoul.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create_owner(
    workspace: str, email: str, name: str, password: str | None, language: str, time_zone: str, as_json: bool
) -> None:
    """Make a workspace and its owner, who then invites everybody else."""
    if password == FROM_INPUT:
        password = _from_input()
    with loaded_django(), refusals_in_words():
        from regulars.workspaces.operations import create_owner as make_owner
        from regulars.workspaces.operations import find_account

        known = find_account(email)
        chosen = password or (None if known else secrets.token_urlsafe(12))
        member = make_owner(workspace, email, chosen, name or email.partition("@")[0], language, time_zone)
        made = {"workspace": member.workspace.slug, "member": str(member.id), "email": email}
    if chosen and not password:
        made["password"] = chosen
    if as_json:
        click.echo(json.dumps(made, ensure_ascii=False))
        return
    click.echo(f"The workspace {workspace} is there, and {email} owns it.")
    if known:
        click.echo(f"{email} had an account already and signs in with its password.")
    elif not password:
        click.echo(f"Password (shown once): {chosen}")


def _from_input() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise click.ClickException("--password is -, and standard input holds no password in its first line.")
    return given
