from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from regulars.kernel import clock
from regulars.kernel.crypto import EncryptedBytesField, EncryptedTextField
from regulars.kernel.ids import new_secret
from regulars.workspaces.models import Team, WorkspaceScoped


def new_connection_key() -> str:
    return new_secret(12)


class Troubled(models.Model):
    """What the platform refuses for all messages of it alike, and when we ask again (see ``inboxes.problems``)."""

    problem = models.TextField(default="", db_default="", blank=True)
    """why sending through it waits, in the platform's words; empty when it works"""
    problem_code = models.IntegerField(null=True, blank=True)
    problem_since = models.DateTimeField(null=True, blank=True)
    probe_at = models.DateTimeField(null=True, blank=True)
    """when we ask next whether it works again"""
    probe_count = models.SmallIntegerField(default=0, db_default=0)
    """how often it did not, one time after the other; kept until a message has gone out"""

    class Meta:
        abstract = True


class Connection(Troubled, WorkspaceScoped):
    """The link to one provider account and its credentials."""

    channel = models.TextField()
    key = models.TextField(unique=True, default=new_connection_key)
    """the unguessable part of the webhook's address"""
    name = models.TextField()
    account_id = models.TextField()
    portfolio = models.TextField(default="", db_default="", blank=True)
    """the provider's business that owns the account ; people's ids are valid in it"""
    messaging_limit = models.TextField(default="", db_default="", blank=True)
    """how many people the whole portfolio may write to first in 24 hours, in the provider's words"""
    app_id = models.TextField(default="", blank=True)
    verify_token = EncryptedTextField()
    app_secrets = EncryptedTextField()
    """one secret a line, newest first: several are accepted while they rotate"""
    access_token = EncryptedTextField()
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name

    @property
    def secrets(self) -> list[str]:
        return [line for line in self.app_secrets.splitlines() if line]


def sealed_fields(prefix: str) -> list[str]:
    """The fields of a connection that cost a decryption each, for ``defer`` where they are not needed."""
    return [f"{prefix}{name}" for name in ("verify_token", "app_secrets", "access_token")]


class Inbox(Troubled, WorkspaceScoped):
    """One number or account that people staff."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="inboxes")
    name = models.TextField()
    address = models.TextField()
    """the provider's id of the number"""
    display_address = models.TextField(default="")
    teams = models.ManyToManyField(Team, related_name="inboxes", blank=True)
    """who staffs it; empty means everybody"""
    messages_per_second = models.IntegerField(default=80)
    """the platform's throughput for the number: 80, 1,000 once upgraded, 20 in coexistence"""
    quality = models.TextField(default="", blank=True)
    paused_reason = models.TextField(default="", blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "address"], name="inbox_address_unique")]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One accepted webhook body, whole, as bytes; kept RAW_DELIVERY_RETENTION_DAYS and replayable."""

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="deliveries", db_constraint=False, db_index=False
    )
    """no constraint: checking it took PostgreSQL as long as everything else about a delivery"""
    body = EncryptedBytesField()
    update_counts = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    """address -> number of updates in it, as counted at the door"""
    state = models.TextField(default="pending", db_default="pending")
    """pending, processed or failed"""
    attempts = models.SmallIntegerField(default=0, db_default=0)
    retry_at = models.DateTimeField(null=True)
    error = models.TextField(default="", db_default="")
    received_at = models.DateTimeField(db_default=TransactionNow())
    processed_at = models.DateTimeField(null=True)

    class Meta:
        # no CHECK on the state: PostgreSQL reads it anew for each statement, which costs a small group a tenth
        indexes = [
            models.Index(fields=["id"], name="delivery_pending", condition=models.Q(state="pending")),
            models.Index(fields=["id"], name="delivery_failed", condition=models.Q(state="failed")),
            BrinIndex(fields=["received_at"], name="delivery_by_age", autosummarize=True),
        ]


class LedgerEntry(models.Model):
    """So many updates (or sends) of one address ended so. Append only: many writers, no hot row.

    ``flow`` inbound: outcome received, stored, duplicate, rejected (with reason).
    ``flow`` outbound: outcome intended, accepted, refused (with reason); unknown and pending are counted live.
    ``flow`` door: refused deliveries that never were stored (with reason); one counts as one update.

    No CHECKs and no index but the key, for the door writes here in every commit; ``compact_ledger`` keeps it small.
    """

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False, db_index=False
    )
    address = models.TextField(default="", db_default="")
    flow = models.TextField()
    outcome = models.TextField()
    reason = models.TextField(default="", db_default="")
    update_count = models.BigIntegerField()
    delivery_count = models.BigIntegerField(default=0, db_default=0)
    at = models.DateTimeField(db_default=TransactionNow())


class ChannelNotice(WorkspaceScoped):
    """Something the platform told about an account or a number; shown to those who run it."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="notices")
    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.TextField()
    field = models.TextField()
    event = models.TextField(default="", db_default="")
    title = models.TextField(default="", db_default="")
    details = models.TextField(default="", db_default="")
    errors = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    dedup_key = models.TextField()
    delivery_id = models.BigIntegerField(null=True)
    path = models.TextField(default="", db_default="")
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "dedup_key"], name="notice_once")]
        indexes = [models.Index(fields=["workspace", "-at"], name="notice_by_time")]


class ErasureRequest(WorkspaceScoped):
    """Somebody is to be forgotten in what is stored as it came; gone once that is done (``inboxes.erasing``)."""

    traces = EncryptedTextField()
    """``inboxes.erasing.Traces`` as JSON: sealed, for it names whom nobody should find here any more"""
    created_at = models.DateTimeField(db_default=Now())
    """by the database's clock, as ``Delivery.received_at``: what came later is a new acquaintance"""
    swept_at = models.DateTimeField(null=True)
    """when everything had been gone through once"""
