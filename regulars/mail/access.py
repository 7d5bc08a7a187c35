"""The only door to mail from outside this room."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.kernel.errors import NotFound
from regulars.mail.models import Mail, MailServer
from regulars.workspaces.access import Actor

PERMISSION = "mail:manage"


def find_server(actor: Actor) -> MailServer | None:
    """Without its password, which only who sends reads."""
    actor.require(PERMISSION)
    return server_of(actor.workspace_id)


def server_of(workspace_id: UUID) -> MailServer | None:
    return MailServer.objects.filter(workspace_id=workspace_id).defer("password").first()


def can_send(workspace_id: UUID) -> bool:
    return MailServer.objects.filter(workspace_id=workspace_id).exists()


def can_anybody_send() -> bool:
    # unscoped: asked before anybody is known
    return MailServer.objects.exists()


def mails_of(actor: Actor) -> QuerySet[Mail]:
    """The newest first, without what they say."""
    actor.require(PERMISSION)
    return Mail.objects.filter(workspace_id=actor.workspace_id).defer("facts").order_by("-created_at", "-id")


def access_mail(actor: Actor, mail_id: UUID | None) -> Mail:
    found = mails_of(actor).filter(id=mail_id).first() if mail_id else None
    if found is None:
        raise NotFound(_("There is no such mail; they are kept for 14 days"))
    return found
