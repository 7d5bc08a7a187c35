from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.db import models
from django.db.models.functions import Now

from regulars.kernel import clock
from regulars.media.models import MediaFile
from regulars.quick_replies.wordings import Wording
from regulars.workspaces.models import Member, Team, WorkspaceScoped

AUDIENCES = ("all", "teams", "member")


class QuickReply(WorkspaceScoped):
    """A text to insert. One that was sent is archived instead of removed: what was said stays counted."""

    shortcut = models.TextField()
    """what is typed after the slash"""
    key = models.TextField()
    """the shortcut as shortcuts are compared"""
    name = models.TextField()
    folder = models.TextField(default="", db_default="", blank=True)
    """a folder is there as long as a reply lies in it"""
    audience = models.TextField(default="all", db_default="all")
    owner = models.ForeignKey(
        Member, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    """of the audience ``member``: whose it is"""
    teams = models.ManyToManyField(Team, related_name="+")
    """of the audience ``teams``"""
    stored_wordings = models.JSONField()
    words = models.TextField(default="", db_default="", blank=True)
    """shortcut, name and all texts, folded: what a search looks through"""
    files = models.ManyToManyField(MediaFile, through="QuickReplyFile", related_name="+")
    revision = models.IntegerField(default=1, db_default=1)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now())
    updated_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "key"],
                condition=models.Q(archived_at__isnull=True),
                name="quick_reply_shortcut_unique",
            ),
            models.CheckConstraint(condition=models.Q(audience__in=AUDIENCES), name="quick_reply_audience"),
            models.CheckConstraint(
                condition=models.Q(audience="member") ^ models.Q(owner__isnull=True),
                name="quick_reply_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def wordings(self) -> tuple[Wording, ...]:
        """At least one; the first is read by those whose language has none."""
        return msgspec.convert(self.stored_wordings, tuple[Wording, ...])

    def keep_wordings(self, wordings: Sequence[Wording]) -> None:
        self.stored_wordings = msgspec.to_builtins(wordings)

    @property
    def version(self) -> str:
        return str(self.revision)


class QuickReplyFile(models.Model):
    """A file that goes with a reply, whatever the language."""

    quick_reply = models.ForeignKey(
        QuickReply, on_delete=models.CASCADE, related_name="attachments", db_index=False
    )
    media = models.ForeignKey(MediaFile, on_delete=models.CASCADE, related_name="+")
    place = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quick_reply", "media"], name="quick_reply_file_once"),
        ]


class QuickReplyUse(models.Model):
    """How often somebody sent a reply on one day (UTC). Nobody waits for anybody else's row."""

    quick_reply = models.ForeignKey(QuickReply, on_delete=models.CASCADE, related_name="+", db_index=False)
    by_id = models.UUIDField()
    """a member or a token"""
    by_name = models.TextField()
    """as they were called then"""
    day = models.DateField()
    count = models.IntegerField(default=0, db_default=0)
    last_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quick_reply", "by_id", "day"], name="quick_reply_use_once"),
        ]


class UnadvisedMember(models.Model):
    """A member who does not want advice while writing."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, primary_key=True, related_name="+")


def files_of(replies: Sequence[QuickReply]) -> dict[UUID, list[MediaFile]]:
    """In their order, by the reply's id. One query."""
    found: dict[UUID, list[MediaFile]] = {reply.id: [] for reply in replies}
    rows: Any = QuickReplyFile.objects.filter(quick_reply__in=replies).select_related("media")
    for row in rows.order_by("place", "id"):
        found[row.quick_reply_id].append(row.media)
    return found
