from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from regulars.conversations.models import Conversation, Note
from regulars.kernel import clock
from regulars.protection.fields import ProtectedTextField
from regulars.workspaces.models import Member, Team, Workspace, WorkspaceScoped

MENTION_KINDS = ("member", "team", "everybody")


class NoteMention(WorkspaceScoped):
    """Somebody whom a note names: one member, the members of a team, or everybody who sees the conversation."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    kind = models.TextField()
    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    name = models.TextField(default="", db_default="", blank=True)
    """as they were called then, and stand in the text"""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=MENTION_KINDS), name="note_mention_kind")
        ]


class NoteWording(WorkspaceScoped):
    """What a note said before its author edited it."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="+", db_index=False)
    text = ProtectedTextField()
    until = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["note", "until", "id"], name="note_wordings")]


class Mention(models.Model):
    """A member who was told by a note, until they look at the conversation."""

    pk = models.CompositePrimaryKey("note_id", "member_id")
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="+", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+", db_index=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now, db_default=Now())
    seen_at = models.DateTimeField(null=True, blank=True)
    """when they looked, on whatever device"""

    class Meta:
        indexes = [
            models.Index(fields=["member", "-at"], name="mention_of_member"),
            models.Index(
                fields=["member", "conversation"],
                name="mention_unseen",
                condition=models.Q(seen_at__isnull=True),
            ),
        ]


class Following(models.Model):
    """A member keeps an eye on a conversation."""

    pk = models.CompositePrimaryKey("conversation_id", "member_id")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    since = models.DateTimeField(default=clock.now, db_default=Now())
    is_by_mention = models.BooleanField(default=False, db_default=False)
    """a note named them; else they asked for it"""
