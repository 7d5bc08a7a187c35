"""The views that the people of the demo keep: some of everybody, one of a team, one of Ana's own."""

from __future__ import annotations

from typing import Any

from regulars.demo.seed import Made
from regulars.saved_views.arranging import count_view
from regulars.saved_views.operations import ViewDraft, create_view
from regulars.workspaces.access import actor_of_member, system_actor
from regulars.workspaces.models import Team

ANA = "agent@demo.example"


def _asks(name: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": name, "op": operator, "value": value}


OPEN = _asks("conversation.status", "is", "open")
SHARED = (
    ViewDraft(
        "VIP customers",
        {
            "all": [
                OPEN,
                _asks("contact.tags", "has_any", ["VIP", "Wholesale"]),
            ]
        },
        audience="all",
    ),
    ViewDraft(
        "Urgent and unassigned",
        {
            "all": [
                OPEN,
                _asks("conversation.priority", "in", ["high", "urgent"]),
                _asks("conversation.assignee", "is_empty", True),
            ]
        },
        order="closing",
        audience="all",
    ),
)
THAI = {"all": [OPEN, _asks("contact.language", "is", "th")]}
OWN = {"all": [OPEN, _asks("conversation.unread", ">", 0)]}


def keep_views(made: Made) -> None:
    """Needs a transaction."""
    house = system_actor(made.workspace.id, "demo")
    people = {member.user.email: member for member in made.members}
    shared = [create_view(draft, by=house) for draft in SHARED]
    desk = Team.objects.get(workspace=made.workspace, name="Wholesale desk")
    create_view(ViewDraft("Thai customers", THAI, "newest", audience="teams", team_ids=(desk.id,)), by=house)
    ana = actor_of_member(people[ANA])
    create_view(ViewDraft("Open and unread", OWN), by=ana)
    for email in (ANA, "owner@demo.example", "lead@demo.example"):
        count_view(shared[0], by=actor_of_member(people[email]), is_counted=True)
