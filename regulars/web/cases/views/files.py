"""Files of a case: put there from the computer, looked at, taken out."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.cases.access import access_case, access_file, access_removed_file
from regulars.cases.models import Case
from regulars.cases.operations.filing import add_file, remove_file, restore_file
from regulars.inboxes.channels import judge_file
from regulars.kernel.errors import Invalid, NotFound
from regulars.kernel.ids import parse_id
from regulars.media.files import path_of
from regulars.media.operations import store_upload
from regulars.media.showing import can_be_shown, hand_out, shown_type
from regulars.media.sniffing import FileFacts
from regulars.web.byte_ranges import answer_with_file
from regulars.web.doors import MemberRequest, member_with
from regulars.web.problems import toast_header

SEEN_FOR = "private, max-age=300"
"""not longer: whoever does not see the case any more does not see its files"""


@require_POST
@member_with("cases:edit")
def add(request: MemberRequest, case_id: str) -> HttpResponse:
    """Any number as ``file``. What no channel would carry may lie here, too, as a document."""
    case = access_case(request.actor, parse_id(case_id))
    files = request.FILES.getlist("file")
    if not files:
        raise Invalid(_("Choose a file"), fields={"file": "a file"})
    for each in files:
        _add(request, case, each)
    return redirect("case", case.id)


def _add(request: MemberRequest, case: Case, given: UploadedFile[bytes]) -> None:
    size, claimed = given.size or 0, (given.content_type or "").lower()
    if given.file is None:
        raise Invalid(_("Choose a file"), fields={"file": "a file"})

    def kind_of(facts: FileFacts) -> str:
        kind, problems = judge_file(facts.mime_type, size, is_animated=facts.is_animated, traits=facts.traits)
        return "document" if problems else kind

    media = store_upload(case.workspace_id, kind_of, given.file, given.name or "", claimed, by=request.actor)
    add_file(case, media, by=request.actor)


@require_safe
@member_with("cases:read")
def show(request: MemberRequest, case_id: str, file_id: str) -> HttpResponseBase:
    """To keep, when it could be active."""
    media = access_file(request.actor, parse_id(case_id), parse_id(file_id)).media
    try:
        response = answer_with_file(
            path_of(media.sha256), shown_type(media), request.headers.get("Range", "")
        )
    except FileNotFoundError as error:
        raise NotFound(_("This file is not here")) from error
    hand_out(response, media, as_attachment=not can_be_shown(media))
    response["Cache-Control"] = SEEN_FOR
    return response


@require_POST
@member_with("cases:edit")
def drop(request: MemberRequest, case_id: str, file_id: str) -> HttpResponse:
    """``on`` ``yes`` puts it back."""
    response = HttpResponse(status=204)
    if request.POST.get("on") == "yes":
        removed = access_removed_file(request.actor, parse_id(case_id), parse_id(file_id))
        restore_file(removed, by=request.actor)
        return response
    file = access_file(request.actor, parse_id(case_id), parse_id(file_id))
    remove_file(file, by=request.actor)
    text = _("Taken out of the case #%(number)s") % {"number": file.case.number}
    response["X-Toast"] = toast_header(text, undo_url=request.path, undo_values={"on": "yes"})
    return response
