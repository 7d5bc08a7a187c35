"""Forgetting somebody in what is stored as it came: asked for with the removal, done by a worker soon after.

Looking through a month of deliveries takes seconds, too long for the removal's transaction. So the removal writes down
by which traces the person is known, sealed, and every holder of raw words (``Eraser``) goes through its own. Until the
request is done, reading a delivery that came before it leaves the person out (``channels.receiving``): neither a
delivery that waited nor a replay brings anybody back. docs/decisions/erasure.md
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from regulars.inboxes.models import ErasureRequest
from regulars.kernel import clock
from regulars.kernel.crypto import Undecryptable
from regulars.kernel.errands import wake_errands
from regulars.kernel.intents import forget_answers
from regulars.kernel.locks import held_by_session
from regulars.workspaces.models import ApiToken, Member

logger = logging.getLogger(__name__)

LATEST_ARRIVAL_AFTER = timedelta(seconds=30)
"""a delivery, or an answer, that a transaction was writing when the request was made has been committed by then"""


class Trace(msgspec.Struct, frozen=True):
    """One address by which the person is known on a channel."""

    channel: str
    kind: str
    value: str
    until: datetime | None = None
    """set when the address is somebody else's by now: until when it was theirs"""


class Traces(msgspec.Struct, frozen=True):
    """How what a person said can be recognized where it is not linked to them."""

    identities: tuple[Trace, ...] = ()
    objects: tuple[str, ...] = ()
    """ids of what went: the contact, conversations, and what was written lately"""
    files: tuple[str, ...] = ()
    """ids of files that may also be in what was said to others"""


@dataclass(frozen=True, slots=True)
class Erasure:
    """An open request: whom to forget in what came before ``asked_at``."""

    id: UUID
    workspace_id: UUID
    traces: Traces
    asked_at: datetime


Eraser = Callable[[Erasure], None]
"""Forgets the person in what one room holds; repeating it changes nothing"""


def ask_for_erasure(workspace_id: UUID, traces: Traces) -> None:
    ErasureRequest.objects.create(workspace_id=workspace_id, traces=msgspec.json.encode(traces).decode())
    wake_errands()


def open_erasures(workspace_id: UUID) -> list[Erasure]:
    """Whom to leave out when older deliveries of this workspace are read."""
    return list(_open(ErasureRequest.objects.filter(workspace_id=workspace_id).values_list("id", flat=True)))


def carry_out_erasures(erasers: Sequence[Eraser]) -> int:
    """One worker at a time; what fails is tried again. Returns how many were ended."""
    if not _due().exists():
        return 0
    with held_by_session("erasures") as mine:
        waiting = _due().order_by("created_at", "id").values_list("id", flat=True)
        return sum(_carry_out(each, erasers) for each in _open(waiting)) if mine else 0


def _due() -> QuerySet[ErasureRequest]:
    return ErasureRequest.objects.filter(  # unscoped: one worker carries out everybody's
        Q(swept_at=None) | Q(created_at__lt=clock.now() - LATEST_ARRIVAL_AFTER)
    )


def _carry_out(erasure: Erasure, erasers: Sequence[Eraser]) -> bool:
    """Go through everything at once, and once more when nothing that came before can turn up any more."""
    is_last_time = erasure.asked_at < clock.now() - LATEST_ARRIVAL_AFTER
    try:
        for erase in erasers:
            erase(erasure)
    except Exception:
        logger.exception("an erasure failed; it will be tried again", extra={"erasure": str(erasure.id)})
        return False
    request = ErasureRequest.objects.filter(id=erasure.id)
    if is_last_time:
        request.delete()
    else:
        request.update(swept_at=clock.now())
    return is_last_time


def _open(ids: Iterable[UUID]) -> Iterator[Erasure]:
    """One by one: a request that was sealed under a lost key must not hide the others."""
    for request_id in list(ids):
        try:
            # unscoped: the ids are those of `_due` or of one workspace
            row = ErasureRequest.objects.filter(id=request_id).first()
        except Undecryptable:
            logger.warning("an erasure is sealed under another key", extra={"erasure": str(request_id)})
            continue
        if row is not None:
            traces = msgspec.json.decode(row.traces, type=Traces)
            yield Erasure(row.id, row.workspace_id, traces, row.created_at)


def erase_from_answers(erasure: Erasure) -> None:
    addresses = (each.value for each in erasure.traces.identities if each.kind != "unnamed")
    workspace_id = erasure.workspace_id
    owners = [
        *Member.objects.filter(workspace_id=workspace_id).values_list("id", flat=True),
        *ApiToken.objects.filter(workspace_id=workspace_id).values_list("id", flat=True),
    ]
    forget_answers(owners, [*erasure.traces.objects, *addresses], before=erasure.asked_at)
