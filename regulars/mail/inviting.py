"""Invitations: by mail where a server is set up, else as a link to hand on."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from regulars.kernel.errors import Conflict
from regulars.mail.letters import Facts
from regulars.mail.links import own_link
from regulars.mail.queueing import queue_mail
from regulars.mail.trouble import words_of
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Invitation, Member, Workspace
from regulars.workspaces.operations import find_account, invite_member


@dataclass(frozen=True, slots=True)
class Invited:
    """``secret``, of the link to hand on, is empty when it went by mail: then only who reads that mailbox has it."""

    invitation: Invitation
    secret: str


@transaction.atomic
def invite(
    workspace: Workspace, email: str, role: str, *, by: Actor, inviter: Member | None, by_mail: bool
) -> Invited:
    """Inviting again replaces the open invitation: the link before opens nothing any more.

    Raises ``Conflict`` when it is to go by mail and none is set up.
    """
    invitation, secret = invite_member(workspace, email, role, by=by, inviter=inviter)
    if not by_mail:
        return Invited(invitation, secret)
    account = find_account(invitation.email)
    mail = queue_mail(
        workspace.id,
        "invitation",
        Facts(
            workspace=workspace.name,
            link=own_link("invitation", secret),
            inviter=str(inviter) if inviter else "",
        ),
        to=invitation.email,
        language=account.language if account else workspace.language,
        about_id=invitation.id,
        useful_until=invitation.expires_at,
    )
    if mail is None:
        raise Conflict(words_of("not-set-up")[0])
    return Invited(invitation, "")
