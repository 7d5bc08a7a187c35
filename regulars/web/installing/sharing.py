"""Where something comes that another app of the device shares with Regulars.

It is kept by the service worker of the installed app (``shared.js``), on the device alone: a form from elsewhere
carries no token of ours, so no route takes anything from it. A member chooses a conversation, and it stands in the
composer there.
"""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.queries.lists import ConversationFilter, list_conversations
from regulars.web.doors import MemberRequest, WebRequest, member_with, public
from regulars.web.inbox.building import conversation_row

MOST = 20
LONGEST = 200
SHARE_TARGET = {
    "action": "/share/received",
    "method": "POST",
    "enctype": "multipart/form-data",
    "params": {
        "title": "title",
        "text": "text",
        "url": "url",
        "files": [{"name": "files", "accept": ["*/*"]}],
    },
}
"""https://w3c.github.io/web-share-target/"""


@csrf_exempt  # nothing of it is read
@require_POST
@public
def received(request: WebRequest) -> HttpResponse:
    """Only where no service worker was there to keep it."""
    response = HttpResponseRedirect(reverse("share"))
    response.status_code = HTTPStatus.SEE_OTHER
    return response


@require_safe
@member_with("messages:send")
def share(request: MemberRequest) -> HttpResponse:
    """For the script (``X-Fragment``) only the conversations that ``q`` finds; without it, the newest."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    found = list_conversations(request.actor, ConversationFilter(text=text), order="newest", limit=MOST).items
    context = {"rows": [conversation_row(each) for each in found], "text": text}
    page = "installing/_share_choices.html" if request.headers.get("X-Fragment") else "installing/share.html"
    return render(request, page, context)
