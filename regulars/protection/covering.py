"""What was said before is protected, too: a job goes through everything that a workspace has, batch by batch.

What is protected stays so, whatever the words are by then: taking a word away shows nobody anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import sleep
from typing import Any, cast
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import formats
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy, ngettext

from regulars.kernel.events import record_all
from regulars.kernel.jobs.context import JobContext
from regulars.kernel.jobs.kinds import JobKind
from regulars.protection.events import WordsProtected
from regulars.protection.fields import is_protected, opened
from regulars.protection.matching import Watch
from regulars.protection.protecting import protected, protected_text
from regulars.protection.queries import watch_of

PERMISSION = "protection:manage"
AT_ONCE = 500
REST_SECONDS = 0.02
"""between two steps: what people do now goes first"""
FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protectable:
    """A table in which somebody's words lie: ``text``, and JSON that says more of the same."""

    kind: str
    """stored with events, so it stays"""
    model: type[Model]
    rows: Callable[[UUID], QuerySet[Any]]
    """of a workspace"""
    json: str = ""
    """the field of the JSON, where there is one"""
    also: Callable[[Sequence[Any]], None] = lambda _rows: None
    """what else is sealed with rows"""


def protectables() -> tuple[Protectable, ...]:
    """Those that are wired in (``config.wiring.PROTECTABLES``)."""
    return cast("tuple[Protectable, ...]", import_string(settings.PROTECTABLES))


class CoverArguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything of the workspace, by the words that it has when the job begins."""


class CoverResult(msgspec.Struct, frozen=True):
    """How much was looked at, and how much of it is protected since."""

    looked_at: int
    protected: int


class _Reached(msgspec.Struct, frozen=True):
    """Which tables are whole, the last row of the next one, and how many rows are protected since."""

    tables: int = 0
    after: UUID = FIRST
    protected: int = 0


def _cover(context: JobContext[CoverArguments]) -> CoverResult:
    watch, tables = watch_of(context.workspace_id), protectables()
    reached = context.checkpoint(_Reached) or _begin(context)
    for place in range(reached.tables, len(tables)):
        after = reached.after if place == reached.tables else FIRST
        while True:
            with transaction.atomic():
                rows = _hold(tables[place], context.workspace_id, after)
                if not rows:
                    break
                after = rows[-1].id
                count = reached.protected + _protect(tables[place], rows, watch)
                reached = _Reached(place, after, count)
                context.save(reached, context.done + len(rows))
            sleep(REST_SECONDS)
    return CoverResult(context.done, reached.protected)


def _begin(context: JobContext[CoverArguments]) -> _Reached:
    context.progress(0, sum(each.rows(context.workspace_id).count() for each in protectables()))
    return _Reached()


def _hold(table: Protectable, workspace_id: UUID, after: UUID) -> list[Any]:
    with opened():
        rows = table.rows(workspace_id).filter(id__gt=after).order_by("id")
        return list(rows.select_for_update(of=("self",))[:AT_ONCE])


def _protect(table: Protectable, rows: Sequence[Any], watch: Watch) -> int:
    changed = [row for row in rows if not is_protected(row.text) and _marked(table, row, watch)]
    if changed:
        names = ["text", *filter(None, [table.json])]
        table.model._default_manager.bulk_update(changed, names)  # noqa: SLF001 (Django's documented door to it)
        table.also(changed)
        record_all(WordsProtected(row.workspace_id, table.kind, row.id) for row in changed)
    return len(changed)


def _marked(table: Protectable, row: Any, watch: Watch) -> bool:
    if table.json:
        row.text, content = protected(row.text, getattr(row, table.json), watch)
        setattr(row, table.json, content)
    else:
        row.text = protected_text(row.text, watch)
    return is_protected(row.text)


def _tell(result: Mapping[str, Any]) -> str:
    count = int(result["protected"])
    told = ngettext("%(count)s message is protected since", "%(count)s messages are protected since", count)
    return told % {"count": formats.number_format(count, use_l10n=True, force_grouping=True)}


COVER = JobKind(
    key="protection.cover",
    label=gettext_lazy("Protect what was said before"),
    arguments=CoverArguments,
    run=_cover,
    permission=PERMISSION,
    tell=_tell,
    is_single=True,
)
