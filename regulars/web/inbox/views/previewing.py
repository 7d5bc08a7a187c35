"""How what is written will look to the contact: drawn like what was sent, and nothing is kept of it."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from regulars.conversations.access import access_conversation
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.sending import kind_of, stored_content, text_of
from regulars.conversations.queries.threads import MessageDetails
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import OutgoingContent
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import parse_id
from regulars.media.models import MediaFile
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import message_view
from regulars.web.inbox.composing import read_contents
from regulars.web.inbox.limit_words import limit_sentence
from regulars.web.inbox.views.templates import preview_template


@require_POST
@member_with("messages:send")
def preview(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    if "template" in request.POST:
        return preview_template(request, conversation)
    channel = facts_of(conversation.inbox.connection.channel)
    contents: Sequence[OutgoingContent] = ()
    problems: list[str] = []
    try:
        contents = read_contents(request.POST, [], channel.longest_text)
    except Invalid as missing:
        problems = [str(missing.detail)]
    problems += [limit_sentence(each) for content in contents for each in channel.check(content)]
    items = [drawn(each, conversation) for each in contents]
    return render(request, "inbox/_message_preview.html", {"items": items, "problems": problems})


def drawn(content: OutgoingContent, conversation: Conversation, file: MediaFile | None = None) -> object:
    """Never stored. ``file``: that of a content that is one."""
    message = Message(
        workspace_id=conversation.workspace_id,
        inbox_id=conversation.inbox_id,
        conversation=conversation,
        direction="out",
        kind=kind_of(content),
        text=text_of(content),
        content=stored_content(content),
        status="queued",
        media=file,
        sent_at=clock.now(),
    )
    return message_view(MessageDetails(message), conversation)
