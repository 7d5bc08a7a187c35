"""Template groups: sets of templates whose figures are looked at together.

Rules and shapes: Meta's page "template groups" (2026). What a template counted while it was in a group stays counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whatsapp_sandbox.errors import GraphError, unknown_object
from whatsapp_sandbox.graph import analytics
from whatsapp_sandbox.graph.call import Call, ids_of, page, pick_fields, text_of
from whatsapp_sandbox.graph.templates import DEFAULT_FIELDS as TEMPLATE_FIELDS
from whatsapp_sandbox.graph.templates import describe as describe_template
from whatsapp_sandbox.identifiers import new_number_id
from whatsapp_sandbox.model import TemplateGroup

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]
NAME_LONGEST, DESCRIPTION_LONGEST = 256, 512
DEFAULT_FIELDS = [
    "name",
    "description",
    "creation_time",
    "update_time",
    "whatsapp_business_account",
    "whatsapp_business_templates",
]
SUMS = ("sent", "delivered", "read")


async def create(call: Call) -> Json:
    """``POST /{waba_id}/template_groups {name, description?, whatsapp_business_templates}``."""
    call.require("whatsapp_business_management")
    values, sandbox = await call.parameters(), call.sandbox
    ids = ids_of(values, "whatsapp_business_templates", 1_000)
    if not ids:
        raise GraphError(
            100, "The parameter whatsapp_business_templates is required: a list of template ids."
        )
    now = sandbox.now()
    name, description = (
        _name(sandbox, call.object_id, values),
        text_of(values, "description", DESCRIPTION_LONGEST),
    )
    group = TemplateGroup(new_number_id("5"), call.object_id, name, description, now, now)
    _check_templates(sandbox, group, ids)
    group.templates = list(dict.fromkeys(ids))
    group.counted = list(group.templates)
    sandbox.template_groups[group.id] = group
    return {"id": group.id}


def _name(sandbox: Sandbox, waba_id: str, values: Json, own_id: str = "") -> str:
    name = text_of(values, "name", NAME_LONGEST)
    if not name:
        raise GraphError(100, "The parameter name is required.")
    others = (group for group in sandbox.template_groups.values() if group.id != own_id)
    if any(group.waba_id == waba_id and group.name == name for group in others):
        raise GraphError(100, "The name of a template group must be unique.")
    return name


def _check_templates(sandbox: Sandbox, group: TemplateGroup, ids: list[str]) -> None:
    """Templates of this account that are in no other group."""
    for wanted in ids:
        template = sandbox.templates.get(wanted)
        if template is None or template.waba_id != group.waba_id:
            raise GraphError(100, f"There is no message template {wanted} in this account.")
        if any(
            wanted in other.templates for other in sandbox.template_groups.values() if other.id != group.id
        ):
            raise GraphError(100, f"The message template {wanted} is in another template group.")


async def list_groups(call: Call) -> Json:
    """``GET /{waba_id}/template_groups``."""
    mine = [group for group in call.sandbox.template_groups.values() if group.waba_id == call.object_id]
    fields = (await call.parameters()).get("fields")
    return await page(
        call, [pick_fields(describe(call.sandbox, group), fields, DEFAULT_FIELDS) for group in mine]
    )


async def get(call: Call) -> Json:
    """``GET /{template_group_id}``."""
    fields = (await call.parameters()).get("fields")
    return pick_fields(describe(call.sandbox, _mine(call)), fields, DEFAULT_FIELDS)


def describe(sandbox: Sandbox, group: TemplateGroup) -> Json:
    waba = sandbox.wabas[group.waba_id]
    known = [sandbox.templates[wanted] for wanted in group.templates if wanted in sandbox.templates]
    return {
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "creation_time": int(group.created_at),
        "update_time": int(group.updated_at),
        "whatsapp_business_account": {"id": waba.id, "name": waba.name, "timezone_id": waba.timezone_id},
        "whatsapp_business_templates": {
            "data": [pick_fields(describe_template(template), None, TEMPLATE_FIELDS) for template in known]
        },
    }


async def update(call: Call) -> Json:
    """``POST /{template_group_id} {name?, description?, add_templates?, remove_templates?}``."""
    call.require("whatsapp_business_management")
    group, values, sandbox = _mine(call), await call.parameters(), call.sandbox
    added = ids_of(values, "add_templates", 1_000) or []
    removed = ids_of(values, "remove_templates", 1_000) or []
    name = _name(sandbox, group.waba_id, values, group.id) if "name" in values else group.name
    description = text_of(values, "description", DESCRIPTION_LONGEST)
    _check_templates(sandbox, group, added)
    strangers = sorted(set(removed) - set(group.templates))
    if strangers:
        raise GraphError(100, f"The message template {strangers[0]} is not in this template group.")
    group.name, group.description = name, description if "description" in values else group.description
    group.templates = [one for one in dict.fromkeys(group.templates + added) if one not in removed]
    group.counted = list(dict.fromkeys(group.counted + added))
    group.updated_at = sandbox.now()
    return {"success": True}


async def delete(call: Call) -> Json:
    """``DELETE /{template_group_id}``: the templates stay."""
    call.require("whatsapp_business_management")
    del call.sandbox.template_groups[_mine(call).id]
    return {"success": True}


async def group_analytics(call: Call) -> Json:
    """``GET /{waba_id}/template_group_analytics?start=&end=&granularity=DAILY&template_group_ids=[…]``."""
    values, sandbox = await call.parameters(), call.sandbox
    ids = ids_of(values, "template_group_ids", 10)
    if not ids:
        raise GraphError(100, "Param template_group_ids must be a list of 1 to 10 ids.")
    points: list[Json] = []
    for wanted in ids:
        group = sandbox.template_groups.get(wanted)
        if group is None or group.waba_id != call.object_id:
            raise GraphError(100, f"There is no template group {wanted} in this account.")
        kept = {key: str(value) for key, value in values.items() if key in ("start", "end", "granularity")}
        points += _summed(sandbox, group, kept)
    return {"data": [{"granularity": "DAILY", "product_type": "cloud_api", "data_points": points}]}


def _summed(sandbox: Sandbox, group: TemplateGroup, asked: dict[str, str]) -> list[Json]:
    """One point a day over all templates that are or were in the group."""
    days: dict[int, Json] = {}
    for start in range(0, len(group.counted), analytics.TEMPLATES_MOST):
        ids = ",".join(group.counted[start : start + analytics.TEMPLATES_MOST])
        told = analytics.template_answer(sandbox, group.waba_id, asked | {"template_ids": ids})
        for point in told["data"][0]["data_points"]:
            span = {"template_group_id": group.id, "start": point["start"], "end": point["end"]}
            day = days.setdefault(point["start"], span | dict.fromkeys(SUMS, 0))
            for name in SUMS:
                day[name] += point.get(name, 0)
    return [days[start] for start in sorted(days)]


def _mine(call: Call) -> TemplateGroup:
    group = call.sandbox.template_groups.get(call.object_id)
    if group is None:
        raise unknown_object(call.object_id, call.method)
    return group
