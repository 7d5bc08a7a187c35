"""Roles become rows under people, keys and invitations that are there: nobody gains a right by it, or loses one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from regulars.kernel import clock
from regulars.kernel.ids import new_id
from regulars.workspaces.access import actor_of_member, actor_of_token
from regulars.workspaces.models import ApiToken, Invitation, Member, Role
from regulars.workspaces.permissions import ALL_PERMISSIONS
from regulars.workspaces.queries import roles_of
from tests.old_schema import database_at, migrate_to_now

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("workspaces", "0006_preferences")]
AGENT = {
    "conversations:read",
    "conversations:assign",
    "conversations:resolve",
    "messages:send",
    "notes:write",
    "contacts:read",
    "contacts:edit",
    "message_templates:read",
    "inboxes:read",
}
LEAD = AGENT | {"members:read", "teams:read", "ledger:read"}
ADMIN = LEAD | {
    "contacts:delete",
    "members:manage",
    "teams:manage",
    "inboxes:manage",
    "connections:manage",
    "message_templates:manage",
    "tokens:manage",
    "audit:read",
    "deliveries:read",
}
ALLOWED = {"owner": ADMIN | {"workspace:manage"}, "admin": ADMIN, "lead": LEAD, "agent": AGENT}
"""what the words meant when they were words; what is asked for since is not among it"""
REACHED = {"owner": "all", "admin": "all", "lead": "teams", "agent": "own"}
SCOPES: list[list[str]] = [[], ["conversations:read", "audit:read"]]


def test_everybody_may_do_what_they_could_before_and_no_more():
    with database_at(BEFORE) as old:
        houses = [_fill(old, slug) for slug in ("lotus", "stranger")]
        migrate_to_now()
        for workspace_id, members, tokens, invitations in houses:
            assert [each.key for each in roles_of(workspace_id)] == list(ALLOWED)
            for member_id, word, is_active in members:
                actor = actor_of_member(Member.objects.get(id=member_id))
                assert _known(actor.permissions) == (ALLOWED[word] if is_active else set())
                assert (actor.role, actor.workspace_id) == (word, workspace_id)
                assert not is_active or actor.far("conversations") == REACHED[word]
            for token_id, word, scopes in tokens:
                actor = actor_of_token(ApiToken.objects.get(id=token_id))
                assert _known(actor.permissions) == (ALLOWED[word] & set(scopes) if scopes else ALLOWED[word])
                assert (actor.role, actor.far("conversations")) == (word, REACHED[word])
            for invitation_id, word in invitations:
                invited = Invitation.objects.select_related("role").get(id=invitation_id)
                assert (invited.role.key, invited.role.workspace_id) == (word, workspace_id)
        assert Role.objects.count() == len(houses) * len(ALLOWED)


def _known(permissions: frozenset[str]) -> set[str]:
    assert permissions <= ALL_PERMISSIONS
    return set(permissions & ALLOWED["owner"])


def _fill(
    old: Any, slug: str
) -> tuple[UUID, list[tuple[UUID, str, bool]], list[tuple[UUID, str, list[str]]], list[tuple[UUID, str]]]:
    """Every word with somebody who is there and somebody who left; keys of the house and of members."""
    model = {name: old.get_model("workspaces", name).objects for name in ("Workspace", "User", "Member")}
    workspace = model["Workspace"].create(id=new_id(), name=slug, slug=slug)
    people = []
    for word in ALLOWED:
        for is_active in (True, False):
            user = model["User"].create(id=new_id(), email=f"{word}-{is_active}@{slug}.example".lower())
            people.append(
                model["Member"].create(
                    id=new_id(), workspace=workspace, user=user, role=word, is_active=is_active
                )
            )
    owner = people[0]
    tokens = [
        (
            old.get_model("workspaces", "ApiToken")
            .objects.create(
                id=new_id(),
                workspace=workspace,
                name=word,
                role=word,
                scopes=scopes,
                token_fingerprint=str(new_id()),
                created_by=maker,
                revoked_at=clock.now() if word == "lead" else None,
            )
            .id,
            word,
            scopes,
        )
        for word in ALLOWED
        for scopes in SCOPES
        for maker in (None, owner)
    ]
    invitations = [
        (
            old.get_model("workspaces", "Invitation")
            .objects.create(
                id=new_id(),
                workspace=workspace,
                email=f"new-{word}@{slug}.example",
                role=word,
                invited_by=owner,
                token_fingerprint=str(new_id()),
                expires_at=clock.now() + timedelta(days=days),
                accepted_at=accepted_at,
            )
            .id,
            word,
        )
        for word in ALLOWED
        for days, accepted_at in ((7, None), (-7, None), (7, clock.now()))
    ]
    return workspace.id, [(each.id, each.role, each.is_active) for each in people], tokens, invitations
