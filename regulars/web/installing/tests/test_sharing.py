"""Where something comes that another app shares: nothing is taken from a form that anybody could have sent."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.media.models import MediaFile
from regulars.workspaces.models import Member
from tests.cast import ALICE, BORIS, Cast

SignIn = Callable[[Member], Client]

FORM = {"title": "Lamps", "text": "the seventh", "url": "https://lamps.example/7"}


def test_the_manifest_names_where_shares_go(db: None) -> None:
    target = Client().get("/manifest.webmanifest").json()["share_target"]
    assert (target["action"], target["method"], target["enctype"]) == (
        "/share/received",
        "POST",
        "multipart/form-data",
    )
    assert [each["name"] for each in target["params"]["files"]] == ["files"]


def test_a_share_that_reaches_the_server_changes_nothing_there(cast: Cast, sign_in: SignIn) -> None:
    for client in (Client(enforce_csrf_checks=True), sign_in(cast.agent)):
        file = SimpleUploadedFile("lamps.txt", b"seven lamps", "text/plain")
        answer = client.post("/share/received", {**FORM, "files": file})
        assert (answer.status_code, answer["Location"]) == (303, "/share")
    assert not MediaFile.objects.exists()


def test_the_page_offers_the_conversations_in_sight(cast: Cast, sign_in: SignIn) -> None:
    cast.hears(ALICE, "hello", name="Alice Kim")
    cast.hears(BORIS, "hello", name="Boris Ivanov")
    client = sign_in(cast.agent)
    page = client.get("/share").content.decode()
    assert page.count("data-share-to=") == 2
    found = client.get("/share?q=alice", headers={"X-Fragment": "1"}).content.decode()
    assert (found.count("data-share-to="), "Alice" in found, "<html" in found) == (1, True, False)
    nobody = client.get("/share?q=<nobody>", headers={"X-Fragment": "1"}).content.decode()
    assert (nobody.count("data-share-to="), "&lt;nobody&gt;" in nobody) == (0, True)


def test_whoever_is_not_signed_in_comes_back_to_it(db: None) -> None:
    answer = Client().get("/share")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=/share")
