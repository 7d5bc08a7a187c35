"""Of whom a second factor is asked; and taking them away from somebody who lost theirs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.shapes.common import ROLE
from regulars.kernel.telling import Moment, told
from regulars.workspaces.access import Actor, access_member
from regulars.workspaces.giving import named_role
from regulars.workspaces.queries import roles_of
from regulars.workspaces.second_factor_rule import SecondFactorRule, change_rule, rule_of
from regulars.workspaces.second_factors import reset_factors


class AskedRole(msgspec.Struct, forbid_unknown_fields=True, rename={"since": "from"}):
    """A role whose members need a second factor."""

    role: Annotated[str, told(ROLE, "admin")]
    since: Annotated[Moment, told("From when on.")]


class SecondFactorRuleShape(msgspec.Struct, kw_only=True):
    """Of whom a second factor is asked at sign-in. Tokens are not touched by it."""

    everybody_from: Annotated[Moment | None, told("From when on of everybody; null: not of everybody.")]
    roles: Annotated[list[AskedRole], told("Of whom by their role.")]


class SecondFactorRuleChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change; a field left out stays as it is."""

    everybody_from: Annotated[
        Moment | UnsetType | None,
        told("From when on of everybody; null: not any more."),
    ] = UNSET
    roles: Annotated[list[AskedRole] | UnsetType, told("Exactly these roles.")] = UNSET


def get_second_factor_rule(actor: Actor) -> SecondFactorRuleShape:
    """Of whom a second factor is asked, and from when on."""
    rule = rule_of(actor.workspace_id)
    handles = {role.id: role.handle for role in roles_of(actor.workspace_id)}
    return SecondFactorRuleShape(
        everybody_from=rule.everybody_from,
        roles=[AskedRole(handles[key], moment) for key, moment in rule.roles],
    )


def change_second_factor_rule(actor: Actor, body: SecondFactorRuleChanges) -> SecondFactorRuleShape:
    """Whoever has none by then is led through setting one up before anything else."""
    before = rule_of(actor.workspace_id)
    roles = before.roles
    if body.roles is not UNSET:
        roles = tuple((named_role(actor.workspace_id, each.role).id, each.since) for each in body.roles)
    everybody = before.everybody_from if body.everybody_from is UNSET else body.everybody_from
    change_rule(SecondFactorRule(everybody, roles), by=actor)
    return get_second_factor_rule(actor)


def reset_second_factors(actor: Actor, member_id: UUID) -> None:
    """For somebody who lost device and codes: all are removed, and they are signed out everywhere."""
    reset_factors(access_member(actor, member_id), by=actor)
