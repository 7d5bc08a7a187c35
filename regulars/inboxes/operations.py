"""Write verbs of connections and inboxes: connecting, adding numbers, noting what the platform told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.inboxes.events import (
    ConnectionAdded,
    CredentialsReplaced,
    InboxAdded,
    InboxPaused,
    InboxQualityChanged,
    InboxRenamed,
    InboxStaffed,
    InboxUnpaused,
    NoticeReceived,
    PortfolioChanged,
)
from regulars.inboxes.models import Connection, Inbox, sealed_fields
from regulars.kernel.crypto import Undecryptable
from regulars.kernel.errors import Invalid
from regulars.kernel.events import Event, record, record_all
from regulars.kernel.ids import new_id, new_secret
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Team
from regulars.workspaces.operations import audit
from regulars.workspaces.teams import hold_teams, ids_of

CREDENTIALS_LOST = "Stored under a secret key that is lost: enter access token and app secret again."
SECRETS_KEPT = 3
"""app secrets that are accepted at a time while they rotate"""
PROBLEM_FIELDS = ("problem", "problem_code", "problem_since", "probe_at", "probe_count")

LONGEST_PORTFOLIO = 64


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the platform gave us for an account. ``app_secrets``: newest first."""

    account_id: str
    access_token: str
    app_secrets: tuple[str, ...]
    app_id: str = ""
    verify_token: str = ""
    portfolio: str = ""


@transaction.atomic
def add_connection(
    workspace_id: UUID, channel: str, name: str, credentials: Credentials, *, by: Actor
) -> Connection:
    """Its webhook address contains a fresh unguessable key."""
    by.require("connections:manage")
    missing = {
        field_name: _("must not be empty")
        for field_name, value in (
            ("account_id", credentials.account_id),
            ("access_token", credentials.access_token),
            ("app_secrets", "".join(credentials.app_secrets)),
        )
        if not value.strip()
    }
    if missing:
        raise Invalid(_("Some credentials are missing"), fields=missing)
    _check_words(credentials.account_id, credentials.access_token, *credentials.app_secrets)
    connection_row = Connection(
        workspace_id=workspace_id,
        channel=channel,
        name=name.strip() or channel,
        account_id=credentials.account_id.strip(),
        app_id=credentials.app_id.strip(),
        portfolio=_read_portfolio(credentials.portfolio),
        verify_token=credentials.verify_token.strip() or new_secret(18),
        app_secrets="\n".join(secret.strip() for secret in credentials.app_secrets if secret.strip()),
        access_token=credentials.access_token.strip(),
    )
    connection_row.save()
    record(ConnectionAdded(workspace_id, connection_row.id, by.doer))
    audit(by, "connections:add", "connection", str(connection_row.id), channel=channel)
    return connection_row


def _check_words(*values: str) -> None:
    """What goes into addresses and heads of requests: nothing that would break them."""
    for value in map(str.strip, values):
        if not (value.isascii() and value.isprintable()) or " " in value:
            raise Invalid(_("Credentials are one word of letters, digits and signs, without spaces"))


@transaction.atomic
def replace_credentials(
    connection_row: Connection,
    *,
    by: Actor,
    access_token: str = "",
    app_secret: str = "",
    ends_older: bool = False,
) -> None:
    """Put in a new token, or add a new app secret in front of the old ones, valid while they rotate.

    ``ends_older``: only the newest app secret is accepted from now on.
    """
    by.require("connections:manage")
    _check_words(access_token, app_secret)
    connection_row.refresh_from_db(from_queryset=Connection.objects.select_for_update())
    if access_token.strip():
        connection_row.access_token = access_token.strip()
        _start_anew(connection_row)
    secrets = connection_row.secrets
    if app_secret.strip():
        secrets = [app_secret.strip(), *(secret for secret in secrets if secret != app_secret.strip())]
    connection_row.app_secrets = "\n".join(secrets[: 1 if ends_older else SECRETS_KEPT])
    connection_row.save(update_fields=["access_token", "app_secrets", *PROBLEM_FIELDS])
    has_new_token = bool(access_token.strip())
    record(CredentialsReplaced(connection_row.workspace_id, connection_row.id, has_new_token, by.doer))
    audit(by, "connections:replace_credentials", "connection", str(connection_row.id), ends_older=ends_older)


@transaction.atomic
def change_portfolio(connection_row: Connection, portfolio: str, *, by: Actor) -> str | None:
    """Say which business of the provider's owns the account; returns the one before, None when nothing changed.

    Call ``conversations.operations.portfolios.set_portfolio``: it also sees to people's ids.
    """
    by.require("connections:manage")
    wanted = _read_portfolio(portfolio)
    connection_row.refresh_from_db(from_queryset=Connection.objects.select_for_update())
    previous = connection_row.portfolio
    if previous == wanted:
        return None
    connection_row.portfolio, connection_row.messaging_limit = wanted, ""
    connection_row.save(update_fields=["portfolio", "messaging_limit"])
    record(PortfolioChanged(connection_row.workspace_id, connection_row.id, previous, wanted, by.doer))
    audit(by, "connections:set_portfolio", "connection", str(connection_row.id), portfolio=wanted)
    return previous


def _read_portfolio(written: str) -> str:
    portfolio = written.strip()
    if len(portfolio) > LONGEST_PORTFOLIO or not (
        (portfolio.isalnum() and portfolio.isascii()) or not portfolio
    ):
        raise Invalid(
            _("This is not a portfolio's id"),
            fields={"portfolio": f"letters and digits, at most {LONGEST_PORTFOLIO}, or nothing"},
        )
    return portfolio


@transaction.atomic
def add_inbox(
    connection_row: Connection, name: str, address: str, display_address: str = "", *, by: Actor
) -> Inbox:
    """Deliveries that named it before can be replayed."""
    by.require("inboxes:manage")
    if not address.strip().isascii() or not address.strip():
        raise Invalid(
            _("The number's id at the platform is missing"), fields={"address": "phone_number_id, digits"}
        )
    if Inbox.objects.filter(connection=connection_row, address=address.strip()).exists():
        raise Invalid(
            _("This number is connected already"), fields={"address": "a number that is not connected yet"}
        )
    inbox = Inbox.objects.create(
        workspace_id=connection_row.workspace_id,
        connection=connection_row,
        name=name.strip() or display_address or address,
        address=address.strip(),
        display_address=display_address.strip(),
    )
    record(InboxAdded(inbox.workspace_id, inbox.id, by.doer))
    audit(by, "inboxes:add", "inbox", str(inbox.id))
    return inbox


@transaction.atomic
def change_inbox(
    inbox: Inbox,
    *,
    by: Actor,
    name: str | None = None,
    teams: Sequence[Team] | None = None,
    paused_reason: str | None = None,
) -> None:
    """Rename a number, staff it with exactly these teams (none: everybody), or stop it (empty reason: it sends).

    What a paused number is asked to send is refused with the reason; what is queued already ends so, too.
    """
    by.require("inboxes:manage")
    if name is not None and not name.strip():
        raise Invalid(_("Give the number a name"), fields={"name": "1 to 80 characters"})
    if teams is not None and not hold_teams(inbox.workspace_id, teams):
        raise Invalid(_("There is no such team"), fields={"teams": "teams of this workspace"})
    before = Inbox.objects.select_for_update(no_key=True).get(id=inbox.id)  # one after the other
    if name is not None:
        inbox.name = name.strip()
        inbox.save(update_fields=["name"])
        if inbox.name != before.name:
            record(InboxRenamed(inbox.workspace_id, inbox.id, before.name, inbox.name, by.doer))
    if paused_reason is not None:
        inbox.paused_reason = paused_reason.strip()
        inbox.save(update_fields=["paused_reason"])
        if inbox.paused_reason != before.paused_reason:
            record(_pause_of(inbox, by))
    if teams is not None:
        staffed, wanted = ids_of(before.teams.all()), ids_of(teams)
        inbox.teams.set(teams)
        if staffed != wanted:
            record(InboxStaffed(inbox.workspace_id, inbox.id, staffed, wanted, by.doer))
    audit(by, "inboxes:change", "inbox", str(inbox.id))


def _pause_of(inbox: Inbox, by: Actor) -> Event:
    if inbox.paused_reason:
        return InboxPaused(inbox.workspace_id, inbox.id, inbox.paused_reason, by.doer)
    return InboxUnpaused(inbox.workspace_id, inbox.id, by.doer)


@transaction.atomic
def note_qualities(connection_row: Connection, told: Mapping[str, str]) -> int:
    """``told``: the platform's word by the number's address; returns how many changed."""
    numbers = Inbox.objects.select_for_update(no_key=True).filter(connection=connection_row, address__in=told)
    changed = [inbox for inbox in numbers.order_by("id") if told[inbox.address] != inbox.quality]
    for inbox in changed:
        before, inbox.quality = inbox.quality, told[inbox.address]
        inbox.save(update_fields=["quality"])
        record(InboxQualityChanged(inbox.workspace_id, inbox.id, before, inbox.quality))
    return len(changed)


def _start_anew(connection_row: Connection) -> None:
    """With another token everything may be different: what waited is tried at once."""
    connection_row.problem, connection_row.problem_code, connection_row.problem_since = "", None, None
    connection_row.probe_at, connection_row.probe_count = None, 0


@transaction.atomic
def give_up_lost_credentials() -> list[str]:
    """Empty the credentials that no key of ours opens any more, and pause what needs them; returns the accounts' names.

    For all workspaces: a server's key is one for all of them.
    """
    lost = []
    # unscoped: a server's key is one for all workspaces
    for row in Connection.objects.select_for_update().defer(*sealed_fields("")).order_by("created_at"):
        if _can_be_opened(row.id):
            continue
        Connection.objects.filter(id=row.id).update(
            access_token="",
            app_secrets="",
            verify_token=new_secret(18),
            problem=CREDENTIALS_LOST,
            problem_code=None,
        )
        lost.append(row.name)
    return lost


def _can_be_opened(connection_id: UUID) -> bool:
    try:
        Connection.objects.get(
            id=connection_id
        )  # unscoped: a row of the loop above, looked at and not handed out
    except Undecryptable:
        return False
    return True


def set_throughput(connection_row: Connection, display_address: str, per_second: int) -> None:
    """Messages a second; the number is known by its digits, however it is written."""
    wanted = _digits(display_address)
    for inbox in Inbox.objects.filter(connection=connection_row):
        if wanted and _digits(inbox.display_address) == wanted:
            Inbox.objects.filter(id=inbox.id).update(messages_per_second=per_second)


def set_messaging_limit(connection_row: Connection, limit: str) -> None:
    """The limit holds for all accounts of a portfolio together."""
    same = Q(id=connection_row.id)
    if connection_row.portfolio:
        same |= Q(channel=connection_row.channel, portfolio=connection_row.portfolio)
    shared = Connection.objects.filter(same, workspace_id=connection_row.workspace_id)
    shared.update(messaging_limit=limit)


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A change the platform told, to be kept once. ``dedup_key`` recognises its repetition."""

    connection_id: UUID
    inbox_id: UUID | None
    kind: str
    field: str
    dedup_key: str
    at: datetime
    event: str = ""
    title: str = ""
    details: str = ""
    errors: Sequence[object] = ()
    delivery_id: int | None = None
    path: str = ""


def record_notices(workspace_id: UUID, notices: Sequence[NoticeRow]) -> list[UUID | None]:
    """For each notice, in order, its id or None when it was known. Needs a transaction."""
    if not notices:
        return []
    first: dict[tuple[UUID, str], int] = {}
    for index, notice in enumerate(notices):
        first.setdefault((notice.connection_id, notice.dedup_key), index)
    ids = {index: new_id() for index in first.values()}
    rows = [(ids[index], notices[index]) for index in first.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inboxes_channelnotice (id, workspace_id, connection_id, inbox_id, kind, field, event, title,"
            " details, errors, dedup_key, delivery_id, path, at, created_at)"
            " SELECT id, %s, c, i, kind, field, event, title, details, errors, key, d, path, at, now()"
            " FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::text[], %b::text[],"
            " %b::text[], %b::jsonb[], %b::text[], %b::bigint[], %b::text[], %b::timestamptz[])"
            " AS new(id, c, i, kind, field, event, title, details, errors, key, d, path, at)"
            " ON CONFLICT DO NOTHING RETURNING id",
            [
                workspace_id,
                [row[0] for row in rows],
                [row[1].connection_id for row in rows],
                [row[1].inbox_id for row in rows],
                [row[1].kind for row in rows],
                [row[1].field for row in rows],
                [row[1].event for row in rows],
                [row[1].title for row in rows],
                [row[1].details for row in rows],
                [orjson.dumps(list(row[1].errors)).decode() for row in rows],
                [row[1].dedup_key for row in rows],
                [row[1].delivery_id for row in rows],
                [row[1].path for row in rows],
                [row[1].at for row in rows],
            ],
        )
        stored = {row[0] for row in cursor.fetchall()}
    record_all(
        NoticeReceived(workspace_id, notice.connection_id, notice_id, notice.kind)
        for notice_id, notice in rows
        if notice_id in stored
    )
    return [ids[index] if ids.get(index) in stored else None for index in range(len(notices))]


def reread_notices(notices: Sequence[NoticeRow]) -> dict[int, bool]:
    """Which known notices come from the very place where they were first read, and whether it is the last word.

    So a replay is told from a repetition. Their words are brought up to date: the kind may be understood by now. By
    index; true when no later notice of the account says something else about the same. Needs a transaction.
    """
    if not notices:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inboxes_channelnotice n SET kind = new.kind, inbox_id = new.i, event = new.event,"
            " title = new.title, details = new.details"
            " FROM unnest(%b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[],"
            " %b::bigint[], %b::text[]) WITH ORDINALITY"
            " AS new(c, i, kind, event, title, details, key, d, path, place)"
            " WHERE n.connection_id = new.c AND n.dedup_key = new.key AND n.delivery_id = new.d AND n.path = new.path"
            " RETURNING new.place - 1, NOT EXISTS (SELECT 1 FROM inboxes_channelnotice later"
            "   WHERE later.connection_id = n.connection_id AND later.field = n.field AND later.title = new.title"
            "   AND later.inbox_id IS NOT DISTINCT FROM new.i AND later.at > n.at)",
            [
                [row.connection_id for row in notices],
                [row.inbox_id for row in notices],
                [row.kind for row in notices],
                [row.event for row in notices],
                [row.title for row in notices],
                [row.details for row in notices],
                [row.dedup_key for row in notices],
                [row.delivery_id for row in notices],
                [row.path for row in notices],
            ],
        )
        return {int(place): is_last_word for place, is_last_word in cursor.fetchall()}
