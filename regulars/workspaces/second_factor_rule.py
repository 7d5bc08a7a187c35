"""Of whom a second factor is asked, and from when on. Who has none by then is led through setting one up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.events import record
from regulars.workspaces.access import Actor
from regulars.workspaces.events import SecondFactorRuleChanged
from regulars.workspaces.giving import hold_rights
from regulars.workspaces.models import Role, Workspace
from regulars.workspaces.operations import audit

PERMISSION = "workspace:manage"


@dataclass(frozen=True, slots=True)
class SecondFactorRule:
    """``everybody_from``: null when it is not asked of everybody; ``roles``: ids, each with the moment that counts."""

    everybody_from: datetime | None = None
    roles: tuple[tuple[UUID, datetime], ...] = ()

    @property
    def is_anybody_asked(self) -> bool:
        return self.everybody_from is not None or bool(self.roles)


def rule_of(workspace_id: UUID) -> SecondFactorRule:
    """Roles in the order in which they were made."""
    workspace = Workspace.objects.only("second_factor_from").get(id=workspace_id)
    asked = Role.objects.filter(workspace_id=workspace_id, second_factor_from__isnull=False)
    roles = asked.order_by("created_at", "id").values_list("id", "second_factor_from")
    return SecondFactorRule(
        workspace.second_factor_from, tuple((key, moment) for key, moment in roles if moment)
    )


@transaction.atomic
def change_rule(wanted: SecondFactorRule, *, by: Actor) -> None:
    """Exactly this from now on. A moment that is over counts at once."""
    by.require(PERMISSION)
    hold_rights(by.workspace_id)
    moments = [each for each in (wanted.everybody_from, *(moment for _key, moment in wanted.roles)) if each]
    if not all(clock.is_nameable(each) for each in moments):
        raise Invalid(_("This is not a time"), fields={"everybody_from": "RFC 3339"})
    own = Role.objects.filter(workspace_id=by.workspace_id).order_by("created_at", "id")
    roles = {role.id: role for role in own}
    asked = dict(wanted.roles)
    if asked.keys() - roles.keys():
        raise Invalid(_("There is no such role"), fields={"roles": "ids of roles"})
    if rule_of(by.workspace_id) == _in_order(wanted, roles):
        return
    Workspace.objects.filter(id=by.workspace_id).update(second_factor_from=wanted.everybody_from)
    for role in roles.values():
        if role.second_factor_from != asked.get(role.id):
            Role.objects.filter(id=role.id).update(second_factor_from=asked.get(role.id))
    everybody = wanted.everybody_from.isoformat() if wanted.everybody_from else ""
    handles = tuple(sorted(roles[key].handle for key in asked))
    record(SecondFactorRuleChanged(by.workspace_id, everybody, handles, by.doer))
    audit(by, "second_factor:ask", "workspace", str(by.workspace_id), everybody_from=everybody, roles=handles)


def _in_order(rule: SecondFactorRule, known: Collection[UUID]) -> SecondFactorRule:
    asked = dict(rule.roles)
    ordered = sorted(asked, key=list(known).index)
    return SecondFactorRule(rule.everybody_from, tuple((key, asked[key]) for key in ordered))
