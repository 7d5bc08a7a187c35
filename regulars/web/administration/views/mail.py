"""Mail: the server that it is handed to, a test, and what waits or failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.kernel.ids import parse_id
from regulars.mail import queueing
from regulars.mail.access import PERMISSION, access_mail, find_server, mails_of
from regulars.mail.events import MAIL_EVENTS
from regulars.mail.models import OPEN, RETRIABLE, Mail, MailServer
from regulars.mail.servers import give_up_server, send_test, set_up_server
from regulars.mail.trouble import Trouble, words_of
from regulars.web.administration.answers import attempt, done
from regulars.web.administration.mail_forms import MailServerForm
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.design.tables import Column
from regulars.web.doors import MemberRequest, member_with
from regulars.web.intents import talks_to_provider
from regulars.web.settings.page import SettingsPage

PAGE_SIZE = 50
FILTERS: dict[str, tuple[str, ...]] = {"": (), "waiting": OPEN, "failed": RETRIABLE}
COLUMNS = (
    Column(gettext_lazy("Receiver")),
    Column(gettext_lazy("What")),
    Column(gettext_lazy("State")),
    Column(gettext_lazy("Since")),
)
KINDS = {
    "invitation": gettext_lazy("Invitation"),
    "password-reset": gettext_lazy("New password"),
    "password-changed": gettext_lazy("Password changed"),
    "digest": gettext_lazy("What somebody has not seen"),
}
SECURITIES = {
    "starttls": "STARTTLS",
    "tls": gettext_lazy("TLS from the start"),
    "none": gettext_lazy("No encryption"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What went wrong, what to do, and what the server said."""

    title: str
    advice: str
    reply: str


@dataclass(frozen=True, slots=True)
class MailLine:
    row: Mail
    kind: str
    told: Told | None


@require_safe
@member_with(PERMISSION)
def mail(request: MemberRequest) -> HttpResponse:
    return render(request, "administration/mail.html", _context(request))


def _context(request: MemberRequest, *, refused: MailServerForm | None = None, **more: Any) -> dict[str, Any]:
    server = find_server(request.actor)
    shown = request.GET.get("show", "")
    shown = shown if shown in FILTERS else ""
    everything = mails_of(request.actor)
    rows = everything.filter(state__in=FILTERS[shown]) if shown else everything
    before = parse_id(request.GET.get("before", ""))
    found = list((rows.filter(id__lt=before) if before else rows).order_by("-id")[: PAGE_SIZE + 1])
    here = f"{reverse('mail')}?show={shown}"
    return {
        "server": server,
        "security": SECURITIES[server.security] if server else "",
        "setting_up": _setting_up(server, refused or MailServerForm(server=server)),
        "columns": COLUMNS,
        "lines": [_line(row) for row in found[:PAGE_SIZE]],
        "show": shown,
        "waiting_count": everything.filter(state__in=OPEN).count(),
        "failed_count": everything.filter(state__in=RETRIABLE).count(),
        "first_url": here if before else "",
        "next_url": f"{here}&before={found[PAGE_SIZE - 1].id}" if len(found) > PAGE_SIZE else "",
        **more,
    }


def _line(row: Mail) -> MailLine:
    return MailLine(row, str(KINDS.get(row.kind, row.kind)), _told(row.error, row.reply))


def _told(code: str, reply: str) -> Told | None:
    return Told(*words_of(code), reply) if code else None


def _setting_up(server: MailServer | None, form: MailServerForm) -> FormDialog:
    return FormDialog(
        key="mail-server",
        title=_("Mail server"),
        action=reverse("set-up-mail"),
        form=form,
        submit=_("Save"),
        note=_("Whoever sets up the mail server can read what is sent by it: links for new passwords, too."),
    )


@require_POST
@member_with(PERMISSION)
def set_up(request: MemberRequest) -> HttpResponse:
    form = MailServerForm(request.POST, server=find_server(request.actor))
    if form.is_valid():
        version = form.cleaned_data["version"]
        if attempt(form, lambda: set_up_server(form.facts(), by=request.actor, version=version)):
            return redirect("mail")
    return render(request, "administration/mail.html", _context(request, refused=form), status=422)


@require_POST
@member_with(PERMISSION)
def give_up(request: MemberRequest) -> HttpResponse:
    give_up_server(by=request.actor)
    return done(request, _("Nothing is sent by mail any more"), "mail")


@require_POST
@member_with(PERMISSION)
@talks_to_provider
def test(request: MemberRequest) -> HttpResponse:
    to = request.member.user.email
    trouble = send_test(to, request.member.user.language, by=request.actor)
    told = _told(trouble.code, trouble.reply) if isinstance(trouble, Trouble) else None
    return render(request, "administration/mail.html", _context(request, tested=True, told=told, to=to))


@require_POST
@member_with(PERMISSION)
def try_again(request: MemberRequest, mail_id: str) -> HttpResponse:
    queueing.try_again(access_mail(request.actor, parse_id(mail_id)), by=request.actor)
    return done(request, _("It is tried again"), "mail")


MAIL = SettingsPage(
    key="mail",
    address="mail",
    view=mail,
    icon="unread",
    label=gettext_lazy("Mail"),
    words=gettext_lazy("e-mail, SMTP, server, sender, outbox, invitations, forgotten passwords"),
    changed_by=MAIL_EVENTS,
    acts=(
        path("settings/mail/server", set_up, name="set-up-mail"),
        path("settings/mail/server/removal", give_up, name="give-up-mail"),
        path("settings/mail/test", test, name="test-mail"),
        path("settings/mail/<str:mail_id>/retry", try_again, name="retry-mail"),
    ),
)
