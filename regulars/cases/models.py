from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from regulars.contacts.models import Contact
from regulars.conversations.models import Conversation
from regulars.kernel import clock
from regulars.kernel.history import HistoryRow, history_constraints
from regulars.media.models import MediaFile
from regulars.tags.models import COLORS
from regulars.workspaces.models import Member, Team, Workspace, WorkspaceScoped

STATUSES = ("open", "waiting_customer", "waiting_others", "resolved")
"""in the order of the board: our turn, the customer's, somebody else's, over"""
UNRESOLVED = STATUSES[:-1]
PRIORITIES = ("low", "normal", "high", "urgent")
OUTCOMES = ("solved", "not_solved", "withdrawn")
"""of a resolved case: as the customer wished, otherwise, or they gave it up"""
ICONS = ("case", "bag", "delivery", "money", "return", "repair", "question", "complaint", "star", "document")
"""words, as colors are: the screens have a drawing for each"""
FIRST_NUMBER = 1001


class CaseSettings(models.Model):
    """How a workspace handles cases, and which number was given last. No row: as usual, and none yet."""

    workspace = models.OneToOneField(
        Workspace, on_delete=models.CASCADE, primary_key=True, related_name="+", db_index=False
    )
    last_number = models.BigIntegerField(default=FIRST_NUMBER - 1, db_default=FIRST_NUMBER - 1)
    reopen_hours = models.PositiveSmallIntegerField(default=168, db_default=168)
    """a case that is reopened within them is the same case; later, a new one follows it"""


class CaseCategory(WorkspaceScoped):
    """What cases are about. One that was removed stays for the cases that have it."""

    name = models.TextField()
    key = models.TextField()
    """the name as names are compared (``tags.names.fold_name``)"""
    color = models.TextField(default="gray", db_default="gray")
    icon = models.TextField(default="case", db_default="case")
    created_at = models.DateTimeField(default=clock.now, db_default=Now())
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "key"],
                condition=Q(removed_at__isnull=True),
                name="case_category_name_unique",
            ),
            models.CheckConstraint(condition=Q(color__in=COLORS), name="case_category_color"),
            models.CheckConstraint(condition=Q(icon__in=ICONS), name="case_category_icon"),
        ]

    def __str__(self) -> str:
        return self.name


class Case(WorkspaceScoped):
    """One matter with its number. Merged into another it stays, and points there."""

    number = models.BigIntegerField()
    title = models.TextField()
    about = models.TextField(default="", db_default="", blank=True)
    status = models.TextField(default="open", db_default="open")
    priority = models.TextField(default="normal", db_default="normal")
    category = models.ForeignKey(
        CaseCategory, on_delete=models.SET_NULL, null=True, blank=True, related_name="cases", db_index=False
    )
    owner = models.ForeignKey(
        Member, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    due_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(default="", db_default="", blank=True)
    """one of ``OUTCOMES`` while it is resolved, else empty"""
    resolution = models.TextField(default="", db_default="", blank=True)
    """what was done, in words"""
    opened_at = models.DateTimeField(default=clock.now, db_default=Now())
    opened_by_id = models.UUIDField(null=True, blank=True)
    opened_by_name = models.TextField(default="", db_default="", blank=True)
    """as they were called then"""
    resolved_at = models.DateTimeField(null=True, blank=True)
    reopened_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    follows = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="followers", db_index=False
    )
    """the case that it goes on with, when that was resolved for too long to be reopened"""
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged", db_index=False
    )
    updated_at = models.DateTimeField(default=clock.now, db_default=Now())
    edition = models.PositiveIntegerField(default=1, db_default=1)
    """counts changes, so that one can be meant for what somebody saw"""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="case_number_unique"),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="case_status"),
            models.CheckConstraint(condition=Q(priority__in=PRIORITIES), name="case_priority"),
            models.CheckConstraint(
                condition=Q(status="resolved", resolved_at__isnull=False, outcome__in=OUTCOMES)
                | (~Q(status="resolved") & Q(resolved_at__isnull=True, outcome="")),
                name="case_resolved_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("id")),
                name="case_not_into_itself",
            ),
        ]
        indexes = [
            # lists and columns, each in its order
            models.Index(
                fields=["workspace", "status", "due_at", "number"],
                condition=Q(merged_into__isnull=True),
                name="case_by_due",
            ),
            models.Index(
                fields=["workspace", "-updated_at", "-number"],
                condition=Q(merged_into__isnull=True),
                name="case_by_change",
            ),
            models.Index(
                fields=["owner", "status"],
                condition=Q(merged_into__isnull=True) & ~Q(status="resolved"),
                name="case_open_of_owner",
            ),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="case_merged_here"
            ),
            # what somebody opened last
            models.Index(fields=["opened_by_id", "-number"], name="case_opened_by"),
            models.Index(fields=["follows"], condition=Q(follows__isnull=False), name="case_followers"),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    @property
    def version(self) -> str:
        return str(self.edition)

    def is_overdue(self, now: datetime) -> bool:
        return self.status != "resolved" and self.due_at is not None and self.due_at < now


class _Link(WorkspaceScoped):
    """Something that a case is about, since then. ``via``: it came with a case that was merged into this one."""

    linked_at = models.DateTimeField(default=clock.now, db_default=Now())
    by_name = models.TextField(default="", db_default="", blank=True)
    """who linked it, as they were called then"""

    class Meta:
        abstract = True


class CaseConversation(_Link):
    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="conversation_links", db_index=False
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="case_links", db_index=False
    )
    via = models.ForeignKey(
        Case, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "conversation"], name="case_conversation_once")
        ]
        indexes = [
            models.Index(fields=["conversation", "case"], name="case_of_conversation"),
            models.Index(fields=["via"], condition=Q(via__isnull=False), name="case_conversation_via"),
        ]


class CaseContact(_Link):
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="contact_links", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="case_links", db_index=False)
    via = models.ForeignKey(
        Case, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "contact"], name="case_contact_once")]
        indexes = [
            models.Index(fields=["contact", "case"], name="case_of_contact"),
            models.Index(fields=["via"], condition=Q(via__isnull=False), name="case_contact_via"),
        ]


class CaseFile(_Link):
    """A file that lies with a case. One that was taken out stays for the undo, until the case goes."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="files", db_index=False)
    media = models.ForeignKey(MediaFile, on_delete=models.CASCADE, related_name="+", db_index=False)
    """goes with the message that it came in, when that is removed"""
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "media"], name="case_file_once")]
        indexes = [
            models.Index(fields=["case", "-linked_at", "-id"], name="case_file_newest"),
            models.Index(fields=["media"], name="case_of_file"),
        ]


class CaseComment(WorkspaceScoped):
    """Said among members about a case; never sent to anybody."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="comments", db_index=False)
    author = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    author_name = models.TextField(default="", db_default="", blank=True)
    text = models.TextField()
    created_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["case", "-created_at", "-id"], name="case_comment_newest")]


class CaseActivity(WorkspaceScoped):
    """A quiet line of a case: opened, assigned, resolved, linked …"""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="activities", db_index=False)
    kind = models.TextField()
    actor_name = models.TextField(default="", db_default="", blank=True)
    facts = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["case", "-at", "-id"], name="case_activity_newest")]


class CaseHistory(HistoryRow):
    """What a deciding fact of a case was for a time (``history.py``)."""

    subject = "case"

    pk = models.CompositePrimaryKey("case_id", "fact", "from_at")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="history", db_index=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = history_constraints("case")
