"""Transcripts: a conversation as a file that a job makes."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from django.http import StreamingHttpResponse

from regulars.api.parsing import parse_reference
from regulars.api.shapes.jobs import JobShape, build_job
from regulars.conversations.access import access_conversation
from regulars.kernel.telling import EXAMPLE_ID, told
from regulars.transcripts.making import Format
from regulars.transcripts.operations import open_transcript, start_transcript
from regulars.transcripts.showing import hand_out
from regulars.workspaces.access import Actor


class NewTranscript(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to be written out, and how."""

    conversation: Annotated[str, told("The conversation.", EXAMPLE_ID)]
    format: Annotated[Format, told("`pdf`, or `html` as one page that stands by itself.", "pdf")] = "pdf"
    notes: Annotated[
        bool, told("Private notes, too; whoever asks and whoever reads needs `notes:write`.", False)
    ] = False


def request_transcript(actor: Actor, body: NewTranscript) -> JobShape:
    """Have a conversation written out; the answer is the job that does it.

    When it is done, ``GET /transcripts/{job}/content`` gives the file, for seven days. Times are in the workspace's
    zone, words in the language of the request. Deleted messages stand there without what they said. The audit trail
    notes who asked, and who read it.
    """
    conversation = access_conversation(actor, parse_reference(body.conversation, "conversation"))
    return build_job(start_transcript(conversation, body.format, with_notes=body.notes, by=actor))


def get_transcript_content(actor: Actor, transcript_id: UUID) -> StreamingHttpResponse:
    """The file. 404 until the job is done, after seven days, and when the contact was removed."""
    return hand_out(open_transcript(transcript_id, by=actor))
