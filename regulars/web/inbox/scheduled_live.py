"""What happens to scheduled messages shows below the open thread; a refusal is told its writer wherever they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from regulars.conversations.access import ConversationFacts, can_see
from regulars.conversations.models import Conversation
from regulars.conversations.queries.touched import read_conversations
from regulars.kernel.events import Event
from regulars.scheduling.events import SCHEDULED_EVENTS, ScheduledMessageRefused
from regulars.web.inbox.building import conversation_row
from regulars.web.inbox.scheduled import why_words
from regulars.web.live.topics import Eyes, Looker, Piece, Topic


def draw(happened: Sequence[Event], eyes: Eyes) -> list[Piece]:
    told: list[Any] = list(happened)
    found = read_conversations(eyes.workspaces, {each.conversation_id for each in told})
    by_id = {each.id: each for each in found}
    refused = [each for each in told if isinstance(each, ScheduledMessageRefused)]
    return [
        *(_changed(each) for each in found),
        *(
            _refusal(each, by_id[each.conversation_id], eyes)
            for each in refused
            if each.conversation_id in by_id
        ),
    ]


def _changed(conversation: Conversation) -> Piece:
    facts = ConversationFacts(
        conversation.workspace_id, conversation.inbox_id, conversation.assignee_id, conversation.team_id
    )

    def has_open(to: Looker) -> bool:
        return to.subject == conversation.id and can_see(to.actor, facts, to.staffing)

    return Piece("scheduled", {"conversation_id": str(conversation.id)}, has_open)


def _refusal(event: ScheduledMessageRefused, conversation: Conversation, eyes: Eyes) -> Piece:
    def wrote_it(to: Looker) -> bool:
        return event.author_member_id is not None and to.actor.member_id == event.author_member_id

    sentences = dict(_sentences(event, conversation, eyes))
    return Piece("refusal", {"conversation_id": str(conversation.id)}, wrote_it, sentences)


def _sentences(
    event: ScheduledMessageRefused, conversation: Conversation, eyes: Eyes
) -> Iterator[tuple[str, str]]:
    name = conversation_row(conversation).name
    for language in eyes.languages:
        with translation.override(language):
            title, _explanation = why_words({"code": event.code, "title": event.code})
            yield (
                language,
                _("Your scheduled message to %(name)s was not sent: %(why)s") % {"name": name, "why": title},
            )


LATER = Topic("later", SCHEDULED_EVENTS, draw)
"""what waits for its time, below an open thread"""
