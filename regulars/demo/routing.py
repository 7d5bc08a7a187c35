"""How the demo's second number is routed: two queues, people with skills, and who was there today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from regulars.demo.seed import Made
from regulars.kernel import clock
from regulars.routing.operations import Wanted, change_routing, create_queue
from regulars.workspaces.access import system_actor
from regulars.workspaces.availability import choose_availability
from regulars.workspaces.models import Member, Team
from regulars.workspaces.serving import set_capacity, set_skills

LEAD, ANA, NICHA, DARYA = (f"{name}@demo.example" for name in ("lead", "agent", "agent2", "agent3"))
WORK: Mapping[str, tuple[int, tuple[str, ...], tuple[str, ...]]] = {
    LEAD: (6, ("wholesale", "complaints"), ("ko", "en")),
    ANA: (8, ("gifts",), ("en", "es")),
    NICHA: (8, ("wholesale", "gifts"), ("th", "en")),
    DARYA: (5, ("refunds",), ("ru", "en")),
}
"""capacity, skills and languages"""
MANAGERS = ("owner@demo.example", "admin@demo.example")


def route_the_wholesale_number(made: Made) -> None:
    """Needs a transaction. The first number stays with its people: it shows what routing would do (preview)."""
    by = system_actor(made.workspace.id, "demo")
    people = {member.user.email: member for member in made.members}
    for email, (capacity, skills, languages) in WORK.items():
        set_capacity(people[email], capacity, by=by)
        set_skills(people[email], skills=skills, languages=languages, by=by)
    for email in MANAGERS:
        set_capacity(people[email], 0, by=by)
    desk = Team.objects.get(workspace=made.workspace, name="Wholesale desk")
    vip = {"any": [{"field": "contact.tags", "op": "has_any", "value": ["VIP", "Wholesale"]}]}
    create_queue(
        made.workspace.id,
        Wanted("Big customers", vip, (desk.id,), "wholesale", specialist_id=people[LEAD].id),
        by=by,
    )
    create_queue(made.workspace.id, Wanted("Everybody else", wants_language=True), by=by)
    change_routing(made.workspace.id, inbox_ids=[made.inboxes[1].id], by=by)
    _were_there(people, clock.now())


def _were_there(people: Mapping[str, Member], now: datetime) -> None:
    """Since when they had a screen open, so that the preview knows something; nobody is online by it now."""
    for place, email in enumerate(WORK):
        member = people[email]
        by = system_actor(member.workspace_id, "demo")
        with clock.frozen_at(now - timedelta(days=30, minutes=7 * place)):
            choose_availability(member, "online", by=by)
