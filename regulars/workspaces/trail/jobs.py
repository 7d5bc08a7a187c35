"""What is done with the trail as a job: checking all seals, and taking entries out as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.kernel import clock
from regulars.kernel.errors import NotFound
from regulars.kernel.jobs.asking import start_job
from regulars.kernel.jobs.context import JobContext
from regulars.kernel.jobs.kinds import JobKind
from regulars.kernel.jobs.models import Job
from regulars.workspaces.access import Actor
from regulars.workspaces.jobs import actor_of_job
from regulars.workspaces.models import AuditEntry, AuditExport, AuditExportPart
from regulars.workspaces.operations import audit
from regulars.workspaces.trail.reading import PERMISSION, WhichEntries, find_entries
from regulars.workspaces.trail.sealing import canonical
from regulars.workspaces.trail.verifying import verify_trail

KEPT_FOR = timedelta(days=7)
ROWS_AT_ONCE = 2_000
MOST_TOLD_FLAWS = 10
COLUMNS = (
    "id", "at", "actor_kind", "actor_id", "actor_name", "act", "verb", "face", "route", "source",
    "object_kind", "object_id", "object_counts", "object_ids", "details",
)  # fmt: skip
Format = Literal["csv", "json"]


class CheckArguments(msgspec.Struct, frozen=True):
    """Everything."""


class CheckResult(msgspec.Struct, frozen=True):
    """``flaws``: what is not as it was sealed, in words for whoever looks after the machine."""

    seals: int
    entries: int
    last_hash: str
    flaws: list[str]


def _check(context: JobContext[CheckArguments]) -> CheckResult:
    actor_of_job(context).require(PERMISSION)
    checked = 0

    def one_more() -> None:
        nonlocal checked
        checked += 1
        context.progress(checked)

    found = verify_trail(context.workspace_id, each_seal=one_more)
    told = [
        f"{each.kind}: {each.detail}" + (f" (seal {each.seal})" if each.seal else "")
        for each in found.flaws[:MOST_TOLD_FLAWS]
    ]
    return CheckResult(found.seals, found.entries, found.last_hash, told)


def _tell_check(result: Mapping[str, Any]) -> str:
    if result["flaws"]:
        return _("Something was changed: %(flaws)s") % {"flaws": "; ".join(result["flaws"])}
    count = int(result["entries"])
    told = ngettext("%(count)s entry, as it was sealed", "%(count)s entries, as they were sealed", count)
    return told % {"count": formats.number_format(count, use_l10n=True, force_grouping=True)}


CHECK = JobKind(
    key="audit.check",
    label=gettext_lazy("Check the audit trail"),
    arguments=CheckArguments,
    run=_check,
    permission=PERMISSION,
    tell=_tell_check,
    is_single=True,
    scheduled_arguments={},
)


class ExportArguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entries, and how they are written."""

    format: Format = "csv"
    actor: UUID | None = None
    object: UUID | None = None
    act: str = ""
    source: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def which(self) -> WhichEntries:
        return WhichEntries(
            actor_id=self.actor,
            object_id=self.object,
            act=self.act,
            source=self.source,
            since=self.since,
            until=self.until,
        )


class ExportResult(msgspec.Struct, frozen=True):
    """How many entries the file has, and until when it is there (RFC 3339)."""

    entries: int
    expires_at: str


class _Reached(msgspec.Struct, frozen=True):
    """The last entry that is written, by id, and the newest of all when the job began."""

    last_id: int
    newest_id: int


@transaction.atomic
def start_check(*, by: Actor) -> Job:
    by.require(PERMISSION)
    return start_job(CHECK, CheckArguments(), by=by)


@transaction.atomic
def start_export(wanted: ExportArguments, *, by: Actor) -> Job:
    """The file is read by the job's id (:func:`open_export`). The trail notes who asked."""
    by.require(PERMISSION)
    job = start_job(EXPORT, wanted, by=by)
    AuditExport.objects.get_or_create(
        id=job.id,
        defaults={
            "workspace_id": by.workspace_id,
            "format": wanted.format,
            "expires_at": clock.now() + KEPT_FOR,
        },
    )
    audit(by, "audit:export", "export", str(job.id), format=wanted.format)
    return job


@transaction.atomic
def open_export(export_id: UUID | None, *, by: Actor) -> AuditExport:
    """The trail notes who read it."""
    found = _whole_exports(by).filter(id=export_id).first() if export_id else None
    if found is None:
        raise NotFound(_("There is no such file; it is there for 7 days"))
    audit(by, "audit:read_export", "export", str(found.id))
    return found


def exports_there(by: Actor, job_ids: Sequence[UUID]) -> set[UUID]:
    """Whose files the actor can have, of these jobs."""
    if not by.can(PERMISSION):
        return set()
    return set(_whole_exports(by).filter(id__in=job_ids).values_list("id", flat=True))


def _whole_exports(by: Actor) -> QuerySet[AuditExport]:
    by.require(PERMISSION)
    return AuditExport.objects.filter(
        workspace_id=by.workspace_id, made_at__isnull=False, expires_at__gt=clock.now()
    )


def export_text(export: AuditExport) -> Iterator[str]:
    """CSV with a line of names, or JSON with an entry on each line, as seals hash them; the oldest first."""
    if export.format == "csv":
        yield _csv([COLUMNS])
    for part_id in list(export.parts.order_by("id").values_list("id", flat=True)):
        yield export.parts.values_list("body", flat=True).get(id=part_id)


def _export(context: JobContext[ExportArguments]) -> ExportResult:
    by = actor_of_job(context)
    entries = find_entries(by, context.arguments.which)
    reached = context.checkpoint(_Reached)
    if reached is None:
        newest = entries.order_by("-at", "-id").values_list("id", flat=True).first() or 0
        reached = _Reached(0, newest)
        context.progress(0, entries.count())
    while some := list(
        entries.filter(id__gt=reached.last_id, id__lte=reached.newest_id).order_by("id")[:ROWS_AT_ONCE]
    ):
        reached = _Reached(some[-1].id, reached.newest_id)
        with transaction.atomic():
            AuditExportPart.objects.create(
                export_id=context.job_id, body=_written(some, context.arguments.format)
            )
            context.save(reached, context.done + len(some))
    until = clock.now() + KEPT_FOR
    AuditExport.objects.filter(workspace_id=context.workspace_id, id=context.job_id).update(
        made_at=clock.now(), expires_at=until
    )
    return ExportResult(context.done, until.isoformat())


def _written(entries: Sequence[AuditEntry], form: Format) -> str:
    if form == "json":
        return b"".join(canonical(each) for each in entries).decode()
    return _csv([_cells(each) for each in entries])


def _cells(entry: AuditEntry) -> list[str]:
    told = {
        "at": entry.at.astimezone(UTC).isoformat(),
        "object_counts": " ".join(f"{kind}:{count}" for kind, count in entry.object_counts),
        "object_ids": " ".join(map(str, entry.object_ids)),
        "details": json.dumps(entry.details, ensure_ascii=False, sort_keys=True),
    }
    return [_harmless(str(told.get(name, getattr(entry, name)) or "")) for name in COLUMNS]


def _harmless(cell: str) -> str:
    """A name that a spreadsheet would take for a formula stays a name."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def _csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _tell_export(result: Mapping[str, Any]) -> str:
    count = int(result["entries"])
    told = ngettext("%(count)s entry, as a file", "%(count)s entries, as a file", count)
    return told % {"count": formats.number_format(count, use_l10n=True, force_grouping=True)}


EXPORT = JobKind(
    key="audit.export",
    label=gettext_lazy("Take out the audit trail"),
    arguments=ExportArguments,
    run=_export,
    permission=PERMISSION,
    tell=_tell_export,
)


def purge_exports() -> None:
    # unscoped: of every workspace
    AuditExport.objects.filter(expires_at__lte=clock.now()).delete()
