"""The job that makes a transcript: some messages at a time, each step a transaction that leaves a part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db import transaction
from django.db.models import Q
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.contacts.numbers import shown_number
from regulars.conversations.access import access_conversation, media_visible_to
from regulars.conversations.models import Conversation, Message, Note
from regulars.conversations.queries.threads import shown_with, with_details
from regulars.kernel import clock
from regulars.kernel.errors import NotFound
from regulars.kernel.jobs.context import JobContext
from regulars.kernel.jobs.kinds import JobKind
from regulars.media.files import thumbnail_path_of
from regulars.printing.typesetting import join, page_count
from regulars.transcripts.lines import Line, day_words, lines_of, time_words, whom_with
from regulars.transcripts.models import Transcript, TranscriptPart
from regulars.transcripts.writing import Head
from regulars.transcripts.writing.document import CLOSING, html_part, opening
from regulars.transcripts.writing.pages import pdf_part
from regulars.workspaces.access import Actor
from regulars.workspaces.jobs import actor_of_job
from regulars.workspaces.operations import audit
from regulars.workspaces.queries import time_zone_of
from regulars.workspaces.sight import NUMBERS, PROTECTED, Sight, looking

PERMISSION, NOTES = "conversations:export", "notes:write"
KEPT_FOR = timedelta(days=7)
"""after it was whole; one that never was goes as soon"""
MESSAGES_AT_ONCE = 500
BYTES_AT_ONCE = 1 << 20
Format = Literal["html", "pdf"]
Place = tuple[datetime, UUID]


class TranscriptArguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which conversation, and how it is written."""

    conversation: UUID
    format: Format = "pdf"
    notes: bool = False
    language: str = "en"


class TranscriptResult(msgspec.Struct, frozen=True):
    """How many messages and notes the file has, and until when it is there (RFC 3339)."""

    lines: int
    expires_at: str


class _Reached(msgspec.Struct, frozen=True):
    """The last message that is written, and what the next part goes on with."""

    at: datetime | None = None
    message_id: UUID | None = None
    lines: int = 0
    pages: int = 0
    last_day: str = ""
    is_told: bool = False
    """all messages are written"""


def _make(context: JobContext[TranscriptArguments]) -> TranscriptResult:
    by = actor_of_job(context)
    by.require(PERMISSION)
    if context.arguments.notes:
        by.require(NOTES)
    conversation = access_conversation(by, context.arguments.conversation)
    with translation.override(context.arguments.language), looking(_sight(context)):
        reached = context.checkpoint(_Reached) or _begin(context, conversation)
        while not reached.is_told:
            reached = _go_on(context, conversation, reached, by)
        return _finish(context, reached)


def _sight(context: JobContext[TranscriptArguments]) -> Sight:
    """As far as whoever asked saw when they did: who reads the file is held against that."""
    found = Transcript.objects.get(id=context.job_id)
    return frozenset(
        permission
        for permission, has in ((NUMBERS, found.with_numbers), (PROTECTED, found.with_protected))
        if has
    )


def _begin(context: JobContext[TranscriptArguments], conversation: Conversation) -> _Reached:
    context.progress(0, Message.objects.filter(conversation=conversation).count())
    reached = _Reached()
    with _writing(context) as transcript:
        transcript.parts.all().delete()
        if transcript.format == "html":
            _write(transcript, opening(_head(conversation, context)).encode())
        context.save(reached)
    return reached


def _go_on(
    context: JobContext[TranscriptArguments], conversation: Conversation, reached: _Reached, by: Actor
) -> _Reached:
    messages = _following(conversation, reached)
    is_last = len(messages) < MESSAGES_AT_ONCE
    notes = _notes(conversation, reached, messages, is_last=is_last) if context.arguments.notes else []
    zone = ZoneInfo(time_zone_of(context.workspace_id))
    lines = lines_of(with_details(messages), notes, conversation, zone)
    body, pages = _part(context, conversation, lines, _thumbnails(lines, by), reached)
    last = messages[-1] if messages else None
    following = _Reached(
        at=last.sent_at if last else reached.at,
        message_id=last.id if last else reached.message_id,
        lines=reached.lines + len(lines),
        pages=reached.pages + pages,
        last_day=day_words(lines[-1].at) if lines else reached.last_day,
        is_told=is_last,
    )
    with _writing(context) as transcript:
        if body:
            _write(transcript, body)
        context.save(following, context.done + len(messages))
    return following


def _following(conversation: Conversation, reached: _Reached) -> list[Message]:
    messages = Message.objects.filter(conversation=conversation).order_by("sent_at", "id")
    if reached.at:
        messages = messages.filter(
            Q(sent_at__gt=reached.at) | Q(sent_at=reached.at, id__gt=reached.message_id)
        )
    return list(messages.select_related(*shown_with(conversation))[:MESSAGES_AT_ONCE])


def _notes(
    conversation: Conversation, reached: _Reached, messages: Sequence[Message], *, is_last: bool
) -> list[Note]:
    """Those between the last message of the part before and the last of this one; with it, all later ones."""
    notes = Note.objects.filter(conversation=conversation).order_by("created_at", "id")
    if reached.at:
        notes = notes.filter(created_at__gt=reached.at)
    if not is_last:
        notes = notes.filter(created_at__lte=messages[-1].sent_at)
    return list(notes)


def _thumbnails(lines: Sequence[Line], by: Actor) -> dict[UUID, bytes]:
    """Of the pictures that whoever asked may see."""
    shown = {line.picture.id: line.picture for line in lines if line.picture}
    seen = media_visible_to(by).filter(id__in=shown).values_list("id", flat=True) if shown else ()
    found = {}
    for media_id in seen:
        path = thumbnail_path_of(shown[media_id].sha256)
        if path.is_file():
            found[media_id] = path.read_bytes()
    return found


def _part(
    context: JobContext[TranscriptArguments],
    conversation: Conversation,
    lines: Sequence[Line],
    thumbnails: Mapping[UUID, bytes],
    reached: _Reached,
) -> tuple[bytes, int]:
    """What is written of these lines, and on how many pages."""
    if context.arguments.format == "html":
        return html_part(lines, thumbnails, last_day=reached.last_day).encode(), 0
    if not lines and reached.pages:
        return b"", 0
    body = pdf_part(
        lines,
        _head(conversation, context),
        thumbnails,
        first_page=reached.pages + 1,
        last_day=reached.last_day,
    )
    return body, page_count(body)


def _head(conversation: Conversation, context: JobContext[TranscriptArguments]) -> Head:
    zone = time_zone_of(context.workspace_id)
    asked = context.asked_at.astimezone(ZoneInfo(zone))
    contact = conversation.contact
    facts = (
        (_("With"), whom_with(conversation)),
        *(((_("Phone"), shown_number(contact.phone)),) if contact and contact.phone else ()),
        (_("Number of ours"), f"{conversation.inbox.name} ({conversation.inbox.display_address})"),
        (_("Made on"), f"{day_words(asked)}, {time_words(asked)}"),
        (_("Made by"), context.by.name),
        (_("Time zone"), zone),
    )
    title = _("Conversation with %(name)s") % {"name": whom_with(conversation)}
    return Head(title, facts, context.arguments.language)


def _finish(context: JobContext[TranscriptArguments], reached: _Reached) -> TranscriptResult:
    with _writing(context) as transcript:
        if transcript.format == "html":
            _write(transcript, CLOSING.encode())
        else:
            _join_parts(transcript)
        transcript.made_at = clock.now()
        transcript.expires_at = transcript.made_at + KEPT_FOR
        transcript.save(update_fields=["made_at", "expires_at"])
    return TranscriptResult(reached.lines, transcript.expires_at.isoformat())


def _join_parts(transcript: Transcript) -> None:
    ids = list(transcript.parts.order_by("id").values_list("id", flat=True))
    whole = join(bytes(transcript.parts.values_list("body", flat=True).get(id=each)) for each in ids)
    transcript.parts.all().delete()
    for start in range(0, len(whole), BYTES_AT_ONCE):
        _write(transcript, whole[start : start + BYTES_AT_ONCE])


@contextmanager
def _writing(context: JobContext[TranscriptArguments]) -> Iterator[Transcript]:
    """The file's row, held: a removal of the contact takes it away for good."""
    with transaction.atomic():
        rows = Transcript.objects.select_for_update().filter(workspace_id=context.workspace_id)
        transcript = rows.filter(id=context.job_id).first()
        if transcript is None:
            raise NotFound(_("The contact was removed"))
        yield transcript


def _write(transcript: Transcript, body: bytes) -> None:
    TranscriptPart.objects.create(transcript=transcript, body=body)


def _remove_file(context: JobContext[TranscriptArguments]) -> None:
    """Before its week is over; what was read of it meanwhile stays read."""
    by, undone = actor_of_job(context), context.undone
    by.require(PERMISSION)
    if undone is None:
        return
    with transaction.atomic():
        found = Transcript.objects.filter(workspace_id=context.workspace_id, id=undone.id)
        if found.delete()[0]:
            about = str(context.arguments.conversation)
            audit(by, "conversations:remove_export", "conversation", about, job=str(undone.id))


def _tell(result: Mapping[str, Any]) -> str:
    count = int(result["lines"])
    told = ngettext("%(count)s message, as a file", "%(count)s messages, as a file", count)
    return told % {"count": formats.number_format(count, use_l10n=True, force_grouping=True)}


def _describe(arguments: TranscriptArguments) -> str:
    form = arguments.format.upper()
    return _("%(format)s, with private notes") % {"format": form} if arguments.notes else form


MAKE = JobKind(
    key="transcripts.make",
    label=gettext_lazy("Write out a conversation"),
    arguments=TranscriptArguments,
    run=_make,
    permission=PERMISSION,
    describe=_describe,
    tell=_tell,
    is_single=True,
    undo=_remove_file,
    undo_within=KEPT_FOR,
)
"""Files of conversations: whoever may have one reads it in parts, and after some days it goes."""
