"""The audit trail: who looked at what and changed what, and the seals that hold it together."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from regulars.api.paging import Page, PageQuery, latest_first
from regulars.api.parsing import parse_reference
from regulars.api.shapes.jobs import JobShape, build_job
from regulars.kernel.errors import Invalid
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.workspaces.access import Actor
from regulars.workspaces.models import AuditEntry, AuditSeal
from regulars.workspaces.trail.jobs import (
    ExportArguments,
    export_text,
    open_export,
    start_check,
    start_export,
)
from regulars.workspaces.trail.reading import WhichEntries, access_entry, read_entries, seals_of, touched_in

Act = Literal["look", "change", "export", "sign-in"]
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/x-ndjson"}


class AuditQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """Which entries."""

    actor: Annotated[str | None, told("The id of a member or token.", EXAMPLE_ID)] = None
    object: Annotated[str | None, told("The id of whatever was touched.", EXAMPLE_ID)] = None
    act: Annotated[Act | None, told("The kind of act.", "look")] = None
    verb: Annotated[str | None, told("What exactly was done.", "members:change_role")] = None
    source: Annotated[str | None, told("The network address that asked.", "192.0.2.7")] = None
    since: Annotated[Moment | None, told("Not before then.", "2026-11-29T08:00:00Z")] = None
    until: Annotated[Moment | None, told("Before then.", "2026-11-30T08:00:00Z")] = None


class ActorShape(msgspec.Struct):
    """Who did it, as they were called then."""

    kind: Annotated[str, told("member, token, or system: the house itself.", "member")]
    id: Annotated[str | None, told("Of the member or token.", EXAMPLE_ID)]
    name: Annotated[str, told("As they were called then.", "Ann Agent")]


class TouchedShape(msgspec.Struct):
    """Things of one kind."""

    kind: Annotated[str, told("conversation, contact, message, media, or what else it was.", "conversation")]
    ids: Annotated[list[str], told("Their ids.", [EXAMPLE_ID])]


class EntryShape(msgspec.Struct, kw_only=True):
    """What one request or job touched, or one act of the administration. Never what somebody said, nor a number."""

    id: Annotated[str, told("Counts up.", "4711")]
    at: Annotated[Moment, told("When.")]
    actor: Annotated[ActorShape, told("Who.")]
    act: Annotated[Act, told("The kind of act.", "look")]
    verb: Annotated[str, told("What exactly; `data:look` and `data:change` for customer data.", "data:look")]
    face: Annotated[str, told("screen, rest, job; empty on the command line.", "screen")]
    route: Annotated[str, told("The page, the method and path, or the kind of job.", "GET /conversations")]
    source: Annotated[str | None, told("The network address that asked.", "192.0.2.7")]
    about: Annotated[str, told("The kind of thing that it is about.", "conversation")]
    touched: Annotated[list[TouchedShape], told("All that it touched, at most 10,000.")]
    details: Annotated[dict[str, Any], told("Facts besides.", {"events": ["ConversationAssigned"]})]


class SealShape(msgspec.Struct, kw_only=True):
    """A batch of entries and the hash by which it hangs on the one before."""

    number: Annotated[int, told("From 1.", 42)]
    ranges: Annotated[list[list[int]], told("The ids that it covers.", [[1, 40], [42, 57]])]
    entries: Annotated[int, told("How many.", 56)]
    since: Annotated[Moment, told("When the first of them was.")]
    until: Annotated[Moment, told("When the last of them was.")]
    previous_hash: Annotated[str, told("Of the seal before; zeros for the first.", "0" * 64)]
    hash: Annotated[str, told("SHA-256 over the seal before and its entries.", "9f" * 32)]
    sealed_at: Annotated[Moment, told("When.")]


class NewAuditExport(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which entries are to be taken out, and how."""

    format: Annotated[
        Literal["csv", "json"], told("json has an entry on each line, as the seals hash them.", "csv")
    ] = "csv"
    actor: Annotated[str | None, told("The id of a member or token.", EXAMPLE_ID)] = None
    object: Annotated[str | None, told("The id of whatever was touched.", EXAMPLE_ID)] = None
    act: Annotated[Act | None, told("The kind of act.", "look")] = None
    source: Annotated[str | None, told("The network address that asked.", "192.0.2.7")] = None
    since: Annotated[Moment | None, told("Not before then.", "2026-11-29T08:00:00Z")] = None
    until: Annotated[Moment | None, told("Before then.", "2026-11-30T08:00:00Z")] = None


def list_audit_entries(actor: Actor, query: AuditQuery) -> Page[EntryShape]:
    """Who looked at what and changed what, the newest first. Looks are there within seconds."""
    which = WhichEntries(
        actor_id=_reference(query.actor, "actor"),
        object_id=_reference(query.object, "object"),
        act=query.act or "",
        verb=query.verb or "",
        source=_address(query.source),
        since=query.since,
        until=query.until,
    )
    page = read_entries(actor, which, limit=query.limit, cursor=query.cursor)
    return Page([_build(each) for each in page.entries], page.next_cursor)


def get_audit_entry(actor: Actor, entry_id: int) -> EntryShape:
    """One entry."""
    return _build(access_entry(actor, entry_id))


def list_audit_seals(actor: Actor, query: PageQuery) -> Page[SealShape]:
    """The seals, the newest first. They stay when their entries are past their time."""
    rows, next_cursor = _seals(actor, query)
    return Page([_seal(each) for each in rows], next_cursor)


def _seals(actor: Actor, query: PageQuery) -> tuple[list[AuditSeal], str | None]:
    return latest_first(seals_of(actor), query, "number")


def check_trail(actor: Actor) -> JobShape:
    """Follow all seals again; the job's result says what is not as it was sealed."""
    return build_job(start_check(by=actor))


def export_entries(actor: Actor, body: NewAuditExport) -> JobShape:
    """Have a file made of entries; `GET /audit/exports/{job}/content` gives it for seven days, once the job is done."""
    wanted = ExportArguments(
        format=body.format,
        actor=_reference(body.actor, "actor"),
        object=_reference(body.object, "object"),
        act=body.act or "",
        source=_address(body.source),
        since=body.since,
        until=body.until,
    )
    return build_job(start_export(wanted, by=actor))


def get_audit_file(actor: Actor, export_id: UUID) -> StreamingHttpResponse:
    """The file, the oldest entry first; 404 until the job is done, and after seven days."""
    found = open_export(export_id, by=actor)
    response = StreamingHttpResponse(export_text(found), content_type=TYPES[found.format])
    response["Content-Disposition"] = f'attachment; filename="audit-trail.{found.format}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _reference(written: str | None, name: str) -> UUID | None:
    return parse_reference(written, name) if written else None


def _address(written: str | None) -> str:
    if not written:
        return ""
    try:
        return str(ip_address(written))
    except ValueError as error:
        raise Invalid(_("This is not a network address"), fields={"source": "192.0.2.7"}) from error


def _build(entry: AuditEntry) -> EntryShape:
    return EntryShape(
        id=str(entry.id),
        at=entry.at,
        actor=ActorShape(entry.actor_kind, str(entry.actor_id) if entry.actor_id else None, entry.actor_name),
        act=entry.act,  # type: ignore[arg-type]  # one of the four
        verb=entry.verb,
        face=entry.face,
        route=entry.route,
        source=entry.source,
        about=entry.object_kind,
        touched=[TouchedShape(kind, [str(each) for each in ids]) for kind, ids in touched_in(entry) if ids],
        details=entry.details,
    )


def _seal(seal: AuditSeal) -> SealShape:
    return SealShape(
        number=seal.number,
        ranges=[list(each) for each in seal.ranges],
        entries=seal.entry_count,
        since=seal.from_at,
        until=seal.to_at,
        previous_hash=seal.previous_hash,
        hash=seal.hash,
        sealed_at=seal.sealed_at,
    )
