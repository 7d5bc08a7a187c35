"""Write verbs of message templates: what the account has now, and what the platform says changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from regulars.inboxes.models import Connection
from regulars.inboxes.ports import TemplateChange
from regulars.kernel import clock
from regulars.kernel.events import Event, record
from regulars.message_templates.events import (
    TemplateRated,
    TemplateRecategorized,
    TemplateReviewed,
    TemplatesSynced,
)
from regulars.message_templates.models import MessageTemplate


@transaction.atomic
def replace_templates(connection_row: Connection, listed: Sequence[Mapping[str, Any]]) -> int:
    moment = clock.now()
    kept = []
    for each in listed:
        template, _made = MessageTemplate.objects.update_or_create(
            connection=connection_row,
            name=str(each.get("name", "")),
            language=str(each.get("language", "")),
            defaults={
                "workspace_id": connection_row.workspace_id,
                "provider_id": str(each.get("id", "")),
                "category": str(each.get("category", "")),
                "status": str(each.get("status", "")),
                "quality": _quality(each.get("quality_score")),
                "reason": _reason(each.get("rejected_reason")),
                "parameter_format": str(each.get("parameter_format") or "POSITIONAL").upper(),
                "components": each.get("components") or [],
                "is_gone": False,
                "synced_at": moment,
            },
        )
        kept.append(template.id)
    MessageTemplate.objects.filter(connection=connection_row).exclude(id__in=kept).update(is_gone=True)
    record(TemplatesSynced(connection_row.workspace_id, connection_row.id, len(kept)))
    return len(kept)


def apply_template_change(connection_row: Connection, change: TemplateChange) -> bool:
    """False when the list must be synced to learn what it became."""
    template = _find(connection_row, change)
    if template is None:
        return False
    which = (connection_row.workspace_id, connection_row.id, template.id)
    told: Event
    match change.change:
        case "status":
            told = TemplateReviewed(*which, template.status, change.new_value)
            template.status, template.reason = change.new_value, change.reason
        case "quality":
            told = TemplateRated(*which, template.quality, change.new_value)
            template.quality = change.new_value
        case "category":
            told = TemplateRecategorized(*which, template.category, change.new_value)
            template.category = change.new_value
        case "category_notice":
            told = TemplateRecategorized(*which, template.category, template.category)
            template.reason = change.details or change.reason
        case _:
            return False
    template.synced_at = clock.now()
    template.save()
    record(told)
    return change.change != "status" or change.new_value != "APPROVED" or bool(template.components)


def _find(connection_row: Connection, change: TemplateChange) -> MessageTemplate | None:
    templates = MessageTemplate.objects.select_for_update().filter(connection=connection_row)
    by_id = (
        templates.filter(provider_id=change.provider_template_id).first()
        if change.provider_template_id
        else None
    )
    language = change.language.replace("-", "_")
    return by_id or templates.filter(name=change.name, language__in=[language, change.language]).first()


def _quality(value: object) -> str:
    return str(value.get("score", "")) if isinstance(value, Mapping) else str(value or "")


def _reason(value: object) -> str:
    return "" if value in (None, "NONE") else str(value)
