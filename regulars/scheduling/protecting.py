"""What leaves later may be protected, too."""

from __future__ import annotations

from regulars.protection.covering import Protectable
from regulars.scheduling.models import ScheduledMessage

SCHEDULED = Protectable(
    kind="scheduled",
    model=ScheduledMessage,
    rows=lambda workspace_id: ScheduledMessage.objects.filter(workspace_id=workspace_id),
    json="contents",
)
