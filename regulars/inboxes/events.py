"""What happens to connections and numbers."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event, past_event


@event
class ConnectionAdded(Event):
    """A provider account was connected."""

    workspace_id: UUID
    connection_id: UUID
    by: Doer | None = None


@event
class CredentialsReplaced(Event):
    """Somebody put in another token or app secret of an account."""

    workspace_id: UUID
    connection_id: UUID
    has_new_token: bool
    by: Doer


@event
class PortfolioChanged(Event):
    """An account belongs to another business of the provider's than we thought."""

    workspace_id: UUID
    connection_id: UUID
    from_portfolio: str
    to_portfolio: str
    by: Doer


@event
class ConnectionRecovered(Event):
    """What stopped a whole account at the platform is over."""

    workspace_id: UUID
    connection_id: UUID


@event
class InboxAdded(Event):
    """A number was added to an account."""

    workspace_id: UUID
    inbox_id: UUID
    by: Doer | None = None


@event
class InboxRenamed(Event):
    """Somebody called a number something else."""

    workspace_id: UUID
    inbox_id: UUID
    from_name: str
    to_name: str
    by: Doer


@event
class InboxStaffed(Event):
    """Other teams staff a number than before; none: everybody does."""

    workspace_id: UUID
    inbox_id: UUID
    from_team_ids: tuple[UUID, ...]
    to_team_ids: tuple[UUID, ...]
    by: Doer


@event
class InboxPaused(Event):
    """Somebody stopped a number: what it is asked to send is refused with the reason."""

    workspace_id: UUID
    inbox_id: UUID
    reason: str
    by: Doer


@event
class InboxUnpaused(Event):
    """Somebody let a number send again."""

    workspace_id: UUID
    inbox_id: UUID
    by: Doer


@event
class InboxQualityChanged(Event):
    """The platform rates a number differently; its words, empty: it has not said."""

    workspace_id: UUID
    inbox_id: UUID
    from_quality: str
    to_quality: str


@event
class InboxStopped(Event):
    """The platform stopped a number, or its whole account: nothing leaves for now."""

    workspace_id: UUID
    inbox_id: UUID
    code: int


@event
class InboxResumed(Event):
    """The platform answers well again: what waited goes on."""

    workspace_id: UUID
    inbox_id: UUID


@event
class NoticeReceived(Event):
    """The platform told something about an account or a number."""

    workspace_id: UUID
    connection_id: UUID
    notice_id: UUID
    kind: str


@event
class DeliveriesReplayed(Event):
    """Somebody had stored deliveries read again."""

    workspace_id: UUID
    count: int
    by: Doer


@event
class DeliveryFailed(Event):
    """A stored delivery could not be read, however often it was tried: it waits for somebody to replay it."""

    workspace_id: UUID
    delivery_id: int


@past_event
class InboxChanged(Event):
    """A number was added, renamed, paused or staffed differently."""

    workspace_id: UUID
    inbox_id: UUID


INBOX_EVENTS = (
    InboxAdded,
    InboxRenamed,
    InboxStaffed,
    InboxPaused,
    InboxUnpaused,
    InboxQualityChanged,
    InboxStopped,
    InboxResumed,
    InboxChanged,
)
CONNECTION_EVENTS = (
    ConnectionAdded,
    CredentialsReplaced,
    PortfolioChanged,
    ConnectionRecovered,
)
STAFFING_EVENTS = (InboxAdded, InboxStaffed, InboxChanged)
"""after which other people may see what comes in by a number"""
