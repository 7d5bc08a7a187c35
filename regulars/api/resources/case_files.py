"""Files of cases: listed, put there, handed out, taken out, put back."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse

from regulars.api.paging import Page, PageQuery, newest_first
from regulars.api.parsing import parse_reference
from regulars.api.resources.media import content_of
from regulars.api.shapes.cases import CaseFileShape, NewCaseFile, build_case_file
from regulars.cases.access import access_case, access_file, access_removed_file
from regulars.cases.operations.filing import add_file, remove_file, restore_file
from regulars.cases.queries.pages import files_of
from regulars.conversations.access import access_media
from regulars.workspaces.access import Actor


def list_case_files(actor: Actor, case_id: UUID, query: PageQuery) -> Page[CaseFileShape]:
    """What lies with a case, the newest first."""
    rows, next_cursor = newest_first(files_of(access_case(actor, case_id)), "linked_at", query)
    return Page([build_case_file(each) for each in rows], next_cursor)


def add_case_file(actor: Actor, case_id: UUID, body: NewCaseFile) -> CaseFileShape:
    """Put a file with a case: an upload (`POST /media`) or what came in a message; repeating changes nothing.

    Whoever sees the case sees the file from then on.
    """
    case = access_case(actor, case_id)
    message_id = parse_reference(body.message, "message") if body.message else None
    media = access_media(actor, parse_reference(body.media, "media"), message_id=message_id)
    return build_case_file(add_file(case, media, by=actor))


def get_case_file_content(actor: Actor, case_id: UUID, file_id: UUID) -> FileResponse:
    """The bytes. Types that could run in a browser come as a download; nothing is sniffed."""
    return content_of(access_file(actor, case_id, file_id).media)


def remove_case_file(actor: Actor, case_id: UUID, file_id: UUID) -> None:
    """Take a file out of a case; it can be put back."""
    remove_file(access_file(actor, case_id, file_id), by=actor)


def restore_case_file(actor: Actor, case_id: UUID, file_id: UUID) -> CaseFileShape:
    """Put back what was taken out."""
    return build_case_file(restore_file(access_removed_file(actor, case_id, file_id), by=actor))
