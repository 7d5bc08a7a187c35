"""Putting conversations off: which moments are offered, and until when."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.acts.actions import Snooze
from regulars.acts.operations.acting import act_on
from regulars.conversations.access import access_conversation
from regulars.conversations.snoozing.presets import Preset, PresetKey, presets
from regulars.conversations.snoozing.reading import read_moment
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import parse_id
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.views.acting import head_with_undo
from regulars.workspaces.business_hours import business_hours_of


@require_safe
@member_with("conversations:resolve")
def snooze_times(request: MemberRequest) -> HttpResponse:
    """The usual moments; with ``text``, the one that it means."""
    zone, text = zone_of(request), request.GET.get("text", "").strip()
    if text:
        found = read_moment(text, clock.now(), zone)
        return render(request, "inbox/_snooze_times.html", {"text": text, "found": found, "lines": []})
    offered = presets(clock.now(), zone, business_hours_of(request.actor.workspace_id))
    return render(request, "inbox/_snooze_times.html", {"lines": [_line(each) for each in offered]})


def zone_of(request: MemberRequest) -> ZoneInfo:
    return ZoneInfo(request.member.user.time_zone)


def _line(preset: Preset) -> dict[str, object]:
    return {"label": _label(preset.key), "at": preset.at}


def _label(key: PresetKey) -> str:
    return {
        "later_today": _("Later today"),
        "afternoon": _("This afternoon"),
        "evening": _("This evening"),
        "tomorrow": _("Tomorrow"),
        "weekend": _("At the weekend"),
        "next_week": _("Next week"),
    }[key]


@require_POST
@member_with("conversations:resolve")
def snooze(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """``until``: a time with its zone; ``through=yes``: it sleeps on when the contact writes."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    action = Snooze(until=until_in(request), sleeps_through=request.POST.get("through") == "yes")
    act = act_on(conversation, [action], by=request.actor)
    return head_with_undo(request, conversation, _("Snoozed"), act)


def until_in(request: MemberRequest) -> datetime:
    try:
        found = parse_datetime(request.POST.get("until", ""))
    except ValueError:
        found = None
    if found is None or timezone.is_naive(found):
        raise Invalid(_("Say until when"), fields={"until": "a time with its zone, in the future"})
    return found
