"""The only door to the rule for idle conversations from outside this room."""

from __future__ import annotations

from regulars.idling.finding import rule_of
from regulars.idling.models import IdleRule
from regulars.workspaces.access import Actor

MANAGING = "idle_rule:manage"


def access_rule(actor: Actor) -> IdleRule:
    actor.require(MANAGING)
    return rule_of(actor.workspace_id)
