"""Files over REST: uploads, facts, bytes with safe headers, and asking again."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from regulars.api.resources import media as resource
from regulars.api.tests.client import Api, problem
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.sending import outgoing_of
from regulars.inboxes.ports import MediaRef, MessageContent, OutgoingMedia
from regulars.media.models import MediaFile
from regulars.media.tests.making import OPUS_MONO, film, ogg
from tests.cast import ALICE, Cast


def picture(color: str = "red") -> bytes:
    target = BytesIO()
    Image.new("RGB", (4, 3), color).save(target, "JPEG")
    return target.getvalue()


def file(name: str, content: bytes, mime_type: str) -> dict[str, object]:
    return {"file": SimpleUploadedFile(name, content, mime_type)}


def received(cast: Cast, **changes: object) -> MediaFile:
    """A file that a contact sent."""
    content = MessageContent(media=MediaRef(provider_media_id="901", mime_type="image/jpeg"))
    conversation = cast.hears(ALICE, kind="image", content=content)
    found = Message.objects.get(conversation=conversation, media__isnull=False).media
    assert found is not None
    MediaFile.objects.filter(id=found.id).update(**changes)
    found.refresh_from_db()
    return found


def test_an_upload_is_sent_by_its_id(api: Api, cast: Cast):
    content = picture()
    uploaded = api.upload(file("../../etc/dress.jpg", content, "image/jpeg"))
    body = uploaded.json()
    assert uploaded.status_code == 201
    assert body == {
        "id": body["id"],
        "kind": "image",
        "mime_type": "image/jpeg",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "filename": "dress.jpg",
        "state": "ready",
        "url": f"/api/v1/media/{body['id']}/content",
        "error": None,
    }
    assert api.get(f"/media/{body['id']}").json() == body
    conversation = cast.hears(ALICE, "hello")
    sent = api.post(
        f"/conversations/{conversation.id}/messages", {"kind": "image", "media_id": body["id"]}
    ).json()
    assert sent["media"] == body
    assert outgoing_of(Message.objects.get(id=sent["id"])) == OutgoingMedia(kind="image", media_id=body["id"])


@pytest.mark.parametrize(
    ("name", "content", "mime_type", "kind"),
    [
        ("a.jpg", picture(), "application/octet-stream", "image"),
        ("a.pdf", b"%PDF-1.7\n", "application/pdf", "document"),
        ("a.txt", b"hello", "text/plain", "document"),
        ("a.ogg", ogg(OPUS_MONO), "audio/ogg", "audio"),
        ("a.mp4", ogg(OPUS_MONO), "video/mp4", "audio"),
        ("a.m4a", film(b"M4A ", sounds=[b"mp4a"]), "audio/x-m4a", "audio"),
        ("a.bin", b"\x01\x02", "application/x-unknown", "document"),
    ],
)
def test_the_kind_is_guessed_from_the_bytes(api: Api, name: str, content: bytes, mime_type: str, kind: str):
    assert api.upload(file(name, content, mime_type)).json()["kind"] == kind


@pytest.mark.parametrize(
    ("form", "answer", "field"),
    [
        ({}, (422, "invalid"), "file"),
        ({"file": "no file"}, (422, "invalid"), "file"),
        ({**file("a", b"", "text/plain")}, (422, "invalid"), "file"),
        ({**file("a", b"x", "text/plain"), "kind": "hologram"}, (422, "invalid"), "kind"),
    ],
)
def test_wrong_uploads_are_refused(api: Api, form: dict[str, Any], answer: tuple[int, str], field: str):
    refused = api.upload(form)
    assert problem(refused) == answer
    assert list(refused.json()["fields"]) == [field]
    assert MediaFile.objects.count() == 0


def test_an_upload_must_be_a_form(api: Api):
    assert problem(api.post("/media", {"file": "x"})) == (422, "invalid")
    broken = api.client.post(
        "/api/v1/media", b"nonsense", content_type="multipart/form-data", headers=api.headers
    )
    assert problem(broken) == (400, "not-json")


def test_too_large_uploads_are_refused_before_they_are_read(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(resource, "MOST_UPLOAD_BYTES", 10)
    monkeypatch.setattr(resource, "FORM_OVERHEAD", 10)
    refused = api.upload(file("a", b"x" * 100, "text/plain"))
    assert problem(refused) == (413, "too-large")


def test_repeating_an_upload_with_its_key_makes_one_file(api: Api):
    first = api.upload(file("a.jpg", picture(), "image/jpeg"), key="k-1")
    second = api.upload(file("a.jpg", picture(), "image/jpeg"), key="k-1")
    other = api.upload(file("a.jpg", picture("blue"), "image/jpeg"), key="k-1")
    assert first.json() == second.json()
    assert problem(other) == (422, "idempotency-key-reused")
    assert MediaFile.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "mime_type", "kind", "shown"),
    [
        ("dress.jpg", picture(), "image/jpeg", "image", ("image/jpeg", "inline")),
        (
            "evil.html",
            b"<script>alert(1)</script>",
            "text/html",
            "document",
            ("application/octet-stream", "attachment"),
        ),
        (
            "evil.svg",
            b"<svg onload='x'/>",
            "image/svg+xml",
            "document",
            ("application/octet-stream", "attachment"),
        ),
        ("a.pdf", b"%PDF-1.7\n", "application/pdf", "document", ("application/octet-stream", "attachment")),
    ],
)
def test_bytes_come_with_safe_headers(
    api: Api, name: str, content: bytes, mime_type: str, kind: str, shown: tuple[str, str]
):
    uploaded = api.upload({**file(name, content, mime_type), "kind": kind}).json()
    response: Any = api.client.get(uploaded["url"], headers=api.headers)
    assert b"".join(response.streaming_content) == content
    assert (response["Content-Type"], response["Content-Disposition"]) == (
        shown[0],
        f'{shown[1]}; filename="{name}"',
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, max-age=86400, immutable"


def test_names_of_any_script_survive_and_break_nothing(api: Api):
    uploaded = api.upload(file('견적"\r\nX: y.txt', b"x", "text/plain")).json()
    MediaFile.objects.filter(id=uploaded["id"]).update(filename='견적";x\r\nSet-Cookie: a=b.txt')
    response = api.client.get(uploaded["url"], headers=api.headers)
    assert response["Content-Disposition"] == (
        'attachment; filename="___;x Set-Cookie_ a=b.txt"; '
        "filename*=UTF-8''%EA%B2%AC%EC%A0%81_%3Bx%20Set-Cookie_%20a%3Db.txt"
    )
    response.close()


def test_what_has_not_arrived_has_no_bytes(api: Api, cast: Cast):
    media = received(cast)
    refused = api.get(f"/media/{media.id}/content")
    assert problem(refused) == (409, "media-not-ready")
    assert refused.json()["state"] == "waiting"
    MediaFile.objects.filter(id=media.id).update(state="ready", sha256="0" * 64)
    assert api.get(f"/media/{media.id}/content").json()["state"] == "missing"


def test_a_failed_file_is_asked_for_again(api: Api, cast: Cast):
    media = received(cast, state="failed", error="timeout", attempts=6)
    again = api.post(f"/media/{media.id}/retry")
    assert (again.status_code, again.json()["state"], again.json()["error"]) == (200, "waiting", None)
    MediaFile.objects.filter(id=media.id).update(state="expired")
    assert problem(api.post(f"/media/{media.id}/retry")) == (409, "conflict")


def test_only_files_that_are_here_and_fit_are_sent(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    path = f"/conversations/{conversation.id}/messages"
    waiting = received(cast)
    assert problem(api.post(path, {"kind": "image", "media_id": str(waiting.id)})) == (409, "media-not-ready")
    text = api.upload(file("a.txt", b"x", "text/plain")).json()
    refused = api.post(path, {"kind": "image", "media_id": text["id"]})
    assert problem(refused) == (422, "limit-exceeded")
    assert refused.json()["limits"] == [
        {
            "field": "mime_type",
            "code": "not_allowed",
            "limit": None,
            "actual": None,
            "found": "text/plain",
        }
    ]
    header = {"media": {"kind": "image", "media_id": text["id"]}}
    interactive = {"form": "buttons", "body": "x", "header": header, "buttons": [{"id": "a", "title": "b"}]}
    refused = api.post(path, {"kind": "interactive", "interactive": interactive})
    assert problem(refused) == (422, "limit-exceeded")


def test_files_of_strangers_do_not_exist(api: Api, cast: Cast):
    theirs = Api(cast.stranger.token("owner")).upload(file("a.txt", b"x", "text/plain")).json()["id"]
    for response in (
        api.get(f"/media/{theirs}"),
        api.get(f"/media/{theirs}/content"),
        api.post(f"/media/{theirs}/retry"),
    ):
        assert problem(response) == (404, "not-found")
    conversation = cast.hears(ALICE, "hello")
    refused = api.post(f"/conversations/{conversation.id}/messages", {"kind": "document", "media_id": theirs})
    assert problem(refused) == (422, "invalid")


def test_a_file_is_seen_by_who_sees_its_message(cast: Cast):
    media, agent = received(cast), Api(cast.token("agent"))
    assert agent.get(f"/media/{media.id}").status_code == 200
    Conversation.objects.update(assignee=cast.mate)
    assert problem(agent.get(f"/media/{media.id}")) == (404, "not-found")


def test_an_upload_is_its_uploaders_until_it_is_sent(cast: Cast):
    mine, another = Api(cast.token("admin")), Api(cast.token("owner"))
    uploaded = mine.upload(file("a.txt", b"x", "text/plain")).json()["id"]
    conversation = cast.hears(ALICE, "hello")
    path = f"/conversations/{conversation.id}/messages"
    for response in (another.get(f"/media/{uploaded}"), another.get(f"/media/{uploaded}/content")):
        assert problem(response) == (404, "not-found")
    assert problem(another.post(path, {"kind": "document", "media_id": uploaded})) == (422, "invalid")
    assert mine.post(path, {"kind": "document", "media_id": uploaded}).status_code == 201
    assert another.get(f"/media/{uploaded}").status_code == 200


def test_a_header_is_seen_beside_its_message(cast: Cast):
    mine, another = Api(cast.token("admin")), Api(cast.token("admin"))
    uploaded = mine.upload(file("a.jpg", picture(), "image/jpeg")).json()["id"]
    header = {"media": {"kind": "image", "media_id": uploaded}}
    buttons = {"form": "buttons", "body": "x", "header": header, "buttons": [{"id": "a", "title": "b"}]}
    conversation = cast.hears(ALICE, "hello")
    path = f"/conversations/{conversation.id}/messages"
    message = mine.post(path, {"kind": "interactive", "interactive": buttons}).json()["id"]
    assert problem(another.get(f"/media/{uploaded}")) == (404, "not-found")
    assert another.get(f"/media/{uploaded}", message=message).status_code == 200
    content = another.get(f"/media/{uploaded}/content", message=message)
    assert b"".join(content.streaming_content) == picture()
    assert problem(another.get(f"/media/{uploaded}", message="x")) == (422, "invalid")
    Conversation.objects.update(assignee=cast.mate)
    agent = Api(cast.token("agent"))
    assert problem(agent.get(f"/media/{uploaded}", message=message)) == (404, "not-found")
