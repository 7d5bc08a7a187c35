"""Who is on duty, how much they take, and what they are good at."""

from __future__ import annotations

from django.db import models

from regulars.kernel.history import HistoryRow, history_constraints
from regulars.workspaces.models import Member, Workspace

STATES = ("online", "away", "off_duty")
MOST_CAPACITY = 500


class DutySettings(models.Model):
    """How a workspace works together; without a row, as the defaults say."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, primary_key=True, related_name="+")
    capacity = models.PositiveSmallIntegerField(default=10, db_default=10)
    """of members who have none of their own"""
    away_after_minutes = models.PositiveSmallIntegerField(default=5, db_default=5)
    """so long without an open screen, whoever is online is away; 0: never by itself"""
    reply_claims = models.BooleanField(default=True, db_default=True)
    """whoever answers what is nobody's has it from then on"""


class MemberAvailability(models.Model):
    """Of a member who was seen on a screen once; whoever has none was never there, and is away."""

    member = models.OneToOneField(
        Member, on_delete=models.CASCADE, primary_key=True, related_name="availability"
    )
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    chosen = models.TextField(default="online", db_default="online")
    """what they said last"""
    state = models.TextField(default="away", db_default="away")
    """what they are: ``chosen``, or away when they are online without a screen"""
    since = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    """when a screen of theirs was open last, to half a minute"""
    capacity = models.PositiveSmallIntegerField(null=True, blank=True)
    """how many conversations may wait for their answer at once; null: as many as is usual here"""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(chosen__in=STATES), name="availability_chosen"),
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="availability_state"),
            models.CheckConstraint(
                condition=models.Q(capacity__isnull=True) | models.Q(capacity__lte=MOST_CAPACITY),
                name="availability_capacity",
            ),
        ]
        indexes = [
            models.Index(fields=["seen_at"], name="availability_present", condition=models.Q(state="online"))
        ]


class MemberSkill(models.Model):
    """Something that a member is good at, in the workspace's own words."""

    pk = models.CompositePrimaryKey("member_id", "word")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="skills", db_index=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    word = models.TextField()
    """in lower case, as it is compared"""


class MemberLanguage(models.Model):
    """A language that a member answers in."""

    pk = models.CompositePrimaryKey("member_id", "language")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="languages", db_index=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    language = models.TextField()
    """its code: ``ko``"""


class MemberHistory(HistoryRow):
    """Whether a member was on duty, and with which capacity, from when until when."""

    subject = "member"

    pk = models.CompositePrimaryKey("member_id", "fact", "from_at")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="history", db_index=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = history_constraints("member")
