"""`regulars keys`: under which secret key things lie, and another key for them."""

import click

from regulars.supervision.errors import StartRefused
from regulars.supervision.home import begin_new_key, old_secret_keys, retire_old_keys, secret_key
from regulars.supervision.settings import Settings

from .loading import loaded_django, require_key

RUNNING = (
    "Regulars runs with another key ({count} connections to the database). Stop it on every machine, and call this "
    "again: what it sealed meanwhile could not be opened afterwards."
)
NAMED = (
    "The key comes from REGULARS_SECRET_KEY. Set a new one there, put the one before into REGULARS_OLD_SECRET_KEYS, "
    "start Regulars again on every machine, and call this again."
)


@click.group(invoke_without_command=True)
@click.pass_context
def keys(context: click.Context) -> None:
    """Say under which secret key things lie. `keys rotate` gives the server another one."""
    if context.invoked_subcommand is None:
        with loaded_django() as settings:
            _tell(settings)


@keys.command()
def rotate() -> None:
    """Give the server another secret key, and seal everything anew that lies under the one before.

    Stop Regulars first. Stopped itself, by whatever, this goes on when it is called again; the key before is forgotten
    after the last row.
    """
    with loaded_django() as settings:
        from django.conf import settings as loaded

        _require_alone()
        if not loaded.SECRET_KEY_FALLBACKS:
            _begin(settings)
        lost = _seal_anew()
        _require_alone()
    if lost:
        click.echo(f"{lost} rows lie under a key that this server does not have; they stay as they are.")
    if settings.secret_key:
        click.echo("Nothing lies under a key before any more: REGULARS_OLD_SECRET_KEYS can go.")
        return
    retire_old_keys(settings.home)
    click.echo(f"The key before is forgotten. Keep {settings.home / 'secret_key'} apart from the backups.")


def _begin(settings: Settings) -> None:
    """Files first: whoever begins after it, this command too, knows both keys."""
    from django.conf import settings as loaded

    if settings.secret_key:
        raise StartRefused(NAMED)
    begin_new_key(settings.home)
    loaded.SECRET_KEY = secret_key(settings.home)
    loaded.SECRET_KEY_FALLBACKS = old_secret_keys(settings.home)
    require_key()  # from now on nobody starts who has the key before alone
    click.echo("The server has a new key; the one before is kept until everything is sealed anew.")


def _require_alone() -> None:
    from regulars.kernel.resealing import other_processes

    if count := other_processes():
        raise StartRefused(RUNNING.format(count=count))


def _seal_anew() -> int:
    """How many rows no key opens."""
    from regulars.kernel.resealing import seal_anew

    told, progress = -1, None
    for progress in seal_anew():
        percent = 100 * progress.seen // max(progress.rows, progress.seen)
        if percent != told:
            told = percent
            click.echo(f"{percent:3} %  {progress.seen} rows, {progress.sealed['before']} sealed anew")
    return progress.sealed["lost"] if progress else 0


def _tell(settings: Settings) -> None:
    from django.conf import settings as loaded

    from regulars.kernel.resealing import count_sealed, other_processes

    place = "REGULARS_SECRET_KEY" if settings.secret_key else str(settings.home / "secret_key")
    click.echo(f"Key of now       {loaded.KEY_MARK}, in {place}")
    click.echo(f"Keys before      {len(loaded.SECRET_KEY_FALLBACKS)}")
    found = count_sealed()
    click.echo(f"Rows             {found.rows} that hold something sealed")
    click.echo(f"  under it       {found.sealed['now']}")
    click.echo(f"  under another  {found.sealed['before']}")
    click.echo(f"  cannot be opened {found.sealed['lost']}")
    if count := other_processes():
        click.echo(f"Running          with another key: {count} connections")
    if found.sealed["before"]:
        click.echo("Go on with `regulars keys rotate`.")
