"""Taking back what was just said: for the few seconds in which it waits in the queue for nothing else.

It never left, so it is not told as a failure either: the row stays, for the ledger and for whoever asks for it by its
id, and no thread shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.conversations.guardrails import TAKEN_BACK, WORDS
from regulars.conversations.models import UNCOUNTED_KINDS, Conversation, Message
from regulars.conversations.operations.ending import end_unsent
from regulars.conversations.operations.reacting import restore_last_words
from regulars.kernel.errors import Conflict, NotFound
from regulars.workspaces.access import Actor


@transaction.atomic
def take_back(message_ids: Sequence[UUID], *, conversation: Conversation, by: Actor) -> None:
    """All of them or none; only by who wrote them, and only while none has been tried. Repeating it changes nothing."""
    by.require("messages:send")
    own = Message.objects.filter(conversation=conversation, id__in=message_ids, direction="out")
    if by.member_id is None or own.filter(author_member_id=by.member_id).count() != len(set(message_ids)):
        raise NotFound(_("There is no such message of yours here"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id, state = 'refused' AND outcome_reason = %s,"
            " state = 'queued' AND attempts = 0 AND waits_for IS NULL"
            " FROM conversations_outgoingmessage WHERE message_id = ANY(%s) ORDER BY message_id FOR UPDATE",
            [TAKEN_BACK, list(message_ids)],
        )
        rows = cursor.fetchall()
    waiting = [message_id for message_id, is_back, is_waiting in rows if is_waiting and not is_back]
    if all(is_back for _id, is_back, _is_waiting in rows):
        return
    if len(waiting) != len(rows):
        raise Conflict(_("It is on its way already and cannot be taken back"))
    title, details = WORDS[TAKEN_BACK]
    end_unsent(waiting, {"code": TAKEN_BACK, "title": str(title), "details": str(details)})
    own.filter(id__in=waiting).update(is_withdrawn=True)
    restore_last_words(waiting, UNCOUNTED_KINDS)
