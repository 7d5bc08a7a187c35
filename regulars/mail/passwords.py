"""Mails about how somebody signs in: passwords asked for and changed, second factors added and removed."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.kernel.events import Recorded
from regulars.mail.access import can_send
from regulars.mail.letters import Facts
from regulars.mail.links import own_link
from regulars.mail.queueing import queue_mail
from regulars.workspaces.events import SecondFactorAdded
from regulars.workspaces.models import User, Workspace
from regulars.workspaces.queries import find_member
from regulars.workspaces.resetting import answer_asked, make_link, workspaces_of


def answer_forgotten_passwords() -> None:
    """An errand: whoever asked and has an account gets a link, where their workspace sends mail."""
    while answer_asked(_mail_a_link):
        pass


def _mail_a_link(user: User) -> None:
    home = _home(user)
    if home is None:
        return
    link = make_link(user)
    queue_mail(
        home.id,
        "password-reset",
        Facts(workspace=home.name, link=own_link("password-reset", link.secret)),
        to=user.email,
        language=user.language,
        about_id=link.reset.id,
        useful_until=link.reset.expires_at,
    )


def _home(user: User) -> Workspace | None:
    """The workspace whose server mails an account's own letters: the one that they have been in the longest.

    Whoever sets up a server can read what it carries, so an account is in nobody's hands who came to it later.
    """
    first = next(iter(workspaces_of(user)), None)
    return Workspace.objects.get(id=first) if first and can_send(first) else None


def tell_changed_passwords(happened: Sequence[Recorded]) -> None:
    """A reaction: whoever did not change it themselves should know."""
    for each in happened:
        member = find_member(each.event.workspace_id, each.event.member_id)
        home = _home(member.user) if member else None
        if member is None or home is None:
            continue
        queue_mail(
            home.id,
            "password-changed",
            Facts(workspace=home.name, link=own_link("forgotten-password")),
            to=member.user.email,
            language=member.user.language,
        )


def tell_changed_factors(happened: Sequence[Recorded]) -> None:
    """A reaction: whoever did not do it themselves should know."""
    for each in happened:
        event = each.event
        member = find_member(event.workspace_id, event.member_id)
        home = _home(member.user) if member else None
        if member is None or home is None:
            continue
        is_added = isinstance(event, SecondFactorAdded)
        by = None if is_added else event.by
        queue_mail(
            home.id,
            "second-factor-added" if is_added else "second-factor-removed",
            Facts(
                workspace=home.name,
                link=own_link("account"),
                factor=event.name,
                by=by.name if by and by.id != member.id else "",
            ),
            to=member.user.email,
            language=member.user.language,
        )
