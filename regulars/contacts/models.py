from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from regulars.contacts.numbers import shown_name
from regulars.kernel import clock
from regulars.kernel.crypto import EncryptedTextField
from regulars.kernel.history import HistoryRow, history_constraints
from regulars.kernel.visible import is_invisible
from regulars.tags.models import Tagging, tagging_constraints, tagging_indexes
from regulars.workspaces.models import Member, Workspace, WorkspaceScoped

IDENTITY_KINDS = ("phone", "bsuid", "parent_bsuid", "line_user", "unnamed")
"""``unnamed``: one contact per number for updates that name nobody; it cannot be written to"""
SHORT_ID_LENGTH = 6


class Contact(WorkspaceScoped):
    """Somebody as their addresses show them; several contacts may be one person.

    ``name`` is what our people call them; ``profile_name`` what the platform last told.
    """

    name = models.TextField(default="", db_default="", blank=True)
    profile_name = models.TextField(default="", db_default="", blank=True)
    profile_at = models.DateTimeField(null=True)
    """when the platform told the names above: what comes late does not bring an older one back"""
    username = models.TextField(default="", db_default="", blank=True)
    phone = models.TextField(default="", db_default="", blank=True)
    """the current phone in E.164, copied from the identities so that lists need no join"""
    language = models.TextField(default="", db_default="", blank=True)
    time_zone = models.TextField(default="", db_default="", blank=True)
    country = models.TextField(default="", db_default="", blank=True)
    tier = models.TextField(default="", db_default="", blank=True)
    stage = models.TextField(default="", db_default="", blank=True)
    score = models.IntegerField(null=True, blank=True)
    owner = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    person = models.ForeignKey("self", on_delete=models.DO_NOTHING, related_name="contacts", editable=False)
    """the contact that stands for the human being: itself until merged (the database sees to that)"""
    fields = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), blank=True)
    about = models.TextField(default="", db_default="", blank=True)
    unreachable_reason = models.TextField(default="", db_default="", blank=True)
    """why the platform says that this address cannot be reached (GD-5); empty when it can"""
    created_at = models.DateTimeField(default=clock.now, db_default=Now())
    updated_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["workspace", "-created_at", "-id"], name="contact_by_age")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """As whoever looks may see it: some people are called by nothing but their number."""
        names = (self.name, self.profile_name, self.username, self.phone)
        return shown_name(
            next((name for name in names if name and not is_invisible(name)), self.name or self.profile_name)
        )


class ContactIdentity(WorkspaceScoped):
    """One address of a contact on a channel. Retired ones stay, so that old messages still find their person."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities", db_index=False)
    channel = models.TextField()
    kind = models.TextField()
    value = models.TextField()
    """in its canonical form, by which it is found"""
    portfolio = models.TextField(default="", db_default="")
    """the provider's business that a BSUID belongs to; empty for what is valid everywhere, or not known yet"""
    provider_address = models.TextField(default="", db_default="")
    """a phone as the provider writes it, which we answer to; empty when nobody told"""
    first_seen_at = models.DateTimeField(default=clock.now, db_default=Now())
    """when it was first true, by the provider's clock"""
    retired_at = models.DateTimeField(null=True)
    """until when it was theirs"""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["value", "kind", "channel", "workspace", "portfolio"],
                condition=models.Q(retired_at=None),
                name="identity_unique",
            ),
            models.CheckConstraint(condition=models.Q(kind__in=IDENTITY_KINDS), name="identity_kind"),
        ]
        indexes = [
            models.Index(fields=["contact"], name="identity_by_contact"),
            models.Index(
                fields=["value", "kind"],
                name="identity_retired",
                condition=models.Q(retired_at__isnull=False),
            ),
        ]


class Group(WorkspaceScoped):
    """People who write to us together. What one of them says is that person's and not the group's."""

    channel = models.TextField()
    address = models.TextField()
    """the provider's id of the group"""
    subject = models.TextField(default="", db_default="", blank=True)
    """what its people call it; empty until the platform has told"""
    subject_told_at = models.DateTimeField(null=True, blank=True)
    """the platform's time of the news that ``subject`` comes from; older news changes nothing"""
    allows_automation = models.BooleanField(default=False, db_default=False)
    """whether a machine may speak here; promotions never may"""
    created_at = models.DateTimeField(default=clock.now, db_default=Now())
    updated_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address", "channel", "workspace"], name="group_unique")
        ]

    def __str__(self) -> str:
        return self.subject or self.short_id

    @property
    def short_id(self) -> str:
        """A few letters that tell groups without a subject apart: the end of the address (they begin alike)."""
        letters = "".join(letter for letter in self.address if letter.isascii() and letter.isalnum())
        return letters[-SHORT_ID_LENGTH:] or self.id.hex[-SHORT_ID_LENGTH:]


class Consent(WorkspaceScoped):
    """What a contact allows for one purpose, with its proof. The newest row of a purpose counts."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consents")
    channel = models.TextField()
    purpose = models.TextField()
    state = models.TextField()
    source = models.TextField()
    proof = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["opted_in", "opted_out"]), name="consent_state"
            ),
            models.UniqueConstraint(
                fields=["contact", "channel", "purpose", "state", "at"], name="consent_once"
            ),
        ]


class ContactHistory(HistoryRow):
    """What a deciding fact of a contact was for a time (``history.py``)."""

    subject = "contact"

    pk = models.CompositePrimaryKey("contact_id", "fact", "from_at")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="history", db_index=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = history_constraints("contact")


class MergeSuggestion(WorkspaceScoped):
    """Two contacts that may be one person, with the reason. Nothing merges by itself.

    It is open until it is dismissed, or for as long as the two are not one.
    """

    first = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField()
    created_at = models.DateTimeField(default=clock.now, db_default=Now())
    decided_at = models.DateTimeField(null=True)
    """when somebody said that they are two"""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="merge_suggested_once")]


class ContactTagging(Tagging):
    """A tag on a contact."""

    subject = "contact"

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="taggings", db_index=False)

    class Meta:
        constraints = tagging_constraints("contact")
        indexes = tagging_indexes("contact")


class Merge(WorkspaceScoped):
    """Two contacts are one person, because somebody said so (``contacts.merging``). An undone one stays as history."""

    first = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    """whose person stays; when they are removed, whoever was tied to them first"""
    second = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    kept_id = models.UUIDField()
    """the person of ``first`` then"""
    absorbed_id = models.UUIDField()
    """the person of ``second`` then"""
    reason = models.TextField()
    """a suggestion's, or ``by_hand``"""
    by_kind = models.TextField()
    by_id = models.UUIDField(null=True)
    by_name = models.TextField()
    made_at = models.DateTimeField(default=clock.now, db_default=Now())
    undone_at = models.DateTimeField(null=True)
    undone_by_name = models.TextField(default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["workspace", "-made_at", "-id"], name="merge_by_age")]


class MergedContact(models.Model):
    """A contact that a merge pointed to another person, and to whom it had pointed."""

    id = models.BigAutoField(primary_key=True)
    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="moved")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    before_id = models.UUIDField()


class PersonExport(WorkspaceScoped):
    """What is kept of one person, as a file that a job makes; its id is the job's. It goes by itself."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    contact_ids = ArrayField(models.UUIDField(), default=list)
    """all contacts that were the person when the job began: when one of them is removed, the file goes"""
    made_at = models.DateTimeField(null=True)
    """when it was whole"""
    expires_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now())


class PersonExportPart(models.Model):
    """Some rows of one table, in the order of the ids."""

    id = models.BigAutoField(primary_key=True)
    export = models.ForeignKey(PersonExport, on_delete=models.CASCADE, related_name="parts")
    table = models.TextField()
    rows = EncryptedTextField()
    """a JSON list"""
