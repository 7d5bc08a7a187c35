"""Whoever a note names is told of it (``notifications.ports``)."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.attention.events import MemberMentioned
from regulars.attention.models import Mention
from regulars.kernel.events import Recorded
from regulars.notifications.ports import Occasion, Source


def _mentioned(happened: Sequence[Recorded]) -> list[Occasion]:
    """Where the note still stands, and they have not looked since."""
    # unscoped: the ids come from the log
    standing = Mention.objects.filter(
        note__in={each.event.note_id for each in happened}, note__withdrawn_at=None, seen_at=None
    )
    news = set(standing.values_list("note_id", "member_id"))
    return [
        Occasion(
            each.event.workspace_id,
            each.event.member_id,
            each.event.conversation_id,
            "mention",
            each.happened_at,
            each.position,
            by_member_id=each.event.by.id if each.event.by.kind == "member" else None,
        )
        for each in happened
        if (each.event.note_id, each.event.member_id) in news
    ]


MENTIONED = Source((MemberMentioned,), _mentioned)
