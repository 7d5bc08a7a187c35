"""The media directory is the one that the database knows, on every machine."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.test import override_settings

from regulars.media.models import MediaFile, MediaPlace
from regulars.media.operations import store_upload
from regulars.media.place import MARKER, OtherPlace, look_at_place, require_own_place
from tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def _on(directory: Path) -> override_settings:
    """A machine whose media lie there."""
    return override_settings(MEDIA_HOME=directory)


def test_machines_that_share_the_directory_start(cast, tmp_path):
    markers = []
    (tmp_path / "link").symlink_to(tmp_path / "shared", target_is_directory=True)
    for name in ("shared", "shared", "link"):
        with _on(tmp_path / name):
            require_own_place()
            look_at_place()
            store_upload(cast.workspace.id, "document", io.BytesIO(b"x"), "a", "", by=cast.actor(cast.agent))
            markers.append((tmp_path / name / MARKER).read_text().strip())
    assert markers == [MediaPlace.objects.get().marker] * 3


def test_a_directory_of_its_own_refuses_as_soon_as_there_are_files(cast, tmp_path):
    with _on(tmp_path / "first"):
        require_own_place()
        store_upload(cast.workspace.id, "document", io.BytesIO(b"x"), "a", "", by=cast.actor(cast.agent))
    for check in (require_own_place, look_at_place):
        with _on(tmp_path / "second"), pytest.raises(OtherPlace, match="second"):
            check()
    assert not (tmp_path / "second" / MARKER).exists()


def test_a_directory_of_another_database_refuses(cast, tmp_path):
    with _on(tmp_path):
        require_own_place()
        (tmp_path / MARKER).write_text("that of another database\n")
        for check in (require_own_place, look_at_place):
            with pytest.raises(OtherPlace, match="shared directory"):
                check()


def test_the_sentence_says_how_a_restored_directory_is_taken(cast, tmp_path):
    with _on(tmp_path / "lost"):
        require_own_place()
        store_upload(cast.workspace.id, "document", io.BytesIO(b"x"), "a", "", by=cast.actor(cast.agent))
    with _on(tmp_path / "restored"):
        with pytest.raises(OtherPlace) as refused:
            require_own_place()
        marker, path = str(refused.value).rsplit("write ", 1)[1].rstrip(".").split(" into ")
        Path(path).parent.mkdir()
        Path(path).write_text(marker)
        require_own_place()


def test_a_database_that_lost_its_row_learns_the_directory_again(cast, tmp_path):
    with _on(tmp_path):
        require_own_place()
        kept = (tmp_path / MARKER).read_text()
        MediaFile.objects.all().delete()
        look_at_place()
        require_own_place()
        assert (tmp_path / MARKER).read_text() == kept
