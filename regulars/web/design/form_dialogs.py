"""A dialog with one form, one way to finish it and one to leave it. Drawn by ``{% form_dialog … %}``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.forms import Form
from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDialog:
    """What a dialog asks. Buttons open it by ``data-dialog="<key>"``; it comes back open when its form was refused."""

    key: str
    """its id, and the beginning of its fields' ids: several dialogs stand on a page"""
    title: str | Promise
    action: str
    form: Form
    submit: str | Promise
    about: str | Promise = ""
    """what happens, above the fields"""
    note: str | Promise = ""
    """what else there is to know, below them"""
    is_dangerous: bool = False

    @classmethod
    def about_one(cls, route: str, thing: Model, form: Form, **more: Any) -> FormDialog:
        return cls(key=f"{route}-{thing.pk}", action=reverse(route, args=[thing.pk]), form=form, **more)

    def __post_init__(self) -> None:
        self.form.auto_id = f"{self.key}-%s"

    @property
    def is_open(self) -> bool:
        return bool(self.form.errors)


@dataclass(frozen=True, slots=True)
class Choice:
    """The label of a choice that needs a sentence to be chosen."""

    label: str | Promise
    about: str | Promise = ""

    def __str__(self) -> str:
        return str(self.label)
