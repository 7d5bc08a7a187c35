"""Mail: the server that it is handed to, a test, and what waits or failed."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from regulars.api.paging import Page, PageQuery, newest_first
from regulars.api.shapes.common import Id
from regulars.kernel.errors import NotFound
from regulars.kernel.telling import Moment, told
from regulars.mail import queueing, servers
from regulars.mail.access import access_mail, find_server, mails_of
from regulars.mail.models import Mail, MailServer
from regulars.mail.trouble import words_of
from regulars.workspaces.access import Actor, access_own_token

Security = Literal["starttls", "tls", "none"]
State = Literal["waiting", "sending", "sent", "failed", "unknown", "dropped"]
SECURITY = "starttls (port 587), tls from the start (port 465), or none."


class MailServerShape(msgspec.Struct, kw_only=True):
    """Whom the workspace hands its mail to. The password is never told."""

    host: Annotated[str, told("Name or address.", "smtp.example.com")]
    port: Annotated[int, told("One of the ports of mail.", 587)]
    security: Annotated[Security, told(SECURITY, "starttls")]
    username: Annotated[str, told("Empty when it asks for none.", "inbox@example.com")]
    sender_name: Annotated[str, told("Empty for the workspace's name.", "Lotus")]
    sender_address: Annotated[str, told("Whose the mail is.", "inbox@example.com")]
    reply_to: Annotated[str, told("Empty for the sender's address.", "")]
    version: Annotated[int, told("Counts changes; name it in yours.", 3)]


class MailServerChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """All of the server's facts; the password may be left out."""

    host: Annotated[str, told("Name or address, without a port.", "smtp.example.com")]
    port: Annotated[int, told("25, 465, 587, 1025, 2525, or one that the operator allows.", 587)]
    security: Annotated[Security, told(SECURITY, "starttls")]
    username: Annotated[str, told("Empty when it asks for none.", "inbox@example.com")] = ""
    password: Annotated[
        str | UnsetType,
        told("Left out, the stored one stays; asked for anew with another host, port or security.", "secret"),
    ] = UNSET
    sender_name: Annotated[str, told("Empty for the workspace's name.", "Lotus")] = ""
    sender_address: Annotated[str, told("Whose the mail is.", "inbox@example.com")]
    reply_to: Annotated[str, told("Empty for the sender's address.", "")] = ""
    version: Annotated[
        int | UnsetType, told("The one that you changed; 409 when somebody was faster.", 3)
    ] = UNSET


class MailTest(msgspec.Struct, kw_only=True):
    """What the mail server did with a test."""

    sent: Annotated[bool, told("Whether it took the mail.", False)]
    to: Annotated[str, told("Who gets it: whoever made the token.", "ann@lotus.example")]
    error: Annotated[str | None, told("Stable; the part to compare.", "login-refused")]
    title: Annotated[str | None, told("In words.", "The mail server refused user or password")]
    advice: Annotated[str | None, told("What to do.", "Enter the password again.")]
    reply: Annotated[str | None, told("What the server said.", "535 5.7.8 Error: authentication failed")]


class MailShape(msgspec.Struct, kw_only=True):
    """A mail to one person. What it says is not told."""

    id: Id
    kind: Annotated[str, told("invitation, password-reset or password-changed.", "invitation")]
    to: Annotated[str, told("The receiver.", "max@lotus.example")]
    state: Annotated[State, told("unknown: the connection broke off while it was handed over.", "waiting")]
    tries: Annotated[int, told("How often it was tried.", 1)]
    error: Annotated[str | None, told("Why the last attempt failed.", "receiver-refused")]
    title: Annotated[str | None, told("The same in words.", "The mail server did not take the address")]
    reply: Annotated[str | None, told("What the server said.", "450 4.2.0 try again later")]
    created_at: Annotated[Moment, told("When it was asked for.")]
    due_at: Annotated[Moment, told("It is tried not before.")]
    ended_at: Annotated[Moment | None, told("When it was over.")]


def get_mail_server(actor: Actor) -> MailServerShape:
    """The mail server; 404 when none is set up."""
    server = find_server(actor)
    if server is None:
        raise NotFound(words_of("not-set-up")[0])
    return _build_server(server)


def set_mail_server(actor: Actor, body: MailServerChanges) -> MailServerShape:
    """Set up the mail server, or change all of it."""
    given = servers.ServerFacts(
        host=body.host,
        port=body.port,
        security=body.security,
        username=body.username,
        password=None if body.password is UNSET else body.password,
        sender_name=body.sender_name,
        sender_address=body.sender_address,
        reply_to=body.reply_to,
    )
    version = None if body.version is UNSET else body.version
    return _build_server(servers.set_up_server(given, by=actor, version=version))


def remove_mail_server(actor: Actor) -> None:
    """Send nothing by mail any more."""
    servers.give_up_server(by=actor)


def test_mail_server(actor: Actor) -> MailTest:
    """Send a test to whoever made the token, and say what went wrong. Takes up to 20 seconds."""
    maker = access_own_token(actor).created_by
    if maker is None:
        raise NotFound(_("Nobody's address is known: this token was made on the command line"))
    trouble = servers.send_test(maker.user.email, maker.user.language, by=actor)
    title, advice = words_of(trouble.code) if trouble else (None, None)
    return MailTest(
        sent=trouble is None,
        to=maker.user.email,
        error=trouble.code if trouble else None,
        title=title,
        advice=advice,
        reply=trouble.reply or None if trouble else None,
    )


def list_mails(actor: Actor, query: PageQuery) -> Page[MailShape]:
    """Mails of the last 14 days, the newest first."""
    rows, next_cursor = newest_first(mails_of(actor), "created_at", query)
    return Page([_build(row) for row in rows], next_cursor)


def retry_mail(actor: Actor, mail_id: UUID) -> MailShape:
    """Try one again that failed, or of which nobody knows whether it arrived."""
    return _build(queueing.try_again(access_mail(actor, mail_id), by=actor))


def _build_server(server: MailServer) -> MailServerShape:
    return MailServerShape(**{name: getattr(server, name) for name in MailServerShape.__struct_fields__})


def _build(row: Mail) -> MailShape:
    return MailShape(
        id=str(row.id),
        kind=row.kind,
        to=row.to_address,
        state="sending" if row.state == "handing" else row.state,  # type: ignore[arg-type]  # one of them
        tries=row.tries,
        error=row.error or None,
        title=words_of(row.error)[0] if row.error else None,
        reply=row.reply or None,
        created_at=row.created_at,
        due_at=row.due_at,
        ended_at=row.ended_at,
    )
