"""Kinds of acts, and the verbs of entries that nobody named otherwise."""

from __future__ import annotations

LOOK, CHANGE, EXPORT, SIGN_IN = "look", "change", "export", "sign-in"
ACTS = (LOOK, CHANGE, EXPORT, SIGN_IN)
LOOKED, CHANGED, SIGNED_IN = "data:look", "data:change", "account:sign_in"
_OTHERS = {
    "deliveries:open": LOOK,
    "contacts:read_export": EXPORT,
    "contacts:export": EXPORT,
    "conversations:export": EXPORT,
    "conversations:read_export": EXPORT,
    "audit:export": EXPORT,
    "audit:read_export": EXPORT,
    LOOKED: LOOK,
    SIGNED_IN: SIGN_IN,
}


def act_of(verb: str) -> str:
    """Whatever is nothing else changes something."""
    return _OTHERS.get(verb, CHANGE)
