"""Mails that wait: queued in the transaction of what they tell about, asked for again, cleared away."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kernel import clock
from regulars.kernel.encoding import encode
from regulars.kernel.errors import Conflict
from regulars.kernel.events import record
from regulars.kernel.jobs.asking import start_job
from regulars.kernel.jobs.context import JobContext
from regulars.kernel.jobs.kinds import JobKind
from regulars.mail.access import PERMISSION, server_of
from regulars.mail.events import MailQueued
from regulars.mail.letters import Facts
from regulars.mail.models import OPEN, WAITING, Mail
from regulars.mail.sending import send_mail
from regulars.mail.servers import message_id_for
from regulars.workspaces.access import Actor, system_actor
from regulars.workspaces.operations import audit

KEPT = timedelta(days=14)
"""mails that are over"""


class SendArguments(msgspec.Struct, frozen=True):
    """Which mail."""

    mail: UUID


def _send(context: JobContext[SendArguments]) -> None:
    again_at = send_mail(context.workspace_id, context.arguments.mail)
    if again_at is not None:
        start_sending(context.workspace_id, context.arguments.mail, at=again_at)


SEND = JobKind(
    key="mail.send",
    label=gettext_lazy("Send a mail"),
    arguments=SendArguments,
    run=_send,
    permission=PERMISSION,
)


def start_sending(workspace_id: UUID, mail_id: UUID, *, at: datetime | None = None) -> None:
    start_job(SEND, SendArguments(mail_id), by=system_actor(workspace_id, "mail"), at=at)


@transaction.atomic
def queue_mail(
    workspace_id: UUID,
    kind: str,
    facts: Facts,
    *,
    to: str,
    language: str,
    about_id: UUID | None = None,
    useful_until: datetime | None = None,
) -> Mail | None:
    """None when the workspace has no mail server: whoever asks says how else it gets there."""
    server = server_of(workspace_id)
    if server is None:
        return None
    mail = Mail.objects.create(
        workspace_id=workspace_id,
        kind=kind,
        to_address=to,
        language=language,
        facts=encode(facts).decode(),
        about_id=about_id,
        message_id=message_id_for(server),
        useful_until=useful_until,
    )
    record(MailQueued(workspace_id, mail.id, kind))
    start_sending(workspace_id, mail.id)
    return mail


@transaction.atomic
def try_again(mail: Mail, *, by: Actor) -> Mail:
    """One that failed, or of which nobody knows whether it arrived. Asked again while it waits, nothing changes."""
    by.require(PERMISSION)
    row = Mail.objects.select_for_update(of=("self",)).defer("facts").get(id=mail.id)
    if row.state == WAITING:
        return row
    if not row.can_be_retried:
        raise Conflict(_("This mail is on its way, was sent, or is not needed any more"))
    row.state, row.tries, row.due_at, row.ended_at = WAITING, 0, clock.now(), None
    row.save(update_fields=["state", "tries", "due_at", "ended_at"])
    record(MailQueued(row.workspace_id, row.id, row.kind, by.doer))
    audit(by, "mail:try_again", "mail", str(row.id))
    start_sending(row.workspace_id, row.id)
    return row


def purge_mails() -> None:
    # unscoped: the house clears away everybody's
    Mail.objects.exclude(state__in=OPEN).filter(ended_at__lt=clock.now() - KEPT).delete()
