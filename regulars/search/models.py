from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from regulars.contacts.models import Contact
from regulars.conversations.models import Conversation
from regulars.kernel.crypto import EncryptedTextField
from regulars.workspaces.models import Workspace


class SearchEntry(models.Model):
    """What one thing is found by. The thing itself, and its text, stay where they are.

    No constraint of the database leads from here: what is gone is no longer found, whatever stands here
    (``finding``), and who removes a contact removes their entries (``contact_tables``).
    """

    pk = models.CompositePrimaryKey("id", "kind")
    id = models.UUIDField()
    """the thing's own; a message with a file is two things"""
    kind = models.TextField()
    """``kinds.Searchable.kind``"""
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    """whom it is about, or who said it"""
    at = models.DateTimeField()
    tokens = ArrayField(models.IntegerField())
    """``keys``: of its text, of facts about it, and of its day; sorted"""

    class Meta:
        indexes = [
            GinIndex(fields=["tokens"], name="search_tokens"),
            models.Index(
                fields=["conversation"],
                name="search_in_conversation",
                condition=models.Q(conversation__isnull=False),
            ),
            models.Index(
                fields=["contact"], name="search_of_contact", condition=models.Q(contact__isnull=False)
            ),
        ]


class SearchKey(models.Model):
    """The key of tokens of texts that lie sealed: one for all, drawn when it is first needed."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    key = EncryptedTextField()


class SearchFill(models.Model):
    """A workspace whose things from before there was an index are to be put into it, until a job is asked to."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, primary_key=True, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
