"""Teams over REST."""

from __future__ import annotations

from collections.abc import Callable

from regulars.api.tests.client import Api, problem
from regulars.inboxes.operations import change_inbox
from regulars.workspaces.models import AuditEntry, Team
from regulars.workspaces.teams import create_team, set_teams
from tests.cast import Cast


def test_a_team_is_listed_made_renamed_and_removed(api: Api, cast: Cast):
    made = api.post("/teams", {"name": "Night"}).json()
    assert (made["name"], made["members"], made["queue_count"]) == ("Night", [], 0)
    assert api.patch(f"/teams/{made['id']}", {"name": "Late"}).json()["name"] == "Late"
    listed = api.get("/teams").json()
    assert ([item["name"] for item in listed["items"]], listed["next_cursor"]) == (["Care", "Late"], None)
    assert {each["name"] for each in listed["items"][0]["members"]} == {"Leo Lead", "Ann Agent"}
    assert api.delete(f"/teams/{made['id']}").status_code == 204
    verbs = AuditEntry.objects.filter(object_id=made["id"]).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["teams:create", "teams:rename", "teams:remove"]


def test_a_number_left_alone_must_be_named(api: Api, cast: Cast):
    change_inbox(cast.inbox, by=cast.actor(), teams=[cast.team])
    path = f"/teams/{cast.team.id}"
    alone = next(item for item in api.get("/teams").json()["items"])["only_staff_of"]
    assert [each["id"] for each in alone] == [str(cast.inbox.id)]
    assert problem(api.delete(path)) == (409, "conflict")
    assert problem(api.delete(f"{path}?opens=nonsense")) == (422, "invalid")
    assert api.delete(f"{path}?opens={cast.inbox.id}").status_code == 204
    assert list(cast.inbox.teams.all()) == []


def test_another_team_takes_over(api: Api, cast: Cast):
    night = create_team(cast.workspace, "Night", by=cast.actor())
    change_inbox(cast.inbox, by=cast.actor(), teams=[cast.team])
    path = f"/teams/{cast.team.id}?to={night.id}"
    assert problem(api.delete(path)) == (409, "conflict")  # nobody is in it
    set_teams(cast.mate, [night], by=cast.actor())
    assert api.delete(path).status_code == 204
    assert list(cast.inbox.teams.all()) == [night]


def test_a_name_is_taken_once(api: Api, cast: Cast):
    assert problem(api.post("/teams", {"name": "care"})) == (409, "conflict")
    assert problem(api.post("/teams", {"name": " "})) == (422, "invalid")


def test_teams_next_door_do_not_exist(api: Api, cast: Cast):
    theirs = create_team(cast.stranger.workspace, "Care", by=cast.stranger.actor())
    assert problem(api.patch(f"/teams/{theirs.id}", {"name": "x"})) == (404, "not-found")
    assert problem(api.delete(f"/teams/{theirs.id}")) == (404, "not-found")
    assert problem(api.delete(f"/teams/{cast.team.id}?to={theirs.id}")) == (404, "not-found")
    assert Team.objects.filter(name="Care").count() == 2


def test_a_lead_only_looks(as_role: Callable[[str], Api], cast: Cast):
    lead = as_role("lead")
    assert lead.get("/teams").status_code == 200
    assert problem(lead.patch(f"/teams/{cast.team.id}", {"name": "x"})) == (403, "not-allowed")
    assert problem(as_role("agent").get("/teams")) == (403, "not-allowed")
