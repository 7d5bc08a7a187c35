"""Conditions over many contacts: how long a count and a first page take; leaves a second in memory.

    python -m benchmarks.asking --contacts 1000000 --messages 5000000     on the database that DATABASE_URL names

`make bench` asks a tenth of that of the product's own database; the whole takes some minutes to write. The condition
has six leaves, two of which count messages of a quarter and of a month of the generated year.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from benchmarks.children import run_child
from benchmarks.figures import Figure, median
from benchmarks.processes import server_seconds
from benchmarks.seeding import environment_with_database

if TYPE_CHECKING:
    from benchmarks.accepting import Effort
    from benchmarks.product import Product

CONTACTS, MESSAGES = 100_000, 500_000
"""a tenth of what issue and house promise: a million and five"""
PAGE = 50
LEAVES = 6
CONDITION: dict[str, Any] = {
    "all": [
        {"field": "contact.country", "op": "in", "value": ["KR", "TH", "US"]},
        {"field": "contact.score", "op": ">=", "value": 20},
        {"field": "messages.in_count", "window": {"last": "P90D"}, "op": ">=", "value": 1},
        {"field": "messages.out_count", "window": {"last": "P30D"}, "op": "<", "value": 3},
        {"none": [{"field": "contact.tags", "op": "has_any", "value": ["lost"]}]},
        {"field": "contact.tier", "op": "in", "value": ["A", "B"]},
    ]
}
_BY_HAND = """
SELECT count(*) FROM (
  SELECT FROM conversations_message message
  WHERE sent_at >= now() - interval '90 days' AND sent_at < now() AND contact_id IN (
    SELECT id FROM contacts_contact contact WHERE workspace_id = %(workspace)s
      AND country IN ('KR', 'TH', 'US') AND score >= 20 AND tier IN ('A', 'B')
      AND NOT EXISTS (SELECT FROM contacts_contacttagging tagging JOIN tags_tag tag ON tag.id = tagging.tag_id
        WHERE tagging.contact_id = contact.id AND tag.workspace_id = %(workspace)s AND tag.key = 'lost'))
  GROUP BY contact_id
  HAVING count(*) FILTER (WHERE direction = 'in') >= 1
    AND count(*) FILTER (WHERE sent_at >= now() - interval '30 days' AND direction = 'out') < 3
) found
"""
"""the same by somebody who knows this database; it leaves out what has no consequence here"""
_READING = """
SELECT count(*) FROM conversations_message WHERE workspace_id = %(workspace)s
  AND sent_at >= now() - interval '90 days' AND sent_at < now()
"""
_SEED = """
CREATE FUNCTION pg_temp.id_of(kind text, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
  $$SELECT (lpad(to_hex(n), 8, '0') || '-0000-7000-8000-00000000000' || kind)::uuid$$;
CREATE FUNCTION pg_temp.id_at(at timestamptz, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
  $$SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008'
    || lpad(to_hex(n), 15, '0'))::uuid$$;
SET session_replication_role = replica;
INSERT INTO workspaces_workspace (id, name, slug, language, time_zone, created_at)
  VALUES (md5('asking')::uuid, 'Asking', 'asking', 'en', 'Asia/Seoul', now());
INSERT INTO inboxes_connection (id, workspace_id, channel, key, name, account_id, app_id, verify_token, app_secrets,
    access_token, created_at)
  VALUES (md5('asking-c')::uuid, md5('asking')::uuid, 'whatsapp', 'asking', 'Asking', '1', '', '', '', '', now());
INSERT INTO inboxes_inbox (id, workspace_id, connection_id, name, address, display_address, messages_per_second,
    quality, paused_reason, is_active, created_at)
  VALUES (md5('asking-i')::uuid, md5('asking')::uuid, md5('asking-c')::uuid, 'Asking', '1', '', 80,
    '', '', true, now());
INSERT INTO contacts_contact (id, person_id, workspace_id, name, country, language, tier, score, created_at)
  SELECT pg_temp.id_of('c', n), pg_temp.id_of('c', n), md5('asking')::uuid, 'Person ' || n,
    (array['KR', 'TH', 'US', 'DE', 'RU'])[1 + n % 5], 'en', (array['A', 'B', 'C', ''])[1 + n % 4], n * 7 % 100,
    now() - n * interval '1 year' / {contacts}
  FROM generate_series(1, {contacts}) n;
INSERT INTO tags_tag (id, workspace_id, name, key)
  SELECT md5('asking-' || word)::uuid, md5('asking')::uuid, word, word FROM unnest(array['lost', 'vip', 'new']) word;
INSERT INTO contacts_contacttagging (id, workspace_id, contact_id, tag_id, by_kind, from_at)
  SELECT gen_random_uuid(), md5('asking')::uuid, pg_temp.id_of('c', n), md5('asking-' || word)::uuid, 'import',
    now() - n * interval '1 year' / {contacts}
  FROM generate_series(1, {contacts}) n
  JOIN (VALUES (0, 'lost'), (1, 'vip'), (1, 'new')) tagged(rest, word) ON n % 10 = rest;
INSERT INTO conversations_conversation (id, workspace_id, inbox_id, contact_id)
  SELECT pg_temp.id_of('d', n), md5('asking')::uuid, md5('asking-i')::uuid, pg_temp.id_of('c', n)
  FROM generate_series(1, {contacts}) n;
INSERT INTO conversations_message (id, workspace_id, inbox_id, conversation_id, contact_id, direction, kind, text,
    author_kind, status, sent_at)
  SELECT pg_temp.id_at(at, n), md5('asking')::uuid, md5('asking-i')::uuid, pg_temp.id_of('d', who),
    pg_temp.id_of('c', who), direction, 'text', 'A message of an ordinary length, number ' || n,
    CASE direction WHEN 'in' THEN 'contact' ELSE 'member' END,
    CASE direction WHEN 'in' THEN 'received' ELSE 'read' END, at
  FROM (
    SELECT n, 1 + (n::bigint * 7919) % {contacts} AS who, now() - interval '1 year' + n * interval '1 year' / {messages}
      AS at, CASE WHEN (n + n / {contacts}) % 5 < 3 THEN 'in' ELSE 'out' END AS direction
    FROM generate_series(1, {messages}) n
  ) generated;
SET session_replication_role = DEFAULT;
ANALYZE;
"""
"""ids that count up as ours do, messages' with their time in them; references are right by construction and not checked
row by row"""


def measure_asking(product: Product, effort: Effort) -> Iterator[Figure]:
    """Count and first page of a six-leaf condition over a tenth of a million, and leaves a second in memory."""
    yield from ask_product(product, CONTACTS, MESSAGES, effort.rounds)


def ask_product(product: Product, contacts: int, messages: int, rounds: int) -> Iterator[Figure]:
    """In a process that has Django."""
    environment = environment_with_database(product)
    amounts = ["--contacts", str(contacts), "--messages", str(messages), "--rounds", str(rounds)]
    command = [sys.executable, "-m", "benchmarks.asking", *amounts]
    found: dict[str, float] = run_child(command, environment=environment)
    yield from figures_of(found, contacts)


def figures_of(found: dict[str, float], contacts: int) -> Iterator[Figure]:
    most = 1000 * contacts / 1_000_000
    yield Figure(f"six leaves over {contacts:,} contacts, counted", found["count_ms"], "ms", at_most=most)
    yield Figure("… by a query written by hand", found["by_hand_ms"], "ms")
    yield Figure(
        "… in processor time",
        found["count_core_ms"],
        "core-ms",
        floor=found["by_hand_core_ms"],
        floor_name="by hand",
        at_most=1.5,
    )
    yield Figure("… its messages read and not grouped", found["reading_ms"], "ms")
    yield Figure("first page of them", found["page_ms"], "ms", at_most=100)
    yield Figure("leaves in memory", found["leaves_per_second"], "/s", at_least=50_000)


def ask(rounds: int) -> dict[str, float]:
    """Medians, in milliseconds, and leaves a second."""
    from regulars.contacts.models import Contact
    from regulars.conversations.condition_fields import facts_of_contact
    from regulars.kernel import clock
    from regulars.kernel.conditions import to_sql
    from regulars.kernel.conditions.in_memory import matches
    from regulars.kernel.conditions.language import parse
    from regulars.kernel.conditions.probing import first
    from regulars.kernel.conditions.register import condition_fields
    from regulars.workspaces.conditions import as_of_now
    from regulars.workspaces.models import Workspace

    workspace_id = Workspace.objects.get(slug="asking").id
    registry, as_of = condition_fields(), as_of_now(workspace_id)
    question = (parse(CONDITION, registry, "contact"), registry, "contact", workspace_id, as_of)
    contacts = Contact.objects.filter(workspace_id=workspace_id).order_by("-created_at", "-id")
    page = first(contacts, PAGE, *question)
    assert len(page) == PAGE, f"{len(page)} on the first page"
    count = to_sql.count(*question)
    known = [facts_of_contact(contact) for contact in contacts[:200]]
    held = sum(matches(question[0], facts, as_of) for facts in known)  # reads their messages, too
    assert 0 < held < len(known), f"{held} of {len(known)} hold"
    all_leaves = {"none": [{"none": [leaf]} for leaf in CONDITION["all"]]}
    assert clock.now() >= as_of.at
    every = parse(all_leaves, registry, "contact")

    def in_memory() -> None:
        for facts in known * times:
            matches(every, facts, as_of)

    times = 20
    seconds = median(_seconds(in_memory) for _ in range(rounds))
    counting = [_spent(lambda: to_sql.count(*question)) for _ in range(rounds)]
    by_hand = [_spent(lambda: _run(_BY_HAND, workspace_id)) for _ in range(rounds)]
    return {
        "contacts": count,
        "count_ms": 1000 * median(elapsed for elapsed, _ in counting),
        "count_core_ms": 1000 * median(spent for _, spent in counting),
        "by_hand_ms": 1000 * median(elapsed for elapsed, _ in by_hand),
        "by_hand_core_ms": 1000 * median(spent for _, spent in by_hand),
        "reading_ms": 1000 * median(_seconds(lambda: _run(_READING, workspace_id)) for _ in range(rounds)),
        "page_ms": 1000 * median(_seconds(lambda: first(contacts, PAGE, *question)) for _ in range(rounds)),
        "leaves_per_second": times * len(known) * LEAVES / seconds,
    }


def _run(statement: str, workspace_id: UUID) -> None:
    """With the settings of a count."""
    from django.db import connection, transaction

    from regulars.kernel.conditions.to_sql import COUNTING

    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in COUNTING.items():
            cursor.execute(f"SET LOCAL {name} TO '{value}'")
        cursor.execute(statement, {"workspace": workspace_id})


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds that passed, and those that PostgreSQL spent on all processors."""
    before = server_seconds(with_parallel=True)
    elapsed = _seconds(work)
    return elapsed, server_seconds(with_parallel=True) - before


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def seed(contacts: int, messages: int) -> None:
    """A workspace of its own, once; its messages lie in the quarters of the past year."""
    from django.db import connection, transaction

    from regulars.conversations.models import MESSAGES
    from regulars.inboxes.models import Connection
    from regulars.kernel import clock

    MESSAGES.prepare_for([clock.now() - timedelta(days=days) for days in range(0, 380, 30)])
    with transaction.atomic(), connection.cursor() as cursor:  # all of it, or nothing when it is cut off
        cursor.execute("SELECT count(*) FROM workspaces_workspace WHERE slug = 'asking'")
        if cursor.fetchone()[0]:
            return
        for statement in _SEED.format(contacts=contacts, messages=messages).split(";\n"):
            if statement.strip():
                cursor.execute(statement)
        # secrets lie sealed, also empty ones
        Connection.objects.filter(workspace__slug="asking").update(
            verify_token="", app_secrets="", access_token=""
        )


def vacuum() -> None:
    """As PostgreSQL does by itself some time after."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) conversations_message")
        cursor.execute("VACUUM (ANALYZE) contacts_contact")
        cursor.execute("VACUUM (ANALYZE) contacts_contacttagging")


@click.command()
@click.option("--contacts", default=CONTACTS, show_default=True)
@click.option("--messages", default=MESSAGES, show_default=True)
@click.option("--rounds", default=5, show_default=True)
def main(contacts: int, messages: int, rounds: int) -> None:
    """Seed a workspace if it is not there, ask, and print the figures as JSON."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    seed(contacts, messages)
    vacuum()
    print(json.dumps(ask(rounds)))


if __name__ == "__main__":
    main()
