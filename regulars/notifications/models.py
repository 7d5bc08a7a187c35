from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

from regulars.kernel import clock
from regulars.kernel.crypto import EncryptedTextField
from regulars.kernel.ids import new_id
from regulars.workspaces.models import BrowserSession, Member, WorkspaceScoped

MAIL_AFTER = timedelta(minutes=30)


class Notification(WorkspaceScoped):
    """That something happened in a conversation that a member wants to know of: the newest, and whether it was seen.

    ``conversation_id`` and ``message_id`` are not followed by the database: what they name lies above. One whose
    conversation is gone shows nowhere, and is purged with the others.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+", db_index=False)
    conversation_id = models.UUIDField()
    kind = models.TextField()
    """of ``levels.KINDS``, which grow without a migration"""
    message_id = models.UUIDField(null=True, blank=True)
    """the newest message that it is about"""
    count = models.IntegerField(default=1, db_default=1)
    """how often something happened since it was last seen"""
    is_counted = models.BooleanField(default=True, db_default=True)
    """at the bell and on the app's icon"""
    is_mailed = models.BooleanField(default=False, db_default=False)
    """a mail is to tell of it when it is not seen for long; false once one has"""
    at = models.DateTimeField(default=clock.now, db_default=Now())
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "conversation_id"], name="notification_unique"),
            models.CheckConstraint(condition=models.Q(count__gt=0), name="notification_count"),
        ]
        indexes = [
            models.Index("member", models.F("at").desc(), models.F("id").desc(), name="notification_newest"),
            models.Index(
                fields=["member"], name="notification_unread", condition=models.Q(read_at__isnull=True)
            ),
            models.Index(
                fields=["at"],
                name="notification_to_mail",
                condition=models.Q(read_at__isnull=True, is_mailed=True),
            ),
        ]


class NotificationSettings(WorkspaceScoped):
    """What a member chose; without a row, the usual (``levels.USUAL``)."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="+")
    levels = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    """ways by kind, for the kinds that were chosen"""
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    is_private = models.BooleanField(default=False, db_default=False)
    mail_after = models.DurationField(default=MAIL_AFTER, db_default=MAIL_AFTER)
    """how long somebody is away before a mail tells them"""
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="notification_quiet_whole",
            )
        ]


class MutedConversation(WorkspaceScoped):
    """A conversation that a member is told nothing of."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+", db_index=False)
    conversation_id = models.UUIDField()
    at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "conversation_id"], name="muted_conversation_unique")
        ]


class PushKey(models.Model):
    """The key pair by which push services know this installation (VAPID, RFC 8292): one, made when first needed."""

    ONLY = 1
    id = models.SmallIntegerField(primary_key=True, default=ONLY)
    private = EncryptedTextField()
    """PEM"""
    public = models.TextField()
    """as browsers want it: an uncompressed point, base64url"""
    made_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="push_key_only")]


ENDPOINT_MARK = "push-endpoint"


class PushSubscription(WorkspaceScoped):
    """A browser that a member lets us wake."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+", db_index=True)
    session = models.ForeignKey(BrowserSession, on_delete=models.CASCADE, null=True, related_name="+")
    """the sign-in that it was made in: a browser that is signed out, by whomever, is told nothing more"""
    endpoint = EncryptedTextField(mark=("mark", ENDPOINT_MARK))
    """an address at the browser's push service; whoever has it and our key can wake the browser"""
    mark = models.TextField(unique=True)
    """a keyed hash of the endpoint, to find it by"""
    public_key = models.TextField()
    secret = EncryptedTextField()
    """both the browser's: what is sent is sealed for it (RFC 8291)"""
    browser = models.TextField(default="", db_default="", blank=True)
    """the ``User-Agent`` that the browser names itself with"""
    created_at = models.DateTimeField(default=clock.now, db_default=Now())
    last_sent_at = models.DateTimeField(null=True, blank=True)


class Push(models.Model):
    """A notification on its way to one browser. The row is the job: it goes when it went, or when nobody needs it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    subscription = models.ForeignKey(
        PushSubscription, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="+")
    queued_at = models.DateTimeField(default=clock.now, db_default=Now())
    """moves when something newer happens: what is sent meanwhile does not take it along"""
    due_at = models.DateTimeField(default=clock.now, db_default=Now())
    tries = models.IntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "notification"], name="push_unique"),
        ]
        indexes = [models.Index(fields=["due_at"], name="push_due")]
