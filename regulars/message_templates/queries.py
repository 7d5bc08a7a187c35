"""Read questions about message templates."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from regulars.inboxes.models import Connection
from regulars.message_templates.models import MessageTemplate


def templates_of(connection_id: UUID) -> QuerySet[MessageTemplate]:
    return MessageTemplate.objects.filter(connection_id=connection_id)


def find_template(connection_id: UUID, name: str, language: str) -> MessageTemplate | None:
    """Also one that the account no longer lists."""
    return templates_of(connection_id).filter(name=name, language=language).first()


def count_listed(connections: Collection[Connection]) -> int:
    return MessageTemplate.objects.filter(connection__in=connections, is_gone=False).count()
