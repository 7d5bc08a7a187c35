"""Quick replies: kept, filled in for a conversation, imported and exported."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from msgspec import UNSET

from regulars.api.paging import Page
from regulars.api.parsing import parse_reference
from regulars.api.preconditions import IfMatch
from regulars.api.shapes.quick_replies import (
    AdviceShape,
    ExportQuery,
    ExportShape,
    ImportOrder,
    ImportResult,
    NewQuickReply,
    PreviewOrder,
    QuickReplyChanges,
    QuickReplyPreview,
    QuickReplyQuery,
    QuickReplyShape,
    build_files,
    build_line,
    build_quick_replies,
)
from regulars.conversations.access import access_conversation
from regulars.conversations.queries.filling import language_of, subject_of
from regulars.quick_replies.access import access_quick_reply
from regulars.quick_replies.advice import advise
from regulars.quick_replies.importing import export_replies, import_replies, plan_import
from regulars.quick_replies.inserting import insertion_of
from regulars.quick_replies.models import QuickReply
from regulars.quick_replies.operations import (
    ReplyDraft,
    change_reply,
    create_reply,
    remove_reply,
    restore_reply,
)
from regulars.quick_replies.queries import QuickReplyFilter, lines_of, list_quick_replies
from regulars.workspaces.access import Actor


def list_replies(actor: Actor, query: QuickReplyQuery) -> Page[QuickReplyShape]:
    """Quick replies by folder and name: those of everybody, of your teams, and your own.

    Who manages them sees those of all teams.
    """
    chosen = QuickReplyFilter(
        text=query.q,
        folder=query.folder,
        language=query.language,
        audience=query.audience,
        is_archived=query.archived,
        is_unused=query.unused,
    )
    page = list_quick_replies(actor, chosen, limit=query.limit, cursor=query.cursor)
    return Page(build_quick_replies(page.lines), page.next_cursor)


def get_quick_reply(actor: Actor, reply_id: UUID) -> QuickReplyShape:
    """One quick reply, also an archived one."""
    return _shape(access_quick_reply(actor, reply_id))


def create_quick_reply(actor: Actor, body: NewQuickReply) -> QuickReplyShape:
    """A new quick reply; 409 when the shortcut is another one's.

    For others than oneself it takes `quick_replies:manage`.
    """
    draft = ReplyDraft(
        shortcut=body.shortcut,
        name=body.name,
        wordings=tuple(body.texts),
        folder=body.folder,
        audience=body.audience,
        team_ids=_ids(body.teams, "teams"),
        media_ids=_ids(body.files, "files"),
    )
    return _shape(create_reply(draft, by=actor))


def change_quick_reply(
    actor: Actor, reply_id: UUID, body: QuickReplyChanges, if_match: IfMatch
) -> QuickReplyShape:
    """Change some of it.

    With `If-Match`, only the version that was read is changed: 412 ``changed-meanwhile`` when somebody was quicker.
    """
    reply = access_quick_reply(actor, reply_id)
    return _shape(change_reply(reply, _changes(body), by=actor, if_version=if_match))


def remove_quick_reply(actor: Actor, reply_id: UUID) -> None:
    """Archive one that was sent before, remove one that never was."""
    remove_reply(access_quick_reply(actor, reply_id), by=actor)


def restore_quick_reply(actor: Actor, reply_id: UUID) -> QuickReplyShape:
    """Offer an archived one again; 409 when its shortcut is another one's by now."""
    return _shape(restore_reply(access_quick_reply(actor, reply_id), by=actor))


def preview_quick_reply(actor: Actor, reply_id: UUID, body: PreviewOrder) -> QuickReplyPreview:
    """Fill it in for a conversation. Nothing is sent, and nothing is counted."""
    conversation = access_conversation(actor, parse_reference(body.conversation, "conversation"))
    language = body.language or language_of(conversation)
    reply = access_quick_reply(actor, reply_id)
    filled = insertion_of(reply, subject_of(actor, conversation, language=language), language)
    return QuickReplyPreview(
        language=filled.wording.language,
        is_theirs=filled.is_theirs,
        text=filled.wording.text,
        gaps=list(filled.gaps),
        content=filled.wording.content,
        files=build_files(filled.files),
        advice=[AdviceShape(each.kind, each.count, each.advised) for each in advise(filled.wording.text)],
    )


def import_quick_replies(actor: Actor, body: ImportOrder) -> ImportResult:
    """Take over a file: new shortcuts are added, known ones changed, nothing is removed. What is wrong is told by line
    and left out; with `dry_run` it is only told.
    """
    act = plan_import if body.dry_run else import_replies
    lines = act(body.content, body.format, by=actor)
    return ImportResult(dry_run=body.dry_run, lines=[build_line(line) for line in lines])


def export_quick_replies(actor: Actor, query: ExportQuery) -> ExportShape:
    """All quick replies that you see and that are not archived, as a file."""
    return ExportShape(format=query.format, content=export_replies(actor, query.format))


def _changes(body: QuickReplyChanges) -> dict[str, Any]:
    plain = {name: getattr(body, name) for name in ("shortcut", "name", "folder", "audience")}
    changes = {name: value for name, value in plain.items() if value is not UNSET}
    if body.texts is not UNSET:
        changes["wordings"] = tuple(body.texts)
    if body.teams is not UNSET:
        changes["team_ids"] = _ids(body.teams, "teams")
    if body.files is not UNSET:
        changes["media_ids"] = _ids(body.files, "files")
    return changes


def _ids(written: Iterable[str], field: str) -> tuple[UUID, ...]:
    return tuple(parse_reference(each, f"{field}.{place}") for place, each in enumerate(written))


def _shape(reply: QuickReply) -> QuickReplyShape:
    (shape,) = build_quick_replies(lines_of([reply]))
    return shape
