"""Quick replies in the composer: what fits what was typed after the slash, and one of them filled in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.access import access_conversation
from regulars.conversations.arranging import arrange
from regulars.conversations.models import Conversation
from regulars.conversations.queries.filling import language_of, subject_of
from regulars.inboxes.ports import OutgoingContent, OutgoingInteractive, OutgoingMedia
from regulars.kernel.ids import parse_id
from regulars.media.models import MediaFile
from regulars.quick_replies.access import access_quick_reply
from regulars.quick_replies.inserting import Insertion, insertion_of
from regulars.quick_replies.models import QuickReply
from regulars.quick_replies.operations import switch_advice
from regulars.quick_replies.queries import MOST_OFFERED, offered_replies, shortcuts_of
from regulars.quick_replies.wordings import choose_wording, speaks
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.language_names import language_info
from regulars.web.inbox.views.previewing import drawn

LONGEST_TYPED = 64


@require_safe
@member_with("quick_replies:read")
def picker(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """What fits ``q``, by folder; the folder of what fits best comes first."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    typed = request.GET.get("q", "")[:LONGEST_TYPED]
    found = offered_replies(request.actor, typed, limit=MOST_OFFERED + 1)
    context: dict[str, Any] = {
        "folders": _by_folder(found[:MOST_OFFERED], language_of(conversation)),
        "has_more": len(found) > MOST_OFFERED,
        "typed": typed,
        "most": MOST_OFFERED,
        "shortcuts": "" if typed else " ".join(shortcuts_of(request.actor)),
    }
    return render(request, "inbox/_quick_replies.html", context)


def _by_folder(replies: Iterable[QuickReply], language: str) -> list[tuple[str, list[dict[str, Any]]]]:
    folders: dict[str, list[dict[str, Any]]] = {}
    for reply in replies:
        wording = choose_wording(reply.wordings, language)
        folders.setdefault(reply.folder, []).append(
            {
                "reply": reply,
                "text": wording.text,
                "other_language": "" if speaks(wording, language) else language_name(wording.language),
            }
        )
    return list(folders.items())


@require_safe
@member_with("quick_replies:read")
def insertion(request: MemberRequest, conversation_id: str, reply_id: str) -> HttpResponse:
    """One reply for this conversation: drawn as the contact will see it, or (``as=data``) what the composer takes."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    reply = access_quick_reply(request.actor, parse_id(reply_id))
    theirs = language_of(conversation)
    chosen = request.GET.get("language", "") or theirs
    filled = insertion_of(reply, subject_of(request.actor, conversation, language=chosen), chosen)
    if request.GET.get("as") == "data":
        return JsonResponse(_for_the_composer(filled))
    return _preview(request, conversation, filled, chosen)


def _preview(
    request: HttpRequest, conversation: Conversation, filled: Insertion, chosen: str
) -> HttpResponse:
    languages = [each.language for each in filled.reply.wordings]
    context = {
        "items": [
            drawn(content, conversation, _file_of(content, filled.files)) for content in _contents(filled)
        ],
        "gaps": filled.gaps,
        "languages": [
            {"code": code, "name": language_name(code), "is_shown": code == filled.wording.language}
            for code in languages
        ],
        "missing": "" if filled.is_theirs else _translated(chosen),
        "shown": _translated(filled.wording.language),
        "name": filled.reply.name,
    }
    return render(request, "inbox/_quick_reply_preview.html", context)


def _contents(filled: Insertion) -> list[OutgoingContent]:
    files = [
        OutgoingMedia(kind=file.kind, media_id=str(file.id), filename=file.filename, is_voice=file.is_voice)  # type: ignore[arg-type]  # uploads are of these kinds
        for file in filled.files
    ]
    content = filled.wording.content
    special = content if isinstance(content, OutgoingInteractive) else None
    return arrange([filled.wording.text], files, special)


def _file_of(content: OutgoingContent, files: Sequence[MediaFile]) -> MediaFile | None:
    if not isinstance(content, OutgoingMedia):
        return None
    return next(file for file in files if str(file.id) == content.media_id)


def _for_the_composer(filled: Insertion) -> dict[str, Any]:
    return {
        "id": str(filled.reply.id),
        "text": filled.wording.text,
        "extra": _extra_fields(filled),
        "files": [
            {
                "id": str(file.id),
                "file": {
                    "name": file.filename or file.kind,
                    "type": file.mime_type,
                    "size": file.byte_count or 0,
                },
            }
            for file in filled.files
        ],
        "gaps": list(filled.gaps),
    }


def _extra_fields(filled: Insertion) -> list[tuple[str, str]]:
    """Names and values as the composer's form of buttons, or of a link, has them."""
    wording = filled.wording
    if wording.buttons:
        return [("extra", "buttons"), *(("button", title) for title in wording.buttons)]
    if wording.link_url:
        return [("extra", "cta_url"), ("url_text", wording.link_label), ("url", wording.link_url)]
    return []


def language_name(code: str) -> str:
    return language_info(code).get("name_local") or code


def _translated(code: str) -> str:
    return language_info(code).get("name_translated") or code


@require_POST
@member_with("messages:send")
def advice(request: MemberRequest) -> HttpResponse:
    """Whether this member is told when a text is long or full of emoji."""
    switch_advice(request.actor, on=request.POST.get("advice") == "on")
    return HttpResponse(status=204)
