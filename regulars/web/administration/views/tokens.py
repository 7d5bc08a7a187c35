"""API tokens: made, shown once, revoked."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kernel.ids import parse_id
from regulars.web.administration.answers import attempt
from regulars.web.administration.forms import TokenForm
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.doors import MemberRequest, member_with
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.access import access_api_token
from regulars.workspaces.events import MEMBER_EVENTS, ROLE_EVENTS, TOKEN_EVENTS
from regulars.workspaces.operations import create_api_token, revoke_api_token
from regulars.workspaces.queries import givable_roles, live_tokens_of


@require_http_methods(["GET", "HEAD", "POST"])
@member_with("tokens:manage")
def tokens(request: MemberRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "administration/tokens.html", _context(request))
    form = TokenForm(request.POST, roles=givable_roles(request.actor))
    made = None
    if form.is_valid():
        name, role = form.cleaned_data["name"], form.cleaned_data["role"]
        made = attempt(
            form, lambda: create_api_token(request.member.workspace, name, role, by=request.member)
        )
    if made is None:
        return render(request, "administration/tokens.html", _context(request, making=form), status=422)
    context = _context(request, plain=made[1], made=made[0])
    return render(request, "administration/tokens.html", context, status=201)


def _context(request: MemberRequest, *, making: TokenForm | None = None, **more: Any) -> dict[str, Any]:
    return {
        "tokens": live_tokens_of(request.member.workspace_id),
        "making": _making(making or TokenForm(roles=givable_roles(request.actor))),
        **more,
    }


def _making(form: TokenForm) -> FormDialog:
    return FormDialog(
        key="make-token",
        title=_("New token"),
        action=reverse("tokens"),
        form=form,
        submit=_("Create the token"),
        note=_("A token ends when whoever made it leaves or loses the right to make it."),
    )


@require_POST
@member_with("tokens:manage")
def revoke(request: MemberRequest, token_id: str) -> HttpResponse:
    revoke_api_token(access_api_token(request.actor, parse_id(token_id)), by=request.actor)
    return redirect("tokens")


TOKENS = SettingsPage(
    key="tokens",
    address="tokens",
    view=tokens,
    icon="api",
    label=gettext_lazy("API tokens"),
    words=gettext_lazy("keys, scripts, REST"),
    changed_by=(*TOKEN_EVENTS, *MEMBER_EVENTS, *ROLE_EVENTS),
    acts=(path("settings/tokens/<str:token_id>/revoke", revoke, name="revoke-token"),),
)
