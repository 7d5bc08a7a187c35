"""Many templates at once: one authentication template in several languages, and copies from another account.

Rules: Meta's pages "bulk management of authentication templates" and "template migration" (2026).
"""

from __future__ import annotations

from typing import Any

from whatsapp_sandbox import template_life
from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.graph.call import Call, ids_of, texts_of
from whatsapp_sandbox.graph.template_checks import check_components
from whatsapp_sandbox.graph.templates import EDITABLE, make_template
from whatsapp_sandbox.model import Template

Json = dict[str, Any]
LANGUAGES_MOST = 100
MIGRATED_AT_ONCE = 500


async def upsert(call: Call) -> Json:
    """``POST /{waba_id}/upsert_message_templates {name, languages, category, components}``: create or change."""
    call.require("whatsapp_business_management")
    values = await call.parameters()
    if str(values.get("category", "")).upper() != "AUTHENTICATION":
        raise GraphError(100, "Param category must be AUTHENTICATION.")
    languages = texts_of(values, "languages", LANGUAGES_MOST, 20)
    if not languages:
        raise GraphError(100, "Param languages must be a list of language codes.")
    done = [_one(call, values | {"language": language}) for language in languages]
    return {
        "data": [
            {"id": t.id, "status": t.status, "language": t.language, "category": t.category} for t in done
        ]
    }


def _one(call: Call, values: Json) -> Template:
    template = _existing(call, values["name"], values["language"]) if "name" in values else None
    if template is None:
        template = make_template(call.sandbox, call.object_id, values)
    elif template.status in EDITABLE:
        template.components = check_components(
            values.get("components"), template.category, template.parameter_format
        )
    template_life.submit(call.sandbox, template)
    return template


def _existing(call: Call, name: Any, language: str) -> Template | None:
    mine = (t for t in call.sandbox.templates.values() if t.waba_id == call.object_id)
    return next((t for t in mine if (t.name, t.language) == (name, language)), None)


async def migrate(call: Call) -> Json:
    """``POST /{waba_id}/migrate_message_templates {source_waba_id, page_number?, count?, template_ids?}``."""
    call.require("whatsapp_business_management")
    values = await call.parameters()
    here = call.sandbox.wabas[call.object_id]
    source = call.sandbox.wabas.get(str(values.get("source_waba_id", "")))
    if source is None or source is here or source.portfolio_id != here.portfolio_id:
        raise GraphError(100, "Param source_waba_id must be another account of the same business.")
    done, failed = [], {}
    for template in _batch(call, values, source.id):
        problem = _problem(template)
        if problem:
            failed[template.id] = problem
            continue
        try:
            copy = make_template(call.sandbox, here.id, _request(template))
        except GraphError as error:
            failed[template.id] = error.details
            continue
        template_life.submit(call.sandbox, copy)
        done.append(copy.id)
    return {"migrated_templates": done, "failed_templates": failed}


def _batch(call: Call, values: Json, waba_id: str) -> list[Template]:
    theirs = [t for t in call.sandbox.templates.values() if t.waba_id == waba_id]
    ids = ids_of(values, "template_ids", MIGRATED_AT_ONCE)
    if ids is not None:
        return [template for template in theirs if template.id in ids]
    count = min(_whole(values, "count", MIGRATED_AT_ONCE), MIGRATED_AT_ONCE)
    first = _whole(values, "page_number", 0) * count
    return theirs[first : first + count]


def _whole(values: Json, key: str, default: int) -> int:
    value = str(values.get(key, default))
    if not value.isascii() or not value.isdigit() or len(value) > 6:
        raise GraphError(100, f"Param {key} must be a whole number.")
    return int(value)


def _problem(template: Template) -> str:
    if template.status != "APPROVED":
        return f"The template is {template.status}, not APPROVED."
    if template.quality not in ("GREEN", "UNKNOWN"):
        return f"The quality of the template is {template.quality}."
    return ""


def _request(template: Template) -> Json:
    return {
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "components": template.components,
        "parameter_format": template.parameter_format,
        "message_send_ttl_seconds": template.ttl_seconds,
        "sub_category": template.sub_category,
    }
