"""Protected messages: which words make one, and what was said before."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.kernel.jobs.asking import start_job
from regulars.protection.covering import COVER, CoverArguments
from regulars.protection.events import ProtectionChanged
from regulars.protection.operations import change_protection
from regulars.protection.queries import access_protection
from regulars.web.administration.answers import attempt, done
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.doors import MemberRequest, member_with
from regulars.web.protection.forms import ProtectionForm, initial_of, wanted_in
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.jobs import jobs_of

CHANGING = "change-protection"
PERMISSION = "protection:manage"


@require_safe
@member_with(PERMISSION)
def protection(request: MemberRequest) -> HttpResponse:
    return render(request, "protection/protection.html", _context(request))


def _context(request: MemberRequest, refused: ProtectionForm | None = None) -> dict[str, Any]:
    row = access_protection(request.actor)
    return {
        "is_on": row.is_on,
        "words_of_languages": [(name, code, row.words.get(code, [])) for code, name in settings.LANGUAGES],
        "changing": _changing(refused or ProtectionForm(initial=initial_of(row))),
        "last": jobs_of(request.actor).filter(kind=COVER.key).order_by("-created_at").first(),
    }


def _changing(form: ProtectionForm) -> FormDialog:
    return FormDialog(
        key=CHANGING,
        title=_("Protected messages"),
        action=reverse("change-protection"),
        form=form,
        submit=_("Save"),
        note=_("Counts for what is said from now on."),
    )


@require_POST
@member_with(PERMISSION)
def change(request: MemberRequest) -> HttpResponse:
    form = ProtectionForm(request.POST)
    if form.is_valid() and attempt(
        form, lambda: bool(change_protection(wanted_in(form.cleaned_data), by=request.actor))
    ):
        return redirect("protection")
    return render(request, "protection/protection.html", _context(request, form), status=422)


@require_POST
@member_with(PERMISSION)
def cover(request: MemberRequest) -> HttpResponse:
    start_job(COVER, CoverArguments(), by=request.actor)
    return done(request, _("What was said before is being looked through"), "protection")


PROTECTION = SettingsPage(
    key="protection",
    address="protection",
    view=protection,
    icon="shield",
    label=gettext_lazy("Protected messages"),
    words=gettext_lazy("sensitive words, contract, payment, encryption, privacy"),
    changed_by=(ProtectionChanged,),
    acts=(
        path("settings/protection/change", change, name="change-protection"),
        path("settings/protection/cover", cover, name="cover-words"),
    ),
)
