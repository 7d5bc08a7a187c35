"""What the house clears away by itself, and what it makes ready."""

from __future__ import annotations

from regulars.kernel import clock
from regulars.workspaces.guessing import forget_old_guesses
from regulars.workspaces.models import AuditEntry
from regulars.workspaces.resetting import forget_old_resets
from regulars.workspaces.sessions import SessionStore
from regulars.workspaces.trail.parts import ENTRIES
from regulars.workspaces.trail.verifying import KEPT


def purge_sessions() -> None:
    SessionStore.clear_expired()
    forget_old_guesses()
    forget_old_resets()


def prepare_parts() -> None:
    """Of the audit trail, for the quarters to come."""
    ENTRIES.prepare()


def purge_audit_trail() -> None:
    """What is past its time goes by the part; what lies in the rest, because nobody made a part for it, by itself."""
    limit = clock.now() - KEPT
    for part in ENTRIES.parts():
        if part.ends_at and part.ends_at <= limit:
            ENTRIES.drop(part)
    AuditEntry.objects.filter(at__lt=limit).delete()
