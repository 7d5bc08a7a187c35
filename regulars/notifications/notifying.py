"""The reaction: what happened becomes notifications, a batch at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection

from regulars.kernel.events import Recorded, record_all
from regulars.kernel.ids import new_id
from regulars.kernel.reactions import Reaction
from regulars.notifications.choosing import choices_of
from regulars.notifications.events import MemberNotified
from regulars.notifications.levels import Choice
from regulars.notifications.lookers import LOOKERS, Lookers
from regulars.notifications.models import MutedConversation
from regulars.notifications.ports import Occasion, Pair, Seen, Source
from regulars.notifications.pushing import queue_pushes


def notifying(sources: Sequence[Source], seen: Seen, lookers: Lookers = LOOKERS) -> Reaction:
    """What notifies whom, as one reaction with a cursor of its own."""
    kinds = tuple(dict.fromkeys(event for source in sources for event in source.events))

    def run(happened: Sequence[Recorded]) -> None:
        notify(_occasions(sources, happened), seen, lookers)

    return Reaction("notifications.notify", kinds, run)


def _occasions(sources: Sequence[Source], happened: Sequence[Recorded]) -> list[Occasion]:
    found: list[Occasion] = []
    for source in sources:
        theirs = [each for each in happened if isinstance(each.event, source.events)]
        if theirs:
            found.extend(source.find(theirs))
    return sorted(found, key=lambda each: each.position)


def notify(occasions: Sequence[Occasion], seen: Seen, lookers: Lookers = LOOKERS) -> None:
    """A fixed number of statements, however many occasions; none when there are none. Needs a transaction."""
    by_pair = {pair: each for pair, each in _by_pair(occasions).items() if not lookers.looks(*pair)}
    if not by_pair:
        return
    wanted = _unmuted(by_pair)
    allowed = seen(wanted.keys())
    choices = choices_of({member_id for member_id, _conversation in allowed})
    told = {pair: (each, _ways(each[-1], choices)) for pair, each in wanted.items() if pair in allowed}
    told = {pair: (each, ways) for pair, (each, ways) in told.items() if ways}
    if not told:
        return
    ids = _write(told)
    newest = {pair: each[-1] for pair, (each, _) in told.items()}
    record_all(
        MemberNotified(each.workspace_id, *pair, each.kind, tuple(sorted(told[pair][1])))
        for pair, each in newest.items()
    )
    pushed = {ids[pair]: pair[0] for pair, (_, ways) in told.items() if "push" in ways}
    queue_pushes(pushed)


def _by_pair(occasions: Sequence[Occasion]) -> dict[Pair, list[Occasion]]:
    """The newest last, without what somebody did themselves.

    Whoever gets a conversation is told of that, not of what was said there before.
    """
    by_pair: dict[Pair, list[Occasion]] = {}
    for each in occasions:
        if each.kind == "assigned":
            by_pair[each.pair] = []
        if each.by_member_id != each.member_id:
            by_pair.setdefault(each.pair, []).append(each)
    return {pair: each for pair, each in by_pair.items() if each}


def _unmuted(by_pair: Mapping[Pair, list[Occasion]]) -> dict[Pair, list[Occasion]]:
    members, conversations = {pair[0] for pair in by_pair}, {pair[1] for pair in by_pair}
    # unscoped: by ids of members, each of one workspace
    muted = MutedConversation.objects.filter(member_id__in=members, conversation_id__in=conversations)
    silent = set(muted.values_list("member_id", "conversation_id"))
    return {pair: each for pair, each in by_pair.items() if pair not in silent}


def _ways(newest: Occasion, choices: Mapping[UUID, Choice]) -> frozenset[str]:
    choice = choices.get(newest.member_id)
    return choice.ways(newest.kind, newest.at) if choice else frozenset()


def _write(told: Mapping[Pair, tuple[list[Occasion], frozenset[str]]]) -> dict[Pair, UUID]:
    """The ids of the rows. In the order of members and conversations, so that two batches never wait crosswise."""
    rows = [(each[-1], len(each), ways) for _pair, (each, ways) in sorted(told.items())]
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT,
            [
                [new_id() for _ in rows],
                [each.workspace_id for each, _, _ in rows],
                [each.member_id for each, _, _ in rows],
                [each.conversation_id for each, _, _ in rows],
                [each.kind for each, _, _ in rows],
                [each.message_id for each, _, _ in rows],
                [count for _, count, _ in rows],
                ["badge" in ways for _, _, ways in rows],
                ["mail" in ways for _, _, ways in rows],
                [each.at for each, _, _ in rows],
            ],
        )
        return {(member_id, conversation_id): key for key, member_id, conversation_id in cursor.fetchall()}


_UPSERT = """
INSERT INTO notifications_notification AS n
  (id, workspace_id, member_id, conversation_id, kind, message_id, count, is_counted, is_mailed, at)
SELECT * FROM unnest(
  %b::uuid[], %b::uuid[], %b::uuid[], %b::uuid[], %b::text[], %b::uuid[], %b::int[], %b::boolean[],
  %b::boolean[], %b::timestamptz[])
ON CONFLICT (member_id, conversation_id) DO UPDATE SET
  kind = excluded.kind, message_id = COALESCE(excluded.message_id, n.message_id), at = GREATEST(n.at, excluded.at),
  count = CASE WHEN n.read_at IS NULL THEN n.count ELSE 0 END + excluded.count,
  is_counted = excluded.is_counted OR (n.is_counted AND n.read_at IS NULL),
  is_mailed = excluded.is_mailed OR (n.is_mailed AND n.read_at IS NULL), read_at = NULL
RETURNING id, member_id, conversation_id
"""
