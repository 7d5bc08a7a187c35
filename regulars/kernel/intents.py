"""One intent, one id, one effect: a request that comes again is answered as it was the first time.

The record is inserted first, in the transaction that makes the effect. A second request with the id waits
at the unique index until the first has committed (then it is answered from the record) or was rolled back
(then it runs itself). So no crash can leave an effect without its record or a record without its effect.
Refusals roll back and leave no record: the same id may be tried again once the cause is gone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

import msgspec
from django.db import OperationalError, connection
from django.utils.translation import gettext_lazy as _
from psycopg.errors import LockNotAvailable

from regulars.kernel import clock
from regulars.kernel.errors import NotFound, ProductError
from regulars.kernel.models import KeptAnswer

KEPT = timedelta(hours=24)
LONGEST_WAIT_SECONDS = 10
"""how long a second request waits for the first one's answer"""


class IntentUsed(ProductError):
    """The id came with another content before; nothing was done now."""

    code = "intent-used"
    status = HTTPStatus.CONFLICT
    title = _("This was done already, with another content. Look at what is there before you do it again.")


class IntentInProgress(ProductError):
    """The first request with this id has not been answered yet."""

    code = "intent-in-progress"
    status = HTTPStatus.CONFLICT
    title = _("The first try is still running. Wait a moment, then look again.")


@dataclass(frozen=True, slots=True)
class Answer:
    """A success as it was, or will be, sent; ``body`` is UTF-8."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class _Sealed(msgspec.Struct):
    """What of an answer is kept under seal: it may hold a new token or the link of an invitation."""

    headers: tuple[tuple[str, str], ...]
    body: str


def claim(owner_id: UUID, intent: str, request_hash: str) -> Answer | None:
    """Claim the intent in the current transaction: None when it is ours now, else the answer given before.

    ``owner_id`` is the member or token whose intent it is: ids of different owners are different.
    """
    if _insert(owner_id, intent, request_hash):
        return None
    return _answer_of(KeptAnswer.objects.get(owner_id=owner_id, intent=intent), request_hash)


def find_answer(owner_id: UUID, intent: str, request_hash: str) -> Answer | None:
    oldest = clock.now() - KEPT
    kept = KeptAnswer.objects.filter(owner_id=owner_id, intent=intent, created_at__gte=oldest).first()
    return _answer_of(kept, request_hash) if kept else None


def keep(owner_id: UUID, intent: str, answer: Answer) -> None:
    sealed = msgspec.json.encode(_Sealed(answer.headers, answer.body.decode())).decode()
    KeptAnswer.objects.filter(owner_id=owner_id, intent=intent).update(status=answer.status, sealed=sealed)


def forget_answers(owner_ids: Collection[UUID], names: Collection[str], *, before: datetime) -> int:
    """Empty the answers to these owners in which one of the names stands; returns how many.

    The record stays, for the request must not have its effect again; its repetition is told that the object is gone.
    """
    kept = KeptAnswer.objects.filter(owner_id__in=owner_ids, created_at__lt=before, sealed__isnull=False)
    gone = [answer.id for answer in kept.iterator() if any(name in (answer.sealed or "") for name in names)]
    return KeptAnswer.objects.filter(id__in=gone).update(status=HTTPStatus.GONE, sealed=None)


def purge_answers(now: datetime) -> int:
    count, _details = KeptAnswer.objects.filter(created_at__lt=now - KEPT).delete()
    return count


def _answer_of(kept: KeptAnswer, request_hash: str) -> Answer:
    if kept.request_hash != request_hash:
        raise IntentUsed
    if kept.status == HTTPStatus.GONE:
        raise NotFound(_("What this created has been removed since"))
    opened = msgspec.json.decode(kept.sealed or '{"headers":[],"body":""}', type=_Sealed)
    return Answer(kept.status, opened.body.encode(), opened.headers)


_INSERT = """
INSERT INTO kernel_keptanswer AS kept (owner_id, intent, request_hash, status, sealed, created_at)
VALUES (%(owner)s, %(intent)s, %(hash)s, 0, NULL, %(now)s)
ON CONFLICT (owner_id, intent) DO UPDATE SET request_hash = EXCLUDED.request_hash, status = 0, sealed = NULL,
  created_at = EXCLUDED.created_at WHERE kept.created_at < %(oldest)s
RETURNING id
"""


def _insert(owner_id: UUID, intent: str, request_hash: str) -> bool:
    now = clock.now()
    values: dict[str, UUID | str | datetime] = {
        "owner": owner_id,
        "intent": intent,
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
                raise IntentInProgress(retry_after=1) from error
            raise
        claimed = cursor.fetchone() is not None
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
        return claimed
