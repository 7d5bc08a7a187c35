"""What changes cases, by the screens and over REST; the tables of both take it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.cases.models import Case, CaseCategory, CaseFile
from regulars.cases.operations.arranging import create_category
from regulars.cases.operations.changing import CaseChanges, change_case
from regulars.cases.operations.filing import add_file, remove_file
from regulars.cases.operations.linking import link_contact, link_conversation
from regulars.cases.operations.merging import merge_case
from regulars.cases.operations.opening import NewCase, open_case
from regulars.media.models import MediaFile
from regulars.media.operations import store_upload

from .building import Where

if TYPE_CHECKING:
    from .screens import Stage


def _case(stage: Stage, title: str = "Late") -> Case:
    return open_case(NewCase(title=title), by=stage.cast.actor())


def _linked(stage: Stage) -> Case:
    case = _case(stage)
    link_conversation(case, stage.conversation, by=stage.cast.actor())
    link_contact(case, stage.cast.alice, by=stage.cast.actor())
    return case


def _resolved(stage: Stage) -> Case:
    case = _case(stage)
    change_case(case, CaseChanges(status="resolved"), by=stage.cast.actor())
    return case


def _merged(stage: Stage) -> Case:
    case = _case(stage)
    merge_case(case, into=_case(stage, "Other"), by=stage.cast.actor())
    return case


def _category(stage: Stage) -> CaseCategory:
    return create_category(stage.cast.workspace.id, "Repair", by=stage.cast.actor())


def _upload(stage: Stage) -> MediaFile:
    pdf = [b"%PDF-1.4 invoice"]
    by = stage.cast.actor(stage.cast.owner)
    return store_upload(stage.cast.workspace.id, "document", pdf, "invoice.pdf", "application/pdf", by=by)


def _in_a_message(stage: Stage) -> MediaFile:
    """Where whoever asks sees it, whose upload it is not."""
    media = _upload(stage)
    stage.conversation.messages.update(media=media)
    return media


def _filed(stage: Stage) -> CaseFile:
    return add_file(_case(stage), _upload(stage), by=stage.cast.actor())


def _taken_out(stage: Stage) -> CaseFile:
    file = _filed(stage)
    remove_file(file, by=stage.cast.actor())
    return file


def _on_file(end: str, make: Callable[[Stage], CaseFile] = _filed) -> Callable[[Stage], Where]:
    def where(stage: Stage) -> Where:
        file = make(stage)
        return f"/cases/{file.case_id}/files/{file.id}{end}", {}

    return where


def _on(end: str, make: Callable[[Stage], Case] = _case, **said: object) -> Callable[[Stage], Where]:
    return lambda stage: (f"/cases/{make(stage).id}{end}", said)


def _merging(stage: Stage) -> Where:
    other = _case(stage, "Other")
    return f"/cases/{_case(stage).id}/merge", {"number": str(other.number)}


def _on_category(end: str, **said: object) -> Callable[[Stage], Where]:
    return lambda stage: (f"/settings/cases/{_category(stage).id}/{end}", said)


SCREENS: Mapping[str, Callable[[Stage], Where]] = {
    "new-case": lambda _stage: ("/cases/new", {"title": "Late"}),
    "conversation-cases": lambda stage: (f"/conversations/{stage.conversation.id}/cases", {"title": "Late"}),
    "change-cases": lambda stage: ("/cases/several", {"case": [str(_case(stage).id)], "owner": "me"}),
    "change-case": _on("/change", priority="high"),
    "describe-case": _on("/description", title="Lost", version="1"),
    "resolve-case": _on("/resolution", outcome="solved", version="1"),
    "reopen-case": _on("/reopening", _resolved),
    "merge-case": _merging,
    "unmerge-case": _on("/parting", _merged),
    "comment-case": _on("/comments", text="The carrier looks for it"),
    "add-case-contact": _on("/contacts", person="Alice"),
    "drop-case-contact": lambda stage: (
        f"/cases/{_linked(stage).id}/contacts/drop",
        {"contact": str(stage.cast.alice.id)},
    ),
    "add-case-files": lambda stage: (
        f"/cases/{_case(stage).id}/files",
        {"file": SimpleUploadedFile("invoice.pdf", b"%PDF-1.4 invoice", "application/pdf")},
    ),
    "drop-case-file": _on_file("/drop"),
    "link-case": lambda stage: (
        f"/cases/{_case(stage).id}/conversations",
        {"conversation": str(stage.conversation.id)},
    ),
    "add-case-category": lambda _stage: (
        "/settings/cases/new",
        {"name": "Repair", "color": "red", "icon": "repair"},
    ),
    "case-reopening": lambda _stage: ("/settings/cases/reopening", {"reopen_hours": "24"}),
    "change-case-category": _on_category("change", name="Repairs", color="red", icon="star"),
    "remove-case-category": _on_category("removal"),
}
"""by the name of the route"""

ONLY_SHOWN = frozenset(
    {
        *("cases", "case-board", "case-form", "case", "case-file", "conversation-case-form", "cases-offered"),
        "case-settings",
    }
)

CALLS: Mapping[str, Callable[[Stage], Where]] = {
    "POST /cases": lambda stage: (
        "/cases",
        {"title": "Late", "conversations": [str(stage.conversation.id)]},
    ),
    "PATCH /cases/{case_id}": _on("", priority="high"),
    "POST /cases/{case_id}/reopen": _on("/reopen", _resolved),
    "POST /cases/{case_id}/merge": lambda stage: (
        f"/cases/{_case(stage).id}/merge",
        {"into": str(_case(stage, "Other").id)},
    ),
    "POST /cases/{case_id}/unmerge": _on("/unmerge", _merged),
    "POST /cases/{case_id}/conversations": lambda stage: (
        f"/cases/{_case(stage).id}/conversations",
        {"id": str(stage.conversation.id)},
    ),
    "DELETE /cases/{case_id}/conversations/{conversation_id}": lambda stage: (
        f"/cases/{_linked(stage).id}/conversations/{stage.conversation.id}",
        {},
    ),
    "POST /cases/{case_id}/contacts": lambda stage: (
        f"/cases/{_case(stage).id}/contacts",
        {"id": str(stage.cast.alice.id)},
    ),
    "DELETE /cases/{case_id}/contacts/{contact_id}": lambda stage: (
        f"/cases/{_linked(stage).id}/contacts/{stage.cast.alice.id}",
        {},
    ),
    "POST /cases/{case_id}/files": lambda stage: (
        f"/cases/{_case(stage).id}/files",
        {"media": str(_in_a_message(stage).id)},
    ),
    "DELETE /cases/{case_id}/files/{file_id}": _on_file(""),
    "POST /cases/{case_id}/files/{file_id}/restore": _on_file("/restore", _taken_out),
    "POST /cases/{case_id}/comments": _on("/comments", text="The carrier looks for it"),
    "POST /case-categories": lambda _stage: ("/case-categories", {"name": "Repair"}),
    "PATCH /case-categories/{category_id}": lambda stage: (
        f"/case-categories/{_category(stage).id}",
        {"color": "red"},
    ),
    "DELETE /case-categories/{category_id}": lambda stage: (f"/case-categories/{_category(stage).id}", {}),
    "PATCH /case-settings": lambda _stage: ("/case-settings", {"reopen_hours": 24}),
}
"""by method and path"""
