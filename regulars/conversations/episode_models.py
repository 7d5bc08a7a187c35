"""What a conversation was about, one thing after the other, and what is counted of it for good."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from regulars.inboxes.models import Inbox
from regulars.kernel import clock
from regulars.workspaces.models import WorkspaceScoped

FACT_KINDS = ("answered", "assigned", "handed_to_team", "resolved", "reopened")
FACT_AUTHORS = ("contact", "person", "phone_app", "machine")


class Episode(WorkspaceScoped):
    """From a conversation's first message to its resolution; opened again soon enough, it goes on."""

    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="episodes", db_index=False
    )
    number = models.IntegerField()
    """of its conversation, from 1"""
    opened_at = models.DateTimeField()
    first_answer_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by_kind = models.TextField(default="", db_default="", blank=True)
    resolved_by_id = models.UUIDField(null=True, blank=True)
    resolved_by_name = models.TextField(default="", db_default="", blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    """for the last time"""
    reopened_count = models.IntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [
            # also the index of a conversation's episodes
            models.UniqueConstraint(fields=["conversation", "number"], name="episode_number_once"),
            models.UniqueConstraint(
                fields=["conversation"],
                condition=models.Q(resolved_at__isnull=True),
                name="episode_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(resolved_at__isnull=True)
                | models.Q(resolved_at__gte=models.F("opened_at")),
                name="episode_ends_after_it_began",
            ),
        ]
        indexes = [models.Index(fields=["workspace", "opened_at"], name="episode_by_time")]


class Fact(WorkspaceScoped):
    """Something that is counted, written down when it happened: with where it was, and whose, at that time.

    Ids of members, teams and messages are kept as they were; no constraint takes them away with their rows.
    """

    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="facts", db_index=False
    )
    episode_id = models.UUIDField(null=True, blank=True)
    """null when there was none: nothing had been said"""
    inbox = models.ForeignKey(
        Inbox, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    channel = models.TextField()
    tier = models.TextField(default="", db_default="", blank=True)
    """of the contact; empty while nothing computes tiers"""
    kind = models.TextField()
    at = models.DateTimeField()
    by_kind = models.TextField()
    by_id = models.UUIDField(null=True, blank=True)
    by_name = models.TextField(default="", db_default="", blank=True)
    member_id = models.UUIDField(null=True, blank=True)
    """whose it was from then on; of an answer, who gave it"""
    team_id = models.UUIDField(null=True, blank=True)
    """in whose queue it was from then on"""
    message_id = models.UUIDField(null=True, blank=True)
    """the answer"""
    is_first = models.BooleanField(default=False, db_default=False)
    """the first answer of its episode"""
    since = models.DateTimeField(null=True, blank=True)
    """of an answer: when the wait began that it ended"""
    wait_seconds = models.IntegerField(null=True, blank=True)
    business_seconds = models.IntegerField(null=True, blank=True)
    """of the wait, by the business hours of that time"""
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    """when it turned out that this answer is none; null while it stands"""
    created_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message_id"], condition=models.Q(kind="answered"), name="fact_answered_once"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=FACT_KINDS), name="fact_kind"),
            models.CheckConstraint(condition=models.Q(by_kind__in=FACT_AUTHORS), name="fact_by_kind"),
            models.CheckConstraint(
                condition=~models.Q(kind="answered")
                | models.Q(
                    message_id__isnull=False,
                    since__isnull=False,
                    wait_seconds__gte=0,
                    business_seconds__gte=0,
                ),
                name="fact_answer_has_wait",
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "at", "id"], name="fact_of_conversation"),
            models.Index(fields=["workspace", "kind", "at"], name="fact_by_kind_and_time"),
            models.Index(
                fields=["episode_id", "at"],
                name="fact_answer_of_episode",
                condition=models.Q(kind="answered", withdrawn_at__isnull=True),
            ),
        ]
