"""What a push says: whom a conversation is with and what they wrote, or, in private, only that something happened."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.notifications.levels import Choice
from regulars.notifications.models import Notification, Push
from regulars.notifications.ports import Describe, Words

LONGEST_TEXT = 200
MOST_UNREAD = 30
"""a push has room for 4 kB"""
SENTENCES: Mapping[str, str | Promise] = {
    "assigned": gettext_lazy("Assigned to you"),
    "mention": gettext_lazy("You were mentioned"),
    "reply": gettext_lazy("Wrote to you"),
    "service_level": gettext_lazy("An answer is due"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    body: bytes
    """JSON for the service worker (``web/layouts/service_worker.js``)"""
    topic: str
    """at most 32 characters of base64url (RFC 8030 §5.4): the conversation"""


def letters_for(
    pushes: Sequence[Push], choices: Mapping[UUID, Choice], describe: Describe
) -> dict[UUID, Letter]:
    """By push; without conversations that are gone. In the member's language."""
    words = describe({(each.notification.conversation_id, each.notification.message_id) for each in pushes})
    unread = _unread({each.notification.member_id for each in pushes})
    letters = {}
    for each in pushes:
        told = words.get(each.notification.conversation_id)
        if told is None:
            continue
        member = each.subscription.member
        with translation.override(member.user.language):
            is_private = choices.get(member.id, Choice()).is_private
            letters[each.id] = _letter(each.notification, told, unread.get(member.id, []), is_private)
    return letters


def _letter(
    notification: Notification,
    words: Words,
    unread: Sequence[UUID],
    is_private: bool,
) -> Letter:
    sentence = str(SENTENCES[notification.kind])
    if is_private:
        title, text = _("Something new in Regulars"), ""
    else:
        title = words.name or _("A conversation")
        text = words.text[:LONGEST_TEXT] if notification.kind != "assigned" else ""
    conversation_id = notification.conversation_id
    body = {
        "tag": str(conversation_id),
        "title": title,
        "body": " · ".join(filter(None, (sentence, text))) if not is_private else sentence,
        "url": reverse("conversation", args=[conversation_id]),
        "count": len(unread),
        "unread": [str(each) for each in unread[:MOST_UNREAD]],
        "at": notification.at,
    }
    return Letter(orjson.dumps(body), urlsafe_b64encode(conversation_id.bytes).rstrip(b"=").decode())


def _unread(member_ids: set[UUID]) -> dict[UUID, list[UUID]]:
    """The newest first: what a browser shows and is not among them was seen elsewhere, and closes."""
    # unscoped: by ids of members, each of one workspace
    rows = Notification.objects.filter(member_id__in=member_ids, read_at=None).order_by("-at")
    unread: dict[UUID, list[UUID]] = {}
    for member_id, conversation_id in rows.values_list("member_id", "conversation_id"):
        unread.setdefault(member_id, []).append(conversation_id)
    return unread
