"""Whom a workspace hands its mail to: setting it up, trying it, giving it up."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.crypto import Undecryptable
from regulars.kernel.errors import Conflict, Invalid
from regulars.kernel.events import record
from regulars.kernel.ids import new_id
from regulars.mail.access import PERMISSION, find_server
from regulars.mail.addresses import is_host, is_loopback, ports
from regulars.mail.events import MailServerChanged
from regulars.mail.letters import Facts, in_ascii, write
from regulars.mail.models import SECURITIES, MailServer
from regulars.mail.smtp import TEST_SECONDS, Login, send
from regulars.mail.trouble import Trouble
from regulars.workspaces.access import Actor, access_workspace
from regulars.workspaces.guessing import take_turn
from regulars.workspaces.models import Workspace
from regulars.workspaces.operations import audit, is_mail_address

LONGEST = 200
"""characters of user, password and names"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """What is to be set. ``password``: None keeps the one that is stored, empty takes it away."""

    host: str
    port: int
    security: str
    username: str = ""
    password: str | None = None
    sender_name: str = ""
    sender_address: str
    reply_to: str = ""


@transaction.atomic
def set_up_server(given: ServerFacts, *, by: Actor, version: int | None = None) -> MailServer:
    """``version``: the one that the change was made from; raises ``Conflict`` when there is a later one.

    The stored password goes to no other machine: with another host, port or encryption it is asked for anew.
    """
    by.require(PERMISSION)
    _check(given)
    # where there is no server yet, there is no row of it to hold: two would make one each
    Workspace.objects.select_for_update(no_key=True).get(id=by.workspace_id)
    now = (
        MailServer.objects.select_for_update().defer("password").filter(workspace_id=by.workspace_id).first()
    )
    if version is not None and version != (now.version if now else 0):
        raise Conflict(_("Somebody changed the mail server meanwhile. Look at it as it is now, then decide."))
    row = now or MailServer(workspace_id=by.workspace_id, version=0)
    is_elsewhere = now is not None and _place(now) != (given.host.lower(), given.port, given.security)
    if is_elsewhere and given.password is None and given.username and now and now.username:
        said = _("Enter the password again: it was given for another server or another encryption")
        raise Invalid(said, fields={"password": said})
    for name in ("port", "security", "username", "sender_name", "sender_address", "reply_to"):
        setattr(row, name, getattr(given, name))
    row.host = given.host.lower()
    if given.password is not None or not given.username:
        row.password = given.password or "" if given.username else ""
    row.version, row.changed_at = row.version + 1, clock.now()
    row.save()
    record(MailServerChanged(by.workspace_id, True, by.doer))
    audit(by, "mail:set_up", "mail_server", str(row.id), host=row.host, port=row.port, security=row.security)
    return row


def _place(server: MailServer) -> tuple[str, int, str]:
    return server.host, server.port, server.security


def _check(given: ServerFacts) -> None:
    if not is_host(given.host):
        raise Invalid(
            _("This is no host: write a name like mail.example.com, or an address, without a port"),
            fields={"host": "mail.example.com"},
        )
    if given.port not in ports():
        known = ", ".join(map(str, sorted(ports())))
        raise Invalid(
            _("Mail servers listen on one of these ports: %(ports)s") % {"ports": known},
            fields={"port": known},
        )
    if given.security not in SECURITIES:
        raise Invalid(
            _("Use one of %(choices)s") % {"choices": ", ".join(SECURITIES)}, fields={"security": "tls"}
        )
    _check_address(given.sender_address, "sender_address")
    if given.reply_to:
        _check_address(given.reply_to, "reply_to")
    for name in ("username", "password", "sender_name"):
        _check_line(getattr(given, name) or "", name)
    if given.security == "none" and given.username and not is_loopback(given.host):
        said = _("Without encryption everybody on the way could read the password. Choose STARTTLS or TLS.")
        raise Invalid(said, fields={"security": said})


def _check_address(text: str, field: str) -> None:
    if not is_mail_address(text):
        raise Invalid(_("This is not an e-mail address"), fields={field: "name@example.com"})


def _check_line(text: str, field: str) -> None:
    if len(text) > LONGEST or not all(each.isprintable() for each in text):
        said = _("At most %(longest)s characters on one line") % {"longest": LONGEST}
        raise Invalid(said, fields={field: said})


@transaction.atomic
def give_up_server(*, by: Actor) -> None:
    """Nothing is sent by mail any more; links are handed on by hand. Asked again, nothing changes."""
    by.require(PERMISSION)
    gone, _each = MailServer.objects.filter(workspace_id=by.workspace_id).delete()
    if gone:
        record(MailServerChanged(by.workspace_id, False, by.doer))
        audit(by, "mail:give_up", "workspace", str(by.workspace_id))


def send_test(to: str, language: str, *, by: Actor) -> Trouble | None:
    """A mail at once, to whoever asks; None when the server took it. Takes ``TEST_SECONDS`` and a look-up at most.

    Outside a transaction: it waits for another machine. Raises ``TooManyAttempts``.
    """
    by.require(PERMISSION)
    take_turn("mail test", str(by.id))
    server = find_server(by)
    if server is None:
        return Trouble("not-set-up")
    facts = Facts(workspace=access_workspace(by).name)
    mail = write("test", facts, server, to=to, language=language, message_id=message_id_for(server))
    try:
        send(login_of(server), mail, seconds=TEST_SECONDS)
    except Trouble as trouble:
        return trouble
    return None


def login_of(server: MailServer) -> Login:
    """Opens the password. Raises ``Trouble`` when no key of ours does."""
    try:
        password = server.password
    except Undecryptable as error:
        raise Trouble("key-lost") from error
    return Login(server.host, server.port, server.security, server.username, password)


def message_id_for(server: MailServer) -> str:
    """RFC 5322, 3.6.4: unique in the world, by the sender's domain."""
    return f"<{new_id()}@{in_ascii(server.sender_address).rpartition('@')[2]}>"


@transaction.atomic
def give_up_lost_passwords() -> int:
    """Empty the passwords that no key of ours opens any more; returns how many there were. For all workspaces."""
    lost = 0
    # unscoped: a server's key is one for all workspaces
    for row in MailServer.objects.select_for_update().defer("password"):
        try:
            login_of(row)
        except Trouble:
            row.password = ""
            row.save(update_fields=["password"])
            lost += 1
    return lost
