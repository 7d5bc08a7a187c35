"""What may be written is offered to those who may write it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from regulars.workspaces.access import actor_of_member
from regulars.workspaces.models import Member
from regulars.workspaces.operations import add_member
from regulars.workspaces.permissions import reaching
from regulars.workspaces.roles import create_role
from tests.cast import ALICE, PASSWORD, Cast

SignIn = Callable[[Member], Client]
TAB = re.compile(r'role="tab"\s+data-mode="(\w+)"\s+aria-selected="(\w+)"')


@pytest.mark.parametrize(
    ("rights", "tabs", "modes"),
    [
        ((), [], ""),
        (("notes:write",), [("note", "true")], "note"),
        (("messages:send",), [("reply", "true"), ("template", "false")], "reply template"),
        (
            ("messages:send", "notes:write"),
            [("reply", "true"), ("note", "false"), ("template", "false")],
            "reply note template",
        ),
    ],
)
def test_the_composer_has_the_modes_of_its_member(
    cast: Cast, sign_in: SignIn, rights: tuple[str, ...], tabs: list[tuple[str, str]], modes: str
) -> None:
    conversation = cast.hears(ALICE, "hello")
    permissions = ("conversations:read", *rights)
    role = create_role(
        cast.workspace, "Made", permissions=permissions, reach=reaching("all"), by=actor_of_member(cast.owner)
    )
    member = add_member(cast.workspace, "made@lotus.example", PASSWORD, name="Mo", role=role.handle)
    html = sign_in(member).get(f"/conversations/{conversation.id}").content.decode()
    assert TAB.findall(html) == tabs
    assert f'data-writes="{modes}"' in html
    assert ("only-reads" in html, f'data-modes="{modes}"' in html) == (not tabs, bool(tabs))
