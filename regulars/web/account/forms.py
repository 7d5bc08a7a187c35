from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.workspaces.passwords import LONGEST


class PasswordForm(forms.Form):
    """The password that one has, and the one to be."""

    password = forms.CharField(
        label=_("Current password"),
        strip=False,
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=LONGEST,
        help_text=_("At least 10 characters, and not easy to guess: some words that do not belong together"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
