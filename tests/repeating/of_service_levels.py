"""By when whom is answered: the service levels, the night and the follow-up window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.service_levels.levels import settle
from regulars.service_levels.models import ServiceLevel

from .building import Table, about, to

if TYPE_CHECKING:
    from .screens import Stage

LEVELS = "/settings/service-levels"
GOLD: dict[str, object] = {
    "name": "Gold",
    "first_answer_minutes": "10",
    "next_answer_minutes": "20",
    "night_answer_minutes": "30",
    "counted_by": "calendar",
    "warn_percent": "75",
}


def _first(stage: Stage) -> ServiceLevel:
    settle(stage.cast.workspace.id)
    return ServiceLevel.objects.filter(workspace=stage.cast.workspace).order_by("position")[0]


SCREENS: Table = {
    "add-service-level": to(f"{LEVELS}/add", **GOLD),
    "change-service-level": about(LEVELS, _first, "/change", **GOLD, version="1"),
    "move-service-level": about(LEVELS, _first, "/move", place="1"),
    "remove-service-level": about(LEVELS, _first, "/removal"),
    "change-service-level-settings": to(
        f"{LEVELS}/change", night_from="23:00", night_to="07:00", follow_up_hours="24"
    ),
}
"""by the name of the route"""

ONLY_SHOWN = frozenset({"service-levels", "new-service-level", "service-level"})

CALLS: Table = {
    "POST /service-levels": to("/service-levels", name="Gold", first_answer_minutes=10),
    "PATCH /service-levels/{level_id}": about("/service-levels", _first, first_answer_minutes=10, place=1),
    "DELETE /service-levels/{level_id}": about("/service-levels", _first),
    "PATCH /service-level-settings": to("/service-level-settings", follow_up_hours=24),
}
"""by method and path"""
