from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from regulars.web.doors import SIGNED_IN, MemberRequest, member_with
from regulars.web.layouts.navigation import navigation_of


@require_safe
@member_with(SIGNED_IN)
def start(request: MemberRequest) -> HttpResponse:
    """The first page of the administration that the member may see."""
    pages = navigation_of(request.actor).administration
    return redirect(pages[0].url if pages else "inbox")
