"""What the house clears away by itself."""

from __future__ import annotations

from regulars.workspaces.guessing import forget_old_guesses
from regulars.workspaces.resetting import forget_old_resets
from regulars.workspaces.sessions import SessionStore


def purge_sessions() -> None:
    SessionStore.clear_expired()
    forget_old_guesses()
    forget_old_resets()
