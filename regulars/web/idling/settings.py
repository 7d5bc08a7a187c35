"""Settings of idle conversations: one rule, and how many it would resolve now."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.condition_fields import CONVERSATION
from regulars.conversations.queries.lists import ConversationFilter, count_up_to
from regulars.idling.access import access_rule
from regulars.idling.events import IdleRuleChanged
from regulars.idling.operations import change_rule, wanted_of
from regulars.web.administration.answers import attempt
from regulars.web.design.conditions.kept import form_of, sentence_of_written, written_in
from regulars.web.doors import MemberRequest, member_with
from regulars.web.idling.forms import IdleRuleForm, initial_of, wanted_in
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.events import BusinessHoursChanged

MOST_COUNTED = 10_000


@require_safe
@member_with("idle_rule:manage")
def idle_conversations(request: MemberRequest) -> HttpResponse:
    actor = request.actor
    rule = access_rule(actor)
    count = count_up_to(actor, ConversationFilter(status="open", narrowing="idle"), MOST_COUNTED)
    context = {
        "rule": rule,
        "sentence": sentence_of_written(rule.conditions, CONVERSATION.name, actor.workspace_id),
        "count": min(count, MOST_COUNTED),
        "has_more": count > MOST_COUNTED,
    }
    return render(request, "idling/idle_conversations.html", context)


@require_safe
@member_with("idle_rule:manage")
def show_rule(request: MemberRequest) -> HttpResponse:
    wanted = wanted_of(access_rule(request.actor))
    return _show(request, IdleRuleForm(initial=initial_of(wanted)), dict(wanted.conditions))


@require_POST
@member_with("idle_rule:manage")
def change(request: MemberRequest) -> HttpResponse:
    form, written = IdleRuleForm(request.POST), written_in(request.POST, request.actor.workspace_id)
    if form.is_valid() and attempt(form, lambda: _change(request, form.cleaned_data, written)):
        return redirect("idle-conversations")
    return _show(request, form, written, status=422)


def _change(request: MemberRequest, told: dict[str, Any], written: dict[str, Any]) -> bool:
    version = request.POST.get("version")
    change_rule(
        request.actor.workspace_id,
        wanted_in(told, written),
        by=request.actor,
        versions=[version] if version else None,
    )
    return True


def _show(
    request: MemberRequest, form: IdleRuleForm, written: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = {
        "rule": access_rule(request.actor),
        "form": form,
        "conditions": form_of(
            written, CONVERSATION.name, request.actor.workspace_id, shows_gaps=status != 200
        ),
    }
    return render(request, "idling/idle_rule.html", context, status=status)


IDLE_CONVERSATIONS = SettingsPage(
    key="idle-conversations",
    address="idle-conversations",
    view=idle_conversations,
    icon="snooze",
    label=gettext_lazy("Idle conversations"),
    words=gettext_lazy("auto resolve, close automatically, inactive, inactivity, no answer, silence"),
    changed_by=(IdleRuleChanged, BusinessHoursChanged),
    acts=(
        path("settings/idle-conversations/rule", show_rule, name="idle-rule"),
        path("settings/idle-conversations/change", change, name="change-idle-rule"),
    ),
)
