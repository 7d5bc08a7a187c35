"""Read questions about files that somebody was let in to."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.media.models import MediaFile


@dataclass(frozen=True, slots=True)
class PreviewState:
    """Whether a file's preview is still to be drawn, and whether there is one."""

    is_due: bool
    is_there: bool


def read_preview_state(file: MediaFile) -> PreviewState:
    now = MediaFile.objects.filter(id=file.id).values_list("is_preview_due", "has_thumbnail").first()
    return PreviewState(*now) if now else PreviewState(is_due=False, is_there=False)
