"""Signs of life of the house's processes."""

from __future__ import annotations

from datetime import datetime

from regulars.kernel.models import Heartbeat


def last_heartbeat(role: str) -> datetime | None:
    """When a process of this role was last heard; None when none ever was."""
    beats = Heartbeat.objects.filter(role=role).order_by("-beat_at")
    return beats.values_list("beat_at", flat=True).first()
