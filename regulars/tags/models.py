from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from regulars.kernel import clock
from regulars.workspaces.models import WorkspaceScoped

COLORS = ("gray", "blue", "green", "amber", "red", "purple", "cyan", "olive")
"""words, not values: each theme has its own for them"""
SOURCES = ("member", "rule", "condition", "model", "import", "sync")
"""kinds of whoever or whatever puts a tag there or takes it off, as the interface has them"""


class Tag(WorkspaceScoped):
    """A word with a color. One that was removed, or merged into another, stays for the taggings that were."""

    name = models.TextField()
    key = models.TextField()
    """the name as names are compared (``names.fold_name``)"""
    color = models.TextField(default="gray", db_default="gray")
    description = models.TextField(default="", db_default="", blank=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now())
    updated_at = models.DateTimeField(default=clock.now, db_default=Now())
    removed_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "key"],
                condition=models.Q(removed_at__isnull=True),
                name="tag_name_unique",
            ),
            models.CheckConstraint(condition=models.Q(color__in=COLORS), name="tag_color"),
        ]

    def __str__(self) -> str:
        return self.name


class TagUse(models.Model):
    """So many more (or fewer) open taggings of a tag; the sum of its rows is how often it is in use.

    Rows are only added, so that whoever tags waits for nobody; a periodic job makes one of many (``counting.py``).
    """

    id = models.BigAutoField(primary_key=True)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+", db_index=False)
    subject = models.TextField()
    """what is tagged: the word of ``Tagging.subject``"""
    change = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["tag", "subject"], include=["change"], name="tag_use_by_tag")]


class Tagging(WorkspaceScoped):
    """A tag on a thing, from then on until it ends. It ends, it does not vanish: a row says what was.

    A subclass adds the foreign key to its thing, named as ``subject`` says, ``tagging_constraints`` and
    ``tagging_indexes``.
    """

    subject: ClassVar[str]

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+", db_index=False)
    from_at = models.DateTimeField(default=clock.now, db_default=Now())
    until_at = models.DateTimeField(null=True, blank=True)
    """null while it is there"""
    by_kind = models.TextField()
    by_id = models.UUIDField(null=True, blank=True)
    by_name = models.TextField(default="", db_default="", blank=True)
    """as they were called then"""
    reason = models.TextField(default="", db_default="", blank=True)
    confidence = models.FloatField(null=True, blank=True)
    """0 to 1, of what guesses; null for what knows"""
    expires_at = models.DateTimeField(null=True, blank=True)
    """when it is to end by itself"""
    ended_by_kind = models.TextField(default="", db_default="", blank=True)
    ended_by_id = models.UUIDField(null=True, blank=True)
    ended_by_name = models.TextField(default="", db_default="", blank=True)
    end_reason = models.TextField(default="", db_default="", blank=True)

    class Meta:
        abstract = True

    @classmethod
    def rows(cls) -> models.QuerySet[Self]:
        return cls._default_manager.all()

    @classmethod
    def names(cls) -> dict[str, str]:
        """For statements: the table, and the column of the thing."""
        return {"table": cls._meta.db_table, "thing": f"{cls.subject}_id"}


def tagging_constraints(subject: str) -> list[models.BaseConstraint]:
    return [
        # also the index of a thing's open taggings
        models.UniqueConstraint(
            fields=[subject, "tag"],
            condition=models.Q(until_at__isnull=True),
            name=f"{subject}_tagging_open_once",
        ),
        models.CheckConstraint(
            condition=models.Q(until_at__isnull=True) | models.Q(until_at__gte=models.F("from_at")),
            name=f"{subject}_tagging_ends_after",
        ),
        models.CheckConstraint(condition=models.Q(by_kind__in=SOURCES), name=f"{subject}_tagging_by_kind"),
        models.CheckConstraint(
            condition=models.Q(ended_by_kind__in=("", *SOURCES)), name=f"{subject}_tagging_ended_by_kind"
        ),
        models.CheckConstraint(
            condition=models.Q(confidence__isnull=True) | models.Q(confidence__gte=0, confidence__lte=1),
            name=f"{subject}_tagging_confidence",
        ),
    ]


def tagging_indexes(subject: str) -> list[models.Index]:
    is_open = models.Q(until_at__isnull=True)
    return [
        # the open ones stand together; conditions also ask for what was
        models.Index(fields=["tag", "until_at", subject], name=f"{subject}_tagging_by_tag"),
        models.Index(fields=[subject, "-from_at"], name=f"{subject}_tagging_history"),
        models.Index(
            fields=["expires_at"],
            condition=is_open & models.Q(expires_at__isnull=False),
            name=f"{subject}_tagging_due",
        ),
    ]
