"""The form of the mail server."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.mail.models import MailServer
from regulars.mail.servers import LONGEST, ServerFacts
from regulars.web.design.form_dialogs import Choice


class MailServerForm(forms.Form):
    """Whom mail is handed to. The password is written and never shown; left empty, it stays."""

    host = forms.CharField(label=_("Host"), max_length=253, help_text=_("For example smtp.example.com"))
    security = forms.ChoiceField(
        label=_("Encryption"),
        initial="starttls",
        widget=forms.RadioSelect,
        choices=[
            ("starttls", Choice("STARTTLS", _("Usual on port 587"))),
            ("tls", Choice(_("TLS from the start"), _("Usual on port 465"))),
            (
                "none",
                Choice(_("No encryption"), _("Only for a server on this machine or in your own network")),
            ),
        ],
    )
    port = forms.IntegerField(label=_("Port"), initial=587, min_value=1, max_value=65535)
    username = forms.CharField(
        label=_("User"),
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    sender_name = forms.CharField(
        label=_("Sender’s name"),
        max_length=LONGEST,
        required=False,
        help_text=_("Left empty: the name of the workspace"),
    )
    sender_address = forms.EmailField(label=_("Sender’s address"))
    reply_to = forms.EmailField(
        label=_("Answers go to"), required=False, help_text=_("Left empty: the sender’s address")
    )

    def __init__(self, *args: Any, server: MailServer | None, **kwargs: Any) -> None:
        if server is not None:
            kwargs["initial"] = {name: getattr(server, name) for name in _SHOWN}
        super().__init__(*args, **kwargs)
        self.fields["version"] = forms.IntegerField(
            widget=forms.HiddenInput, required=False, initial=server.version if server else 0
        )
        if server is not None and server.username:
            self.fields["password"].help_text = _("Left empty: the one that is stored")

    def facts(self) -> ServerFacts:
        given = {name: self.cleaned_data[name] for name in _SHOWN}
        return ServerFacts(**given, password=self.cleaned_data["password"] or None)


_SHOWN = ("host", "security", "port", "username", "sender_name", "sender_address", "reply_to")
