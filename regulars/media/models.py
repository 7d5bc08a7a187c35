from __future__ import annotations

from django.db import models

from regulars.kernel import clock
from regulars.protection.fields import ProtectedTextField
from regulars.workspaces.models import WorkspaceScoped

STATES = ("waiting", "fetching", "ready", "failed", "expired", "missing")


class MediaPlace(models.Model):
    """The one row that says which directory holds this database's files (``media.place``)."""

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY)
    marker = models.TextField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_media_place")]


class MediaFile(WorkspaceScoped):
    """One file. The row is the fetching job: ``waiting`` rows are claimed with a lease.

    ``missing``: the platform could not take the file from the sender, so there is nothing to fetch.
    ``expired``: the platform no longer has it (some keep them for days only).
    """

    connection_id = models.UUIDField(null=True)
    """whose credentials fetch it; an id and no foreign key, for the rooms are siblings"""
    kind = models.TextField()
    state = models.TextField(default="waiting")
    provider_media_id = models.TextField(default="", blank=True)
    source_url = models.TextField(db_default="", default="", blank=True)
    """where anybody may fetch it: the picture of an advertisement, which no provider keeps for us"""
    mime_type = models.TextField(default="", blank=True)
    byte_count = models.BigIntegerField(null=True)
    sha256 = models.TextField(default="", blank=True)
    filename = ProtectedTextField(default="", blank=True)
    uploaded_by = models.UUIDField(null=True)
    """the member or token that gave it to us to send, and may see it before it is in a message"""
    is_voice = models.BooleanField(default=False)
    is_animated = models.BooleanField(default=False)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    has_thumbnail = models.BooleanField(default=False)
    """that a picture was decoded within our bounds; a page shows no picture of which this is not known"""
    traits = models.JSONField(db_default=models.Value([], models.JSONField()), default=list)
    """words of ``sniffing.FileFacts``: what the inside is made of; empty when nobody looked"""
    is_preview_due = models.BooleanField(db_default=False, default=False)
    """the row is the drawing job, too: claimed with a lease of its own"""
    preview_attempts = models.SmallIntegerField(db_default=0, default=0)
    preview_lease_until = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True)
    provider_uploads = models.JSONField(default=dict, blank=True)
    """address -> {"id", "until"}: copies we uploaded to the provider for sending"""
    created_at = models.DateTimeField(default=clock.now)
    fetched_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="media_state"),
        ]
        indexes = [
            models.Index(
                fields=["retry_at", "id"],
                name="media_to_fetch",
                condition=models.Q(state__in=["waiting", "fetching"]),
            ),
            models.Index(fields=["id"], name="media_to_preview", condition=models.Q(is_preview_due=True)),
        ]
