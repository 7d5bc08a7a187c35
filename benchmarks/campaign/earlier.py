"""A database of the version before the foundations, with years of a shop in it; and whether it still says the same.

Written by SQL for that version's tables, into the workspace that is there. Chance is drawn from the numbers of the
rows, so the same amounts are the same rows, whoever draws them in whatever order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

BEFORE = "7ef8dce"
"""the last commit whose messages lie in one table"""
LEAVES = [
    ("api", "0002_answers_live_in_the_kernel"),
    ("contacts", "0005_columns_have_database_defaults"),
    ("conversations", "0017_ad_pictures_by_file"),
    ("inboxes", "0008_columns_have_database_defaults"),
    ("kernel", "0006_columns_have_database_defaults"),
    ("media", "0005_source_url"),
    ("message_templates", "0001_initial"),
    ("workspaces", "0006_preferences"),
]
"""its migrations"""
DAYS = 730
MESSAGES_A_CONTACT = 50

Execute = Callable[[str], object]
"""runs one statement"""
Fetch = Callable[[str], Sequence[Sequence[Any]]]
Said = dict[str, dict[str, tuple[int, int]]]
"""of each column of each table: how many rows there are, and what all of them say together"""

_DICE = """
CREATE FUNCTION pg_temp.dice(n bigint, about text) RETURNS float LANGUAGE sql IMMUTABLE AS $$
  SELECT ('x' || substr(md5(n || about), 1, 8))::bit(32)::bigint / 4294967296.0
$$;
CREATE FUNCTION pg_temp.id_at(moment timestamptz, salt text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '7' || substr(md5(salt), 1, 3)
    || '8' || substr(md5(salt), 4, 15))::uuid
$$;
"""
_PLACE = """
CREATE TEMP TABLE place AS SELECT c.workspace_id, c.id AS connection_id, now() - interval '{days} days' AS since
  FROM inboxes_connection c ORDER BY c.created_at LIMIT 1;
CREATE TEMP TABLE number AS SELECT row_number() OVER (ORDER BY address) - 1 AS n, id, address
  FROM inboxes_inbox WHERE connection_id = (SELECT connection_id FROM place);
CREATE TEMP TABLE colleague AS SELECT row_number() OVER (ORDER BY m.id) - 1 AS n, m.id, u.name
  FROM workspaces_member m JOIN workspaces_user u ON u.id = m.user_id
  WHERE m.workspace_id = (SELECT workspace_id FROM place);
"""
_SAID = """
CREATE TEMP TABLE said AS
SELECT i, thread, at, pg_temp.id_at(at, 'message' || i) AS id, is_ours,
  CASE WHEN chance < 0.06 THEN 'image' WHEN is_ours AND chance < 0.1 THEN 'template'
    WHEN NOT is_ours AND chance < 0.08 THEN 'reaction' ELSE 'text' END AS kind,
  CASE WHEN NOT is_ours THEN 'received' WHEN i > {messages} * 0.9995 THEN 'queued' WHEN luck < 0.6 THEN 'read'
    WHEN luck < 0.85 THEN 'delivered' WHEN luck < 0.95 THEN 'sent' WHEN luck < 0.999 THEN 'failed' ELSE 'unknown'
    END AS status
FROM (
  SELECT i, floor({threads} * power(pg_temp.dice(i, 'thread'), 1.6))::int AS thread,
    (SELECT since FROM place) + interval '{days} days' * (i::float / {messages}) AS at,
    pg_temp.dice(i, 'ours') < 0.45 AS is_ours, pg_temp.dice(i, 'kind') AS chance, pg_temp.dice(i, 'luck') AS luck
  FROM generate_series(0, {messages} - 1) AS i
) AS drawn;
CREATE TEMP TABLE thread AS
SELECT t AS n, t % {contacts} AS contact, pg_temp.id_at(COALESCE(begun, now()), 'thread' || t) AS id,
  (SELECT id FROM number WHERE n = (t + t / {contacts}) % (SELECT count(*) FROM number)) AS inbox_id,
  begun, latest, latest_id, latest_in
FROM generate_series(0, {threads} - 1) AS t LEFT JOIN (
  SELECT thread, min(at) AS begun, max(at) AS latest, (array_agg(id ORDER BY i DESC))[1] AS latest_id,
    max(at) FILTER (WHERE NOT is_ours) AS latest_in FROM said GROUP BY thread
) AS s ON s.thread = t;
CREATE TEMP TABLE person AS
SELECT c AS n, COALESCE(begun, now()) AS begun, pg_temp.id_at(COALESCE(begun, now()), 'person' || c) AS id
FROM generate_series(0, {contacts} - 1) AS c
LEFT JOIN (SELECT contact, min(begun) AS begun FROM thread GROUP BY 1) AS t ON t.contact = c;
ANALYZE said; ANALYZE thread; ANALYZE person;
"""
_PEOPLE = """
INSERT INTO contacts_contact (id, workspace_id, name, profile_name, phone, language, tags, fields, created_at,
  updated_at)
SELECT id, (SELECT workspace_id FROM place), CASE WHEN n % 5 = 0 THEN 'Ms ' || n ELSE '' END, 'Person ' || n,
  '+1999' || lpad(n::text, 7, '0'), (ARRAY['en', 'ko', 'ru', 'th'])[1 + n % 4],
  CASE WHEN n % 3 = 0 THEN '["regular"]'::jsonb WHEN n % 7 = 0 THEN '["vip", "b2b"]' ELSE '[]' END,
  jsonb_build_object('city', 'City ' || n % 90), begun, begun FROM person ORDER BY n;
INSERT INTO contacts_contactidentity (id, workspace_id, contact_id, channel, kind, value, portfolio, first_seen_at)
SELECT pg_temp.id_at(begun, kind || n), (SELECT workspace_id FROM place), id, 'whatsapp', kind,
  CASE kind WHEN 'phone' THEN '+1999' || lpad(n::text, 7, '0') ELSE 'US.' || md5('bsuid' || n) END, '', begun
FROM person CROSS JOIN unnest(ARRAY['phone', 'bsuid']) AS kind ORDER BY n;
INSERT INTO conversations_conversation (id, workspace_id, inbox_id, contact_id, status, assignee_id, tags,
  last_message_id, last_message_at, last_inbound_at, window_closes_at, waiting_since, created_at, updated_at)
SELECT t.id, (SELECT workspace_id FROM place), t.inbox_id, p.id, CASE WHEN t.n % 10 < 7 THEN 'resolved' ELSE 'open' END,
  CASE WHEN t.n % 4 > 0 THEN (SELECT id FROM colleague WHERE n = t.n % (SELECT count(*) FROM colleague)) END,
  CASE WHEN t.n % 9 = 0 THEN '["delivery"]'::jsonb ELSE '[]' END, latest_id, latest, latest_in,
  latest_in + interval '24 hours', CASE WHEN t.n % 10 >= 7 AND latest_in = latest THEN latest END,
  COALESCE(t.begun, p.begun), COALESCE(latest, p.begun)
FROM thread t JOIN person p ON p.n = t.contact ORDER BY t.n;
"""
_MESSAGES = """
INSERT INTO media_mediafile (id, workspace_id, connection_id, kind, state, provider_media_id, source_url, mime_type,
  byte_count, sha256, filename, is_voice, is_animated, has_thumbnail, attempts, error, provider_uploads, created_at)
SELECT pg_temp.id_at(at, 'file' || i), workspace_id, connection_id, 'image', 'expired', 'media' || i, '', 'image/jpeg',
  20000 + i % 90000, md5('file' || i), '', false, false, false, 1, '', '{{}}', at
FROM said CROSS JOIN place WHERE said.kind = 'image' ORDER BY i;
INSERT INTO conversations_message (id, workspace_id, inbox_id, conversation_id, contact_id, direction, kind, text,
  content, media_id, provider_id, target_provider_id, reply_to_provider_id, author_kind, author_member_id, author_name,
  status, error, pricing_category, pricing_type, sent_at, created_at)
SELECT s.id, (SELECT workspace_id FROM place), t.inbox_id, t.id, p.id, CASE WHEN is_ours THEN 'out' ELSE 'in' END,
  s.kind,
  CASE WHEN s.kind = 'reaction' THEN '' ELSE 'Line ' || i || ' of what is said: '
    || repeat(substr(md5('words' || i), 1, 9) || ' ', 1 + i % 12) END,
  CASE WHEN s.kind = 'reaction' THEN '{{"reaction": {{"emoji": "👍"}}}}'::jsonb ELSE '{{}}' END,
  CASE WHEN s.kind = 'image' THEN pg_temp.id_at(at, 'file' || i) END,
  CASE WHEN status NOT IN ('queued', 'failed', 'unknown') THEN 'wamid.' || upper(md5('provider' || i)) || i END,
  CASE WHEN s.kind = 'reaction' THEN 'wamid.' || upper(md5('provider' || i - 1)) || i - 1 END,
  CASE WHEN s.kind = 'text' AND i % 40 = 0 THEN 'wamid.' || upper(md5('provider' || i - 7)) || i - 7 END,
  CASE WHEN is_ours THEN 'member' ELSE 'contact' END, m.id, COALESCE(m.name, 'Person ' || p.n), status,
  CASE WHEN status = 'failed' THEN '{{"code": 131047, "title": "Re-engagement message", "details": ""}}'::jsonb END,
  CASE WHEN s.kind = 'template' THEN 'utility' ELSE '' END, CASE WHEN s.kind = 'template' THEN 'regular' ELSE '' END,
  at, at
FROM said s JOIN thread t ON t.n = s.thread JOIN person p ON p.n = t.contact
LEFT JOIN colleague m ON is_ours AND m.n = i % (SELECT count(*) FROM colleague) ORDER BY i;
INSERT INTO conversations_messagestatus (message_id, status, at)
SELECT s.id, reached.status, at + reached.after FROM said s JOIN (
  VALUES ('sent', interval '1 s', ARRAY['sent', 'delivered', 'read']), ('delivered', '2 s', ARRAY['delivered', 'read']),
    ('read', '70 s', ARRAY['read'])
) AS reached (status, after, of) ON s.status = ANY(reached.of) WHERE is_ours ORDER BY i, reached.after;
INSERT INTO conversations_outgoingmessage (message_id, inbox_id, conversation_id, state, attempts, not_before,
  outcome_reason, created_at, settled_at)
SELECT s.id, t.inbox_id, t.id, CASE status WHEN 'failed' THEN 'refused' WHEN 'queued' THEN 'queued'
    WHEN 'unknown' THEN 'unknown' ELSE 'accepted' END, CASE status WHEN 'queued' THEN 0 ELSE 1 END, at,
  CASE status WHEN 'failed' THEN '131047' ELSE '' END, at, CASE WHEN status <> 'queued' THEN at END
FROM said s JOIN thread t ON t.n = s.thread WHERE is_ours ORDER BY i;
INSERT INTO conversations_unmatchedstatus (inbox_id, provider_id, status, at)
SELECT (SELECT id FROM number WHERE n = 0), 'wamid.ELSEWHERE' || i, 'sent', now() FROM generate_series(1, 200) AS i;
"""
_BESIDE = """
INSERT INTO conversations_note (id, workspace_id, conversation_id, author_id, author_name, text, created_at)
SELECT pg_temp.id_at(at, 'note' || i), (SELECT workspace_id FROM place), t.id, m.id, m.name, 'Call back, ' || i, at
FROM said s JOIN thread t ON t.n = s.thread JOIN colleague m ON m.n = 0 WHERE i % 100 = 0 ORDER BY i;
INSERT INTO conversations_activity (id, workspace_id, conversation_id, kind, actor_name, facts, at)
SELECT pg_temp.id_at(at, 'line' || i), (SELECT workspace_id FROM place), t.id, 'resolved', 'Ann', '{{}}', at
FROM said s JOIN thread t ON t.n = s.thread WHERE i % 20 = 0 ORDER BY i;
INSERT INTO inboxes_delivery (connection_id, body, update_counts, state, received_at, processed_at)
SELECT (SELECT connection_id FROM place), convert_to(repeat(md5('body' || i), 20), 'UTF8'),
  jsonb_build_object((SELECT address FROM number WHERE n = 0), 1), 'processed', at, at
FROM said WHERE at > now() - interval '30 days' AND NOT is_ours ORDER BY i;
INSERT INTO inboxes_ledgerentry (connection_id, address, flow, outcome, reason, update_count)
SELECT (SELECT connection_id FROM place), address, flow, outcome, reason, sum(count) FROM (
  SELECT inbox_id, 'inbound' AS flow, outcome, '' AS reason, count(*) FROM said s JOIN thread t ON t.n = s.thread
    CROSS JOIN unnest(ARRAY['received', 'stored']) AS outcome WHERE NOT is_ours GROUP BY 1, 2, 3
  UNION ALL SELECT inbox_id, 'outbound', 'intended', '', count(*) FROM conversations_outgoingmessage GROUP BY 1
  UNION ALL SELECT inbox_id, 'outbound', state, outcome_reason, count(*) FROM conversations_outgoingmessage
    WHERE state IN ('accepted', 'refused') GROUP BY 1, 3, 4
) AS counted JOIN number ON number.id = inbox_id GROUP BY 1, 2, 3, 4, 5;
"""
_LOG = """
INSERT INTO kernel_event (transaction_id, workspace_id, kind, body, happened_at)
SELECT (pg_current_xact_id()::text::bigint - 100 + row_number() OVER () % 100)::text::xid8,
  (SELECT workspace_id FROM place), kind, body, at FROM (
  SELECT i, at, CASE WHEN is_ours THEN 'MessageQueued' ELSE 'MessageReceived' END AS kind, jsonb_build_object(
    'conversation_id', t.id, 'contact_id', p.id, 'message_id', s.id, 'kind', s.kind, 'direction',
    CASE WHEN is_ours THEN 'out' ELSE 'in' END) AS body
  FROM said s JOIN thread t ON t.n = s.thread JOIN person p ON p.n = t.contact WHERE at > now() - interval '14 days'
  UNION ALL SELECT i, at, 'MessageStatusChanged', jsonb_build_object(
    'conversation_id', t.id, 'message_id', s.id, 'status', s.status, 'from_status', 'sending')
  FROM said s JOIN thread t ON t.n = s.thread WHERE is_ours AND at > now() - interval '14 days' ORDER BY i
) AS happened;
INSERT INTO kernel_reactioncursor (name, transaction_id, event_id, failed_attempts, last_error, updated_at)
SELECT 'whatsapp.show_typing', transaction_id, id, 0, '', now() FROM kernel_event
  ORDER BY transaction_id, id OFFSET (SELECT count(*) / 2 FROM kernel_event) LIMIT 1;
INSERT INTO kernel_parkedevent (reaction, event_id, error, parked_at)
SELECT 'whatsapp.show_typing', id, 'ValueError', now() FROM kernel_event ORDER BY transaction_id, id LIMIT 5;
"""

GONE = {
    "contacts_contact": {"tags"},
    "conversations_conversation": {"tags"},
    "conversations_messagestatus": {"id"},
}
"""columns that a later version has in another form, which their own tests compare"""
_COMPARED = {
    "contacts_contact": "id",
    "contacts_contactidentity": "id",
    "conversations_activity": "id",
    "conversations_conversation": "id",
    "conversations_message": "id",
    "conversations_messagestatus": "message_id, status, participant",
    "conversations_note": "id",
    "conversations_outgoingmessage": "message_id",
    "conversations_unmatchedstatus": "id",
    "inboxes_delivery": "id",
    "inboxes_ledgerentry": "id",
    "kernel_event": "id",
    "kernel_parkedevent": "id",
    "kernel_reactioncursor": "name",
    "media_mediafile": "id",
}
"""tables with what names a row"""


def fill(execute: Execute, messages: int) -> None:
    """In one session, for its temporary tables; the workspace, its numbers and members are there."""
    contacts = max(messages // MESSAGES_A_CONTACT, 2)
    amounts = {
        "messages": messages,
        "contacts": contacts,
        "threads": contacts + contacts // 10,
        "days": DAYS,
    }
    execute(_DICE)
    for each in (_PLACE, _SAID, _PEOPLE, _MESSAGES, _BESIDE, _LOG):
        execute(each.format(**amounts))


def say(fetch: Fetch) -> Said:
    return {table: _say_table(fetch, table, key) for table, key in _COMPARED.items()}


def _say_table(fetch: Fetch, table: str, key: str) -> dict[str, tuple[int, int]]:
    """A sum over the rows, so that it does not matter in which order or which part they lie."""
    columns = [
        row[0]
        for row in fetch(
            f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"  # noqa: S608 - a name of ours
            " AND table_schema = current_schema() ORDER BY 1"
        )
    ]
    sums = ", ".join(
        f"COALESCE(sum(('x' || substr(md5(ROW({key}, \"{each}\")::text), 1, 8))::bit(32)::bigint), 0)"
        for each in columns
    )
    (found,) = fetch(f"SELECT count(*), {sums} FROM {table}")  # noqa: S608 - names of ours
    return {column: (int(found[0]), int(total)) for column, total in zip(columns, found[1:], strict=True)}


def differences(before: Said, now: Said) -> list[str]:
    """What is not as it was, in words; columns that came are none."""
    found = []
    for table, columns in before.items():
        for column, said in columns.items():
            there = now[table].get(column)
            if there is None and column not in GONE.get(table, ()):
                found.append(f"{table}.{column} is gone")
            elif there is not None and there != said:
                found.append(
                    f"{table}.{column}: {said[0]} rows before, {there[0]} now, or they say other things"
                )
    return found


def lacking(before: Any, now: Any, place: str = "") -> Iterable[str]:
    """What an answer of the interface said before and does not say now; what came beside it is no matter."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for name, value in before.items():
            if name not in now:
                yield f"{place}.{name} is gone"
            else:
                yield from lacking(value, now[name], f"{place}.{name}")
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for index, (was, is_) in enumerate(zip(before, now, strict=True)):
            yield from lacking(was, is_, f"{place}[{index}]")
    elif before != now:
        yield f"{place} was {before!r} and is {now!r}"
