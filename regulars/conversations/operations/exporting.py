"""Handing out what is kept of one person (BK-1): at once while it is little, else as a file that a job makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.contacts.exports import KEPT_FOR
from regulars.contacts.models import Contact, PersonExport, PersonExportPart
from regulars.contacts.queries import contacts_of_person, without_numbers_of
from regulars.contacts.registry import count_exported, export_of, export_rows, exported_tables
from regulars.conversations.access import access_contact
from regulars.kernel import clock
from regulars.kernel.encoding import encode
from regulars.kernel.errors import Conflict, NotFound
from regulars.kernel.jobs.asking import start_job
from regulars.kernel.jobs.context import JobContext
from regulars.kernel.jobs.kinds import JobKind
from regulars.kernel.jobs.models import Job
from regulars.protection.fields import opened
from regulars.workspaces.access import Actor
from regulars.workspaces.jobs import actor_of_job
from regulars.workspaces.operations import audit
from regulars.workspaces.sight import PROTECTED

PERMISSION = "contacts:export"
MOST_AT_ONCE = 5_000
"""rows that are handed out in one answer"""


@dataclass(frozen=True, slots=True)
class PersonRows:
    person_id: UUID
    contact_ids: tuple[UUID, ...]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    """by table, its rows as they are kept"""


@transaction.atomic
def export_person(contact: Contact, *, by: Actor) -> PersonRows:
    """Of all contacts that are one person with this one, whatever else the actor sees; the audit trail notes it."""
    by.require(PERMISSION)
    ids = _one_person(contact)
    if count_exported(ids) > MOST_AT_ONCE:
        raise Conflict(
            _("More is kept of this person than one answer holds; ask for it as a file, with POST /exports"),
            limit=MOST_AT_ONCE,
        )
    tables = export_of(ids)
    if hide := without_numbers_of(ids):
        tables = hide(tables)
    audit(by, "contacts:export", "contact", str(contact.id), contacts=len(ids))
    return PersonRows(contact.person_id, ids, tables)


def _one_person(contact: Contact) -> tuple[UUID, ...]:
    found = contacts_of_person(contact.workspace_id, contact.person_id)
    return tuple(found.values_list("id", flat=True))


class ExportArguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of whom."""

    contact: UUID


class ExportResult(msgspec.Struct, frozen=True):
    """How many rows the file has, and until when it is there (RFC 3339)."""

    rows: int
    expires_at: str


class _Reached(msgspec.Struct, frozen=True):
    """Tables that are whole."""

    tables: int


@transaction.atomic
def start_export(contact: Contact, *, by: Actor) -> Job:
    """The file is read by the job's id (:func:`open_export`)."""
    by.require(PERMISSION)
    job = start_job(EXPORT, ExportArguments(contact=contact.id), by=by)
    PersonExport.objects.get_or_create(
        id=job.id,
        defaults={
            "workspace_id": by.workspace_id,
            "contact": contact,
            "expires_at": clock.now() + KEPT_FOR,
        },
    )
    audit(by, "contacts:export", "contact", str(contact.id), job=str(job.id))
    return job


@transaction.atomic
def open_export(export_id: UUID | None, *, by: Actor) -> PersonExport:
    """For whoever may see the contact and have all that is kept; the audit trail notes who read it.

    Raises NotFound where there is none, or none any more, and when a merge was undone since: it holds two people then.
    """
    found = find_export(by, export_id)
    if found is None or not set(found.contact_ids) <= set(_one_person(found.contact)):
        raise NotFound(_("There is no such file; it is there for 7 days, unless the contact is removed"))
    by.require(PROTECTED)
    access_contact(by, found.contact_id)
    audit(by, "contacts:read_export", "contact", str(found.contact_id), job=str(found.id))
    return found


def find_export(by: Actor, export_id: UUID | None) -> PersonExport | None:
    by.require(PERMISSION)
    whole = PersonExport.objects.filter(
        workspace_id=by.workspace_id, made_at__isnull=False, expires_at__gt=clock.now()
    )
    return whole.select_related("contact").filter(id=export_id).first() if export_id else None


def exports_there(by: Actor, job_ids: Sequence[UUID]) -> set[UUID]:
    """Whose files the actor can have, of these jobs."""
    if not by.can(PERMISSION):
        return set()
    whole = PersonExport.objects.filter(
        workspace_id=by.workspace_id, id__in=job_ids, made_at__isnull=False, expires_at__gt=clock.now()
    )
    return set(whole.values_list("id", flat=True))


def _export(context: JobContext[ExportArguments]) -> ExportResult:
    by = actor_of_job(context)
    by.require(PERMISSION)
    contact = access_contact(by, context.arguments.contact)
    ids = _one_person(contact)
    tables = exported_tables()
    reached = context.checkpoint(_Reached) or _begin(context, ids)
    for place, table in enumerate(tables[reached.tables :], reached.tables):
        with _writing(context) as export:
            export.parts.filter(table=table.name).delete()  # what an attempt before this one left
        for some in _whole_rows(table, ids):
            with _writing(context) as export:
                _write(export, table.name, some)
            context.progress(context.done + len(some))
        with _writing(context) as export:
            if not export.parts.filter(table=table.name).exists():
                _write(export, table.name, [])
            context.save(_Reached(place + 1))
    with _writing(context) as export:
        export.made_at = clock.now()
        export.expires_at = export.made_at + KEPT_FOR
        export.save(update_fields=["made_at", "expires_at"])
    return ExportResult(context.done, export.expires_at.isoformat())


def _whole_rows(table: Any, ids: Sequence[UUID]) -> Iterator[Any]:
    """With what is protected: it is the person's. Who reads the file may read that."""
    with opened():
        yield from export_rows(table, ids)


def _begin(context: JobContext[ExportArguments], ids: Sequence[UUID]) -> _Reached:
    with _writing(context) as export:
        export.contact_ids = list(ids)
        export.save(update_fields=["contact_ids"])
    context.progress(0, count_exported(ids))
    return _Reached(0)


@contextmanager
def _writing(context: JobContext[ExportArguments]) -> Iterator[PersonExport]:
    """The file's row, held: a removal of the contact takes it away for good."""
    with transaction.atomic():
        rows = PersonExport.objects.select_for_update().filter(workspace_id=context.workspace_id)
        export = rows.filter(id=context.job_id).first()
        if export is None:
            raise NotFound(_("The contact was removed"))
        yield export


def _write(export: PersonExport, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    PersonExportPart.objects.create(
        export=export, table=table, rows=encode([dict(row) for row in rows]).decode()
    )


def _remove_file(context: JobContext[ExportArguments]) -> None:
    """Before its week is over; what was read of it meanwhile stays read."""
    by, undone = actor_of_job(context), context.undone
    by.require(PERMISSION)
    if undone is None:
        return
    with transaction.atomic():
        found = PersonExport.objects.filter(workspace_id=context.workspace_id, id=undone.id)
        if found.delete()[0]:
            contact = str(context.arguments.contact)
            audit(by, "contacts:remove_export", "contact", contact, job=str(undone.id))


def _tell(result: Mapping[str, Any]) -> str:
    count = int(result["rows"])
    told = ngettext("%(count)s row, as a file", "%(count)s rows, as a file", count)
    return told % {"count": formats.number_format(count, use_l10n=True, force_grouping=True)}


EXPORT = JobKind(
    key="contacts.export",
    label=gettext_lazy("Take out all that is kept of a person"),
    arguments=ExportArguments,
    run=_export,
    permission=PERMISSION,
    tell=_tell,
    is_single=True,
    undo=_remove_file,
    undo_within=KEPT_FOR,
)
