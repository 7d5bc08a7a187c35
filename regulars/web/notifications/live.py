"""What concerns a member shows at once on all their screens, and goes from all of them when it was seen on one."""

from __future__ import annotations

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils import translation

from regulars.conversations.access import ConversationFacts, can_see
from regulars.conversations.queries.touched import read_conversations
from regulars.kernel.events import Event
from regulars.notifications.events import NOTIFICATION_EVENTS, MemberNotified, NotificationsRead
from regulars.notifications.queries import unread_among
from regulars.web.live.topics import Eyes, Looker, Piece, Topic
from regulars.web.notifications.lists import Line, draw


def _draw(happened: Sequence[Event], eyes: Eyes) -> list[Piece]:
    read = [each for each in happened if isinstance(each, NotificationsRead)]
    told = {
        (each.member_id, each.conversation_id): each for each in happened if isinstance(each, MemberNotified)
    }
    pieces = [_cleared(each) for each in read]
    if told:
        lines = {
            (line.notification.member_id, line.notification.conversation_id): line
            for line in draw(unread_among(eyes.workspaces, told.keys()))
        }
        rows = read_conversations(eyes.workspaces, {conversation_id for _, conversation_id in lines})
        facts = {
            row.id: ConversationFacts(row.workspace_id, row.inbox_id, row.assignee_id, row.team_id)
            for row in rows
        }
        pieces += [
            _news(each, lines[pair], facts[each.conversation_id], eyes.languages)
            for pair, each in told.items()
            if pair in lines and each.conversation_id in facts
        ]
    return pieces


def _news(told: MemberNotified, line: Line, about: ConversationFacts, languages: Sequence[str]) -> Piece:
    def is_theirs(to: Looker) -> bool:
        return to.actor.member_id == told.member_id and can_see(to.actor, about, to.staffing)

    html = {}
    for language in languages:
        with translation.override(language):
            html[language] = render_to_string("notifications/_line.html", {"line": line})
    facts = {"conversation_id": str(told.conversation_id), "kind": told.kind, "ways": list(told.ways)}
    return Piece("notified", facts, is_theirs, html)


def _cleared(read: NotificationsRead) -> Piece:
    ids = [str(each) for each in read.conversation_ids]
    return Piece("seen", {"conversation_ids": ids}, lambda to: to.actor.member_id == read.member_id)


NOTIFICATIONS = Topic("notifications", NOTIFICATION_EVENTS, _draw)
