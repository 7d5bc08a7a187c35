"""What happens to mail. Whom it goes to and what it says are no facts: the log outlives both."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class MailServerChanged(Event):
    """A workspace hands its mail to another server, in another way, or to none (``is_set_up``)."""

    workspace_id: UUID
    is_set_up: bool
    by: Doer


@event
class MailQueued(Event):
    """A mail waits to be sent, for the first time or because somebody asked for it again."""

    workspace_id: UUID
    mail_id: UUID
    kind: str
    by: Doer | None = None
    """who asked for it again"""


@event
class MailSettled(Event):
    """An attempt at a mail is over: sent, failed, unknown, dropped, or waiting for the next one."""

    workspace_id: UUID
    mail_id: UUID
    kind: str
    state: str
    error: str


MAIL_EVENTS = (MailServerChanged, MailQueued, MailSettled)
