"""Drawing what is due, apart from everything else: no fetch, no upload and no message waits for a preview."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from regulars.kernel.events import record
from regulars.media.events import MediaPreviewed
from regulars.media.files import path_of, thumbnail_path_of
from regulars.media.models import MediaFile
from regulars.media.previews import WALL_SECONDS, Preview, draw_preview

AT_A_TIME = 2
"""drawing processes of one worker"""
CLAIM_SIZE = 6
LEASE = timedelta(seconds=WALL_SECONDS * CLAIM_SIZE)
ATTEMPTS = 2
"""a picture over which a whole worker died is tried once more"""


@dataclass(frozen=True, slots=True)
class ToDraw:
    id: UUID
    workspace_id: UUID
    sha256: str
    attempts: int


def draw_due_previews() -> int:
    due = claim_previews(CLAIM_SIZE)
    if not due:
        return 0
    with ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="preview") as threads:  # they touch no database
        drawing = {threads.submit(_draw, file): file for file in due}
        for done in as_completed(drawing):
            note_preview(drawing[done], done.result())
    return len(due)


@transaction.atomic
def claim_previews(limit: int) -> Sequence[ToDraw]:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE media_mediafile SET is_preview_due = false WHERE is_preview_due AND preview_attempts >= %s"
            " AND preview_lease_until < now()",
            [ATTEMPTS],
        )
        cursor.execute(
            "UPDATE media_mediafile m SET preview_attempts = preview_attempts + 1,"
            " preview_lease_until = now() + %s::interval FROM (SELECT id FROM media_mediafile"
            "   WHERE is_preview_due AND (preview_lease_until IS NULL OR preview_lease_until < now())"
            "   ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) chosen"
            " WHERE m.id = chosen.id RETURNING m.id, m.workspace_id, m.sha256, m.preview_attempts",
            [f"{LEASE.total_seconds()} seconds", limit],
        )
        return [ToDraw(*row) for row in cursor.fetchall()]


def _draw(file: ToDraw) -> Preview:
    return draw_preview(path_of(file.sha256), thumbnail_path_of(file.sha256))


@transaction.atomic
def note_preview(file: ToDraw, preview: Preview) -> None:
    """The word of a drawer whose lease ran out no longer counts."""
    mine = MediaFile.objects.filter(id=file.id, is_preview_due=True, preview_attempts=file.attempts)
    facts = {"width": preview.width, "height": preview.height} if preview.is_drawn else {}
    if mine.update(is_preview_due=False, preview_lease_until=None, has_thumbnail=preview.is_drawn, **facts):
        record(MediaPreviewed(file.workspace_id, file.id, preview.is_drawn))
