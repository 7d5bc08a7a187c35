"""One attempt at one mail: claimed, handed over, settled.

Nothing is sent twice as far as SMTP lets us know: before the mail itself leaves, its row says so (``handing``),
committed. Whoever finds a row in that state was not there when it left, and says that the outcome is unknown.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet

from regulars.kernel import clock
from regulars.kernel.crypto import Undecryptable
from regulars.kernel.database import is_away
from regulars.kernel.events import record
from regulars.kernel.metrics import MAILS
from regulars.mail.access import server_of
from regulars.mail.events import MailSettled
from regulars.mail.letters import Facts, write
from regulars.mail.models import HANDING, OPEN, SENDING, WAITING, Mail, MailServer
from regulars.mail.servers import login_of
from regulars.mail.smtp import Login, send
from regulars.mail.trouble import Trouble
from regulars.workspaces.queries import is_invitation_open
from regulars.workspaces.resetting import is_open

logger = logging.getLogger(__name__)

WAITS = tuple(timedelta(seconds=each) for each in (30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600))
"""before each further attempt: servers that know nobody yet (greylisting) want some minutes, broken ones a day"""
SOON = timedelta(seconds=5)
"""by which the clocks of two machines may differ"""


class SomebodyElseHasIt(Exception):
    """Another attempt was faster; nothing has left."""


def send_mail(workspace_id: UUID, mail_id: UUID) -> datetime | None:
    """When to try again; None when there is nothing more to do. Runs outside a transaction."""
    mail = _claim(workspace_id, mail_id)
    if mail is None:
        return None
    try:
        login, letter = _prepare(mail)
        send(login, letter, before_handing=lambda: _note_handing(mail))
    except SomebodyElseHasIt:
        return None
    except Trouble as trouble:
        return _settle_trouble(mail, trouble)
    except Exception as error:
        if is_away(error):
            raise  # the row says how far it was: whoever takes it next goes on
        logger.warning("a mail could not be sent", extra={"kind": mail.kind, "error": type(error).__name__})
        return _settle_trouble(mail, Trouble("unexpected" if mail.state == SENDING else "unknown"))
    _settle(mail, "sent")
    return None


@transaction.atomic
def _claim(workspace_id: UUID, mail_id: UUID) -> Mail | None:
    mail = _locked(workspace_id, id=mail_id).first()
    if mail is None or not mail.is_open or (mail.state == WAITING and mail.due_at > clock.now() + SOON):
        return None
    if mail.state == HANDING:
        _end(mail, "unknown", "unknown")
    elif not _is_needed(mail):
        _end(mail, "dropped", "not-needed")
    elif mail.useful_until is not None and mail.useful_until <= clock.now():
        _end(mail, "failed", "too-late")
    else:
        mail.state, mail.tries = SENDING, mail.tries + 1
        mail.save(update_fields=["state", "tries"])
        return mail
    return None


def hold_mails() -> int:
    """After a restore: what waited then may have left since. Of all workspaces; needs a transaction."""
    # unscoped: a database is restored for everybody
    rows = Mail.objects.filter(state__in=OPEN).select_for_update().defer("facts")
    for row in rows:
        _end(row, "unknown", "restored")
    return len(rows)


def _is_needed(mail: Mail) -> bool:
    """Whether its link still opens something."""
    if mail.about_id is None:
        return True
    if mail.kind == "invitation":
        return is_invitation_open(mail.workspace_id, mail.about_id)
    return is_open(mail.about_id)


def _prepare(mail: Mail) -> tuple[Login, EmailMultiAlternatives]:
    server = server_of(mail.workspace_id)
    if server is None:
        raise Trouble("not-set-up")
    return login_of(server), _letter(mail, server)


def _letter(mail: Mail, server: MailServer) -> EmailMultiAlternatives:
    try:
        facts = msgspec.json.decode(mail.facts, type=Facts)
    except Undecryptable as error:
        raise Trouble("key-lost") from error
    return write(
        mail.kind,
        facts,
        server,
        to=mail.to_address,
        language=mail.language,
        message_id=mail.message_id,
    )


def _note_handing(mail: Mail) -> None:
    """Committed before the first byte of the mail leaves; a worker that was cut off from the database sends nothing."""
    mine = Mail.objects.filter(workspace_id=mail.workspace_id, id=mail.id, state=SENDING, tries=mail.tries)
    if not mine.update(state=HANDING):
        raise SomebodyElseHasIt
    mail.state = HANDING


def _settle_trouble(mail: Mail, trouble: Trouble) -> datetime | None:
    if trouble.code == "unknown":
        _settle(mail, "unknown", trouble)
        return None
    if trouble.is_permanent or mail.tries > len(WAITS):
        _settle(mail, "failed", trouble)
        return None
    due_at: datetime = clock.now() + WAITS[mail.tries - 1]
    if mail.useful_until is not None and due_at > mail.useful_until:
        _settle(mail, "failed", trouble)
        return None
    return due_at if _settle(mail, WAITING, trouble, due_at) else None


@transaction.atomic
def _settle(mail: Mail, state: str, trouble: Trouble | None = None, due_at: datetime | None = None) -> bool:
    """If it is still this attempt's."""
    row = _locked(mail.workspace_id, id=mail.id, tries=mail.tries, state=mail.state).first()
    if row is None:
        return False
    row.due_at = due_at or row.due_at
    _end(row, state, trouble.code if trouble else "", trouble.reply if trouble else "")
    return True


def _locked(workspace_id: UUID, **which: object) -> QuerySet[Mail]:
    rows = Mail.objects.filter(workspace_id=workspace_id, **which)
    return rows.select_for_update(of=("self",)).defer("facts")


def _end(row: Mail, state: str, error: str, reply: str = "") -> None:
    """In a transaction that has locked the row. What it says goes with the last who needs it."""
    row.state, row.error, row.reply = state, error, reply
    row.ended_at = None if state == WAITING else clock.now()
    fields = ["state", "error", "reply", "ended_at", "due_at"]
    if state in {"sent", "dropped"}:
        row.facts = ""
        fields.append("facts")
    row.save(update_fields=fields)
    record(MailSettled(row.workspace_id, row.id, row.kind, state, error))
    MAILS.labels(row.kind, state).inc()
