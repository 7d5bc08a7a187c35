"""Files of cases: who puts them there and sees them, what is told, what goes with whom."""

from __future__ import annotations

from uuid import uuid4

import pytest

from regulars.cases.access import access_file, access_removed_file
from regulars.cases.events import CaseFileAdded, CaseFileRemoved
from regulars.cases.models import Case, CaseActivity, CaseFile
from regulars.cases.operations.filing import add_file, remove_file, restore_file
from regulars.cases.operations.merging import merge_case
from regulars.cases.operations.opening import NewCase, open_case
from regulars.cases.queries.pages import files_of
from regulars.conversations.operations.removing import remove_contact
from regulars.inboxes.ports import MediaRef, MessageContent
from regulars.kernel.errors import Conflict, NotAllowed, NotFound
from regulars.kernel.models import Event
from regulars.media.files import path_of
from regulars.media.models import MediaFile
from regulars.media.operations import store_upload
from tests.cast import ALICE, Cast

pytestmark = pytest.mark.django_db


def opened(cast: Cast, title: str = "Late parcel") -> Case:
    return open_case(NewCase(title=title), by=cast.actor())


def upload(cast: Cast, content: bytes = b"%PDF-1.4 invoice", name: str = "invoice.pdf") -> MediaFile:
    return store_upload(cast.workspace.id, "document", [content], name, "application/pdf", by=cast.actor())


def told(cast: Cast) -> list[str]:
    kinds = [CaseFileAdded.__name__, CaseFileRemoved.__name__]
    rows = Event.objects.filter(workspace_id=cast.workspace.id, kind__in=kinds).order_by("id")
    return list(rows.values_list("kind", flat=True))


def test_a_file_comes_goes_and_comes_back_and_repeating_changes_nothing(cast: Cast):
    case, media, by = opened(cast), upload(cast), cast.actor()
    file = add_file(case, media, by=by)
    assert add_file(case, media, by=by) == file
    assert [(each.media.filename, each.by_name) for each in files_of(case)] == [("invoice.pdf", by.name)]
    remove_file(file, by=by)
    remove_file(file, by=by)
    assert list(files_of(case)) == []
    with pytest.raises(NotFound):
        access_file(by, case.id, file.id)
    restore_file(access_removed_file(by, case.id, file.id), by=by)
    restore_file(file, by=by)
    assert access_file(by, case.id, file.id) == file
    assert told(cast) == ["CaseFileAdded", "CaseFileRemoved", "CaseFileAdded"]
    lines = CaseActivity.objects.filter(case=case).order_by("at", "id").values_list("kind", flat=True)
    assert list(lines) == ["opened", "file_added", "file_removed", "file_added"]


def test_a_file_is_seen_through_its_own_case_only(cast: Cast):
    case, other = opened(cast), opened(cast, "Other")
    file = add_file(case, upload(cast), by=cast.actor())
    assert access_file(cast.actor(cast.admin), case.id, file.id) == file
    for case_id, file_id in ((other.id, file.id), (case.id, uuid4()), (case.id, None)):
        with pytest.raises(NotFound):
            access_file(cast.actor(cast.admin), case_id, file_id)


def test_what_is_refused(cast: Cast):
    case, media = opened(cast), upload(cast)
    waiting = MediaFile.objects.create(workspace=cast.workspace, kind="image")
    with pytest.raises(Conflict):
        add_file(case, waiting, by=cast.actor())
    with pytest.raises(NotAllowed):
        add_file(case, media, by=cast.token_actor("agent", scopes=["cases:read"]))
    merge_case(case, into=opened(cast, "Other"), by=cast.actor())
    with pytest.raises(Conflict):
        add_file(case, media, by=cast.actor())


def test_files_go_with_whoever_is_removed(cast: Cast):
    """With a case that was only about them its uploads; from other cases what came in their messages."""
    picture = MessageContent(media=MediaRef(provider_media_id="901", mime_type="image/jpeg"))
    conversation = cast.hears(ALICE, kind="image", content=picture)
    MediaFile.objects.update(state="ready")
    sent = MediaFile.objects.get()
    alone = open_case(NewCase(title="Alice", conversations=[conversation]), by=cast.actor())
    shared = open_case(
        NewCase(title="Both", conversations=[conversation], contacts=[cast.boris]), by=cast.actor()
    )
    hers, theirs = upload(cast), upload(cast, b"%PDF-1.4 both", "both.pdf")
    for case, media in ((alone, hers), (alone, sent), (alone, theirs), (shared, sent), (shared, theirs)):
        add_file(case, media, by=cast.actor())
    remove_contact(cast.alice, by=cast.actor(cast.admin))
    assert list(CaseFile.objects.values_list("case_id", "media_id")) == [(shared.id, theirs.id)]
    assert list(MediaFile.objects.all()) == [theirs]
    assert path_of(theirs.sha256).exists()
