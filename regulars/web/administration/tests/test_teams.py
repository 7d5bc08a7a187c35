from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.conversations.operations.handling import hand_to_team
from regulars.inboxes.operations import change_inbox
from regulars.web.design.form_dialogs import FormDialog
from regulars.workspaces.models import AuditEntry, Member, Team
from regulars.workspaces.teams import create_team, set_teams
from tests.cast import ALICE, Cast

SignIn = Callable[[Member], Client]
CARE, NIGHT = 0, 1


@pytest.fixture
def night(cast: Cast) -> Team:
    team = create_team(cast.workspace, "Night", by=cast.actor())
    set_teams(cast.mate, [team], by=cast.actor())
    return team


def opened(response: Any) -> FormDialog:
    rows = response.context["rows"]
    dialogs = [response.context["new_team"], *(each for row in rows for each in (row.renaming, row.removing))]
    found: list[FormDialog] = [dialog for dialog in dialogs if dialog.is_open]
    assert (response.status_code, len(found)) == (422, 1)
    assert response.content.decode().count(" data-open") == 1
    return found[0]


def test_a_team_is_made_once(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)
    assert client.post("/settings/teams/new", {"name": "Night"})["Location"] == "/settings/teams"
    again = opened(client.post("/settings/teams/new", {"name": " night "}))
    assert (list(again.form.errors), again.form["name"].value()) == (["name"], " night ")
    assert Team.objects.filter(name__iexact="night").count() == 1


def test_the_page_shows_people_numbers_and_queue(cast: Cast, sign_in: SignIn, night: Team) -> None:
    change_inbox(cast.inbox, by=cast.actor(), teams=[cast.team])
    hand_to_team(cast.hears(ALICE, "hello"), team=cast.team, by=cast.actor())
    html = sign_in(cast.lead).get("/settings/teams").content.decode()
    assert [part in html for part in ("Care", "2 members", "Shop", "Night", "1 member")] == [True] * 5
    assert "data-dialog=" not in html.split('class="page-bar"')[1], "a lead only looks"


def test_without_teams_the_page_says_who_staffs(cast: Cast, sign_in: SignIn) -> None:
    Team.objects.all().delete()
    html = sign_in(cast.admin).get("/settings/teams").content.decode()
    assert ("No teams yet" in html, html.count('data-dialog="new-team"')) == (True, 2)


def test_a_team_is_renamed(cast: Cast, sign_in: SignIn, night: Team) -> None:
    client, path = sign_in(cast.admin), f"/settings/teams/{cast.team.id}/name"
    assert client.post(path, {"name": "Front desk"})["Location"] == "/settings/teams"
    taken = opened(client.post(path, {"name": "NIGHT"}))
    assert (taken.key, taken.form["name"].value()) == (f"rename-{cast.team.id}", "NIGHT")
    assert "Rename Front desk" in str(taken.title)
    assert list(opened(client.post(path, {"name": ""})).form.errors) == ["name"]
    assert Team.objects.get(id=cast.team.id).name == "Front desk"


def test_removing_says_what_happens_and_asks_about_numbers_left_alone(
    cast: Cast, sign_in: SignIn, night: Team
) -> None:
    change_inbox(cast.inbox, by=cast.actor(), teams=[cast.team])
    conversation = cast.hears(ALICE, "hello")
    hand_to_team(conversation, team=cast.team, by=cast.actor())
    client, path = sign_in(cast.admin), f"/settings/teams/{cast.team.id}/removal"
    html = client.get("/settings/teams").content.decode()
    assert "1 conversation that is not resolved is in its queue." in html
    assert "Nobody else staffs these numbers. Everybody staffs them then:" in html
    asked = opened(client.post(path, {"to": ""}))
    assert (list(asked.form.errors), Team.objects.count()) == (["opens"], 2)
    assert client.post(path, {"to": "", "opens": [str(cast.inbox.id)]}).status_code == 302
    conversation.refresh_from_db()
    assert (conversation.team, cast.inbox.teams.count()) == (None, 0)


def test_another_team_takes_over(cast: Cast, sign_in: SignIn, night: Team) -> None:
    change_inbox(cast.inbox, by=cast.actor(), teams=[cast.team])
    conversation = cast.hears(ALICE, "hello")
    hand_to_team(conversation, team=cast.team, by=cast.actor())
    path = f"/settings/teams/{cast.team.id}/removal"
    assert sign_in(cast.admin).post(path, {"to": str(night.id)}).status_code == 302
    conversation.refresh_from_db()
    assert (conversation.team, list(cast.inbox.teams.all())) == (night, [night])
    assert AuditEntry.objects.filter(verb="teams:remove", actor_id=cast.admin.id).count() == 1


def test_only_teams_with_somebody_in_them_take_over(cast: Cast, sign_in: SignIn) -> None:
    empty = create_team(cast.workspace, "Empty", by=cast.actor())
    refused = opened(
        sign_in(cast.admin).post(f"/settings/teams/{cast.team.id}/removal", {"to": str(empty.id)})
    )
    assert list(refused.form.errors) == ["to"]
    assert Team.objects.filter(id=cast.team.id).exists()


@pytest.mark.parametrize("act", ["name", "removal"])
@pytest.mark.parametrize("role", ["lead", "agent"])
def test_only_who_manages_teams_changes_them(cast: Cast, sign_in: SignIn, act: str, role: str) -> None:
    response = sign_in(cast.members[role]).post(
        f"/settings/teams/{cast.team.id}/{act}", {"name": "x", "to": ""}
    )
    assert (response.status_code, Team.objects.get(id=cast.team.id).name) == (403, "Care")


@pytest.mark.parametrize("act", ["name", "removal"])
def test_nobody_changes_a_team_next_door(cast: Cast, sign_in: SignIn, act: str) -> None:
    client = sign_in(cast.stranger.owner)
    paths = [f"/settings/teams/{place}/{act}" for place in (cast.team.id, cast.inbox.id, "nonsense")]
    assert [client.post(path, {"name": "x", "to": ""}).status_code for path in paths] == [404] * 3
    assert Team.objects.get(id=cast.team.id).name == "Care"


def test_three_teams_ask_as_much_as_one(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/settings/teams").status_code == 200
        return len(captured)

    before = queries()
    for name in ("One", "Two", "Three"):
        set_teams(cast.mate, [create_team(cast.workspace, name, by=cast.actor())], by=cast.actor())
    assert queries() == before
