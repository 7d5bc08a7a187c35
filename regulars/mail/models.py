from __future__ import annotations

from django.db import models

from regulars.kernel import clock
from regulars.kernel.crypto import EncryptedTextField
from regulars.workspaces.models import WorkspaceScoped

SECURITIES = ("starttls", "tls", "none")
KINDS = (
    "invitation",
    "password-reset",
    "password-changed",
    "second-factor-added",
    "second-factor-removed",
    "digest",
)
WAITING, SENDING, HANDING = "waiting", "sending", "handing"
STATES = (WAITING, SENDING, HANDING, "sent", "failed", "unknown", "dropped")
OPEN = (WAITING, SENDING, HANDING)
RETRIABLE = ("failed", "unknown")


class MailServer(WorkspaceScoped):
    """Whom a workspace hands its mail to, and whose it is."""

    host = models.TextField()
    port = models.IntegerField()
    security = models.TextField(default="starttls", db_default="starttls")
    username = models.TextField(default="", db_default="")
    password = EncryptedTextField(default="")
    sender_name = models.TextField(default="", db_default="")
    sender_address = models.TextField()
    reply_to = models.TextField(default="", db_default="")
    version = models.IntegerField(default=1, db_default=1)
    """counts changes: a change names the one that it was made from"""
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace"], name="mail_server_once"),
            models.CheckConstraint(
                condition=models.Q(security__in=list(SECURITIES)), name="mail_server_security"
            ),
        ]


class Mail(WorkspaceScoped):
    """One mail to one person.

    ``waiting`` → ``sending`` (talking to the server) → ``handing`` (the mail itself leaves) → ``sent``, ``failed``,
    ``unknown`` (cut off in the middle), or ``waiting`` again. ``dropped``: nobody needs it any more.
    """

    kind = models.TextField()
    to_address = models.TextField()
    language = models.TextField()
    facts = EncryptedTextField(default="")
    """JSON that the letter is written from, its link included; emptied when the mail is sent or dropped"""
    about_id = models.UUIDField(null=True)
    """the invitation or the reset"""
    message_id = models.TextField()
    """the same at every attempt, so that mailboxes can tell a repetition"""
    state = models.TextField(default=WAITING, db_default=WAITING)
    tries = models.IntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(default=clock.now)
    useful_until = models.DateTimeField(null=True)
    error = models.TextField(default="", db_default="")
    """a code of ``trouble.WORDS``"""
    reply = models.TextField(default="", db_default="")
    """what the server said, with its code"""
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-created_at"], name="mail_by_time")]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(STATES)), name="mail_state"),
            models.CheckConstraint(condition=models.Q(kind__in=list(KINDS)), name="mail_kind"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def can_be_retried(self) -> bool:
        return self.state in RETRIABLE
