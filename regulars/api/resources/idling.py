"""When idle conversations are resolved by themselves. Which ones: ``/conversations?narrowing=idle``."""

from __future__ import annotations

import msgspec

from regulars.api.preconditions import IfMatch
from regulars.api.shapes.idling import IdleRuleChanges, IdleRuleShape, build_rule
from regulars.idling import operations
from regulars.idling.access import access_rule
from regulars.idling.operations import Wanted, parse_hours, wanted_of
from regulars.workspaces.access import Actor


def get_rule(actor: Actor) -> IdleRuleShape:
    """Which ones it resolves next: `/conversations?status=open&narrowing=idle`."""
    return build_rule(access_rule(actor))


def change_rule(actor: Actor, body: IdleRuleChanges, if_match: IfMatch) -> IdleRuleShape:
    """With `If-Match`, only the version that was read is changed."""
    before = wanted_of(access_rule(actor))
    wanted = Wanted(
        before.is_on if body.on is msgspec.UNSET else body.on,
        before.idle_for if body.idle_hours is msgspec.UNSET else parse_hours(body.idle_hours),
        before.counted_by if body.counted_by is msgspec.UNSET else body.counted_by,
        before.conditions if body.conditions is msgspec.UNSET else body.conditions,
    )
    operations.change_rule(actor.workspace_id, wanted, by=actor, versions=if_match)
    return build_rule(access_rule(actor))
