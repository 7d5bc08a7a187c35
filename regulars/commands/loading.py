"""Loads Django inside a command: settings checked, a database that answers, then `django.setup()`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from regulars.supervision import cluster, dropping, postgres
from regulars.supervision.accounts import acting_as, forget_root
from regulars.supervision.errors import StartRefused
from regulars.supervision.home import known_old_keys, make_home, secret_key
from regulars.supervision.settings import Settings, read_settings

OLDEST_POSTGRES = 15


@contextmanager
def loaded_django(*, makes_database: bool = False, belongs_to_us: bool = True) -> Iterator[Settings]:
    """Django with the database of this home: DATABASE_URL, or the private PostgreSQL, started if need be.

    Inside the block rooms may be imported, and their tables are there. Raises StartRefused, in one sentence, on wrong
    settings, where there is no database, where it is not ours or not up to date. ``makes_database`` and, turned off,
    ``belongs_to_us``: the command is there to change just that.
    """
    settings = read_settings(os.environ)
    dropping.become_owner(settings.home)
    forget_root()
    if not makes_database:
        _require_home(settings)
    if _uses_home(settings):
        make_home(settings.home)
    account = dropping.prepare(settings.home).account
    if account is not None:
        os.environ["HOME"] = str(settings.home)  # as for web and worker: libpq must be able to look into it
    running = None if settings.database_url else postgres.start(settings.home)
    try:
        _set_environment(settings, running.url if running else settings.database_url)
        import django

        django.setup()
        require_database()
        with rights_in_words():
            if not makes_database:
                require_tables()
            if belongs_to_us and not makes_database:
                require_key()
            # what a command of root's leaves in the home has to be readable for web and worker
            with acting_as(account):
                yield settings
    finally:
        if running is not None:
            _close_connections()
            running.stop()


def _uses_home(settings: Settings) -> bool:
    """What `serve` starts as another account gets database and key from it, and may only pass through the home."""
    return not (settings.home.is_dir() and settings.database_url and settings.secret_key)


def _require_home(settings: Settings) -> None:
    """A mistyped home would be a new and empty one."""
    if settings.database_url is None and cluster.find(settings.home) is None:
        raise StartRefused(
            f"There is no Regulars in {settings.home}. Set REGULARS_HOME to the directory where it is, or make a new "
            "one there with `regulars serve` (or `regulars migrate`)."
        )


def require_database() -> None:
    """Raises StartRefused unless it answers, is new enough and speaks UTF-8. Needs Django."""
    from django.db import DatabaseError, connection

    try:
        connection.ensure_connection()
    except DatabaseError as error:
        raise StartRefused(_in_words(str(error))) from error
    info = connection.connection.info
    wanted, found = "UTF8", info.parameter_status("server_encoding")
    name = connection.settings_dict["NAME"]
    if found != wanted:
        raise StartRefused(
            f"The database {name} is encoded in {found}; it must be {wanted}, or names and messages in most languages "
            f"cannot be stored. Make it anew: createdb --encoding=UTF8 --template=template0 {name}"
        )
    if info.server_version < OLDEST_POSTGRES * 10_000:
        raise StartRefused(
            f"The database server is PostgreSQL {info.server_version // 10_000}; "
            f"it must be {OLDEST_POSTGRES} or newer."
        )


def _in_words(said: str) -> str:
    """What libpq says about a connection that cannot be made, with what would be right. It never repeats a password."""
    for sign, sentence in (
        (
            "password authentication failed",
            "DATABASE_URL names a user and password that the database does not accept.",
        ),
        ("no password supplied", "DATABASE_URL needs a password: postgresql://user:password@host:5432/name."),
        (
            "does not exist",
            "DATABASE_URL names a database or user that does not exist; make it with createdb first.",
        ),
        ("could not translate host name", "DATABASE_URL names a host that nobody knows."),
        ("failed to resolve host", "DATABASE_URL names a host that nobody knows."),
    ):
        if sign in said:
            return f"{sentence} ({_reason(said)})"
    return f"The database cannot be reached: is it running, and is DATABASE_URL right? ({_reason(said)})"


def _reason(said: str) -> str:
    """The part of libpq's words behind the address; the lines that follow guess at the cause."""
    first = next((line.strip() for line in said.splitlines() if line.strip()), "no reason given")
    return first.rpartition("failed: ")[2]


@contextmanager
def rights_in_words() -> Iterator[None]:
    """What the database does not let its role do becomes a StartRefused. Needs Django."""
    from django.db import DatabaseError, connection
    from django.db.migrations.exceptions import MigrationSchemaMissing
    from psycopg import errors

    try:
        yield
    except (DatabaseError, MigrationSchemaMissing) as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, errors.Error):
            cause = cause.__cause__ or cause.__context__
        name, role = connection.settings_dict["NAME"], connection.settings_dict["USER"]
        if isinstance(cause, errors.InsufficientPrivilege):
            said = (
                f"The database role {role} may not do in the database {name} what Regulars needs. Make it the owner: "
                f'ALTER DATABASE "{name}" OWNER TO "{role}"; GRANT CREATE, USAGE ON SCHEMA public TO "{role}".'
            )
        elif isinstance(cause, errors.InvalidSchemaName):
            said = f"The database role {role} has no schema in its search_path to make tables in; it must be public."
        elif isinstance(cause, errors.ReadOnlySqlTransaction):
            said = f"The database {name} can only be read, and Regulars has to write; is it a standby?"
        elif isinstance(cause, errors.DiskFull):
            said = "The database has no room left on its disk. Make room and try again."
        else:
            raise
        raise StartRefused(f"{said} ({_reason(str(cause))})") from error


def require_tables() -> None:
    """Raises StartRefused unless every table of this version is there. Needs Django."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise StartRefused(
            "The database is not up to date with this version: run `regulars migrate` "
            "(`regulars serve` does it by itself)."
        )


def require_key() -> None:
    """Raises StartRefused unless the database belongs to this server's secret key. Needs Django and the tables."""
    from regulars.kernel.server_key import OtherKey, require_own_key

    try:
        require_own_key()
    except OtherKey as refusal:
        raise StartRefused(str(refusal)) from refusal


def require_media_place() -> None:
    """Raises StartRefused unless the directory is the one that the database knows. Needs Django and the tables."""
    from regulars.media.place import OtherPlace, require_own_place

    try:
        require_own_place()
    except OtherPlace as refusal:
        raise StartRefused(str(refusal)) from refusal


def _set_environment(settings: Settings, database_url: str | None) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["REGULARS_HOME"] = str(settings.home)
    os.environ["DATABASE_URL"] = database_url or ""
    os.environ["REGULARS_OLD_SECRET_KEYS"] = known_old_keys(settings.home, settings.secret_key)
    os.environ["REGULARS_SECRET_KEY"] = settings.secret_key or secret_key(settings.home)


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()


@contextmanager
def refusals_in_words() -> Iterator[None]:
    """Inside loaded_django(): what an operation refuses becomes one sentence and exit code 1."""
    from regulars.kernel.errors import ProductError

    try:
        yield
    except ProductError as error:
        fields = error.facts.get("fields")
        right = fields.items() if isinstance(fields, dict) else ()
        wanted = "; ".join(f"{name}: {hint}" for name, hint in right if hint)
        raise click.ClickException(f"{error}{f' ({wanted})' if wanted else ''}") from error
