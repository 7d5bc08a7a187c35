from __future__ import annotations

from django.db import models

from regulars.kernel import clock
from regulars.kernel.crypto import EncryptedTextField
from regulars.workspaces.models import ApiToken


class IdempotencyRecord(models.Model):
    """The answer to a POST that came with an ``Idempotency-Key``; written in the transaction of its effect."""

    id = models.BigAutoField(primary_key=True)
    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.TextField()
    request_hash = models.TextField()
    """SHA-256 of method, path, query and body, hex"""
    status = models.SmallIntegerField(default=0)
    body = EncryptedTextField(null=True)  # null until answered; sealed, for it may hold a new token
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_time")]
