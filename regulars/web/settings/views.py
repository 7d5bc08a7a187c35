from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from regulars.web.doors import SIGNED_IN, MemberRequest, member_with
from regulars.web.settings.register import groups_for


@require_safe
@member_with(SIGNED_IN)
def start(request: MemberRequest) -> HttpResponse:
    return redirect(groups_for(request.actor)[0].pages[0].key)
