from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from regulars.api.tests.client import Api, problem
from regulars.mail.models import Mail, MailServer
from regulars.mail.tests.catcher import catching
from regulars.workspaces.models import Invitation
from regulars.workspaces.operations import create_api_token
from tests.cast import Cast

SERVER = {
    "host": "smtp.lotus.example",
    "port": 587,
    "security": "starttls",
    "username": "inbox@lotus.example",
    "password": "app password",
    "sender_address": "inbox@lotus.example",
}


@pytest.fixture
def api(as_role: Callable[[str], Api]) -> Api:
    return as_role("owner")


def put(api: Api, body: dict[str, Any]) -> Any:

    return api.send("PUT", "/mail/server", json.dumps(body).encode())


def test_the_server_is_set_up_changed_and_given_up(api: Api, as_role: Callable[[str], Api]) -> None:
    assert problem(api.get("/mail/server")) == (404, "not-found")
    made = put(api, SERVER)
    assert (made.status_code, made.json()["version"], "password" in made.json()) == (200, 1, False)
    again = {name: value for name, value in SERVER.items() if name != "password"}
    assert put(api, {**again, "sender_name": "Desk", "version": 1}).json()["version"] == 2
    assert MailServer.objects.get().password == SERVER["password"]
    assert problem(put(api, {**again, "version": 1})) == (409, "conflict")
    read = api.get("/mail/server")["ETag"]
    meant = {"If-Match": read}
    body = json.dumps({**again, "sender_name": "Desk"}).encode()
    assert api.send("PUT", "/mail/server", body, **meant).json()["version"] == 3
    assert problem(api.send("PUT", "/mail/server", body, **meant)) == (412, "changed-meanwhile")
    assert problem(put(api, {**SERVER, "port": 22})) == (422, "invalid")
    assert problem(put(as_role("admin"), SERVER)) == (403, "not-allowed")
    assert api.get("/mail/server").json()["sender_name"] == "Desk"
    assert [api.delete("/mail/server").status_code for _twice in range(2)] == [204, 204]


def test_a_test_says_what_went_wrong(cast: Cast, api: Api, settings: Any) -> None:
    _row, plain = create_api_token(cast.workspace, "mine", "owner", by=cast.owner)
    mine = Api(plain)
    assert problem(api.post("/mail/test")) == (404, "not-found")
    assert mine.post("/mail/test").json()["error"] == "not-set-up"
    with catching(answers={"RCPT": ["550 5.1.1 nobody"]}) as catcher:
        settings.SMTP_PORTS = (catcher.port,)
        local = {"host": "127.0.0.1", "port": catcher.port, "security": "none"}
        put(mine, {**local, "sender_address": "inbox@lotus.example"})
        told = mine.post("/mail/test").json()
        assert (told["sent"], told["error"], told["reply"]) == (False, "receiver-refused", "550 5.1.1 nobody")
        assert mine.post("/mail/test").json()["sent"] is True


def test_an_invitation_goes_by_mail_waits_and_is_withdrawn(api: Api, cast: Cast) -> None:
    person = {"email": "max@lotus.example", "role": "agent"}
    assert "/invitations/" in api.post("/members/invitations", person).json()["link"]
    assert problem(api.post("/members/invitations", {**person, "by_mail": True})) == (409, "conflict")
    put(api, SERVER)
    made = api.post("/members/invitations", {**person, "by_mail": True}).json()
    assert made["link"] is None
    (listed,) = api.get("/mails").json()["items"]
    assert {name: listed[name] for name in ("kind", "to", "state")} == {
        "kind": "invitation",
        "to": "max@lotus.example",
        "state": "waiting",
    }
    assert api.delete(f"/members/invitations/{made['id']}").status_code == 204
    assert problem(api.delete(f"/members/invitations/{made['id']}")) == (404, "not-found")
    assert not Invitation.objects.exists()


def test_what_failed_is_tried_again(api: Api, cast: Cast) -> None:
    put(api, SERVER)
    api.post("/members/invitations", {"email": "max@lotus.example", "role": "agent", "by_mail": True})
    mail = Mail.objects.get()
    path = f"/mails/{mail.id}/retry"
    assert api.post(path).json()["state"] == "waiting"
    Mail.objects.update(state="sending")
    assert problem(api.post(path)) == (409, "conflict")
    Mail.objects.update(state="unknown", error="unknown")
    assert api.get("/mails").json()["items"][0]["title"] is not None
    assert api.post(path).json()["state"] == "waiting"
    assert problem(Api(cast.stranger.token("owner")).post(path)) == (404, "not-found")
