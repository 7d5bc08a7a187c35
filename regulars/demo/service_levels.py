"""By when the demo's shop answers whom: its regulars have tiers, and what waits has a clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from regulars.contacts.models import Contact
from regulars.contacts.operations.editing import update_contact
from regulars.conversations.models import Conversation
from regulars.demo.seed import Made
from regulars.service_levels.drawing import draw_clocks
from regulars.service_levels.following_up import note_said
from regulars.service_levels.levels import levels_in_order
from regulars.service_levels.operations import change_level, wanted_of
from regulars.workspaces.access import system_actor

TIERS: Mapping[str, str] = {
    "김민지": "A",
    "Lucía Fernández": "A",
    "Oliver Hartley": "A",
    "Дмитрий Соколов": "B",
    "สมชาย วงศ์ทอง": "B",
    "陈美玲": "B",
    "Rafael Moreira": "C",
}
OTHERS = ("C", "C", "C", "C", "B", "C", "C", "C")
"""of others who wait, whoever wrote last first"""


def promise_answers(made: Made, contacts: Mapping[str, Contact]) -> None:
    """Needs a transaction. Batches may take two days here: this shop is small."""
    by = system_actor(made.workspace.id, "demo")
    for name, tier in TIERS.items():
        update_contact(contacts[name], {"tier": tier}, by=by)
    batch = levels_in_order(made.workspace.id)[-1]
    slow = timedelta(hours=48)
    change_level(batch, replace(wanted_of(batch), first_answer=slow, next_answer=slow), by=by)
    waiting = Conversation.objects.filter(
        workspace=made.workspace, status="open", waiting_since__isnull=False, contact__isnull=False
    ).select_related("contact")
    others = waiting.filter(contact__tier="").order_by("-waiting_since")
    for conversation, tier in zip(others[: len(OTHERS)], OTHERS, strict=False):
        assert conversation.contact  # noqa: S101 - asked for above
        update_contact(conversation.contact, {"tier": tier}, by=by)
    draw_clocks(waiting.values_list("id", flat=True))
    opened = Conversation.objects.filter(workspace=made.workspace)
    note_said(dict.fromkeys(opened.values_list("id", flat=True)))
