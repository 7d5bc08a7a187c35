"""The administration's forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.web.sign_in.demo import role_word
from regulars.workspaces.permissions import ROLES, may_grant


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, granter: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role, role_word(role)) for role in reversed(ROLES) if may_grant(granter, role)]
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=roles, initial="agent")


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name of the team"), max_length=80)


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=80)
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, granter: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role, role_word(role)) for role in reversed(ROLES) if may_grant(granter, role)]
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=roles, initial="agent")


def _portfolio_field() -> forms.RegexField:
    return forms.RegexField(
        r"^\d{5,20}$",
        label=_("Business portfolio ID"),
        required=False,
        help_text=_("Business settings → Business info. Left empty, Meta is asked for it"),
        error_messages={"invalid": _("The portfolio ID has 5 to 20 digits and nothing else")},
    )


class ConnectionForm(forms.Form):
    """One WhatsApp Business account."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("For your people, for example the brand")
    )
    account_id = forms.RegexField(
        r"^[0-9]{5,20}$",
        label=_("WhatsApp Business account ID"),
        help_text=_("Business settings → WhatsApp accounts; digits only"),
        error_messages={"invalid": _("The account ID has 5 to 20 digits and nothing else")},
    )
    portfolio = _portfolio_field()
    access_token = forms.CharField(
        label=_("Access token"),
        strip=True,
        help_text=_("Of a system user with whatsapp_business_messaging"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    app_secret = forms.CharField(
        label=_("App secret"),
        strip=True,
        help_text=_("App dashboard → Settings → Basic"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class PortfolioForm(forms.Form):
    """Whose account it is."""

    portfolio = _portfolio_field()


class InboxForm(forms.Form):
    """One number of an account."""

    name = forms.CharField(label=_("Name"), max_length=80)
    address = forms.RegexField(
        r"^[0-9]{5,20}$",
        label=_("Phone number ID"),
        help_text=_("WhatsApp Manager → Phone numbers; digits only"),
        error_messages={"invalid": _("The phone number ID has 5 to 20 digits and nothing else")},
    )
    display_address = forms.CharField(label=_("Number as people write it"), max_length=40, required=False)


class CredentialsForm(forms.Form):
    """New credentials; what is left empty stays as it is."""

    access_token = forms.CharField(
        label=_("New access token"), required=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )
    app_secret = forms.CharField(
        label=_("New app secret"),
        required=False,
        help_text=_("The old ones stay valid while Meta rotates"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    ends_older = forms.BooleanField(
        label=_("The older app secrets end now"),
        required=False,
        help_text=_("Once Meta signs with the newest one only"),
    )
