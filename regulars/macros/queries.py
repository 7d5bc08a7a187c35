"""Read questions about macros: which somebody can run, and how often they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, IntegerField, Max, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from regulars.kernel import clock
from regulars.macros.access import macros_offered_to
from regulars.macros.models import Macro, MacroUse
from regulars.workspaces.access import Actor

LATELY = timedelta(days=30)
MOST_OFFERED = 200


@dataclass(frozen=True, slots=True)
class MacroUses:
    count: int = 0
    """conversations"""
    last_at: datetime | None = None


def offered_macros(actor: Actor) -> list[Macro]:
    """Those that the actor can run, first what they ran most of late."""
    own = MacroUse.objects.filter(
        macro=OuterRef("pk"), by_id=actor.id or actor.workspace_id, day__gte=(clock.now() - LATELY).date()
    )
    summed = own.values("macro").annotate(total=Sum("count")).values("total")
    ranked = macros_offered_to(actor).annotate(
        uses=Coalesce(Subquery(summed, output_field=IntegerField()), 0)
    )
    return list(ranked.order_by(F("uses").desc(), "name", "id")[:MOST_OFFERED])


def uses_of(macros: Sequence[Macro]) -> dict[UUID, MacroUses]:
    rows = MacroUse.objects.filter(macro__in=macros).values("macro_id").order_by()
    summed = rows.annotate(total=Sum("count"), latest=Max("last_at"))
    found = {row["macro_id"]: MacroUses(row["total"], row["latest"]) for row in summed}
    return {macro.id: found.get(macro.id, MacroUses()) for macro in macros}
