"""What decides about a contact and is remembered: consent by purpose and channel."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from regulars.contacts.models import ContactHistory
from regulars.kernel.events import Doer
from regulars.kernel.history import Change, keep_at

_CONSENT = "consent"


def consent_fact(purpose: str, channel: str) -> str:
    return f"{beginning_of_consent(purpose)}{channel}"


def beginning_of_consent(purpose: str) -> str:
    """Of the facts of a purpose on all channels."""
    return f"{_CONSENT}.{purpose}."


def remember_consent(
    contact_id: UUID, workspace_id: UUID, purpose: str, channel: str, state: str, *, at: datetime, why: str
) -> None:
    """``at``: when the contact said so, which may be before what we heard first."""
    by = Doer("contact", contact_id, "")
    fact = consent_fact(purpose, channel)
    keep_at(ContactHistory, Change(workspace_id, contact_id, fact, state, by=by, why=why), at)
