"""What decides about a contact and is remembered: tier, stage and owner; consent by purpose and channel.

A line of ``DECIDING`` is all that another column needs, besides a migration that opens rows for what is there.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from regulars.contacts.models import Contact, ContactHistory
from regulars.kernel.events import Doer
from regulars.kernel.history import Change, keep, keep_at

DECIDING = {"tier": "tier", "stage": "stage", "owner": "owner_id"}
"""fact → its column; what was never set has no row"""
_CONSENT = "consent"


def remember_columns(contact: Contact, changed: Collection[str], *, by: Doer) -> None:
    """``changed``: columns that were just written, so that the contact's row is held."""
    changes = [_change(contact, fact, column, by) for fact, column in DECIDING.items() if column in changed]
    if changes:
        keep(ContactHistory, changes)


def _change(contact: Contact, fact: str, column: str, by: Doer) -> Change:
    value = getattr(contact, column)
    name = str(getattr(contact, column.removesuffix("_id"))) if value and column.endswith("_id") else ""
    return Change(contact.workspace_id, contact.id, fact, str(value) if value else None, name, by, "edited")


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
