"""Conversations are given to members by themselves: many at once, each for a cause, never over somebody's word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from regulars.conversations.events import ConversationAssigned
from regulars.conversations.operations.telling import tell_all
from regulars.kernel.database import binary_cursor
from regulars.kernel.events import Doer


class Gift(NamedTuple):
    """A conversation for a member, and the decision that says why (``routing``)."""

    conversation_id: UUID
    from_member_id: UUID | None
    """whose it was when that was decided: if it went to another since, that stands"""
    to_member_id: UUID
    to_name: str
    decision_id: UUID
    by: Doer


_GIVE = """
WITH new AS (
  SELECT * FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[]) AS t(id, before, member_id)
), held AS (
  SELECT c.id FROM conversations_conversation c JOIN new ON new.id = c.id WHERE c.workspace_id = %s
  ORDER BY c.id FOR NO KEY UPDATE OF c
)
UPDATE conversations_conversation c SET assignee_id = new.member_id, updated_at = now()
FROM new JOIN held ON held.id = new.id
WHERE c.id = new.id AND c.status = 'open' AND c.waiting_since IS NOT NULL
  AND c.assignee_id IS NOT DISTINCT FROM new.before AND c.assignee_id IS DISTINCT FROM new.member_id
RETURNING c.id, c.team_id
"""


@transaction.atomic
def give_conversations(workspace_id: UUID, gifts: Sequence[Gift]) -> set[UUID]:
    """Those that went to whom they are for; one that is answered, put away or somebody else's by now stays as it is.

    One statement whatever their number, and those that tell it.
    """
    if not gifts:
        return set()
    by_id = {gift.conversation_id: gift for gift in gifts}
    with binary_cursor() as cursor:
        cursor.execute(
            _GIVE,
            [
                list(by_id),
                [gift.from_member_id for gift in by_id.values()],
                [gift.to_member_id for gift in by_id.values()],
                workspace_id,
            ],
        )
        given = dict(cursor.fetchall())
    tell_all(
        ConversationAssigned(
            workspace_id,
            each,
            from_member_id=by_id[each].from_member_id,
            to_member_id=by_id[each].to_member_id,
            to_name=by_id[each].to_name,
            team_id=given[each],
            by=by_id[each].by,
            decision_id=by_id[each].decision_id,
        )
        for each in given
    )
    return set(given)
