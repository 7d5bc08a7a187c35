"""The media directory is the one that the database knows, on every machine."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.test import override_settings

from regulars.media.models import MediaPlace
from regulars.media.operations import store_upload
from regulars.media.place import MARKER, OtherPlace, adopt_place, look_at_place, require_own_place
from tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def _on(directory: Path) -> override_settings:
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


def test_a_second_directory_refuses_though_both_are_empty(cast, tmp_path):
    with _on(tmp_path / "first"):
        require_own_place()
    (tmp_path / "second").mkdir()
    for check in (require_own_place, look_at_place):
        for name in ("second", "not there"):
            with _on(tmp_path / name), pytest.raises(OtherPlace, match=name):
                check()
    assert not (tmp_path / "second" / MARKER).exists()


def test_a_directory_of_another_database_refuses(cast, tmp_path):
    with _on(tmp_path):
        require_own_place()
        (tmp_path / MARKER).write_text("that of another database\n")
        for check in (require_own_place, look_at_place):
            with pytest.raises(OtherPlace, match="shared directory"):
                check()


@pytest.mark.parametrize("content", ["nothing", "files", "marked by another database"])
def test_the_right_one_is_adopted_and_the_one_before_refuses(content, cast, tmp_path):
    with _on(tmp_path / "lost"):
        require_own_place()
        store_upload(cast.workspace.id, "document", io.BytesIO(b"x"), "a", "", by=cast.actor(cast.agent))
    (tmp_path / "right").mkdir()
    if content == "files":
        (tmp_path / "right" / "ab").mkdir()
    if content == "marked by another database":
        (tmp_path / "right" / MARKER).write_text("theirs\n")
    with _on(tmp_path / "right"):
        with pytest.raises(OtherPlace, match="run `regulars adopt-media` here"):
            require_own_place()
        assert [adopt_place(), adopt_place()] == [True, False]
        require_own_place()
        look_at_place()
    if content == "marked by another database":
        assert (tmp_path / "right" / MARKER).read_text() == "theirs\n"
    with _on(tmp_path / "lost"), pytest.raises(OtherPlace):
        require_own_place()


def test_before_any_other_the_directory_is_adopted_as_it_would_be_anyway(cast, tmp_path):
    with _on(tmp_path / "first"):
        assert adopt_place()
        require_own_place()


def test_a_database_that_lost_its_row_learns_the_directory_again(cast, tmp_path):
    with _on(tmp_path):
        require_own_place()
        kept = (tmp_path / MARKER).read_text()
        MediaPlace.objects.all().delete()
        look_at_place()
        require_own_place()
        assert (tmp_path / MARKER).read_text() == kept
