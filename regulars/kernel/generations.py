"""Which transaction ids count: those of this server, since it took over the log.

Transaction ids begin anew on every PostgreSQL cluster. A log that was restored into another one holds ids that the
new server has not given out yet, and readers' positions ahead of everything that will happen. So a restored log goes on
in the next generation: what it brought is older than whatever is written now, and readers come to it first.

How far it goes up is left to chance: of two restores of one dump neither takes a position of the other for its own.

A generation is raised under a lock that waits for all writers of the log: none of an older one comes after it.
"""

from __future__ import annotations

import logging
import secrets

from django.conf import settings
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils.module_loading import import_string

from regulars.kernel import clock
from regulars.kernel.events import CHANNEL
from regulars.kernel.models import LogGeneration

logger = logging.getLogger(__name__)
APART = 1_000_000


def notice_restore() -> bool:
    """Raise the generation if this log was written by another server, or on another line of this one's history.

    For every process before it reads or writes the log. True when it was raised.
    """
    server = _server()
    if LogGeneration.objects.filter(server=server).exists() and not _is_ahead():
        return False
    with transaction.atomic():
        known, is_new = LogGeneration.objects.select_for_update().get_or_create(defaults={"server": server})
        is_ahead = _is_ahead()
        if (is_new or known.server == server) and not is_ahead:
            return False  # it was begun here, or somebody else was quicker
        _raise(_after(known.generation), server)
        if is_ahead or _cluster(known.server) != _cluster(server):
            _hold_what_waited()
    return True


@transaction.atomic
def raise_generation() -> int:
    """Begin the next generation, whatever server this is; for whoever restores. Returns its number.

    What waited to leave is held, as after every restore: see ``config.wiring.WHEN_RESTORED``.
    """
    known, _ = LogGeneration.objects.select_for_update().get_or_create()
    raised = _after(known.generation)
    _raise(raised, _server())
    _hold_what_waited()
    return raised


def _after(generation: int) -> int:
    """One of the million next ones, so that the column has room for some thousand restores."""
    return generation + 1 + secrets.randbelow(APART)


def _raise(generation: int, server: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE kernel_event ALTER COLUMN generation SET DEFAULT {int(generation)}")
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    LogGeneration.objects.update(generation=generation, server=server, since=clock.now())
    logger.warning(
        "the event log was restored: it goes on in the next generation", extra={"generation": generation}
    )


def _hold_what_waited() -> None:
    """Not where the same cluster only went on to another timeline: who fails over has lost what was not copied yet, and
    nothing came back that had left long ago.
    """
    for hold in import_string(settings.WHEN_RESTORED):
        if held := hold():
            logger.warning(
                "held what waited in a restored database", extra={"what": hold.__module__, "count": held}
            )


def _cluster(server: str) -> str:
    return server.partition("/")[0]


def _server() -> str:
    """The cluster and the timeline of its history, which a recovery to an earlier moment and a failover change.

    Empty where the server does not tell; then only a log that is ahead of it is noticed.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT s.system_identifier || '/' || c.timeline_id"
                " FROM pg_control_system() s, pg_control_checkpoint() c"
            )
            return str(cursor.fetchone()[0])
    except DatabaseError:
        return ""


def _is_ahead() -> bool:
    """Whether the log holds transactions that this server has not given out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM kernel_event WHERE (generation, transaction_id) >="
            " (COALESCE((SELECT generation FROM kernel_loggeneration), 1), pg_snapshot_xmax(pg_current_snapshot())))"
        )
        return bool(cursor.fetchone()[0])
