"""When the demo's shop takes a conversation for over: three days without a word, but for its best customers."""

from __future__ import annotations

from datetime import timedelta

from regulars.demo.seed import Made
from regulars.idling.operations import Wanted, change_rule
from regulars.idling.resolving import resolve_idle_in
from regulars.workspaces.access import system_actor

EXCEPT_TIER = "A"
IDLE_FOR = timedelta(days=3)


def resolve_what_is_idle(made: Made) -> None:
    """Needs a transaction. What has been idle for so long by now is resolved."""
    conditions = {"none": [{"field": "contact.tier", "op": "is", "value": EXCEPT_TIER}]}
    by = system_actor(made.workspace.id, "demo")
    change_rule(made.workspace.id, Wanted(is_on=True, idle_for=IDLE_FOR, conditions=conditions), by=by)
    resolve_idle_in(made.workspace.id)
