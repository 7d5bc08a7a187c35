"""Files: showing what came, taking what is attached. Downloads are inert: sniffing off, scripts off, own name."""

from __future__ import annotations

from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.channels.whatsapp.limits import MediaKind, check_media_file
from regulars.conversations.access import access_media
from regulars.kernel.errors import Invalid, NotFound
from regulars.kernel.ids import parse_id
from regulars.media.files import path_of, thumbnail_path_of
from regulars.media.models import MediaFile
from regulars.media.operations import retry_media, store_upload
from regulars.web.byte_ranges import answer_with_file
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.limit_words import limit_sentence

SHOWN_TYPES = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "video/mp4",
        "video/3gpp",
        "audio/aac",
        "audio/amr",
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
    }
)
"""shown in the page; every other type is only ever downloaded"""
INERT = "default-src 'none'; sandbox"
FOREVER = "private, max-age=31536000, immutable"


@require_safe
@member_with("conversations:read")
def show(request: MemberRequest, media_id: str) -> HttpResponseBase:
    """The file itself, to show or (``?download=1``, and whatever could be active) to keep."""
    file = _ready(request, media_id)
    mime_type = file.mime_type.partition(";")[0].lower()
    as_attachment = mime_type not in SHOWN_TYPES or "download" in request.GET
    return _answer(request, path_of(file.sha256), mime_type, file.filename, as_attachment=as_attachment)


@require_safe
@member_with("conversations:read")
def thumbnail(request: MemberRequest, media_id: str) -> HttpResponseBase:
    """A picture's small preview."""
    file = _ready(request, media_id)
    if not file.has_thumbnail:
        raise NotFound(_("This file has no preview"))
    return _answer(request, thumbnail_path_of(file.sha256), "image/webp", "", as_attachment=False)


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


def _answer(
    request: MemberRequest, path: Path, mime_type: str, filename: str, *, as_attachment: bool
) -> HttpResponseBase:
    try:
        wanted = request.headers.get("Range", "")
        response = answer_with_file(path, mime_type or "application/octet-stream", wanted)
    except FileNotFoundError as error:
        raise NotFound(_("This file is not here")) from error
    if disposition := content_disposition_header(as_attachment, filename or "file"):
        response["Content-Disposition"] = disposition
    response["Content-Security-Policy"] = INERT
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = FOREVER
    return response


@require_POST
@member_with("messages:send")
def upload(request: MemberRequest) -> HttpResponse:
    """Take one file; the answer is ``{"id", "kind"}``, or a sentence that names the limit."""
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile) or given.size is None or given.file is None:
        raise Invalid(_("Choose a file"), fields={"file": "a file"})
    mime_type = (given.content_type or "application/octet-stream").lower()
    kind = kind_of_type(mime_type)
    if problems := check_media_file(kind, mime_type, given.size):
        return HttpResponse(
            " ".join(limit_sentence(each) for each in problems),
            status=422,
            content_type="text/plain; charset=utf-8",
        )
    file = store_upload(
        request.member.workspace_id, kind, given.file, given.name or "", mime_type, by=request.actor
    )
    return JsonResponse({"id": str(file.id), "kind": file.kind}, status=201)


def kind_of_type(mime_type: str) -> MediaKind:
    """As which kind of message a type of file is sent."""
    plain = mime_type.partition(";")[0]
    if plain == "image/webp":
        return "sticker"
    if plain in {"image/jpeg", "image/png"}:
        return "image"
    if plain in {"video/mp4", "video/3gpp"}:
        return "video"
    return (
        "audio" if plain in {"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"} else "document"
    )


@require_POST
@member_with("conversations:read")
def retry(request: MemberRequest, media_id: str) -> HttpResponse:
    """Ask the provider once more for a file that could not be fetched."""
    retry_media(_seen(request, media_id), by=request.actor)
    return HttpResponse(status=204)
