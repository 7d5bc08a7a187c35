from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from regulars.conversations.models import Conversation
from regulars.kernel import clock
from regulars.workspaces.models import Workspace, WorkspaceScoped


class Act(WorkspaceScoped):
    """What somebody did to conversations in one go. The id is the token by which it is taken back."""

    by_kind = models.TextField()
    by_id = models.UUIDField(null=True, blank=True)
    by_name = models.TextField(default="", db_default="", blank=True)
    at = models.DateTimeField(default=clock.now, db_default=Now())
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="act_by_time")]


class ActChange(models.Model):
    """What an act changed of one conversation: each deciding fact as it was, and as the act left it."""

    pk = models.CompositePrimaryKey("act_id", "conversation_id")
    act = models.ForeignKey(Act, on_delete=models.CASCADE, related_name="changes", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    before = models.JSONField()
    """``snapshots.State`` as JSON, of the facts that changed"""
    after = models.JSONField()
