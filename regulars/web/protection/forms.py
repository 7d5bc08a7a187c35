"""The words of each language, one on a line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from regulars.protection.models import ProtectionSettings
from regulars.protection.operations import Protection


class ProtectionForm(forms.Form):
    """``is_on``, and ``words.<language>`` for each language of the interface."""

    is_on = forms.BooleanField(
        label=_("Protect messages with one of these words"),
        required=False,
        help_text=_("Off: what comes from now on lies open. What is protected stays so."),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for language, name in settings.LANGUAGES:
            self.fields[f"words.{language}"] = forms.CharField(
                label=name,
                required=False,
                max_length=20_000,
                help_text=_("One on a line. The beginning of a word is enough.") if language == "en" else "",
                widget=forms.Textarea(attrs={"rows": 6, "lang": language, "dir": "auto"}),
            )


def initial_of(row: ProtectionSettings) -> dict[str, Any]:
    words = {f"words.{language}": "\n".join(each) for language, each in row.words.items()}
    return {"is_on": row.is_on, **words}


def wanted_in(told: dict[str, Any]) -> Protection:
    words = {language: told[f"words.{language}"].splitlines() for language, _name in settings.LANGUAGES}
    return Protection(told["is_on"], words)
