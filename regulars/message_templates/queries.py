"""Read questions about message templates."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from regulars.inboxes.models import Connection
from regulars.message_templates.models import MessageTemplate


def find_template(connection_id: UUID, name: str, language: str) -> MessageTemplate | None:
    """The one wording with this name in this language, if the account ever had it."""
    return _templates_of(connection_id).filter(name=name, language=language).first()


def find_template_by_id(connection_id: UUID, template_id: UUID) -> MessageTemplate | None:
    """The one with this id, if the account ever had it."""
    return _templates_of(connection_id).filter(id=template_id).first()


def _templates_of(connection_id: UUID) -> QuerySet[MessageTemplate]:
    return MessageTemplate.objects.filter(connection_id=connection_id)


def count_listed(connections: Collection[Connection]) -> int:
    return MessageTemplate.objects.filter(connection__in=connections, is_gone=False).count()
