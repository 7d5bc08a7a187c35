"""Files of a case: they come to it, go, and come back. Repeating changes nothing."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.cases.events import CaseFileAdded, CaseFileRemoved
from regulars.cases.models import Case, CaseFile
from regulars.cases.operations.checking import hold_case, stir
from regulars.cases.telling import tell
from regulars.conversations.operations.removing import files_in_no_message
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid
from regulars.media.models import MediaFile
from regulars.media.operations import remove_files
from regulars.workspaces.access import Actor

MOST_FILES = 200
"""of one case"""


@transaction.atomic
def add_file(case: Case, media: MediaFile, *, by: Actor) -> CaseFile:
    """Both were accessed. Whoever sees the case sees the file from then on. One that was taken out comes back."""
    by.require("cases:edit")
    held = hold_case(case)
    if media.state != "ready":
        raise Conflict(_("The file has not arrived"), state=media.state)
    there = CaseFile.objects.filter(case=held, media=media).first()
    if there is not None:
        return _put_back(held, there, by)
    _check_room(held)
    made = CaseFile.objects.create(workspace_id=held.workspace_id, case=held, media=media, by_name=by.name)
    stir(held)
    tell(CaseFileAdded(held.workspace_id, held.id, held.number, made.id, by.doer))
    return made


@transaction.atomic
def remove_file(file: CaseFile, *, by: Actor) -> None:
    """It can be put back for as long as the case is there."""
    by.require("cases:edit")
    held = hold_case(file.case)
    if CaseFile.objects.filter(case=held, id=file.id, removed_at=None).update(removed_at=clock.now()):
        stir(held)
        tell(CaseFileRemoved(held.workspace_id, held.id, held.number, file.id, by.doer))


@transaction.atomic
def restore_file(file: CaseFile, *, by: Actor) -> CaseFile:
    """Of what was taken out."""
    by.require("cases:edit")
    held = hold_case(file.case)
    return _put_back(held, CaseFile.objects.select_related("media").get(case=held, id=file.id), by)


def forget_files(workspace_id: UUID, media_ids: Collection[UUID]) -> None:
    """Of cases that were deleted: what no other case and no message has goes from the disk, too."""
    elsewhere = CaseFile.objects.filter(workspace_id=workspace_id, media__in=media_ids)
    kept = set(elsewhere.values_list("media_id", flat=True))
    remove_files(files_in_no_message(workspace_id, set(media_ids) - kept))


def _put_back(held: Case, file: CaseFile, by: Actor) -> CaseFile:
    if file.removed_at is not None:
        _check_room(held)
        file.removed_at = None
        file.save(update_fields=["removed_at"])
        stir(held)
        tell(CaseFileAdded(held.workspace_id, held.id, held.number, file.id, by.doer))
    return file


def _check_room(case: Case) -> None:
    if CaseFile.objects.filter(case=case, removed_at=None).count() >= MOST_FILES:
        raise Invalid(
            _("A case has at most %(limit)s files") % {"limit": MOST_FILES},
            fields={"media": f"at most {MOST_FILES}"},
        )
