"""By when the demo's shop answers whom: its regulars have tiers, and what waits has a clock."""

from __future__ import annotations

from collections.abc import Mapping

from regulars.contacts.models import Contact
from regulars.contacts.operations.editing import update_contact
from regulars.conversations.models import Conversation
from regulars.demo.seed import Made
from regulars.service_levels.drawing import draw_clocks
from regulars.service_levels.following_up import note_said
from regulars.workspaces.access import system_actor

TIERS: Mapping[str, str] = {
    "김민지": "A",
    "Oliver Hartley": "A",
    "Lucía Fernández": "B",
    "Дмитрий Соколов": "B",
    "สมชาย วงศ์ทอง": "C",
    "陈美玲": "C",
    "Rafael Moreira": "C",
}


def promise_answers(made: Made, contacts: Mapping[str, Contact]) -> None:
    """Needs a transaction. What was said before has its clocks and follow-ups, too."""
    by = system_actor(made.workspace.id, "demo")
    for name, tier in TIERS.items():
        update_contact(contacts[name], {"tier": tier}, by=by)
    found = Conversation.objects.filter(workspace=made.workspace)
    draw_clocks(found.filter(waiting_since__isnull=False).values_list("id", flat=True))
    note_said(dict.fromkeys(found.values_list("id", flat=True)))
