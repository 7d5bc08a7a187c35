from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from regulars.conversations.models import Conversation
from regulars.kernel import clock
from regulars.protection.fields import ProtectedJSONField, ProtectedTextField
from regulars.workspaces.models import ApiToken, Member, WorkspaceScoped

STATES = ("waiting", "sent", "refused", "canceled")


class ScheduledMessage(WorkspaceScoped):
    """What leaves later. Its id becomes the first message's.

    waiting → sent | refused | canceled. A refused one is its writer's to decide about: sent after all, or canceled.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    contents = ProtectedJSONField()
    """list of ``inboxes.ports.OutgoingContent``, templates filled in"""
    text = ProtectedTextField(default="", db_default="", blank=True)
    """what it says, as lists show it"""
    kind = models.TextField()
    """of the first content"""
    reply_to = models.UUIDField(null=True, blank=True)
    """the message that the first content quotes"""
    seen_id = models.UUIDField(null=True, blank=True)
    """the contact's newest message when it was written: what comes later it does not answer"""
    quick_replies = models.JSONField(
        default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    """ids of those that it was written with, which count when it leaves"""
    stops_on_answer = models.BooleanField(default=False, db_default=False)
    """canceled if the contact writes before"""
    author_kind = models.TextField()
    author_member = models.ForeignKey(
        Member, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    author_token = models.ForeignKey(
        ApiToken, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    author_name = models.TextField(default="", db_default="", blank=True)
    state = models.TextField(default="waiting", db_default="waiting")
    error = models.JSONField(null=True, blank=True)
    """``{"code", "title", "details"}``: why it was refused, or canceled by itself"""
    created_at = models.DateTimeField(default=clock.now, db_default=Now())
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="scheduled_state"),
            models.CheckConstraint(
                condition=models.Q(author_kind__in=["member", "api"]), name="scheduled_author_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="scheduled_due", condition=models.Q(state="waiting")),
            models.Index(
                fields=["conversation"],
                name="scheduled_in_thread",
                condition=models.Q(state__in=["waiting", "refused"]),
            ),
            models.Index(fields=["workspace", "state", "due_at", "id"], name="scheduled_in_list"),
        ]
