from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from regulars.kernel import clock
from regulars.workspaces.audiences import AUDIENCES
from regulars.workspaces.models import Member, Team, WorkspaceScoped


class Macro(WorkspaceScoped):
    """What somebody does again and again, under one name."""

    name = models.TextField()
    steps = models.JSONField()
    """as ``ports.StepKind`` writes them: ``[{"do": "tag", "tags": [...]}, …]``"""
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
            models.CheckConstraint(condition=models.Q(audience__in=AUDIENCES), name="macro_audience"),
            models.CheckConstraint(
                condition=models.Q(audience="member") ^ models.Q(owner__isnull=True),
                name="macro_owner",
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace"], name="macro_there", condition=models.Q(removed_at__isnull=True)
            ),
            models.Index(
                fields=["removed_at"], name="macro_removed", condition=models.Q(removed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MacroUse(models.Model):
    """On how many conversations somebody ran a macro on one day (UTC). Nobody waits for anybody else's row."""

    macro = models.ForeignKey(Macro, on_delete=models.CASCADE, related_name="+", db_index=False)
    by_id = models.UUIDField()
    """a member or a token"""
    day = models.DateField()
    count = models.IntegerField(default=0, db_default=0)
    last_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["macro", "by_id", "day"], name="macro_use_once"),
        ]
