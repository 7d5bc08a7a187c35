from __future__ import annotations

from typing import Any

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models.functions import Now

from regulars.kernel import clock
from regulars.kernel.crypto import EncryptedTextField
from regulars.kernel.jobs.models import Job, JobSchedule  # noqa: F401 - tables of this room


class TransactionIdField(models.TextField):  # type: ignore[type-arg]
    """PostgreSQL's 64-bit transaction id (``xid8``), read as decimal text."""

    def db_type(self, connection: Any) -> str:
        return "xid8"


class CurrentTransactionId(models.Func):
    """The id of the transaction that is writing the row."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = TransactionIdField()


class Event(models.Model):
    """One thing that happened, recorded in the transaction that made it happen.

    Readers go by (``generation``, ``transaction_id``, ``id``) and only up to the oldest transaction still running, so
    a row that commits late is never skipped (see ``kernel.events.read_after``).
    """

    id = models.BigAutoField(primary_key=True)
    generation = models.IntegerField(db_default=1)
    """the column's default in the database is the generation that is written now (``kernel.generations``)"""
    transaction_id = TransactionIdField(db_default=CurrentTransactionId())
    workspace_id = models.UUIDField()
    kind = models.TextField()
    body = models.JSONField()
    happened_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        indexes = [models.Index(fields=["generation", "transaction_id", "id"], name="event_position")]


class LogGeneration(models.Model):
    """The one row that says which generation of transaction ids is counted now, and by which server.

    Without it, it is the first.
    """

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY)
    generation = models.IntegerField(default=1, db_default=1)
    server = models.TextField(default="", db_default="")
    """what tells this cluster and its history from others; empty until a process has asked"""
    since = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_log_generation")]


class ReactionCursor(models.Model):
    """How far one reaction has read the event log, and how it fares."""

    name = models.TextField(primary_key=True)
    generation = models.IntegerField(default=0, db_default=0)
    transaction_id = TransactionIdField(default="0")
    event_id = models.BigIntegerField(default=0)
    failed_attempts = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")
    updated_at = models.DateTimeField(default=clock.now)


class ParkedEvent(models.Model):
    """An event that one reaction could not digest, as it stood in the log; it can be given to that reaction again."""

    id = models.BigAutoField(primary_key=True)
    reaction = models.TextField()
    generation = models.IntegerField()
    transaction_id = TransactionIdField()
    event_id = models.BigIntegerField()
    workspace_id = models.UUIDField()
    kind = models.TextField()
    body = models.JSONField()
    happened_at = models.DateTimeField()
    error = models.TextField()
    parked_at = models.DateTimeField(default=clock.now)
    retry_asked_at = models.DateTimeField(null=True)
    """when somebody asked to try it again; null once it was"""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reaction", "event_id"], name="parked_once")]


class Heartbeat(models.Model):
    """The last sign of life of a process."""

    process = models.TextField(primary_key=True)
    role = models.TextField()
    beat_at = models.DateTimeField()
    details = models.JSONField(default=dict)


class PeriodicRun(models.Model):
    """When a periodic job last ran, and how it went. The row's lock keeps it to one worker at a time."""

    name = models.TextField(primary_key=True)
    ran_at = models.DateTimeField()
    last_error = models.TextField(default="")


class ServerKey(models.Model):
    """The one row that says which secret key this database belongs to (``kernel.server_key``)."""

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY)
    fingerprint = models.TextField()
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_server_key")]


class KeptAnswer(models.Model):
    """The answer to a request that may come again; written in the transaction of its effect (``kernel.intents``)."""

    id = models.BigAutoField(primary_key=True)
    owner_id = models.UUIDField()
    """the member or token whose intent it is"""
    intent = models.TextField()
    request_hash = models.TextField()
    """SHA-256 of what was asked, hex"""
    status = models.SmallIntegerField(default=0, db_default=0)
    sealed = EncryptedTextField(null=True)  # null until answered
    created_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_id", "intent"], name="answer_once")]
        indexes = [models.Index(fields=["created_at"], name="answer_by_time")]
