"""What conditions can ask of the tags of a thing, for the rooms that keep taggings (``kernel.conditions``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from regulars.kernel.conditions import columns
from regulars.kernel.conditions.fields import Field, Label, Rows
from regulars.tags.models import Tagging
from regulars.tags.names import fold_name


def tags_of(name: str, label: Label, model: type[Tagging]) -> Field:
    """Names of tags, in any case and width, as they are called now; on the thing at the moment that is asked about."""
    names = model.names()

    def load(thing: Any) -> Sequence[Tagging]:
        taggings = model.rows().filter(**{f"{model.subject}_id": thing.id})
        return list(taggings.select_related("tag").order_by("from_at", "id"))

    rows = Rows(
        f"tags of {model.subject}",
        model.subject,
        f"{names['table']} counted JOIN tags_tag counted_tag ON counted_tag.id = counted.tag_id",
        f"counted.{names['thing']}",
        "counted_tag.workspace_id",
        "counted.from_at",
        load=load,
        get_at=lambda row: row.from_at,
        until="LEAST(counted.until_at, counted.expires_at)",
        get_until=_end_of,
        takes_window=False,
    )
    return columns.standing_words(
        name, label, rows, sql="counted_tag.key", get=lambda row: row.tag.name, fold=fold_name
    )


def _end_of(tagging: Tagging) -> datetime | None:
    """One whose time has come is over, whether or not it has been ended yet."""
    ends = (tagging.until_at, tagging.expires_at)
    return min((end for end in ends if end is not None), default=None)
