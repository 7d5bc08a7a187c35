"""Exports: what is kept, taken out as a file that a job makes."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from django.http import StreamingHttpResponse

from regulars.api.parsing import parse_reference
from regulars.api.shapes.jobs import JobShape, build_job
from regulars.api.shapes.merges import FILES, with_address
from regulars.contacts.exports import export_text
from regulars.conversations.access import access_contact
from regulars.conversations.operations.exporting import open_export, start_export
from regulars.kernel.telling import EXAMPLE_ID, told
from regulars.workspaces.access import Actor


class NewExport(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to be taken out."""

    contact: Annotated[
        str, told("All that is kept of the person that this contact is, of all their contacts.", EXAMPLE_ID)
    ]


def start(actor: Actor, body: NewExport) -> JobShape:
    """Have a file made of all that is kept of a person; the answer is the job that makes it.

    When it is done, ``GET /exports/{job}/content`` gives the file, for seven days. Asked for again while it is being
    made, it is the same job. The audit trail notes who asked, and who read it.
    """
    contact = access_contact(actor, parse_reference(body.contact, "contact"))
    return build_job(start_export(contact, by=actor))


def get_content(actor: Actor, export_id: UUID) -> StreamingHttpResponse:
    """The file, as JSON; the same as ``GET /contacts/{contact}/export`` gives while it is little.

    404 until the job is done, after seven days, and when one of the person's contacts was removed or is somebody else's
    since a merge was undone.
    """
    export = open_export(export_id, by=actor)
    response = StreamingHttpResponse(
        export_text(export, {FILES: with_address}), content_type="application/json"
    )
    response["Content-Disposition"] = f'attachment; filename="person-{export.contact.person_id}.json"'
    response["Cache-Control"] = "private, no-store"
    return response
