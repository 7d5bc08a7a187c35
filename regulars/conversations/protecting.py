"""Which of this room's tables hold words that may be protected."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.conversations.models import Message, Note
from regulars.media.models import MediaFile
from regulars.protection.covering import Protectable
from regulars.protection.fields import Opened, opened


def _names_of_files(messages: Sequence[Message]) -> None:
    # unscoped: of the messages that were given
    rows = MediaFile.objects.filter(id__in=[each.media_id for each in messages]).exclude(filename="")
    with opened():
        files = list(rows)
    for each in files:
        each.filename = Opened(each.filename)
    # unscoped: as above
    MediaFile.objects.bulk_update(files, ["filename"])


MESSAGES = Protectable(
    kind="message",
    model=Message,
    rows=lambda workspace_id: Message.objects.filter(workspace_id=workspace_id),
    json="content",
    also=_names_of_files,
)
NOTES = Protectable(
    kind="note", model=Note, rows=lambda workspace_id: Note.objects.filter(workspace_id=workspace_id)
)
