"""What the house clears away by itself."""

from __future__ import annotations

from regulars.workspaces.guessing import forget_old_guesses
from regulars.workspaces.sessions import SessionStore


def purge_sessions() -> None:
    """Forget sessions that ran out, and wrong guesses that no longer count."""
    SessionStore.clear_expired()
    forget_old_guesses()
