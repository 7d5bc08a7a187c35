"""Asking for a transcript, reading it, and its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.conversations.access import access_conversation
from regulars.conversations.models import Conversation
from regulars.kernel import clock
from regulars.kernel.errors import NotFound
from regulars.kernel.jobs.asking import start_job
from regulars.kernel.jobs.models import Job
from regulars.transcripts.making import KEPT_FOR, MAKE, NOTES, PERMISSION, Format, TranscriptArguments
from regulars.transcripts.models import Transcript
from regulars.workspaces.access import Actor
from regulars.workspaces.operations import audit
from regulars.workspaces.sight import NUMBERS, PROTECTED


@transaction.atomic
def start_transcript(conversation: Conversation, form: Format, *, with_notes: bool = False, by: Actor) -> Job:
    """In the language of whoever asks; the file is read by the job's id (:func:`open_transcript`)."""
    by.require(PERMISSION)
    if with_notes:
        by.require(NOTES)
    wanted = TranscriptArguments(
        conversation=conversation.id, format=form, notes=with_notes, language=get_language() or "en"
    )
    job = start_job(MAKE, wanted, by=by)
    Transcript.objects.get_or_create(
        id=job.id,
        defaults={
            "workspace_id": by.workspace_id,
            "conversation": conversation,
            "format": form,
            "with_notes": with_notes,
            "with_numbers": by.can(NUMBERS),
            "with_protected": by.can(PROTECTED),
            "expires_at": clock.now() + KEPT_FOR,
        },
    )
    audit(
        by,
        "conversations:export",
        "conversation",
        str(conversation.id),
        job=str(job.id),
        format=form,
        notes=with_notes,
    )
    return job


@transaction.atomic
def open_transcript(transcript_id: UUID | None, *, by: Actor) -> Transcript:
    """For whoever may see the conversation and take it out; the audit trail notes who read it.

    Raises NotFound where there is none, none any more, or none whole yet.
    """
    found = _whole(by).filter(id=transcript_id).first() if transcript_id else None
    if found is None:
        raise NotFound(_("There is no such file; it is there for 7 days, unless the contact is removed"))
    if found.with_notes:
        by.require(NOTES)
    if found.with_numbers:
        by.require(NUMBERS)
    if found.with_protected:
        by.require(PROTECTED)
    access_conversation(by, found.conversation_id)
    audit(by, "conversations:read_export", "conversation", str(found.conversation_id), job=str(found.id))
    return found


def transcripts_there(by: Actor, job_ids: Sequence[UUID]) -> set[UUID]:
    """Whose files the actor can have, of these jobs."""
    if not by.can(PERMISSION):
        return set()
    return set(_whole(by).filter(id__in=job_ids).values_list("id", flat=True))


def _whole(by: Actor) -> QuerySet[Transcript]:
    by.require(PERMISSION)
    return Transcript.objects.filter(
        workspace_id=by.workspace_id, made_at__isnull=False, expires_at__gt=clock.now()
    )


def content_of(transcript: Transcript) -> Iterator[bytes]:
    for part_id in list(transcript.parts.order_by("id").values_list("id", flat=True)):
        yield bytes(transcript.parts.values_list("body", flat=True).get(id=part_id))


def purge_transcripts() -> None:
    # unscoped: of every workspace
    Transcript.objects.filter(expires_at__lte=clock.now()).delete()
