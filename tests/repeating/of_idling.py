"""The rule for idle conversations."""

from __future__ import annotations

from .building import Table, to

SCREENS: Table = {
    "change-idle-rule": to(
        "/settings/idle-conversations/change", is_on="on", idle_hours="24", counted_by="business"
    ),
}
"""by the name of the route"""

ONLY_SHOWN = frozenset({"idle-conversations", "idle-rule"})

CALLS: Table = {
    "PATCH /idle-rule": to("/idle-rule", on=True, idle_hours=24),
}
"""by method and path"""
