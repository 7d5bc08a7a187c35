"""What segments are of, as JSON."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from regulars.api.shapes.contacts import ContactShape
from regulars.kernel.telling import told


class SegmentPreviewOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Whom a segment would have."""

    conditions: Annotated[
        dict[str, Any],
        told(
            "A condition; `/condition-fields?subject=contact` lists what it can ask.",
            {"all": [{"field": "messages.in_count", "window": {"last": "P90D"}, "op": ">=", "value": 2}]},
        ),
    ]


class SegmentPreview(msgspec.Struct, kw_only=True):
    """Whom it holds for now, of the contacts that the token may see."""

    count: Annotated[int, told("How many.", 1204)]
    contacts: Annotated[list[ContactShape], told("The ten newest of them.")]
