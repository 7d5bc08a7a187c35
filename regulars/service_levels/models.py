from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

from regulars.conversations.models import Conversation
from regulars.kernel import clock
from regulars.workspaces.models import Workspace, WorkspaceScoped

COUNTED_BY = ("calendar", "business")
"""by which time a promise is counted: every hour, or business hours"""
NIGHT_START, NIGHT_END = 22 * 60, 8 * 60
FOLLOW_UP_WITHIN = timedelta(hours=48)


class ServiceLevelSettings(models.Model):
    """What holds for all service levels of a workspace; without a row, as the defaults say, its usual ones included."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, primary_key=True, related_name="+")
    night_start = models.PositiveSmallIntegerField(default=NIGHT_START, db_default=NIGHT_START)
    """minutes of the business's day; the night goes past midnight when it ends earlier"""
    night_end = models.PositiveSmallIntegerField(default=NIGHT_END, db_default=NIGHT_END)
    follow_up_within = models.DurationField(default=FOLLOW_UP_WITHIN, db_default=FOLLOW_UP_WITHIN)
    """an open conversation has had a message of ours within that time, or is overdue"""
    version = models.PositiveIntegerField(default=1, db_default=1)


class ServiceLevel(WorkspaceScoped):
    """By when whom is answered. The first one whose conditions hold counts for a conversation."""

    name = models.TextField()
    position = models.PositiveIntegerField()
    conditions = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    """about the conversation and its contact, as ``kernel.conditions`` writes them"""
    first_answer = models.DurationField()
    """promised for what opens an episode"""
    next_answer = models.DurationField()
    """promised for what comes after its first answer"""
    night_answer = models.DurationField(null=True, blank=True)
    """in place of both for what is written at night; null: as by day"""
    counted_by = models.TextField(default="calendar", db_default="calendar")
    warn_percent = models.PositiveSmallIntegerField(default=75, db_default=75)
    """of the promised time, after which somebody is warned"""
    is_batch = models.BooleanField(default=False, db_default=False)
    """answered one after the other, when there is time for it"""
    version = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace", models.functions.Lower("name"), name="service_level_name_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(counted_by__in=COUNTED_BY), name="service_level_counted_by"
            ),
            models.CheckConstraint(
                condition=models.Q(warn_percent__gte=1, warn_percent__lte=100),
                name="service_level_warns_before",
            ),
        ]
        indexes = [models.Index(fields=["workspace", "position"], name="service_level_in_order")]

    def __str__(self) -> str:
        return self.name


class AnswerClock(WorkspaceScoped):
    """A promise that runs for what a contact wrote and nobody has answered: one for each wait.

    It is open until it is met (answered) or stopped (the wait ended otherwise). Times are null while it stands still,
    because the conversation is snoozed.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    service_level_id = models.UUIDField(null=True)
    """kept as it was; no constraint takes it away with its row"""
    service_level_name = models.TextField()
    is_batch = models.BooleanField(default=False, db_default=False)
    started_at = models.DateTimeField()
    """when the contact wrote, as ``Conversation.waiting_since`` says"""
    warn_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    rings_at = models.DateTimeField(null=True)
    """when the next of the two comes that has not been told of; null when none does"""
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "started_at"], name="answer_clock_once"),
            models.UniqueConstraint(
                fields=["conversation"],
                condition=models.Q(met_at__isnull=True, stopped_at__isnull=True),
                name="answer_clock_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(rings_at__isnull=True)
                | models.Q(met_at__isnull=True, stopped_at__isnull=True),
                name="answer_clock_silent_when_over",
            ),
        ]
        indexes = [
            models.Index(
                fields=["rings_at"], name="answer_clock_rings", condition=models.Q(rings_at__isnull=False)
            ),
            models.Index(
                fields=["workspace", "due_at", "id"],
                name="answer_clock_due",
                condition=models.Q(met_at__isnull=True, stopped_at__isnull=True),
            ),
        ]


class FollowUp(models.Model):
    """Since when an open conversation has had no message of ours. It goes when the conversation is not open."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    since = models.DateTimeField()
    """our last message, or when it was opened, whichever is later"""

    class Meta:
        indexes = [models.Index(fields=["workspace", "since"], name="follow_up_oldest")]
