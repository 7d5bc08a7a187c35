"""Members and invitations over REST."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from regulars.api.tests.client import Api, problem
from regulars.workspaces.models import AuditEntry, Member
from tests.cast import Cast


def test_members_are_listed_with_role_and_teams(api: Api, cast: Cast):
    members = {each["name"]: each for each in api.get("/members").json()["items"]}
    assert set(members) == {"Olga Owner", "Adele Admin", "Leo Lead", "Ann Agent", "Max Mate"}
    agent = members["Ann Agent"]
    assert (agent["email"], agent["role"], agent["is_active"]) == ("agent@lotus.example", "agent", True)
    assert agent["teams"] == [{"id": str(cast.team.id), "name": "Care"}]
    assert api.get(f"/members/{agent['id']}").json() == agent


def test_role_teams_and_activity_change_together_or_not_at_all(api: Api, cast: Cast):
    path = f"/members/{cast.mate.id}"
    changed = api.patch(path, {"role": "lead", "teams": [str(cast.team.id)], "is_active": False}).json()
    assert (changed["role"], changed["is_active"], len(changed["teams"])) == ("lead", False, 1)
    verbs = AuditEntry.objects.filter(object_id=str(cast.mate.id)).values_list("verb", flat=True)
    assert {"members:change_role", "members:deactivate", "members:set_teams"} <= set(verbs)
    refused = api.patch(path, {"role": "agent", "teams": [str(cast.alice.id)]})
    assert (problem(refused), list(refused.json()["fields"])) == ((422, "invalid"), ["teams"])
    assert Member.objects.get(id=cast.mate.id).role.key == "lead"


def test_what_may_not_be_is_refused(api: Api, as_role: Callable[[str], Api], cast: Cast):
    owner = f"/members/{cast.owner.id}"
    assert problem(api.patch(owner, {"role": "agent"})) == (403, "not-allowed")
    assert problem(as_role("owner").patch(owner, {"is_active": False})) == (409, "conflict")
    assert problem(api.patch(f"/members/{cast.mate.id}", {"role": "owner"})) == (403, "not-allowed")
    assert problem(api.patch(f"/members/{cast.mate.id}", {"role": "boss"})) == (422, "invalid")
    assert problem(api.get(f"/members/{cast.stranger.owner.id}")) == (404, "not-found")
    assert problem(as_role("lead").patch(owner, {"role": "agent"})) == (403, "not-allowed")


def test_a_narrow_token_lets_nobody_do_more_than_it_may(cast: Cast):
    narrow = Api(cast.token("owner", scopes=["members:manage", "members:read"]))
    mate = f"/members/{cast.mate.id}"
    invited = narrow.post("/members/invitations", {"email": "me@evil.example", "role": "agent"})
    assert problem(invited) == (403, "not-allowed")
    assert problem(narrow.patch(mate, {"role": "owner"})) == (403, "not-allowed")
    assert narrow.patch(f"/members/{cast.lead.id}", {"role": "agent"}).status_code == 200
    assert narrow.patch(mate, {"is_active": False}).status_code == 200
    assert problem(narrow.patch(mate, {"is_active": True})) == (403, "not-allowed")


def test_an_invitation_opens_by_its_link(api: Api, cast: Cast, settings):
    settings.PUBLIC_URL = "https://inbox.example.com"
    made = api.post("/members/invitations", {"email": "New@lotus.example", "role": "agent"}).json()
    assert made["link"].startswith("https://inbox.example.com/invitations/")
    assert Client().get(made["link"].removeprefix("https://inbox.example.com")).status_code == 200
    (listed,) = api.get("/members/invitations").json()["items"]
    assert listed == {name: value for name, value in made.items() if name != "link"}
    again = api.post("/members/invitations", {"email": "agent@lotus.example", "role": "agent"})
    assert problem(again) == (409, "conflict")
    above = api.post("/members/invitations", {"email": "x@lotus.example", "role": "owner"})
    assert problem(above) == (403, "not-allowed")


def test_an_unknown_channel_is_named(api: Api, cast: Cast):
    identity = {"kind": "phone", "value": "+12025550166", "channel": "pigeon"}
    refused = api.post("/contacts", {"identities": [identity]})
    assert (refused.status_code, refused.json()["fields"]) == (
        422,
        {"identities[0].channel": "one of whatsapp"},
    )
