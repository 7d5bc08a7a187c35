"""``Idempotency-Key``: a POST that is repeated has its effect once and is answered the same.

The record is inserted first, in the transaction that makes the effect. A second request with the key waits
at the unique index until the first has committed (then it is answered from the record) or was rolled back
(then it runs itself). So no crash can leave an effect without its record or a record without its effect.
Refusals roll back and leave no record: the same key may be tried again once the cause is gone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, connection
from django.http import HttpRequest
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from regulars.api.models import IdempotencyRecord
from regulars.api.problems import IdempotencyInProgress, IdempotencyKeyReused
from regulars.kernel import clock
from regulars.kernel.errors import Invalid

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
KEPT = timedelta(hours=24)
LONGEST_KEY = 255
LONGEST_WAIT_SECONDS = 10
"""how long a second request waits for the first one's answer"""


@dataclass(frozen=True, slots=True)
class Answer:
    """A success as it was, or will be, sent."""

    status: int
    body: bytes


def key_of(request: HttpRequest) -> str | None:
    """The request's key, None without one; raises ``Invalid`` for one that cannot be kept."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Invalid(
            _("The header %(name)s is not right") % {"name": HEADER},
            fields={HEADER: f"1 to {LONGEST_KEY} printable ASCII characters, such as a UUID"},
        )
    return key


def hash_request(request: HttpRequest, body: bytes) -> str:
    """What makes two requests the same one: method, path with query, and body."""
    head = f"{request.method} {request.get_full_path()}\n"
    return hashlib.sha256(head.encode() + body).hexdigest()


def claim_key(token_id: UUID, key: str, request_hash: str) -> Answer | None:
    """Claim the key in the current transaction: None when it is ours now, else the answer given before."""
    if _insert(token_id, key, request_hash):
        return None
    return _answer_of(IdempotencyRecord.objects.get(token_id=token_id, key=key), request_hash)


def find_answer(token_id: UUID, key: str, request_hash: str) -> Answer | None:
    """The answer given before, without claiming anything."""
    oldest = clock.now() - KEPT
    kept = IdempotencyRecord.objects.filter(token_id=token_id, key=key, created_at__gte=oldest).first()
    return _answer_of(kept, request_hash) if kept else None


def _answer_of(kept: IdempotencyRecord, request_hash: str) -> Answer:
    if kept.request_hash != request_hash:
        raise IdempotencyKeyReused(_("Use a new key for a new request; a key names one request for 24 hours"))
    return Answer(kept.status, (kept.body or "").encode())


def keep_answer(token_id: UUID, key: str, answer: Answer) -> None:
    """Write down the answer to the request that claimed the key."""
    IdempotencyRecord.objects.filter(token_id=token_id, key=key).update(
        status=answer.status, body=answer.body.decode()
    )


def purge_idempotency_records(now: datetime) -> int:
    """Forget records older than 24 hours; returns how many."""
    count, _details = IdempotencyRecord.objects.filter(created_at__lt=now - KEPT).delete()
    return count


_INSERT = """
INSERT INTO api_idempotencyrecord AS kept (token_id, key, request_hash, status, body, created_at)
VALUES (%(token)s, %(key)s, %(hash)s, 0, NULL, %(now)s)
ON CONFLICT (token_id, key) DO UPDATE SET request_hash = EXCLUDED.request_hash, status = 0, body = NULL,
  created_at = EXCLUDED.created_at WHERE kept.created_at < %(oldest)s
RETURNING id
"""


def _insert(token_id: UUID, key: str, request_hash: str) -> bool:
    now = clock.now()
    values: dict[str, UUID | str | datetime] = {
        "token": token_id,
        "key": key,
        "hash": request_hash,
        "now": now,
        "oldest": now - KEPT,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT_SECONDS}s'")
        try:
            cursor.execute(_INSERT, values)
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise IdempotencyInProgress(
                    _("Ask again with the same key in a moment"), retry_after=1
                ) from error
            raise
        claimed = cursor.fetchone() is not None
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
        return claimed
