"""Template edges: create, list, look up, edit, delete, archive, unpause, compare, migrate."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from whatsapp_sandbox import template_life
from whatsapp_sandbox.errors import GraphError, unknown_object
from whatsapp_sandbox.graph.call import Call, ids_of, page, pick_fields, text_of
from whatsapp_sandbox.graph.library import components_of
from whatsapp_sandbox.graph.template_checks import CATEGORIES, check_components, check_head, refusal
from whatsapp_sandbox.identifiers import new_number_id
from whatsapp_sandbox.model import Template

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]
DAY = 24 * 3600.0
MOST_TEMPLATES = 250
EDITS_PER_DAY, EDITS_PER_MONTH = 1, 10
NAME_BLOCKED_DAYS = 30
EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
DEFAULT_FIELDS = ["name", "parameter_format", "components", "language", "status", "category"]
TTL: dict[str, tuple[int, int]] = {
    "AUTHENTICATION": (30, 900),
    "UTILITY": (30, 43_200),
    "MARKETING": (43_200, 2_592_000),
}


async def create(call: Call) -> Json:
    call.require("whatsapp_business_management")
    values = await call.parameters()
    template = make_template(call.sandbox, call.object_id, values)
    template_life.submit(call.sandbox, template)
    return {"id": template.id, "status": template.status, "category": template.category}


def make_template(sandbox: Sandbox, waba_id: str, values: Json) -> Template:
    name, language, category = check_head(values)
    form = str(values.get("parameter_format") or "POSITIONAL").upper()
    if form not in ("POSITIONAL", "NAMED"):
        raise GraphError(100, "Param parameter_format must be one of {POSITIONAL, NAMED}.")
    library_name = text_of(values, "library_template_name", 512) or None
    components = components_of(values) if library_name else values.get("components")
    components = check_components(components, category, form)
    ttl = _check_ttl(values.get("message_send_ttl_seconds"), category)
    sub_category = text_of(values, "sub_category", 100) or None
    _check_room(sandbox, waba_id, name, language)
    template = Template(
        id=new_number_id("7"),
        waba_id=waba_id,
        name=name,
        language=language,
        category=category,
        components=components,
        parameter_format=form,
        ttl_seconds=ttl,
        created_at=sandbox.now(),
        sub_category=sub_category,
        library_name=library_name,
    )
    sandbox.templates[template.id] = template
    return template


def _check_ttl(value: Any, category: str) -> int | None:
    if value is None:
        return None
    if value in (-1, "-1"):
        return -1
    low, high = TTL[category]
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise GraphError(
            100, f"message_send_ttl_seconds of {category} templates is between {low} and {high}, or -1."
        )
    return value


def _check_room(sandbox: Sandbox, waba_id: str, name: str, language: str) -> None:
    mine = [template for template in sandbox.templates.values() if template.waba_id == waba_id]
    if len(mine) >= MOST_TEMPLATES:
        raise refusal(
            2388019, "Template limit", f"The account has {MOST_TEMPLATES} templates, which is the most."
        )
    if any(template.name == name and template.language == language for template in mine):
        raise refusal(2388024, "Language exists already", f"There is already {language} content for {name}.")
    deleted_at = sandbox.deleted_template_names.get(f"{waba_id}/{name}")
    if deleted_at is not None and sandbox.now() - deleted_at < NAME_BLOCKED_DAYS * DAY:
        raise refusal(2388023, "Name is being deleted", f"The name {name} can be used again after 30 days.")


def describe(template: Template) -> Json:
    """All fields; the ones without a value are None and left out of answers."""
    return {
        "id": template.id,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "previous_category": template.previous_category,
        "correct_category": None,
        "sub_category": template.sub_category,
        "components": template.components,
        "parameter_format": template.parameter_format,
        "quality_score": {"score": template.quality, "date": int(template.created_at)},
        "rejected_reason": template.rejected_reason or "NONE",
        "message_send_ttl_seconds": template.ttl_seconds,
        "last_updated_time": int(max([template.created_at, *template.edits])),
        "library_template_name": template.library_name,
        "cta_url_link_tracking_opted_out": False,
        "degrees_of_freedom_spec": None,
        "allow_category_change": None,
        "is_primary_device_delivery_only": None,
        "specific_rejection_reason": None,
    }


async def list_templates(call: Call) -> Json:
    call.require("whatsapp_business_management")
    values = await call.parameters()
    found = [
        t for t in call.sandbox.templates.values() if t.waba_id == call.object_id and _matches(t, values)
    ]
    fields = values.get("fields")
    mine = sum(1 for template in call.sandbox.templates.values() if template.waba_id == call.object_id)
    summary = {
        "message_template_count": mine,
        "message_template_limit": MOST_TEMPLATES,
        "are_translations_complete": True,
    }
    return await page(call, [pick_fields(describe(t), fields, DEFAULT_FIELDS) for t in found], summary)


def _matches(template: Template, values: Json) -> bool:
    for key in ("language", "status", "category"):
        wanted = values.get(key)
        if wanted and getattr(template, key).lower() not in str(wanted).lower().replace('"', "").strip(
            "[]"
        ).split(","):
            return False
    name = values.get("name") or values.get("name_or_content")
    return not name or str(name).lower() in template.name


async def get(call: Call) -> Json:
    values = await call.parameters()
    return pick_fields(describe(_mine(call)), values.get("fields"), DEFAULT_FIELDS)


async def edit(call: Call) -> Json:
    call.require("whatsapp_business_management")
    template, values = _mine(call), await call.parameters()
    now = call.sandbox.now()
    if template.status not in EDITABLE:
        raise refusal(2388039, "Not editable", f"A template that is {template.status} cannot be edited.")
    category = str(values.get("category") or template.category).upper()
    if category not in CATEGORIES:
        raise GraphError(100, f"Param category must be one of {{{', '.join(CATEGORIES)}}}.")
    if template.status == "APPROVED":
        _check_edits(template, now)
        if category != template.category:
            raise refusal(
                2388039, "Category is fixed", "The category of an approved template cannot be edited."
            )
    ttl = _check_ttl(values.get("message_send_ttl_seconds"), category)
    if "components" in values:
        template.components = check_components(values["components"], category, template.parameter_format)
        template_life.announce_components(call.sandbox, template)
    if "message_send_ttl_seconds" in values:
        template.ttl_seconds = ttl
    template.category = category
    template.edits.append(now)
    template_life.submit(call.sandbox, template)
    return {"success": True, "id": template.id, "name": template.name, "category": template.category}


def _check_edits(template: Template, now: float) -> None:
    day = [at for at in template.edits if now - at < DAY]
    month = [at for at in template.edits if now - at < 30 * DAY]
    if len(day) >= EDITS_PER_DAY or len(month) >= EDITS_PER_MONTH:
        raise refusal(
            2388039,
            "Edited too often",
            "An approved template can be edited once in 24 hours and 10 times in 30 days.",
        )


async def delete(call: Call) -> Json:
    call.require("whatsapp_business_management")
    values = await call.parameters()
    chosen = _chosen(call, values)
    if not chosen:
        raise GraphError(100, "There is no such message template.", subcode=2593002)
    for template in chosen:
        del call.sandbox.templates[template.id]
        if template.status != "REJECTED":
            call.sandbox.deleted_template_names[f"{template.waba_id}/{template.name}"] = call.sandbox.now()
        template_life.announce(call.sandbox, template, "PENDING_DELETION")
    return {"success": True}


def _chosen(call: Call, values: Json) -> list[Template]:
    mine = [template for template in call.sandbox.templates.values() if template.waba_id == call.object_id]
    ids = ids_of(values, "hsm_ids")
    if ids is not None:
        return [template for template in mine if template.id in ids]
    name, one = text_of(values, "name", 512), values.get("hsm_id")
    if not name:
        raise GraphError(100, "The parameter name is required.")
    return [t for t in mine if t.name == name and (one is None or t.id == str(one))]


async def unpause(call: Call) -> Json:
    template = _mine(call)
    if template.status != "PAUSED":
        return {"success": False, "reason": f"The template is {template.status}, not PAUSED."}
    template_life.unpause(call.sandbox, template)
    return {"success": True}


async def archive(call: Call) -> Json:
    values = await call.parameters()
    key = next((key for key in ("hsm_ids", "template_ids", "ids") if values.get(key) is not None), "hsm_ids")
    ids = ids_of(values, key)
    if not ids:
        raise GraphError(100, "The parameter hsm_ids is required: a list of template ids.")
    status, event = ("ARCHIVED", "ARCHIVED") if call.rest == "archive" else ("APPROVED", "UNARCHIVED")
    done, failed = [], {}
    for wanted in ids:
        template = call.sandbox.templates.get(str(wanted))
        if template is None or template.waba_id != call.object_id:
            failed[str(wanted)] = "There is no such message template."
            continue
        template.status = status
        template_life.announce(call.sandbox, template, event)
        done.append(template.id)
    key = "archived_templates" if call.rest == "archive" else "unarchived_templates"
    return {key: done, "failed_templates": failed}


async def compare(call: Call) -> Json:
    values = await call.parameters()
    others = values.get("template_ids")
    if isinstance(others, str):
        values = values | {"template_ids": [wanted.strip() for wanted in others.split(",") if wanted.strip()]}
    ids = [call.object_id, *(ids_of(values, "template_ids") or [])]
    known = [call.sandbox.templates[wanted] for wanted in ids if wanted in call.sandbox.templates]
    sent = {template.id: _sends(call.sandbox, template) for template in known}
    return {
        "data": [
            {"metric": "BLOCK_RATE", "type": "RELATIVE", "order_by_relative_metric": [t.id for t in known]},
            {
                "metric": "MESSAGE_SENDS",
                "type": "NUMBER_VALUES",
                "number_values": [{"key": key, "value": value} for key, value in sent.items()],
            },
            {
                "metric": "TOP_BLOCK_REASON",
                "type": "STRING_VALUES",
                "string_values": [{"key": t.id, "value": "UNKNOWN_BLOCK_REASON"} for t in known],
            },
        ]
    }


def _sends(sandbox: Sandbox, template: Template) -> int:
    shown = (message.template for message in sandbox.messages.values() if message.type == "template")
    return sum(1 for t in shown if t and t["name"] == template.name and t["language"] == template.language)


def _mine(call: Call) -> Template:
    template = call.sandbox.templates.get(call.object_id)
    if template is None:
        raise unknown_object(call.object_id, call.method)
    return template
