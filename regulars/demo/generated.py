"""Which workspace generated data go to: the demo's where there is one, else a new one of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.db import transaction

from regulars.demo.seed import ACCOUNT_ID, PEOPLE, WORKSPACE, SignIn, make_workspace, sign_in_of
from regulars.inboxes.models import Connection
from regulars.inboxes.operations import change_inbox
from regulars.kernel.ids import new_secret
from regulars.workspaces.access import system_actor
from regulars.workspaces.models import Workspace

NAME = "Generated"
PAUSED = "Generated data: nothing leaves from here."


class Target(NamedTuple):
    """A workspace to fill; ``sign_ins``: who can look at it, where it is new."""

    workspace: Workspace
    sign_ins: list[SignIn]


@transaction.atomic
def find_target(check: Callable[[Workspace], None], *, is_new: bool) -> Target:
    """``is_new``: a new one, also where the demo is; there is none when ``check`` raises something."""
    demo = None if is_new else _find_demo()
    target = Target(demo, []) if demo else _make()
    check(target.workspace)
    return target


def _find_demo() -> Workspace | None:
    """By its account at the sandbox, too: a business may have the demo's name."""
    # unscoped: it looks for the workspace
    demos = Connection.objects.filter(account_id=ACCOUNT_ID, workspace__name=WORKSPACE).order_by("created_at")
    found = demos.values_list("workspace_id", flat=True).first()
    return Workspace.objects.get(id=found) if found else None


def _make() -> Target:
    """The demo's people and numbers under other names. Passwords are new: the server may be anywhere."""
    serial = Workspace.objects.filter(name__startswith=f"{NAME} ").count() + 1
    people = [
        (email.replace("@demo.", f"@generated-{serial}."), name, role, language, teams)
        for email, name, role, language, teams in PEOPLE
    ]
    password = new_secret(12)
    made = make_workspace(f"{NAME} {serial}", people, password)
    for inbox in made.inboxes:
        change_inbox(inbox, by=system_actor(made.workspace.id, "seed"), paused_reason=PAUSED)
    return Target(made.workspace, [sign_in_of(member, password) for member in made.members])
