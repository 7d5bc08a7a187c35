"""The audit trail lies in quarters of a year."""

from __future__ import annotations

from regulars.kernel.partitions import by_quarter

ENTRIES = by_quarter("workspaces_auditentry", prepared=2)
