"""What there is to see of jobs, and what goes when it is old."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from regulars.kernel import clock
from regulars.kernel.jobs.models import ACTIVE, Job

KEPT_FOR = timedelta(days=90)
"""after its end"""
PURGE_BATCH = 5_000


def jobs_in(workspace_id: UUID) -> QuerySet[Job]:
    return Job.objects.filter(workspace_id=workspace_id).select_related("undoing")


def count_active() -> list[tuple[str, str, int, float]]:
    """(kind, status, how many, for how long the oldest is due, in seconds), of all workspaces."""
    now = clock.now()
    found: dict[tuple[str, str], tuple[int, float]] = {}
    # unscoped: figures of the whole house
    for kind, status, due_at in Job.objects.filter(status__in=ACTIVE).values_list("kind", "status", "due_at"):
        count, age = found.get((kind, status), (0, 0.0))
        found[kind, status] = count + 1, max(age, (now - due_at).total_seconds(), 0.0)
    return [(kind, status, count, age) for (kind, status), (count, age) in sorted(found.items())]


def purge_jobs() -> int:
    limit = clock.now() - KEPT_FOR
    total = 0
    while True:
        # unscoped: old ones of everybody
        old = (
            Job.objects.filter(ended_at__lt=limit)
            .order_by("ended_at")
            .values_list("id", flat=True)[:PURGE_BATCH]
        )
        gone = Job.objects.filter(id__in=list(old)).delete()[0]
        total += gone
        if gone < PURGE_BATCH:
            return total
