"""What happens to message templates."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Event, event, past_event


@event
class TemplatesSynced(Event):
    """The list of an account's templates is as the platform's again."""

    workspace_id: UUID
    connection_id: UUID
    count: int


@event
class TemplateReviewed(Event):
    """The platform gave a template another status."""

    workspace_id: UUID
    connection_id: UUID
    template_id: UUID
    from_status: str
    to_status: str


@event
class TemplateRated(Event):
    """The platform gave a template another quality."""

    workspace_id: UUID
    connection_id: UUID
    template_id: UUID
    from_quality: str
    to_quality: str


@event
class TemplateRecategorized(Event):
    """The platform files a template under another category, or says that it will (then both are the same)."""

    workspace_id: UUID
    connection_id: UUID
    template_id: UUID
    from_category: str
    to_category: str


@past_event
class TemplatesChanged(Event):
    """Any of the above."""

    workspace_id: UUID
    connection_id: UUID


TEMPLATE_EVENTS = (
    TemplatesSynced,
    TemplateReviewed,
    TemplateRated,
    TemplateRecategorized,
    TemplatesChanged,
)
