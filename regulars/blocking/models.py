from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from regulars.conversations.models import Conversation
from regulars.kernel import clock
from regulars.workspaces.models import WorkspaceScoped

STATES = ("blocking", "blocked", "failed", "unblocking", "ended")
IN_FORCE = ("blocking", "blocked", "unblocking")
ASKED = ("blocking", "unblocking")
"""the platform is to be told, or is being told"""
REASONS = ("spam", "other")


class Block(WorkspaceScoped):
    """A contact is not to reach one of our numbers. One row from asking to its end.

    blocking → blocked | failed; blocked → unblocking → ended, or blocked again when the platform refuses to lift it.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    """whom, and on which number"""
    state = models.TextField(default="blocking", db_default="blocking")
    reason = models.TextField()
    error = models.JSONField(null=True, blank=True)
    """``{"code", "title", "details"}``: what the platform said against it last"""
    by_name = models.TextField(default="", db_default="", blank=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now())
    settled_at = models.DateTimeField(null=True, blank=True)
    """since when it is as it is"""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="block_state"),
            models.CheckConstraint(condition=models.Q(reason__in=REASONS), name="block_reason"),
            models.UniqueConstraint(
                fields=["conversation"], condition=models.Q(state__in=IN_FORCE), name="block_once"
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "-id"], name="block_in_list"),
            models.Index(fields=["conversation"], name="block_of_thread"),
        ]
