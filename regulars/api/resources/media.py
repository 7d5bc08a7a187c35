"""Files: facts, bytes, uploads, and asking for a failed one again."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from regulars.api.parsing import parse_reference
from regulars.api.problems import NotJSON, TooLarge
from regulars.api.shapes.media import MediaQuery, MediaShape, build_media
from regulars.conversations.access import access_media
from regulars.conversations.operations.composing import MediaNotReady
from regulars.inboxes.channels import judge_file
from regulars.inboxes.ports import LimitProblem
from regulars.inboxes.ports.outgoing import MEDIA_KINDS
from regulars.kernel.errors import Invalid
from regulars.media.files import path_of
from regulars.media.models import MediaFile
from regulars.media.operations import MOST_UPLOAD_BYTES, retry_media, store_upload
from regulars.media.showing import can_be_shown, hand_out, shown_type
from regulars.media.sniffing import FileFacts
from regulars.workspaces.access import Actor

FORM_OVERHEAD = 64 * 1024
"""bytes that the multipart form may need beside the file"""


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
        if kind and kind not in MEDIA_KINDS:
            raise Invalid(_("Unknown kind of file"), fields={"kind": ", ".join(MEDIA_KINDS)})
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
    size = form.file.size or 0

    def kind_of(facts: FileFacts) -> str:
        kind, problems = judge_file(
            facts.mime_type, size, kind=form.kind, is_animated=facts.is_animated, traits=facts.traits
        )
        if form.kind not in ("", "document") and problems:  # documents may wait here for another use
            raise Invalid(
                _("This file cannot be sent as %(kind)s") % {"kind": kind},
                fields={f"file.{each.field}": _told(each) for each in problems},
            )
        return kind

    claimed = form.file.content_type or ""
    stored = store_upload(actor.workspace_id, kind_of, content, form.file.name or "", claimed, by=actor)
    return build_media(stored)


def _told(problem: LimitProblem) -> str:
    facts = {"found": problem.found, "limit": problem.limit, "actual": problem.actual}
    return " ".join([problem.code, *(f"{name}={value}" for name, value in facts.items() if value)])


def get_media(actor: Actor, media_id: UUID, query: MediaQuery) -> MediaShape:
    """A file's facts."""
    return build_media(_access(actor, media_id, query))


def get_media_content(actor: Actor, media_id: UUID, query: MediaQuery) -> FileResponse:
    """The bytes. Types that could run in a browser come as a download; nothing is sniffed."""
    return content_of(_access(actor, media_id, query))


def content_of(media: MediaFile) -> FileResponse:
    if media.state != "ready":
        raise MediaNotReady(_("The file has not arrived"), state=media.state)
    try:
        content = path_of(media.sha256).open("rb")
    except OSError as error:
        raise MediaNotReady(_("The file is missing from the store"), state="missing") from error
    response = FileResponse(content, content_type=shown_type(media))
    hand_out(response, media, as_attachment=not can_be_shown(media))
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
