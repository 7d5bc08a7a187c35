"""Generated conversations with their messages: threads of people of many languages, as the message path would leave
them. The figures of a conversation, the ledger and the rows of what was sent agree with the messages.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from uuid import UUID

from django.db import connection, transaction

from regulars.contacts.models import ContactIdentity
from regulars.conversations.generating.rhythm import OpeningHours, Rhythm
from regulars.conversations.generating.rows import Batch, Desk, Person, Platform
from regulars.conversations.generating.talking import talk
from regulars.conversations.generating.words import LANGUAGES
from regulars.conversations.models import MESSAGE_STATES, MESSAGES, Conversation
from regulars.inboxes.ledger import LedgerRow, add_to_ledger
from regulars.inboxes.models import Inbox
from regulars.kernel.errors import Invalid
from regulars.kernel.generating import Generated, Kind, Run, escaped
from regulars.workspaces.business_hours import hours_of_work
from regulars.workspaces.models import Member, Team, Workspace

MESSAGES_EACH = 20
DEFAULT = 1_000
AT_ONCE = 4_000
"""messages of a transaction, about"""
SPREAD = 1.0
"""how unequal threads are in length: of the logarithm"""

__all__ = ["Platform", "generated_conversations"]


def generated_conversations(platform: Platform) -> Generated:
    kinds = (Kind("conversations", _implied_conversations), Kind("messages", _implied_messages))
    return Generated(
        kinds, check=lambda run: _check(run, platform.kind), write=lambda run: _write(run, platform)
    )


def _implied_conversations(given: Mapping[str, int]) -> int:
    if "messages" in given:
        return -(-given["messages"] // MESSAGES_EACH)
    return given.get("contacts", DEFAULT)


def _implied_messages(given: Mapping[str, int]) -> int:
    return MESSAGES_EACH * given.get("conversations", _implied_conversations(given))


def _write(run: Run, platform: Platform) -> Iterator[int]:
    wanted, messages = run.amounts["conversations"], run.amounts["messages"]
    if not wanted:
        return
    _prepare_parts(run)
    dice = run.dice("conversations")
    lengths = iter(_lengths(messages, wanted, dice))
    opening = OpeningHours(_shop_zone(run), run.since, run.until)

    @cache
    def rhythm(zone: str) -> Rhythm:
        return Rhythm(zone or "UTC", run.since, run.until)

    until = int(run.until.timestamp())
    work = hours_of_work(run.workspace_id)
    at_once = min(2_000, max(20, AT_ONCE * wanted // messages))
    for desk, people in _strangers(run, _desks(run, platform.kind), platform.kind, at_once):
        batch = Batch(run, desk, platform, dice, work)
        for person, length in zip(people, lengths, strict=False):
            words = LANGUAGES.get(person.language) or LANGUAGES["en"]
            thread = talk(
                length,
                words,
                rhythm(person.time_zone),
                opening,
                after=int(max(person.since, run.since).timestamp()),
                until=until,
                dice=dice,
            )
            batch.add(person, thread, words)
        if not batch.conversations:
            return
        yield _finish(batch)


def _prepare_parts(run: Run) -> None:
    """Of all the time that messages may lie in; a long thread begins a little earlier than asked for."""
    moments = [run.since + timedelta(days=days) for days in range(-30, run.days + 1, 30)]
    for table in (MESSAGES, MESSAGE_STATES):
        table.prepare_for([*moments, run.until])


@transaction.atomic
def _finish(batch: Batch) -> int:
    """Returns how many conversations and messages these were."""
    batch.write()
    desk = batch.desk
    rows = [
        LedgerRow(desk.connection_id, desk.address, flow, outcome, reason, count)
        for (flow, outcome, reason), count in batch.counts.items()
    ]
    came = sum(row.update_count for row in rows if row.flow == "inbound")
    rows.append(LedgerRow(desk.connection_id, desk.address, "inbound", "received", "", came, came))
    add_to_ledger(rows)
    return len(batch.conversations) + len(batch.messages)


def _desks(run: Run, channel: str) -> list[Desk]:
    inboxes = Inbox.objects.filter(workspace_id=run.workspace_id, connection__channel=channel, is_active=True)
    everybody = list(
        Member.objects.filter(workspace_id=run.workspace_id, is_active=True)
        .select_related("user")
        .prefetch_related("teams")
        .order_by("created_at", "id")
    )
    teams = list(Team.objects.filter(workspace_id=run.workspace_id).order_by("name"))
    desks = []
    for inbox in inboxes.prefetch_related("teams").order_by("created_at", "id"):
        staffed = {team.id for team in inbox.teams.all()}
        there = [
            each for each in everybody if not staffed or staffed & {team.id for team in each.teams.all()}
        ]
        desks.append(
            Desk(
                inbox.id,
                inbox.connection_id,
                inbox.address,
                tuple((each.id.hex, str(each)) for each in there or everybody),
                tuple(
                    (each.id.hex, escaped(each.name)) for each in teams if not staffed or each.id in staffed
                ),
            )
        )
    return desks


def _shop_zone(run: Run) -> str:
    return Workspace.objects.values_list("time_zone", flat=True).get(id=run.workspace_id)


def _check(run: Run, channel: str) -> None:
    wanted, messages = run.amounts["conversations"], run.amounts["messages"]
    if messages < wanted or (messages and not wanted):
        raise Invalid(
            f"{wanted} conversations cannot have {messages} messages: each has at least one, and no message is without."
        )
    if not wanted:
        return
    desks = _desks(run, channel)
    if not desks or not desks[0].members:
        raise Invalid("The workspace has no number, or nobody who answers: conversations need both.")
    known = ContactIdentity.objects.filter(
        workspace_id=run.workspace_id, channel=channel, kind="phone", retired_at=None
    ).count()
    taken = Conversation.objects.filter(
        inbox_id__in=[desk.inbox_id for desk in desks], contact__isnull=False
    ).count()
    free = len(desks) * (known + run.amounts.get("contacts", 0)) - taken
    if wanted > free:
        raise Invalid(
            f"{wanted} conversations are more than the {free} that there can be: a contact has one with each of the "
            f"{len(desks)} numbers. Ask for {-(-(wanted - free) // len(desks))} contacts more."
        )


_STRANGERS = """
SELECT c.id, COALESCE(NULLIF(c.name, ''), c.profile_name), c.language, c.time_zone, c.created_at
FROM contacts_contact c WHERE c.workspace_id = %s AND c.id > %s
  AND EXISTS (SELECT FROM contacts_contactidentity i WHERE i.contact_id = c.id AND i.channel = %s
    AND i.kind = 'phone' AND i.retired_at IS NULL)
  AND NOT EXISTS (SELECT FROM conversations_conversation v WHERE v.contact_id = c.id AND v.inbox_id = ANY(%s))
ORDER BY c.id LIMIT %s
"""
_LOWEST = UUID(int=0)


def _strangers(
    run: Run, desks: Sequence[Desk], channel: str, at_once: int
) -> Iterator[tuple[Desk, Sequence[Person]]]:
    """Contacts that a desk has no conversation with: first those whom none knows, shared out, then all others.

    What is handed out is written before the next is asked for.
    """
    for people in _pages(run, desks, channel, at_once):
        rest = people
        for place, desk in enumerate(desks, 1):
            share = len(rest) if place == len(desks) else -(-2 * len(rest) // 3)
            theirs, rest = rest[:share], rest[share:]
            if theirs:
                yield desk, theirs
    for desk in desks:
        for people in _pages(run, [desk], channel, at_once):
            yield desk, people


def _pages(run: Run, desks: Sequence[Desk], channel: str, at_once: int) -> Iterator[list[Person]]:
    last = _LOWEST
    inboxes = [desk.inbox_id for desk in desks]
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_STRANGERS, [run.workspace_id, last, channel, inboxes, at_once])
            people = [Person(*row) for row in cursor.fetchall()]
        if not people:
            return
        last = people[-1].id
        yield people


def _lengths(messages: int, threads: int, dice: random.Random) -> list[int]:
    """Of each thread, at least one, together ``messages``: many short ones, a few long."""
    weights = [dice.lognormvariate(0, SPREAD) for _each in range(threads)]
    factor = (messages - threads) / sum(weights)
    lengths = [1 + int(weight * factor) for weight in weights]
    for place in range(messages - sum(lengths)):
        lengths[place % threads] += 1
    return lengths
