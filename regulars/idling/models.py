from __future__ import annotations

from datetime import timedelta

from django.db import models

from regulars.workspaces.models import Workspace

COUNTED_BY = ("calendar", "business")
"""by which time the silence is counted: every hour, or business hours"""
IDLE_FOR = timedelta(days=3)


class IdleRule(models.Model):
    """When a conversation is resolved because nothing comes any more; without a row, never."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, primary_key=True, related_name="+")
    is_on = models.BooleanField(default=False, db_default=False)
    idle_for = models.DurationField(default=IDLE_FOR, db_default=IDLE_FOR)
    counted_by = models.TextField(default="calendar", db_default="calendar")
    conditions = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    """about the conversation and its contact, as ``kernel.conditions`` writes them"""
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(counted_by__in=COUNTED_BY), name="idle_rule_counted_by")
        ]
