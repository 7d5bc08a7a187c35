from __future__ import annotations

from typing import Any

from django.db import models

from regulars.inboxes.models import Connection
from regulars.kernel import clock
from regulars.workspaces.models import WorkspaceScoped


class MessageTemplate(WorkspaceScoped):
    """One template in one language. Only ``APPROVED`` ones can be sent; words as the platform writes them."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="message_templates")
    provider_id = models.TextField(default="")
    name = models.TextField()
    language = models.TextField()
    category = models.TextField(default="")
    status = models.TextField(default="")
    quality = models.TextField(default="")
    reason = models.TextField(default="")
    parameter_format = models.TextField(default="POSITIONAL")
    components = models.JSONField(default=list)
    is_gone = models.BooleanField(default=False)
    """the account no longer lists it; kept because sent messages name it"""
    synced_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "name", "language"], name="message_template_unique")
        ]

    @property
    def listed(self) -> dict[str, Any]:
        return {
            "id": self.provider_id,
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "status": self.status,
            "quality_score": self.quality,
            "parameter_format": self.parameter_format,
            "components": self.components,
        }
