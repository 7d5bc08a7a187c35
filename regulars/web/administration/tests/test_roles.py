from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.web.administration.role_words import DISTANCES, SUBJECTS, compared
from regulars.web.design.form_dialogs import FormDialog
from regulars.workspaces.models import AuditEntry, Member, Role
from regulars.workspaces.operations import change_role
from regulars.workspaces.permissions import ALL_PERMISSIONS, BUILT_IN, REACHES, reaching
from regulars.workspaces.roles import create_role, edit_role
from tests.cast import Cast

SignIn = Callable[[Member], Client]


@pytest.fixture
def desk(cast: Cast) -> Role:
    return create_role(
        cast.workspace,
        "Night desk",
        permissions={"conversations:read"},
        reach=reaching("own"),
        by=cast.actor(),
    )


def opened(response: Any) -> FormDialog:
    rows = response.context["rows"]
    dialogs = [response.context["new_role"], *(each for row in rows for each in (row.changing, row.removing))]
    found: list[FormDialog] = [dialog for dialog in dialogs if dialog and dialog.is_open]
    assert (response.status_code, len(found)) == (422, 1)
    return found[0]


def test_every_permission_and_reach_has_its_sentence() -> None:
    sentences = [permission for subject in SUBJECTS for permission in subject.sentences]
    assert sorted(sentences) == sorted(ALL_PERMISSIONS)
    assert {tuple(each.sentences) for each in DISTANCES} == {REACHES}


def test_a_role_begins_as_a_copy_and_is_changed(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.admin)
    made = client.post("/settings/roles/new", {"name": "Desk", "copy_of": "agent"})
    role = Role.objects.get(workspace=cast.workspace, name="Desk")
    assert (made["Location"], role.rights) == ("/settings/roles", BUILT_IN["agent"])
    again = opened(client.post("/settings/roles/new", {"name": "desk", "copy_of": "agent"}))
    assert list(again.form.errors) == ["name"]
    change_role(cast.mate, role.handle, by=cast.actor())
    form = {
        "name": "Front desk",
        "may_conversations": ["conversations:read", "notes:write"],
        "reach_conversations": "all",
        "reach_contacts": "teams",
        "reach_cases": "own",
        "reach_files": "own",
    }
    assert client.post(f"/settings/roles/{role.id}", form).status_code == 302
    role.refresh_from_db()
    reach = {**reaching("own"), "conversations": "all", "contacts": "teams"}
    assert (role.name, sorted(role.rights.permissions)) == (
        "Front desk",
        ["conversations:read", "notes:write"],
    )
    assert role.rights.reach == reach
    assert AuditEntry.objects.get(verb="roles:change").actor_id == cast.admin.id
    missing = opened(client.post(f"/settings/roles/{role.id}", {**form, "reach_files": ""}))
    assert (list(missing.form.errors), str(missing.title)) == (["reach_files"], "Change Front desk")
    assert "1 member has it." in client.get("/settings/roles").content.decode()


def test_nobody_is_offered_more_than_they_have(cast: Cast, sign_in: SignIn, desk: Role) -> None:
    create_role(cast.workspace, "Chief", permissions=ALL_PERMISSIONS, reach=reaching("all"), by=cast.actor())
    page = sign_in(cast.admin).get("/settings/roles")
    assert [row.role.name for row in page.context["rows"] if row.changing] == ["Night desk"]
    html = page.content.decode()
    assert ("conversations:assign" in html, "workspace:manage" in html) == (True, False)
    looking = sign_in(cast.lead).get("/settings/roles").content.decode()
    assert ("Night desk" in looking, "data-dialog=" in looking.split('class="page-bar"')[1]) == (True, False)
    assert sign_in(cast.agent).get("/settings/roles").status_code == 403


def test_a_removed_roles_members_go_to_another(cast: Cast, sign_in: SignIn, desk: Role) -> None:
    change_role(cast.mate, desk.handle, by=cast.actor())
    client, path = sign_in(cast.admin), f"/settings/roles/{desk.id}/removal"
    for wrong in ("", "owner", desk.handle):
        assert list(opened(client.post(path, {"to": wrong})).form.errors) == ["to"]
    assert client.post(path, {"to": "lead"}).status_code == 302
    assert Member.objects.get(id=cast.mate.id).role.key == "lead"
    assert not Role.objects.filter(id=desk.id).exists()


def test_two_roles_stand_side_by_side(cast: Cast, sign_in: SignIn, desk: Role) -> None:
    client = sign_in(cast.lead)
    page = client.get("/settings/roles/compare", {"left": desk.handle, "right": "agent"})
    differing = [str(line.label) for line in page.context["differing"]]
    assert "Answer and send messages" in differing
    assert "See conversations" not in differing
    same = client.get("/settings/roles/compare", {"left": "lead", "right": "lead"}).content.decode()
    assert "Both allow the same and reach as far." in same
    assert client.get("/settings/roles/compare", {"left": "nonsense"}).status_code == 200
    lines = compared(BUILT_IN["owner"], BUILT_IN["admin"])
    assert [str(line.label) for line in lines if line.differs] == [
        "Set up mail (and so read links for new passwords, the owner's, too)",
        "Manage the workspace (somebody always can)",
    ]


@pytest.mark.parametrize("act", ["", "/removal"])
def test_nobody_changes_a_role_next_door_or_without_the_right(
    cast: Cast, sign_in: SignIn, desk: Role, act: str
) -> None:
    path = f"/settings/roles/{desk.id}{act}"
    assert sign_in(cast.stranger.owner).post(path, {"to": "agent"}).status_code == 404
    assert sign_in(cast.lead).post(path, {"to": "agent"}).status_code == 403
    assert Role.objects.filter(id=desk.id).exists()


def test_three_roles_ask_as_much_as_one(cast: Cast, sign_in: SignIn, desk: Role) -> None:
    client = sign_in(cast.owner)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/settings/roles").status_code == 200
        return len(captured)

    before = queries()
    for name in ("One", "Two", "Three"):
        create_role(cast.workspace, name, permissions=set(), reach={}, by=cast.actor())
    assert queries() == before


def test_of_two_who_change_a_role_at_once_the_later_one_is_told(
    cast: Cast, sign_in: SignIn, desk: Role
) -> None:
    client = sign_in(cast.admin)
    form = {
        "name": "Late desk",
        "version": desk.version,
        "may_conversations": ["conversations:read", "notes:write"],
        **{f"reach_{each.thing}": "own" for each in DISTANCES},
    }
    edit_role(desk, by=cast.actor(), permissions={"conversations:read", "messages:send"})
    refused = opened(client.post(f"/settings/roles/{desk.id}", form))
    assert list(refused.form.errors) == ["__all__"]
    desk.refresh_from_db()
    assert (desk.name, sorted(desk.rights.permissions)) == (
        "Night desk",
        ["conversations:read", "messages:send"],
    )
    again = {**form, "version": refused.form["version"].value()}
    assert client.post(f"/settings/roles/{desk.id}", again).status_code == 302
    desk.refresh_from_db()
    assert desk.name == "Late desk"
