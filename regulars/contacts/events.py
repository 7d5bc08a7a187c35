"""What happens to contacts and groups. Their names and values stay out: the log outlives a removal."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from regulars.kernel.events import Doer, Event, event, past_event


@event
class ContactEdited(Event):
    """Somebody changed what we know of a contact; ``fields`` names what."""

    workspace_id: UUID
    contact_id: UUID
    fields: tuple[str, ...]
    by: Doer


@event
class ContactTagged(Event):
    """A contact has a tag: its name then, why, and by whom or what (a member, a rule, a model …)."""

    workspace_id: UUID
    contact_id: UUID
    tag_id: UUID
    tag_name: str
    reason: str
    by: Doer


@event
class ContactUntagged(Event):
    """A contact has a tag no more; ``reason`` is ``expired`` when its time was over."""

    workspace_id: UUID
    contact_id: UUID
    tag_id: UUID
    tag_name: str
    by: Doer
    reason: str


@event
class ContactIdentitiesChanged(Event):
    """A contact got addresses of these kinds; none: one went to somebody else."""

    workspace_id: UUID
    contact_id: UUID
    gained: tuple[str, ...]


@event
class ContactNumberChanged(Event):
    """A contact has another number or id than before, by the platform's word or their own."""

    workspace_id: UUID
    contact_id: UUID


@event
class ContactProfileChanged(Event):
    """The platform told another name of a contact."""

    workspace_id: UUID
    contact_id: UUID


@event
class ContactUnreachable(Event):
    """The platform says that a contact cannot be reached; ``code``: its reason."""

    workspace_id: UUID
    contact_id: UUID
    code: int


@event
class ContactReachable(Event):
    """A delivery proved that a contact can be reached after all."""

    workspace_id: UUID
    contact_id: UUID


@event
class ConsentRecorded(Event):
    """A contact said yes or no to something (``purpose``)."""

    workspace_id: UUID
    contact_id: UUID
    channel: str
    purpose: str
    state: str
    at: datetime


@event
class ContactRemoved(Event):
    """Somebody removed a contact, with everything said and sent."""

    workspace_id: UUID
    contact_id: UUID
    by: Doer


@event
class ContactsMerged(Event):
    """Somebody said that two contacts are one person; ``contact_ids`` are all who are that person now."""

    workspace_id: UUID
    merge_id: UUID
    kept_id: UUID
    absorbed_id: UUID
    contact_ids: tuple[UUID, ...]
    reason: str
    by: Doer


@event
class MergeUndone(Event):
    """Somebody took a merge back; ``contact_ids`` are all who were one person before."""

    workspace_id: UUID
    merge_id: UUID
    kept_id: UUID
    absorbed_id: UUID
    contact_ids: tuple[UUID, ...]
    by: Doer


@event
class MergeSuggested(Event):
    """Two contacts may be one person; ``reason`` says why."""

    workspace_id: UUID
    first_id: UUID
    second_id: UUID
    reason: str


@event
class MergeSuggestionDismissed(Event):
    """Somebody said that two contacts are not one person."""

    workspace_id: UUID
    suggestion_id: UUID
    first_id: UUID
    second_id: UUID
    by: Doer


@event
class MergeSuggestionReopened(Event):
    """Somebody took back that two contacts are not one person."""

    workspace_id: UUID
    suggestion_id: UUID
    first_id: UUID
    second_id: UUID
    by: Doer


@event
class GroupRenamed(Event):
    """What a group is called changed."""

    workspace_id: UUID
    group_id: UUID


@past_event
class ContactChanged(Event):
    """Any of the changes of a contact above."""

    workspace_id: UUID
    contact_id: UUID


@past_event
class GroupChanged(Event):
    """As ``GroupRenamed``."""

    workspace_id: UUID
    group_id: UUID


CONTACT_EVENTS = (
    ContactEdited,
    ContactTagged,
    ContactUntagged,
    ContactIdentitiesChanged,
    ContactNumberChanged,
    ContactProfileChanged,
    ContactUnreachable,
    ContactReachable,
    ConsentRecorded,
    ContactRemoved,
    ContactChanged,
)
MERGE_EVENTS = (ContactsMerged, MergeUndone)
SUGGESTION_EVENTS = (MergeSuggested, MergeSuggestionDismissed, MergeSuggestionReopened)
GROUP_EVENTS = (GroupRenamed, GroupChanged)
