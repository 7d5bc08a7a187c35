"""What can go wrong on the way to a mailbox, and what to do about it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST_REPLY = 200
"""characters of what a server said"""

WORDS: dict[str, tuple[Promise, Promise]] = {
    "not-set-up": (
        _("Mail is not set up"),
        _("Set up the mail server, then try again."),
    ),
    "no-such-host": (
        _("The mail server's name was not found (DNS)"),
        _("Check how the host is written, and that this machine can look up names."),
    ),
    "forbidden-host": (
        _("The name leads to an address where no mail server may be"),
        _("Multicast, link-local and reserved addresses are not asked. Use the server's own name."),
    ),
    "connection-refused": (
        _("The mail server refused the connection"),
        _("Nothing listens on that port, or a firewall is in between. Check the port."),
    ),
    "unreachable": (
        _("The mail server could not be reached"),
        _("No network leads there. Check the host, and this machine's network."),
    ),
    "timed-out": (
        _("The mail server did not answer in time"),
        _(
            "A firewall may swallow the connection, or port and encryption do not fit (465: TLS, 587: STARTTLS)."
        ),
    ),
    "not-smtp": (
        _("What answered there is no mail server"),
        _("Check port and encryption: 465 with TLS from the start, 587 with STARTTLS."),
    ),
    "greeting-refused": (
        _("The mail server does not want to talk to this machine"),
        _("What it said stands below. Its operator may have to allow this machine's address."),
    ),
    "tls-not-offered": (
        _("The mail server offers no STARTTLS"),
        _("Choose TLS from the start, if its port is 465. Without encryption nothing secret can be sent."),
    ),
    "tls-failed": (
        _("No encrypted connection came about (TLS)"),
        _("Port and encryption may not fit (465: TLS, 587: STARTTLS), or versions of TLS do not."),
    ),
    "certificate": (
        _("The mail server's certificate is not trusted (TLS)"),
        _(
            "It has expired, is for another name, or its issuer is unknown to this machine. Use the name in it."
        ),
    ),
    "login-not-offered": (
        _("The mail server offers no way to sign in that we know"),
        _("Leave user and password empty if it asks for none, or choose an encrypted connection."),
    ),
    "login-refused": (
        _("The mail server refused user or password"),
        _("Many providers want a password made for programs (“app password”) instead of your own."),
    ),
    "sender-refused": (
        _("The mail server does not send for this sender"),
        _("Use an address that belongs to the account, or allow it at the mail provider."),
    ),
    "receiver-refused": (
        _("The mail server did not take the receiver's address"),
        _("Check how the address is written. What the server said stands below."),
    ),
    "content-refused": (
        _("The mail server did not take the mail"),
        _("What it said stands below: too much mail at once, or it looks like spam."),
    ),
    "cut-off": (
        _("The connection broke off before the mail was handed over"),
        _("Nothing was sent. It is tried again by itself."),
    ),
    "unknown": (
        _("The connection broke off while the mail was handed over"),
        _("It may have arrived or not, so it is not sent again by itself. Ask, or try again."),
    ),
    "restored": (
        _("It was waiting when the backup was made that this was restored from"),
        _("It may have left since, so it is not sent again by itself. Ask, or try again."),
    ),
    "too-late": (
        _("It could not be sent while it was of use"),
        _("Its link has expired. Ask for a new one."),
    ),
    "not-needed": (
        _("It is not needed any more"),
        _("Its link was used, replaced or withdrawn."),
    ),
    "key-lost": (
        _("The stored password cannot be opened with this server's key"),
        _("Enter the password of the mail server again."),
    ),
    "unexpected": (
        _("Something unexpected went wrong"),
        _("The log of the server says more."),
    ),
}


class Trouble(Exception):
    """Why a mail was not sent. ``reply``: the server's own words, with its code, if it was one.

    ``is_permanent``: the same mail would only be refused again.
    """

    def __init__(self, code: str, *, is_permanent: bool = False, reply: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.is_permanent = is_permanent
        self.reply = reply


def words_of(code: str) -> tuple[str, str]:
    """What happened, and what to do."""
    title, advice = WORDS.get(code, WORDS["unexpected"])
    return str(title), str(advice)


def is_permanent_reply(code: int) -> bool:
    """RFC 5321, 4.2.1: the second time would be no better."""
    return code >= 500


def reply_in_words(code: int, said: bytes | str) -> str:
    """One line without control characters, if it is an answer of SMTP at all."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return f"{code} {line}"[:LONGEST_REPLY] if 200 <= code <= 599 else ""
