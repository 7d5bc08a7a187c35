"""Write verbs about parked events. Which there are: ``access.py``."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from regulars.kernel import reactions
from regulars.workspaces.access import Actor
from regulars.workspaces.operations import audit


@transaction.atomic
def retry_parked_events(*, by: Actor, ids: Collection[int] | None = None) -> int:
    by.require("connections:manage")
    count = reactions.ask_to_retry(by.workspace_id, ids)
    audit(by, "events:replay", "workspace", str(by.workspace_id), events=count)
    return count
