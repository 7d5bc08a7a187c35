"""Files: claimed with a lease, kept by their content, previewed without trust, taken by what their bytes are."""

from __future__ import annotations

import io
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.test import override_settings

from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid, NotAllowed
from regulars.kernel.models import Event
from regulars.media.files import incoming_file, keep, path_of
from regulars.media.models import MediaFile
from regulars.media.names import LONGEST_NAME
from regulars.media.operations import (
    ATTEMPTS,
    ToFetch,
    claim_files,
    forget_uploads,
    keep_fetched,
    note_failure,
    note_upload,
    retry_media,
    store_upload,
)
from regulars.media.tests.making import OPUS_MONO, moving, ogg, picture, png_bomb
from tests.cast import Cast, make_cast


@pytest.fixture(autouse=True)
def _home(tmp_path: Path):
    with override_settings(MEDIA_HOME=tmp_path):
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def _waiting(cast: Cast, **facts: object) -> MediaFile:
    values = {"kind": "image", "provider_media_id": "900", "mime_type": "image/png"} | facts
    return MediaFile.objects.create(workspace=cast.workspace, connection_id=cast.connection.id, **values)


def _claim() -> ToFetch:
    (file,) = claim_files(10)
    return file


def _state(file: MediaFile) -> tuple[str, int]:
    file.refresh_from_db()
    return file.state, file.attempts


def _later(file: MediaFile) -> None:
    """Let every back-off and lease of a file run out."""
    past = clock.now() - timedelta(hours=1)  # the database's now() is when the test began
    MediaFile.objects.filter(id=file.id, retry_at__isnull=False).update(retry_at=past)
    MediaFile.objects.filter(id=file.id, lease_until__isnull=False).update(lease_until=past)


# --- fetching ---------------------------------------------------------------------------------------


def test_a_waiting_file_is_claimed_once(cast):
    file = _waiting(cast)
    claimed = _claim()
    assert (claimed.id, claimed.connection_id, claimed.attempts) == (file.id, cast.connection.id, 1)
    assert claim_files(10) == []
    _later(file)
    assert _claim().attempts == 2


def test_the_oldest_come_first_and_no_more_than_asked(cast):
    files = [_waiting(cast) for _ in range(3)]
    _waiting(cast, state="ready")
    assert {each.id for each in claim_files(2)} == {file.id for file in files[:2]}


def test_what_contacts_sent_does_not_wait_behind_pictures_of_ads(cast):
    ads = [_waiting(cast, provider_media_id="", source_url="https://cdn.example/ad.jpg") for _ in range(3)]
    sent = _waiting(cast)
    assert {each.id for each in claim_files(2)} == {sent.id, ads[0].id}
    assert {each.id for each in claim_files(10)} == {ad.id for ad in ads[1:]}


def test_what_came_is_kept_by_its_content_and_shown_before_its_preview(cast):
    file, content = _waiting(cast), picture(size=(800, 600))
    digest = sha256(content).hexdigest()
    Event.objects.all().delete()
    with incoming_file() as target:
        target.write(content)
        keep_fetched(_claim(), target, digest, len(content), "image/png")
    file.refresh_from_db()
    assert (file.state, file.sha256, file.byte_count) == ("ready", digest, len(content))
    assert (file.width, file.height, file.has_thumbnail, file.is_preview_due) == (800, 600, False, True)
    assert path_of(digest).read_bytes() == content
    assert list(Event.objects.values_list("kind", flat=True)) == ["MediaArrived"]


def test_a_failure_is_tried_again_later_and_given_up_in_the_end(cast):
    file = _waiting(cast)
    for attempt in range(1, ATTEMPTS):
        note_failure(_claim(), "slow", is_final=False)
        assert _state(file) == ("waiting", attempt)
        assert claim_files(10) == []
        _later(file)
    note_failure(_claim(), "x" * 900, is_final=False)
    assert _state(file) == ("failed", ATTEMPTS)
    assert len(file.error) == 500


@pytest.mark.parametrize(
    ("is_final", "is_gone", "state"), [(True, False, "failed"), (False, True, "expired")]
)
def test_what_cannot_come_is_given_up_at_once(cast, is_final, is_gone, state):
    file = _waiting(cast)
    note_failure(_claim(), "no", is_final=is_final, is_gone=is_gone)
    assert _state(file) == (state, 1)


def test_a_file_over_which_fetchers_die_is_given_up(cast):
    file = _waiting(cast)
    for _ in range(ATTEMPTS):
        _claim()
        _later(file)
    assert claim_files(10) == []
    assert _state(file) == ("failed", ATTEMPTS)


def test_the_word_of_a_late_fetcher_no_longer_counts(cast):
    file, content = _waiting(cast), b"hello"
    late = _claim()
    _later(file)
    with incoming_file() as target:
        target.write(content)
        keep_fetched(_claim(), target, sha256(content).hexdigest(), 5, "text/plain")
    note_failure(late, "slow", is_final=True)
    assert _state(file)[0] == "ready"


def test_a_person_may_ask_again_for_what_failed(cast):
    file = _waiting(cast)
    by = cast.actor(cast.agent)
    note_failure(_claim(), "no", is_final=True)
    file.refresh_from_db()
    retry_media(file, by=by)
    assert _state(file) == ("waiting", 0)
    for state in ("ready", "expired", "missing", "fetching"):
        with pytest.raises(Conflict):
            retry_media(_waiting(cast, state=state), by=by)
    with pytest.raises(Conflict):
        retry_media(_waiting(cast, state="failed", provider_media_id=""), by=by)


# --- the store --------------------------------------------------------------------------------------


def test_the_same_content_is_kept_once():
    digest = sha256(b"x").hexdigest()
    paths = []
    for _ in range(2):
        with incoming_file() as file:
            file.write(b"x")
            paths.append(keep(file, digest))
    assert paths[0] == paths[1] == path_of(digest)
    assert path_of(digest).read_bytes() == b"x"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "g" * 64])
def test_only_hashes_name_files(name):
    with pytest.raises(ValueError, match="64 hexadecimal"):
        path_of(name)


# --- uploads ----------------------------------------------------------------------------------------


def _upload(cast: Cast, content: bytes, claimed: str = "application/octet-stream") -> MediaFile:
    return store_upload(
        cast.workspace.id, "document", io.BytesIO(content), "n" * 300, claimed, by=cast.actor(cast.agent)
    )


@pytest.mark.parametrize(
    ("content", "claimed", "found"),
    [
        (picture(), "application/pdf", "image/png"),
        (picture("JPEG"), "text/plain", "image/jpeg"),
        (b"%PDF-1.7\n", "image/png", "application/pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "image/svg+xml"),
        (b"a,b\n1,2\n", "text/csv", "text/plain"),
        (ogg(OPUS_MONO), "video/mp4", "audio/ogg"),
    ],
)
def test_the_type_is_what_the_bytes_are(cast, content, claimed, found):
    file = _upload(cast, content, claimed)
    assert (file.mime_type, file.state, file.byte_count) == (found, "ready", len(content))
    assert len(file.filename) == LONGEST_NAME


@pytest.mark.parametrize("claimed", ["image/jpeg", "video/mp4", "audio/ogg"])
@pytest.mark.parametrize("content", [b"hello", b"<script>alert(1)</script>", b"\x01\x02"])
def test_what_only_claims_to_be_a_picture_or_sound_is_refused(cast, content, claimed):
    with pytest.raises(Invalid, match=claimed):
        _upload(cast, content, claimed)
    assert MediaFile.objects.count() == 0


def test_an_upload_remembers_what_it_is_made_of(cast):
    sticker, print_ready = _upload(cast, moving(5)), _upload(cast, picture("JPEG", "CMYK"))
    assert (sticker.is_animated, sticker.width, sticker.is_preview_due) == (True, 16, True)
    assert (print_ready.traits, print_ready.is_animated) == (["cmyk"], False)
    assert not _upload(cast, png_bomb(50_000)).is_preview_due


def test_an_upload_is_checked(cast, monkeypatch):
    monkeypatch.setattr("regulars.media.operations.MOST_UPLOAD_BYTES", 10)
    for content in (b"", b"x" * 11):
        with pytest.raises(Invalid):
            _upload(cast, content)
    with pytest.raises(NotAllowed):
        store_upload(
            cast.workspace.id,
            "document",
            [b"x"],
            "n",
            "text/plain",
            by=cast.token_actor("agent", scopes=["notes:write"]),
        )
    assert MediaFile.objects.count() == 0


def test_the_providers_copies_are_remembered_per_number(cast):
    file = _upload(cast, b"x")
    with clock.frozen_at(clock.now()):
        note_upload(file.id, "201", "p1", timedelta(days=29))
        note_upload(file.id, "202", "p2", timedelta(days=29))
        until = (clock.now() + timedelta(days=29)).isoformat()
    file.refresh_from_db()
    assert file.provider_uploads == {"201": {"id": "p1", "until": until}, "202": {"id": "p2", "until": until}}
    forget_uploads([file.id], "201")
    forget_uploads([file.id], "203")
    file.refresh_from_db()
    assert list(file.provider_uploads) == ["202"]
