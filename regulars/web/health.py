"""Health for machines: ready, or the reasons why not."""

from __future__ import annotations

from datetime import timedelta

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from regulars.kernel import clock
from regulars.kernel.heartbeats import last_heartbeat
from regulars.kernel.jobs.health import job_problem
from regulars.kernel.room import ROOM
from regulars.web.doors import public

WORKER_SILENCE = timedelta(seconds=20)


@require_safe
@public
def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, has room and its migrations, and a worker is alive; else 503 with reasons.

    That jobs stand still is told beside it: the door and the pages need none.
    """
    checks = {"database": _database(), "room": ROOM.problem(), "migrations": "", "worker": ""}
    jobs = ""
    if not checks["database"]:
        checks["migrations"] = MIGRATIONS.problem()
    if not checks["database"] and not checks["migrations"]:
        checks["worker"], jobs = _worker(), job_problem()
    is_ready = not any(checks.values())
    checks["jobs"] = jobs
    response = JsonResponse(
        {"ready": is_ready, "checks": {name: problem or "ok" for name, problem in checks.items()}},
        status=200 if is_ready else 503,
    )
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - being asked early is no error
    return response


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        connection.close()
        return f"the database cannot be reached ({type(error).__name__})"
    return ""


class _Migrations:
    """Remembers that all are applied: a process never sees fewer of them later."""

    are_applied = False

    def problem(self) -> str:
        if self.are_applied:
            return ""
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        self.are_applied = missing == 0
        return f"{missing} migrations are not applied; run: regulars migrate" if missing else ""


MIGRATIONS = _Migrations()


def _worker() -> str:
    newest = last_heartbeat("worker")
    if newest is None:
        return "no worker has started yet"
    silence = clock.now() - newest
    return (
        "" if silence < WORKER_SILENCE else f"the last worker was heard {int(silence.total_seconds())} s ago"
    )
