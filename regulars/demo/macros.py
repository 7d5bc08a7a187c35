"""The macros of the demo: what its people do again and again."""

from __future__ import annotations

from regulars.cases.models import CaseCategory
from regulars.demo.seed import Made
from regulars.macros.operations import MacroDraft, create_macro
from regulars.quick_replies.models import QuickReply
from regulars.workspaces.access import actor_of_member, system_actor

ANA = "agent@demo.example"


def keep_macros(made: Made) -> None:
    """Needs a transaction, the quick replies and the categories of cases."""
    house = system_actor(made.workspace.id, "demo")
    category = CaseCategory.objects.filter(workspace=made.workspace).order_by("created_at", "id").first()
    reply = QuickReply.objects.filter(workspace=made.workspace, audience="all").order_by("name").first()
    damaged = [
        {"do": "tag", "tags": ["complaint"]},
        {"do": "priority", "priority": "high"},
        {"do": "assign", "member": "me"},
        {"do": "note", "text": "Asked for a photo of the damage; refund once it is here."},
        {"do": "open_case", "title": "Damaged parcel", "category": str(category.id) if category else None},
    ]
    create_macro(MacroDraft("Damaged parcel", damaged, "all"), by=house)
    monday = [{"do": "assign", "member": "me"}, {"do": "snooze", "until": "next_week"}]
    create_macro(MacroDraft("Mine, next week", monday, "all"), by=house)
    if reply:
        greet = [
            {"do": "insert_reply", "reply": str(reply.id)},
            {"do": "assign", "member": "me"},
        ]
        people = {member.user.email: member for member in made.members}
        create_macro(MacroDraft("Take it and greet", greet), by=actor_of_member(people[ANA]))
