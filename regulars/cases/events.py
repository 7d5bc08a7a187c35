"""What happens to cases and their categories: one class for each thing, with its facts. ``by`` is who did it.

What a person wrote (titles, comments, resolutions) is none of them: the log outlives a removal.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class CaseOpened(Event):
    """There is a new case; with what it is about comes by ``CaseConversationLinked`` and ``CaseContactLinked``."""

    workspace_id: UUID
    case_id: UUID
    number: int
    follows_id: UUID | None
    """the case that it goes on with, when that was resolved for too long"""
    by: Doer


@event
class CaseStatusChanged(Event):
    """Whose turn it is changed while the case is not over."""

    workspace_id: UUID
    case_id: UUID
    number: int
    from_status: str
    to_status: str
    by: Doer


@event
class CaseResolved(Event):
    """Somebody said that it is over, and with which outcome."""

    workspace_id: UUID
    case_id: UUID
    number: int
    from_status: str
    outcome: str
    by: Doer


@event
class CaseReopened(Event):
    """It was not over after all."""

    workspace_id: UUID
    case_id: UUID
    number: int
    to_status: str
    by: Doer


@event
class CaseOutcomeChanged(Event):
    """Of a resolved case, somebody corrected what came of it."""

    workspace_id: UUID
    case_id: UUID
    number: int
    from_outcome: str
    to_outcome: str
    by: Doer


@event
class CaseAssigned(Event):
    """It has another owner, or none."""

    workspace_id: UUID
    case_id: UUID
    number: int
    from_member_id: UUID | None
    to_member_id: UUID | None
    to_name: str
    by: Doer


@event
class CaseHandedToTeam(Event):
    """It is with another team, or with none."""

    workspace_id: UUID
    case_id: UUID
    number: int
    from_team_id: UUID | None
    to_team_id: UUID | None
    to_name: str
    by: Doer


@event
class CasePrioritized(Event):
    """It has another priority."""

    workspace_id: UUID
    case_id: UUID
    number: int
    from_priority: str
    to_priority: str
    by: Doer


@event
class CaseCategorized(Event):
    """It is about something else than was thought."""

    workspace_id: UUID
    case_id: UUID
    number: int
    from_category_id: UUID | None
    to_category_id: UUID | None
    to_name: str
    by: Doer


@event
class CaseDueChanged(Event):
    """It is to be done by another time, or by none."""

    workspace_id: UUID
    case_id: UUID
    number: int
    from_due_at: datetime | None
    to_due_at: datetime | None
    by: Doer


@event
class CaseDescribed(Event):
    """Somebody wrote it down differently; ``fields``: title, about, resolution."""

    workspace_id: UUID
    case_id: UUID
    number: int
    fields: tuple[str, ...]
    by: Doer


@event
class CaseConversationLinked(Event):
    """A conversation belongs to it."""

    workspace_id: UUID
    case_id: UUID
    number: int
    conversation_id: UUID
    by: Doer


@event
class CaseConversationUnlinked(Event):
    """A conversation does not belong to it any more."""

    workspace_id: UUID
    case_id: UUID
    number: int
    conversation_id: UUID
    by: Doer


@event
class CaseContactLinked(Event):
    """It is about a contact."""

    workspace_id: UUID
    case_id: UUID
    number: int
    contact_id: UUID
    by: Doer


@event
class CaseContactUnlinked(Event):
    """It is not about a contact any more."""

    workspace_id: UUID
    case_id: UUID
    number: int
    contact_id: UUID
    by: Doer


@event
class CaseFileAdded(Event):
    """A file lies with it, or does again."""

    workspace_id: UUID
    case_id: UUID
    number: int
    file_id: UUID
    by: Doer


@event
class CaseFileRemoved(Event):
    """A file does not lie with it any more."""

    workspace_id: UUID
    case_id: UUID
    number: int
    file_id: UUID
    by: Doer


@event
class CaseCommented(Event):
    """A member said something about it to colleagues."""

    workspace_id: UUID
    case_id: UUID
    number: int
    comment_id: UUID
    by: Doer


@event
class CaseMerged(Event):
    """It was the same matter as another case, and goes on there."""

    workspace_id: UUID
    case_id: UUID
    number: int
    into_id: UUID
    into_number: int
    by: Doer


@event
class CaseUnmerged(Event):
    """It was a matter of its own after all."""

    workspace_id: UUID
    case_id: UUID
    number: int
    from_id: UUID
    """the case that it had gone into"""
    from_number: int
    by: Doer


@event
class CaseForgotten(Event):
    """Whom it was about was removed, and the case with them."""

    workspace_id: UUID
    case_id: UUID
    number: int


@event
class CaseCategoryCreated(Event):
    """There is a new category."""

    workspace_id: UUID
    category_id: UUID
    name: str
    by: Doer


@event
class CaseCategoryChanged(Event):
    """A category is called something else or looks different; ``fields``: name, color, icon."""

    workspace_id: UUID
    category_id: UUID
    fields: tuple[str, ...]
    by: Doer


@event
class CaseCategoryRemoved(Event):
    """A category is not offered any more; cases that have it keep it."""

    workspace_id: UUID
    category_id: UUID
    name: str
    by: Doer


CASE_EVENTS = (
    CaseOpened,
    CaseStatusChanged,
    CaseResolved,
    CaseReopened,
    CaseOutcomeChanged,
    CaseAssigned,
    CaseHandedToTeam,
    CasePrioritized,
    CaseCategorized,
    CaseDueChanged,
    CaseDescribed,
    CaseConversationLinked,
    CaseConversationUnlinked,
    CaseContactLinked,
    CaseContactUnlinked,
    CaseFileAdded,
    CaseFileRemoved,
    CaseCommented,
    CaseMerged,
    CaseUnmerged,
    CaseForgotten,
)
CATEGORY_EVENTS = (CaseCategoryCreated, CaseCategoryChanged, CaseCategoryRemoved)
