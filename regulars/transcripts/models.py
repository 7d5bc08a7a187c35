from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from regulars.conversations.models import Conversation
from regulars.kernel import clock
from regulars.kernel.crypto import EncryptedBytesField
from regulars.workspaces.models import WorkspaceScoped

FORMATS = ("html", "pdf")


class Transcript(WorkspaceScoped):
    """A conversation as a file that a job makes; its id is the job's. It goes by itself."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    format = models.TextField()
    with_notes = models.BooleanField(db_default=False, default=False)
    with_numbers = models.BooleanField(db_default=False, default=False)
    """people's numbers stand in it whole, as whoever asked for it sees them"""
    with_protected = models.BooleanField(db_default=False, default=False)
    """protected messages stand in it, as whoever asked for it reads them"""
    made_at = models.DateTimeField(null=True)
    """when it was whole"""
    expires_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(format__in=FORMATS), name="transcript_format")
        ]


class TranscriptPart(models.Model):
    """Some bytes of the file, in the order of the ids; of a PDF that is not whole yet, a PDF of some pages."""

    id = models.BigAutoField(primary_key=True)
    transcript = models.ForeignKey(Transcript, on_delete=models.CASCADE, related_name="parts")
    body = EncryptedBytesField()
