"""What cases do about what happens below."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from regulars.cases.events import CaseHandedToTeam
from regulars.cases.models import CaseHistory
from regulars.cases.operations.checking import hold_cases
from regulars.cases.telling import tell
from regulars.kernel.events import Recorded
from regulars.workspaces.events import TeamRemoved


@transaction.atomic
def leave_removed_teams(happened: Sequence[Recorded]) -> None:
    """Cases of a team that is gone are with no team; the database saw to that, here it is told and remembered."""
    for event in (each.event for each in happened):
        if isinstance(event, TeamRemoved):
            _leave(event)


def _leave(event: TeamRemoved) -> None:
    rows = CaseHistory.objects.filter(
        workspace_id=event.workspace_id, fact="team", value=str(event.team_id), until_at=None
    )
    ids = set(rows.values_list("case_id", flat=True))
    for case in hold_cases(event.workspace_id, ids).values():
        if case.team_id is None:
            tell(CaseHandedToTeam(case.workspace_id, case.id, case.number, event.team_id, None, "", event.by))
