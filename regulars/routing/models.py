from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

from regulars.conversations.models import Conversation
from regulars.inboxes.models import Inbox
from regulars.kernel import clock
from regulars.workspaces.models import Member, Team, Workspace, WorkspaceScoped

METHODS = ("least_loaded", "longest_idle", "round_robin")
RULES = ("returning", "owner", "specialist", *METHODS)
"""by which a member was chosen"""
OUTCOMES = ("given", "kept", "overtaken")
"""given to somebody; left with whoever had it; somebody else was faster"""
PRIORITY_GOAL = timedelta(minutes=1)


class RoutingSettings(models.Model):
    """What routing does by itself in a workspace; without a row, as the defaults say."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, primary_key=True, related_name="+")
    returns_to_previous = models.BooleanField(default=True, db_default=True)
    """whoever writes again goes to the member who had them last, or to the contact's owner, if they are free"""
    priority_after = models.PositiveSmallIntegerField(default=2, db_default=2)
    """whoever has written more often than that without an answer goes before everybody; 0: nobody does"""


class RoutedInbox(models.Model):
    """A number whose conversations are given to members by themselves. Without a row they are not."""

    inbox = models.OneToOneField(Inbox, on_delete=models.CASCADE, primary_key=True, related_name="+")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(default=clock.now, db_default=Now())


class Queue(WorkspaceScoped):
    """Who waits together, and who serves them. The first queue whose conditions hold takes a conversation."""

    name = models.TextField()
    position = models.PositiveIntegerField()
    conditions = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    """about the contact's last message, its conversation and the contact, as ``kernel.conditions`` writes them"""
    teams = models.ManyToManyField(Team, related_name="+", blank=True)
    """who serves it; none: whoever staffs the number"""
    skill = models.TextField(default="", db_default="", blank=True)
    wants_language = models.BooleanField(default=False, db_default=False)
    """whoever serves speaks the contact's language, where anybody of them does"""
    specialist = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    """asked first; only after ``specialist_seconds`` somebody else"""
    specialist_seconds = models.PositiveIntegerField(default=30, db_default=30)
    method = models.TextField(default="least_loaded", db_default="least_loaded")
    version = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint("workspace", models.functions.Lower("name"), name="queue_name_unique"),
            models.CheckConstraint(condition=models.Q(method__in=METHODS), name="queue_method"),
        ]
        indexes = [models.Index(fields=["workspace", "position"], name="queue_in_order")]

    def __str__(self) -> str:
        return self.name


class Waiting(models.Model):
    """A conversation that waits to be given to somebody. It goes with the wait, or when somebody has it."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    queue = models.ForeignKey(Queue, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    """null: no queue takes it, and only who had it before may get it"""
    cause = models.TextField()
    """the place of the event in the log by which it came to wait"""
    cause_kind = models.TextField()
    since = models.DateTimeField()
    """since when the contact waits"""
    entered_at = models.DateTimeField(default=clock.now, db_default=Now())
    is_priority = models.BooleanField(default=False, db_default=False)
    held_by = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    """whose it is of before: the contact came back, and they were not there"""
    previous = models.ForeignKey(
        Member, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    """who had it last"""
    put_back_by = models.ForeignKey(
        Member, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    """who does not get it again"""
    others_from = models.DateTimeField(null=True)
    """until then it is for the specialist alone"""

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "queue", "since"], name="waiting_in_queue"),
            models.Index(
                fields=["others_from"],
                name="waiting_for_specialist",
                condition=models.Q(others_from__isnull=False),
            ),
        ]


class Decision(WorkspaceScoped):
    """Why a conversation was given to whom: one for each cause, never changed."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    cause = models.TextField()
    cause_kind = models.TextField()
    trigger = models.TextField(default="", db_default="")
    """the kind of event that the deciding pass answered"""
    queue_id = models.UUIDField(null=True)
    queue_name = models.TextField(default="", db_default="")
    """as it was called then"""
    rule = models.TextField()
    outcome = models.TextField(default="given", db_default="given")
    is_priority = models.BooleanField(default=False, db_default=False)
    member_id = models.UUIDField()
    member_name = models.TextField()
    since = models.DateTimeField()
    """since when the contact had waited"""
    considered = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    """``[{"id", "name", "verdict", "load", "capacity"}]``: who else could have got it, and why not"""
    at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "cause"], name="decision_once_for_a_cause"),
            models.CheckConstraint(condition=models.Q(rule__in=RULES), name="decision_rule"),
            models.CheckConstraint(condition=models.Q(outcome__in=OUTCOMES), name="decision_outcome"),
        ]
        indexes = [
            models.Index(fields=["conversation", "-at", "-id"], name="decision_of_conversation"),
            models.Index(fields=["workspace", "-at"], name="decision_newest"),
        ]


class Turn(models.Model):
    """When a member was last given something: whose turn it is next, and who has been idle longest."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, primary_key=True, related_name="+")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    given_at = models.DateTimeField(null=True)
    busy_until = models.DateTimeField(null=True)
    """when they last answered or finished something"""
