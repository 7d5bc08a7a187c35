"""What notes said before they were edited may be protected, too."""

from __future__ import annotations

from regulars.attention.models import NoteWording
from regulars.protection.covering import Protectable

WORDINGS = Protectable(
    kind="wording",
    model=NoteWording,
    rows=lambda workspace_id: NoteWording.objects.filter(workspace_id=workspace_id),
)
