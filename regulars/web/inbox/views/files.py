"""Files: showing what came, taking what is attached. Downloads are inert: sniffing off, scripts off, own name."""

from __future__ import annotations

from pathlib import Path
from threading import BoundedSemaphore
from time import sleep

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.access import access_media
from regulars.inboxes.channels import judge_file
from regulars.kernel.errors import Invalid, NotFound
from regulars.kernel.ids import parse_id
from regulars.media.files import path_of, thumbnail_path_of
from regulars.media.models import MediaFile
from regulars.media.operations import retry_media, store_upload
from regulars.media.queries import read_preview_state
from regulars.media.showing import can_be_shown, hand_out, make_inert, shown_type
from regulars.media.sniffing import FileFacts
from regulars.web.byte_ranges import answer_with_file
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.limit_words import limit_sentence

FOREVER = "private, max-age=31536000, immutable"
TILE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="160" viewBox="0 0 240 160">'
    '<rect width="240" height="160" fill="#8886"/></svg>'
)
PREVIEW_PATIENCE, PREVIEW_LOOK = 2.0, 0.05
"""seconds: how long the first look at a picture waits for its preview, and how often it asks"""
_patience = BoundedSemaphore(4)


@require_safe
@member_with("conversations:read")
def show(request: MemberRequest, media_id: str) -> HttpResponseBase:
    """To keep with ``?download=1``, and always when it could be active."""
    file = _ready(request, media_id)
    as_attachment = "download" in request.GET or not can_be_shown(file)
    response = _answer(request, path_of(file.sha256), shown_type(file))
    hand_out(response, file, as_attachment=as_attachment)
    return response


@require_safe
@member_with("conversations:read")
def thumbnail(request: MemberRequest, media_id: str) -> HttpResponseBase:
    """A picture's small preview; while there is none, and for what cannot have one, a plain tile."""
    file = _ready(request, media_id)
    if not file.has_thumbnail and not _is_drawn_soon(file):
        tile = HttpResponse(TILE, content_type="image/svg+xml")
        tile["Cache-Control"] = "no-store"
        make_inert(tile)
        return tile
    response = _answer(request, thumbnail_path_of(file.sha256), "image/webp")
    make_inert(response)
    return response


def _is_drawn_soon(file: MediaFile) -> bool:
    """Wait a moment for a preview that is being drawn; only a few wait at once, for each holds a thread."""
    if not file.is_preview_due or not _patience.acquire(blocking=False):
        return False
    try:
        for _look in range(int(PREVIEW_PATIENCE / PREVIEW_LOOK)):
            sleep(PREVIEW_LOOK)
            preview = read_preview_state(file)
            if not preview.is_due:
                return preview.is_there
        return False
    finally:
        _patience.release()


def _ready(request: MemberRequest, media_id: str) -> MediaFile:
    file = _seen(request, media_id)
    if file.state != "ready":
        raise NotFound(_("This file is not here"))
    return file


def _seen(request: MemberRequest, media_id: str) -> MediaFile:
    """The file, if it stands in a conversation that the member may see, or is an upload of their own.

    ``?message=`` names a message that brings the file along with others: a template's header or card.
    """
    message_id = parse_id(request.GET.get("message", ""))
    return access_media(request.actor, parse_id(media_id), message_id=message_id)


def _answer(request: MemberRequest, path: Path, mime_type: str) -> HttpResponseBase:
    try:
        response = answer_with_file(path, mime_type, request.headers.get("Range", ""))
    except FileNotFoundError as error:
        raise NotFound(_("This file is not here")) from error
    response["Cache-Control"] = FOREVER
    return response


@require_POST
@member_with("messages:send")
def upload(request: MemberRequest) -> HttpResponse:
    """The answer is ``{"id", "kind"}``, or a sentence that names the limit."""
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile) or given.size is None or given.file is None:
        raise Invalid(_("Choose a file"), fields={"file": "a file"})
    claimed = (given.content_type or "").lower()
    size = given.size

    def kind_of(facts: FileFacts) -> str:
        kind, problems = judge_file(facts.mime_type, size, is_animated=facts.is_animated, traits=facts.traits)
        if problems:
            sentence = " ".join(limit_sentence(each) for each in problems)
            raise Invalid(sentence, fields={each.field: each.code for each in problems})
        return kind

    file = store_upload(
        request.member.workspace_id, kind_of, given.file, given.name or "", claimed, by=request.actor
    )
    return JsonResponse({"id": str(file.id), "kind": file.kind}, status=201)


@require_POST
@member_with("conversations:read")
def retry(request: MemberRequest, media_id: str) -> HttpResponse:
    retry_media(_seen(request, media_id), by=request.actor)
    return HttpResponse(status=204)
