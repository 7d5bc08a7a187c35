"""Write verbs of media: claiming what waits, keeping what came, noting what failed, taking uploads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import IO
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid
from regulars.kernel.events import record
from regulars.media.events import MediaArrived, MediaAskedAgain, MediaFailed
from regulars.media.files import incoming_file, keep, path_of, thumbnail_path_of
from regulars.media.models import MediaFile
from regulars.media.names import safe_name
from regulars.media.previews import can_have_preview
from regulars.media.queue import wake_fetchers, wake_previewers
from regulars.media.sniffing import UNKNOWN, FileFacts, sniff
from regulars.workspaces.access import Actor

LEASE = timedelta(minutes=5)
ATTEMPTS = 6
UPLOAD_CHUNK = 256 * 1024
MOST_UPLOAD_BYTES = 100 * 1024 * 1024
_SEEN_OR_HEARD = ("image/", "video/", "audio/")


@dataclass(frozen=True, slots=True)
class ToFetch:
    id: UUID
    workspace_id: UUID
    connection_id: UUID
    provider_media_id: str
    sha256: str
    mime_type: str
    attempts: int
    source_url: str = ""
    """where it lies in the open; the provider then has no id for it"""


@transaction.atomic
def claim_files(limit: int) -> list[ToFetch]:
    """Also those whose fetcher died, the oldest first.

    What lies in the open comes last: strangers' hosts may be slow, and a thousand people may come from one ad at once.
    A file over which fetchers keep dying is given up like one that keeps failing.
    """
    # unscoped: one worker fetches for all
    died = MediaFile.objects.filter(state="fetching", lease_until__lt=clock.now(), attempts__gte=ATTEMPTS)
    died.update(state="failed", lease_until=None, error="the fetcher died each time")
    found = _claim(limit, in_the_open=False)
    return found if len(found) == limit else found + _claim(limit - len(found), in_the_open=True)


def _claim(limit: int, *, in_the_open: bool) -> list[ToFetch]:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE media_mediafile m SET state = 'fetching', attempts = attempts + 1,"
            " lease_until = now() + %s::interval FROM (SELECT id FROM media_mediafile"
            "   WHERE ((state = 'waiting' AND (retry_at IS NULL OR retry_at <= now()))"
            "   OR (state = 'fetching' AND lease_until < now())) AND (source_url <> '') = %s"
            "   ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) chosen"
            " WHERE m.id = chosen.id RETURNING m.id, m.workspace_id, m.connection_id, m.provider_media_id, m.sha256,"
            " m.mime_type, m.attempts, m.source_url",
            [f"{LEASE.total_seconds()} seconds", in_the_open, limit],
        )
        return [ToFetch(*row) for row in cursor.fetchall()]


def keep_fetched(file: ToFetch, content: IO[bytes], digest: str, byte_count: int, mime_type: str) -> None:
    keep(content, digest)
    facts = sniff(content) if mime_type.startswith("image/") else FileFacts(mime_type)
    has_due = can_have_preview(facts)
    with transaction.atomic():
        is_wanted = MediaFile.objects.filter(id=file.id).update(
            state="ready",
            sha256=digest,
            byte_count=byte_count,
            mime_type=mime_type or file.mime_type,
            width=facts.width,
            height=facts.height,
            is_preview_due=has_due,
            preview_attempts=0,
            error="",
            lease_until=None,
            fetched_at=clock.now(),
        )
        if not is_wanted:  # removed meanwhile, with the person whose it was
            _delete_unshared({digest})
            return
        record(MediaArrived(file.workspace_id, file.id))
        if has_due:
            wake_previewers()


@transaction.atomic
def note_failure(file: ToFetch, error: str, *, is_final: bool, is_gone: bool = False) -> None:
    """Try later, or give up: ``failed`` can be retried by hand, ``expired`` is gone at the provider.

    The word of a fetcher whose lease ran out no longer counts.
    """
    mine = MediaFile.objects.filter(id=file.id, state="fetching", attempts=file.attempts)
    ended = is_final or is_gone or file.attempts >= ATTEMPTS
    state = ("expired" if is_gone else "failed") if ended else "waiting"
    if mine.update(
        state=state,
        error=error[:500],
        lease_until=None,
        retry_at=None if ended else clock.now() + timedelta(seconds=4**file.attempts),
    ):
        record(MediaFailed(file.workspace_id, file.id, state))


@transaction.atomic
def retry_media(file: MediaFile, *, by: Actor) -> None:
    by.require("conversations:read")
    if file.state not in {"failed", "waiting"} or not file.provider_media_id:
        raise Conflict(_("This file cannot be fetched again"), state=file.state)
    MediaFile.objects.filter(id=file.id).update(state="waiting", attempts=0, retry_at=None, error="")
    record(MediaAskedAgain(file.workspace_id, file.id, by.doer))
    wake_fetchers()


def store_upload(
    workspace_id: UUID,
    kind: str | Callable[[FileFacts], str],
    chunks: Sequence[bytes] | IO[bytes],
    filename: str,
    mime_type: str,
    *,
    by: Actor,
) -> MediaFile:
    """Its type is what the bytes are, not what name or form claim.

    ``kind`` may ask the facts: the caller then decides (and may refuse) before anything is kept.
    """
    by.require("messages:send")
    digest = sha256()
    size = 0
    with incoming_file() as target:
        for chunk in _chunks(chunks):
            size += len(chunk)
            if size > MOST_UPLOAD_BYTES:
                raise Invalid(
                    _("The file is too large"), fields={"file": f"at most {MOST_UPLOAD_BYTES} bytes"}
                )
            digest.update(chunk)
            target.write(chunk)
        if size == 0:
            raise Invalid(_("The file is empty"), fields={"file": "a file with content"})
        facts = sniff(target)
        _refuse_false_claim(facts, mime_type)
        chosen = kind if isinstance(kind, str) else kind(facts)
        keep(target, digest.hexdigest())
    has_due = can_have_preview(facts)
    with transaction.atomic():
        stored = MediaFile.objects.create(
            workspace_id=workspace_id,
            kind=chosen,
            state="ready",
            mime_type=facts.mime_type,
            traits=list(facts.traits),
            byte_count=size,
            sha256=digest.hexdigest(),
            filename=safe_name(filename),
            uploaded_by=by.id,
            width=facts.width,
            height=facts.height,
            is_animated=facts.is_animated,
            is_preview_due=has_due,
            fetched_at=clock.now(),
        )
        if has_due:
            wake_previewers()
        return stored


def _refuse_false_claim(facts: FileFacts, claimed: str) -> None:
    """A text that calls itself a picture is a broken picture: as a document nobody could open it."""
    found = facts.mime_type
    is_nothing = found == UNKNOWN or found.startswith("text/")
    if claimed.startswith(_SEEN_OR_HEARD) and is_nothing:
        raise Invalid(
            _("The file says that it is %(claimed)s, but its content is not")
            % {"claimed": claimed.partition(";")[0]},
            fields={"file": f"content of the type that it claims; this is {facts.mime_type}"},
        )


@transaction.atomic
def remove_files(ids: Collection[UUID]) -> None:
    """Bytes that no other file shares are deleted once the transaction has committed."""
    rows = MediaFile.objects.filter(id__in=ids)  # unscoped: whoever removes them knows what they were in
    hashes = set(rows.exclude(sha256="").values_list("sha256", flat=True))
    rows.delete()
    _delete_unshared(hashes)


def _delete_unshared(hashes: Collection[str]) -> None:
    # unscoped: the same bytes are kept once for all
    shared = MediaFile.objects.filter(sha256__in=hashes).values_list("sha256", flat=True)
    gone = set(hashes).difference(shared)
    transaction.on_commit(lambda: _delete_bytes(gone))


def _delete_bytes(hashes: Collection[str]) -> None:
    for digest in hashes:
        path_of(digest).unlink(missing_ok=True)
        thumbnail_path_of(digest).unlink(missing_ok=True)


def _chunks(source: Sequence[bytes] | IO[bytes]) -> Iterator[bytes]:
    if isinstance(source, Sequence):
        yield from source
        return
    while chunk := source.read(UPLOAD_CHUNK):
        yield chunk


def note_upload(file_id: UUID, address: str, provider_media_id: str, lifetime: timedelta) -> None:
    with transaction.atomic():
        # unscoped: the file of a message that leaves
        file = MediaFile.objects.select_for_update().get(id=file_id)
        until = (clock.now() + lifetime).isoformat()
        file.provider_uploads = {**file.provider_uploads, address: {"id": provider_media_id, "until": until}}
        file.save(update_fields=["provider_uploads"])


def forget_uploads(file_ids: Collection[UUID], address: str) -> None:
    """The provider lost its copies: the next message with these files uploads them anew."""
    with transaction.atomic():
        # unscoped: the files of messages that leave
        for file in MediaFile.objects.select_for_update().filter(id__in=file_ids).order_by("id"):
            if file.provider_uploads.pop(address, None) is not None:
                file.save(update_fields=["provider_uploads"])
