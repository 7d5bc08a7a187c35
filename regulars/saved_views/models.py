from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from regulars.kernel import clock
from regulars.workspaces.audiences import AUDIENCES
from regulars.workspaces.models import Member, Team, WorkspaceScoped

ORDERS = ("longest_waiting", "newest", "closing", "waking")
"""some of those that lists of conversations have"""


class SavedView(WorkspaceScoped):
    """A list of conversations that somebody keeps."""

    name = models.TextField()
    conditions = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    """about a conversation and its contact, as ``kernel.conditions`` writes them"""
    order = models.TextField(default="longest_waiting", db_default="longest_waiting")
    audience = models.TextField(default="member", db_default="member")
    owner = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    """of the audience ``member``: whose it is"""
    teams = models.ManyToManyField(Team, related_name="+")
    """of the audience ``teams``"""
    version = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(default=clock.now, db_default=Now())
    removed_at = models.DateTimeField(null=True, blank=True)
    """it can be brought back for ``operations.KEPT_REMOVED``"""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(audience__in=AUDIENCES), name="saved_view_audience"),
            models.CheckConstraint(condition=models.Q(order__in=ORDERS), name="saved_view_order"),
            models.CheckConstraint(
                condition=models.Q(audience="member") ^ models.Q(owner__isnull=True),
                name="saved_view_owner",
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace"], name="saved_view_there", condition=models.Q(removed_at__isnull=True)
            ),
            models.Index(
                fields=["removed_at"],
                name="saved_view_removed",
                condition=models.Q(removed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ViewPlace(models.Model):
    """How one member has a view in their navigation; without a row behind the others, and not counted."""

    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+", db_index=False)
    place = models.PositiveIntegerField(null=True)
    is_counted = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "view"], name="view_place_once"),
        ]
