"""A conversation as a file: asking for it, and having it."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.access import access_conversation
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import parse_id
from regulars.transcripts.making import PERMISSION
from regulars.transcripts.operations import open_transcript, start_transcript
from regulars.transcripts.showing import hand_out
from regulars.web.doors import MemberRequest, member_with
from regulars.web.problems import toast_header


@require_POST
@member_with(PERMISSION)
def start(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """Starts the job that makes the file, and leads to where it runs."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    match request.POST.get("format"):
        case "html" | "pdf" as form:
            with_notes = request.POST.get("notes") == "yes"
            start_transcript(conversation, form, with_notes=with_notes, by=request.actor)
        case _:
            raise Invalid(_("Choose PDF or a web page"), fields={"format": "html, pdf"})
    response = HttpResponse(status=204)
    response["X-Toast"] = toast_header(_("The file is being made; it can be downloaded here"))
    response["X-Next"] = reverse("jobs")
    return response


@require_safe
@member_with(PERMISSION)
def download(request: MemberRequest, transcript_id: str) -> StreamingHttpResponse:
    return hand_out(open_transcript(parse_id(transcript_id), by=request.actor))
