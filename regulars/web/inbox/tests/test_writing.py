"""What may be written is offered to those who may write it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from regulars.contacts.models import Contact
from regulars.workspaces.access import actor_of_member
from regulars.workspaces.models import Member
from regulars.workspaces.operations import add_member
from regulars.workspaces.permissions import reaching
from regulars.workspaces.roles import create_role
from tests.cast import ALICE, PASSWORD, Cast

SignIn = Callable[[Member], Client]
TAB = re.compile(r'role="tab"\s+data-mode="(\w+)"\s+aria-selected="(\w+)"')


def _member(cast: Cast, permissions: tuple[str, ...]) -> Member:
    by = actor_of_member(cast.owner)
    role = create_role(cast.workspace, "Made", permissions=permissions, reach=reaching("all"), by=by)
    return add_member(cast.workspace, "made@lotus.example", PASSWORD, name="Mo", role=role.handle)


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
    member = _member(cast, permissions)
    html = sign_in(member).get(f"/conversations/{conversation.id}").content.decode()
    assert TAB.findall(html) == tabs
    assert f'data-writes="{modes}"' in html
    assert ("only-reads" in html, f'data-modes="{modes}"' in html) == (not tabs, bool(tabs))


@pytest.mark.parametrize(
    ("rights", "can_write"), [((), False), (("notes:write", "contacts:edit"), True)], ids=("reads", "writes")
)
def test_the_panel_asks_nobody_to_write_who_may_not(
    cast: Cast, sign_in: SignIn, rights: tuple[str, ...], can_write: bool
) -> None:
    conversation = cast.hears(ALICE, "hello")
    Contact.objects.filter(id=cast.alice.id).update(about="Prefers the morning")
    permissions = ("conversations:read", "contacts:read", *rights)
    client = sign_in(_member(cast, permissions))
    html = client.get(f"/conversations/{conversation.id}/context").content.decode()
    assert "Prefers the morning" in html
    assert ("<contact-about" in html, "N writes one" in html) == (can_write, can_write)
