"""Files: facts, bytes, uploads, and asking for a failed one again."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import IO
from urllib.parse import quote
from uuid import UUID

import filetype
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from regulars.api.parsing import parse_reference
from regulars.api.problems import MediaNotReady, NotJSON, TooLarge
from regulars.api.shapes.media import MediaQuery, MediaShape, build_media
from regulars.channels.whatsapp.limits import MEDIA_LIMITS
from regulars.conversations.access import access_media
from regulars.kernel.errors import Invalid
from regulars.media.files import path_of
from regulars.media.models import MediaFile
from regulars.media.operations import MOST_UPLOAD_BYTES, retry_media, store_upload
from regulars.workspaces.access import Actor

FORM_OVERHEAD = 64 * 1024
"""bytes that the multipart form may need beside the file"""
_HEAD = 8192
_INLINE_TYPES = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
        "audio/aac",
    }
    | {"audio/amr", "video/mp4", "video/3gpp"}
)
"""what a browser may show in place; everything else (HTML, SVG, PDF …) is only downloaded"""
_POLICY = "default-src 'none'; sandbox"


class Upload:
    """A multipart form with one ``file``, and optionally its ``kind``."""

    def __init__(self, file: UploadedFile[bytes], kind: str) -> None:
        self.file, self.kind = file, kind

    @classmethod
    def read(cls, request: HttpRequest) -> Upload:
        """The form of a request; raises ``Invalid`` or ``TooLarge``."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_UPLOAD_BYTES + FORM_OVERHEAD:
            raise TooLarge(
                _("A file has at most %(limit)d bytes") % {"limit": MOST_UPLOAD_BYTES},
                limit=MOST_UPLOAD_BYTES,
            )
        if not (request.content_type or "").startswith("multipart/form-data"):
            raise Invalid(_("Send a multipart form"), fields={"file": "a part of a multipart/form-data body"})
        try:
            file, kind = request.FILES.get("file"), str(request.POST.get("kind", ""))
        except MultiPartParserError as error:
            raise NotJSON(_("The multipart form cannot be read: %(reason)s") % {"reason": error}) from error
        if not isinstance(file, UploadedFile):
            raise Invalid(_("There is no file"), fields={"file": "a part with a file name"})
        if kind and kind not in MEDIA_LIMITS:
            raise Invalid(_("Unknown kind of file"), fields={"kind": ", ".join(MEDIA_LIMITS)})
        return cls(file, kind)

    def fingerprint(self) -> bytes:
        """What makes two uploads the same one, wherever the form's boundary lies."""
        digest = hashlib.sha256(f"{self.kind}\n{self.file.name}\n{self.file.content_type}\n".encode())
        for chunk in self.file.chunks():
            digest.update(chunk)
        self.file.seek(0)
        return digest.digest()


def upload_media(actor: Actor, form: Upload) -> MediaShape:
    """Give a file to send; its id goes into a message as ``media_id``.

    ``kind`` (image, video, audio, document or sticker) is guessed from the bytes when it is not given.
    """
    content = form.file.file
    if content is None:
        raise Invalid(_("There is no file"), fields={"file": "a part with a file name"})
    mime_type = form.file.content_type or "application/octet-stream"
    kind = form.kind or _guess_kind(content, mime_type)
    name = _safe_name(form.file.name or "")
    return build_media(store_upload(actor.workspace_id, kind, content, name, mime_type, by=actor))


def get_media(actor: Actor, media_id: UUID, query: MediaQuery) -> MediaShape:
    """A file's facts."""
    return build_media(_access(actor, media_id, query))


def get_media_content(actor: Actor, media_id: UUID, query: MediaQuery) -> FileResponse:
    """The bytes. Types that could run in a browser come as a download; nothing is sniffed."""
    media = _access(actor, media_id, query)
    if media.state != "ready":
        raise MediaNotReady(_("The file has not arrived"), state=media.state)
    try:
        content = path_of(media.sha256).open("rb")
    except OSError as error:
        raise MediaNotReady(_("The file is missing from the store"), state="missing") from error
    is_inline = media.mime_type.partition(";")[0].strip() in _INLINE_TYPES
    response = FileResponse(
        content, content_type=media.mime_type if is_inline else "application/octet-stream"
    )
    response["Content-Disposition"] = _disposition(media, is_inline=is_inline)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _POLICY
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["ETag"] = f'"{media.sha256}"'
    return response


def fetch_again(actor: Actor, media_id: UUID) -> MediaShape:
    """Ask the provider once more for a file that could not be fetched."""
    media = access_media(actor, media_id)
    retry_media(media, by=actor)
    media.refresh_from_db()
    return build_media(media)


def _access(actor: Actor, media_id: UUID, query: MediaQuery) -> MediaFile:
    message_id = parse_reference(query.message, "message") if query.message else None
    return access_media(actor, media_id, message_id=message_id)


def _guess_kind(content: IO[bytes], mime_type: str) -> str:
    """The kind of media that takes this type; a document when none does."""
    guessed = filetype.guess(content.read(_HEAD))
    content.seek(0)
    found = guessed.mime if guessed else mime_type.partition(";")[0].strip().lower()
    return next((kind for kind, limit in MEDIA_LIMITS.items() if found in limit.mime_types), "document")


def _safe_name(name: str) -> str:
    """A file name without folders and control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(each for each in last if unicodedata.category(each)[0] != "C").strip()


def _disposition(media: MediaFile, *, is_inline: bool) -> str:
    """RFC 6266: how to show it, and its name in any script."""
    name = _safe_name(media.filename) or str(media.id)
    plain = "".join(each if each.isascii() and each not in '"\\;' else "_" for each in name)
    how = "inline" if is_inline else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
