"""How a transcript is handed out, the same by screen and by REST."""

from __future__ import annotations

from django.http import StreamingHttpResponse

from regulars.media.showing import make_inert
from regulars.transcripts.models import Transcript
from regulars.transcripts.operations import content_of

CONTENT_TYPES = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


def hand_out(transcript: Transcript) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content_of(transcript), content_type=CONTENT_TYPES[transcript.format])
    name = f"conversation-{transcript.conversation_id}.{transcript.format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    make_inert(response)
    return response
