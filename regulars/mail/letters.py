"""What our mails say. One letter makes both forms, text and HTML, in the language that is active."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formataddr

import msgspec
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from regulars.mail.models import MailServer


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a letter is written from."""

    workspace: str
    link: str = ""
    inviter: str = ""
    factor: str = ""
    """the name of a second factor; empty for all of them"""
    by: str = ""
    """who did it; empty for the person themselves"""
    lines: tuple[tuple[str, str], ...] = ()
    """of a list: a text, and the address that it leads to"""
    left_out: int = 0
    """how many more there are"""
    stop_link: str = ""
    """ends mails of this kind (RFC 8058)"""


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    sentences: tuple[str, ...]
    button: str = ""
    """the words on the link"""
    link: str = ""
    notes: tuple[str, ...] = ()
    """below the link, smaller"""
    lines: tuple[tuple[str, str], ...] = ()
    """of a list below the sentences: a text, and the address that it leads to"""
    stop: tuple[str, str] | None = None
    """words and address of the link that ends such mails"""


def _invitation(facts: Facts) -> Letter:
    names = {"workspace": facts.workspace, "inviter": facts.inviter}
    said = (
        _("%(inviter)s invites you to work with the messages of %(workspace)s.")
        if facts.inviter
        else _("You are invited to work with the messages of %(workspace)s.")
    )
    return Letter(
        subject=_("Invitation to %(workspace)s") % names,
        sentences=(said % names, _("Choose a name and a password, and you are in.")),
        button=_("Accept the invitation"),
        link=facts.link,
        notes=(
            _("The link works once, for 7 days."),
            _("If you expected no invitation, ignore this mail."),
        ),
    )


def _password_reset(facts: Facts) -> Letter:
    names = {"workspace": facts.workspace}
    return Letter(
        subject=_("A new password for %(workspace)s") % names,
        sentences=(_("Somebody asked for a new password for your account. If it was you, choose one here:"),),
        button=_("Choose a new password"),
        link=facts.link,
        notes=(
            _("The link works once, for one hour. You will be signed out everywhere."),
            _("If it was not you, ignore this mail: your password stays as it is."),
        ),
    )


def _password_changed(facts: Facts) -> Letter:
    names = {"workspace": facts.workspace}
    return Letter(
        subject=_("Your password for %(workspace)s was changed") % names,
        sentences=(
            _("The password of your account was changed, and all other browsers were signed out."),
            _("If it was you, all is well."),
        ),
        button=_("It was not me: choose a new password"),
        link=facts.link,
        notes=(_("Then also tell an admin of %(workspace)s.") % names,),
    )


def _second_factor_added(facts: Facts) -> Letter:
    names = {"workspace": facts.workspace, "factor": facts.factor}
    return Letter(
        subject=_("A second factor was added to your account for %(workspace)s") % names,
        sentences=(
            _("“%(factor)s” can now be used to sign in to your account.") % names,
            _("If it was you, all is well."),
        ),
        button=_("Look at your account"),
        link=facts.link,
        notes=(
            _("If it was not you: remove it there, change your password, and tell an admin of %(workspace)s.")
            % names,
        ),
    )


def _second_factor_removed(facts: Facts) -> Letter:
    names = {"workspace": facts.workspace, "factor": facts.factor, "by": facts.by}
    if facts.by:
        said = _("%(by)s removed the second factors of your account: your password alone lets you in now.")
    elif facts.factor:
        said = _("“%(factor)s” can no longer be used to sign in to your account.")
    else:
        said = _("The second factors of your account were removed: your password alone lets you in now.")
    return Letter(
        subject=_("A second factor was removed from your account for %(workspace)s") % names,
        sentences=(said % names, _("If you know of it, all is well.")),
        button=_("Look at your account"),
        link=facts.link,
        notes=(_("If not: change your password, and tell an admin of %(workspace)s.") % names,),
    )


def _digest(facts: Facts) -> Letter:
    names = {"workspace": facts.workspace}
    count = len(facts.lines) + facts.left_out
    more = ngettext("And %(count)s more.", "And %(count)s more.", facts.left_out) % {"count": facts.left_out}
    return Letter(
        subject=ngettext(
            "%(count)s conversation waits for you in %(workspace)s",
            "%(count)s conversations wait for you in %(workspace)s",
            count,
        )
        % {**names, "count": count},
        sentences=(_("While you were away:"),),
        lines=facts.lines,
        button=_("Show all"),
        link=facts.link,
        notes=(more,) if facts.left_out else (),
        stop=(_("No more mails of this kind"), facts.stop_link),
    )


def _test(facts: Facts) -> Letter:
    names = {"workspace": facts.workspace}
    return Letter(
        subject=_("Mail from %(workspace)s works") % names,
        sentences=(
            _("This is the test that you asked for. Invitations and new passwords can now be sent by mail."),
        ),
    )


LETTERS: Mapping[str, Callable[[Facts], Letter]] = {
    "invitation": _invitation,
    "password-reset": _password_reset,
    "password-changed": _password_changed,
    "second-factor-added": _second_factor_added,
    "second-factor-removed": _second_factor_removed,
    "digest": _digest,
    "test": _test,
}
"""by kind (``models.KINDS``, and the test, which is sent at once)"""


def write(
    kind: str, facts: Facts, server: MailServer, *, to: str, language: str, message_id: str
) -> EmailMultiAlternatives:
    """A mail in the receiver's language. Raises ``ValueError`` for what cannot stand in a header."""
    with translation.override(language):
        letter = LETTERS[kind](facts)
        about = {
            "letter": letter,
            "sender": server.sender_name or facts.workspace,
            "language": language,
            "direction": "rtl" if get_language_info(language)["bidi"] else "ltr",
        }
        mail = EmailMultiAlternatives(
            subject=one_line(letter.subject),
            body=render_to_string("mail/letter.txt", about),
            from_email=formataddr(
                (one_line(server.sender_name or facts.workspace), in_ascii(server.sender_address))
            ),
            to=[in_ascii(to)],
            reply_to=[in_ascii(server.reply_to)] if server.reply_to else None,
            headers={
                "Message-ID": message_id,
                # RFC 3834: no machine is to answer a machine
                "Auto-Submitted": "auto-generated",
                "Content-Language": language,
                **_ways_to_stop(facts),
            },
        )
        mail.attach_alternative(render_to_string("mail/letter.html", about), "text/html")
        return mail


def _ways_to_stop(facts: Facts) -> dict[str, str]:
    """One press in the mail program is enough (RFC 8058)."""
    if not facts.stop_link:
        return {}
    return {
        "List-Unsubscribe": f"<{facts.stop_link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def one_line(text: str) -> str:
    """Names may hold anything; a header is one line."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def in_ascii(address: str) -> str:
    """Domains in other scripts as DNS knows them. Raises ``ValueError`` for what cannot stand in a header."""
    if not address.isprintable():
        raise ValueError("controls in an address")
    local, _at, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"
