"""Files on the screen: taken by what they are, shown only when they were decoded, kept under names that harm nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.media.models import MediaFile
from regulars.media.previewing import draw_due_previews
from regulars.media.tests.making import (
    OPUS_MONO,
    VORBIS,
    film,
    moving,
    ogg,
    picture,
    png_bomb,
)
from regulars.web.inbox.views import files
from regulars.workspaces.models import Member
from tests.cast import Cast

SignIn = Callable[[Member], Client]
FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_HOME = tmp_path
    monkeypatch.setattr(files, "PREVIEW_PATIENCE", 0.1)


@pytest.fixture
def client(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.agent)


def _give(client: Client, name: str, content: bytes, mime_type: str) -> Any:
    return client.post("/media", {"file": SimpleUploadedFile(name, content, mime_type)}, headers=FRAGMENT)


@pytest.mark.parametrize(
    ("name", "content", "claimed", "kind"),
    [
        ("song.m4a", film(b"M4A ", sounds=[b"mp4a"]), "audio/x-m4a", "audio"),
        ("song.m4a", film(b"M4A ", sounds=[b"mp4a"]), "", "audio"),
        ("moving.webp", moving(12, size=(120, 120)) + b"", "image/webp", "sticker"),
        ("really ogg.mp4", ogg(OPUS_MONO), "video/mp4", "audio"),
        ("photo", picture("JPEG"), "application/octet-stream", "image"),
        ("prices.csv", b"a,b\n1,2\n", "text/csv", "document"),
    ],
)
def test_a_file_is_taken_as_what_it_is(client: Client, name: str, content: bytes, claimed: str, kind: str):
    taken = _give(client, name, content, claimed)
    assert (taken.status_code, taken.json()["kind"]) == (201, kind)


def test_a_moving_sticker_may_be_larger_than_one_that_stands_still(client: Client):
    padding = b"JUNK" + (150_000).to_bytes(4, "little") + bytes(150_000)

    def padded(sticker: bytes) -> bytes:
        return b"RIFF" + (len(sticker) + len(padding) - 8).to_bytes(4, "little") + sticker[8:] + padding

    assert _give(client, "a.webp", padded(moving()), "image/webp").status_code == 201
    assert _give(client, "a.webp", padded(picture("WEBP")), "image/webp").status_code == 422


@pytest.mark.parametrize(
    ("name", "content", "claimed", "said"),
    [
        ("print.jpg", picture("JPEG", "CMYK"), "image/jpeg", "cmyk"),
        ("voice.ogg", ogg(VORBIS), "audio/ogg", "vorbis"),
        ("phone.mp4", film(b"isom", [b"hvc1"]), "video/mp4", "hevc"),
        ("a.gif", picture("GIF"), "image/gif", "image/gif"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "image/svg+xml"),
        ("a.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n", "application/postscript", "application/postscript"),
        ("photo.jpg", b"I am a text", "image/jpeg", "says that it is image/jpeg"),
        ("a.exe", b"MZ\x90\0" + bytes(60), "application/pdf", "cannot be sent here"),
    ],
)
def test_a_wrong_file_is_refused_by_name(client: Client, name: str, content: bytes, claimed: str, said: str):
    refused = _give(client, name, content, claimed)
    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert MediaFile.objects.count() == 0


def _headers(response: Any) -> dict[str, str]:
    if response.streaming:
        b"".join(response)
    names = ("Content-Type", "Content-Disposition", "Content-Security-Policy", "X-Content-Type-Options")
    return {name: response.get(name, "") for name in names}


INERT = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}


def test_a_picture_is_shown_once_it_was_decoded(client: Client):
    file_id = _give(client, "../\u202edress.png", picture(size=(800, 600)), "image/png").json()["id"]
    tile = client.get(f"/media/{file_id}/thumbnail")
    assert (tile["Content-Type"], tile["Cache-Control"]) == ("image/svg+xml", "no-store")
    assert _headers(tile).items() >= INERT.items()
    draw_due_previews()
    drawn = client.get(f"/media/{file_id}/thumbnail")
    assert _headers(drawn).items() >= {**INERT, "Content-Type": "image/webp"}.items()
    whole = client.get(f"/media/{file_id}")
    assert _headers(whole) == {
        **INERT,
        "Content-Type": "image/png",
        "Content-Disposition": 'inline; filename="dress.png"',
    }


def test_a_bomb_is_only_ever_kept(client: Client):
    file_id = _give(client, "bomb.png", png_bomb(50_000), "image/png").json()["id"]
    assert draw_due_previews() == 0
    whole = client.get(f"/media/{file_id}")
    assert _headers(whole)["Content-Disposition"] == 'attachment; filename="bomb.png"'
    assert client.get(f"/media/{file_id}/thumbnail")["Content-Type"] == "image/svg+xml"


def test_a_picture_that_could_not_be_decoded_is_only_ever_kept(client: Client):
    file_id = _give(client, "a.png", png_bomb(3_000), "image/png").json()["id"]
    assert draw_due_previews() == 1
    whole = client.get(f"/media/{file_id}")
    assert _headers(whole)["Content-Disposition"].startswith("attachment")


def test_only_a_few_wait_for_previews_at_once(client: Client, monkeypatch: pytest.MonkeyPatch):
    file_id = _give(client, "a.png", picture(), "image/png").json()["id"]
    monkeypatch.setattr(files, "_patience", BoundedSemaphore(1))
    assert files._patience.acquire(blocking=False)
    monkeypatch.setattr(files, "sleep", lambda _seconds: pytest.fail("it waits"))
    assert client.get(f"/media/{file_id}/thumbnail")["Content-Type"] == "image/svg+xml"
