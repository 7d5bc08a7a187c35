"""Out of the lists that things had before there was a table of tags, into taggings; for the rooms' migrations.

Who put them there, and when, nobody wrote down: they are of kind ``import``, from the moment of the migration on. What
differs only in case or width becomes one tag, spelled as it was most often. Safe to run again after it was cut off.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any
from uuid import UUID

from regulars.kernel.ids import new_id
from regulars.tags.names import clean_name, fold_name

BATCH = 10_000
FIRST = UUID(int=0)

_WORDS = """
SELECT workspace_id, word #>> '{{}}', count(*) FROM {table},
  jsonb_array_elements(CASE jsonb_typeof(tags) WHEN 'array' THEN tags ELSE '[]' END) AS words(word)
WHERE jsonb_typeof(word) = 'string' GROUP BY 1, 2
"""
_MAKE = """
INSERT INTO tags_tag (id, workspace_id, name, key) VALUES (%s, %s, %s, %s)
ON CONFLICT (workspace_id, key) WHERE removed_at IS NULL DO NOTHING
"""
_LAST_OF_BATCH = "SELECT id FROM {table} WHERE id > %s ORDER BY id OFFSET %s LIMIT 1"
_PUT = """
INSERT INTO {taggings} (id, workspace_id, {thing}, tag_id, from_at, by_kind)
SELECT gen_random_uuid(), workspace_id, id, tag_id, now(), 'import' FROM (
  SELECT DISTINCT t.workspace_id, t.id, m.tag_id FROM {table} t
  CROSS JOIN LATERAL jsonb_array_elements(
    CASE jsonb_typeof(t.tags) WHEN 'array' THEN t.tags ELSE '[]' END
  ) AS words(word)
  JOIN moved_words m ON m.workspace_id = t.workspace_id AND m.word = words.word #>> '{{}}'
  WHERE t.id > %s AND t.id <= %s AND jsonb_typeof(words.word) = 'string'
) found
ON CONFLICT ({thing}, tag_id) WHERE until_at IS NULL DO NOTHING
"""
_COUNT = """
INSERT INTO tags_taguse (tag_id, subject, change)
SELECT tag_id, %s, count(*) FROM {taggings} WHERE until_at IS NULL GROUP BY tag_id
"""
_BACK = """
UPDATE {table} t SET tags = back.names FROM (
  SELECT {thing} AS id, jsonb_agg(g.name ORDER BY g.key) AS names
  FROM {taggings} p JOIN tags_tag g ON g.id = p.tag_id WHERE p.until_at IS NULL GROUP BY 1
) back WHERE t.id = back.id
"""


def move_lists(table: str, taggings: str, subject: str) -> Callable[[Any, Any], None]:
    """A step for ``RunPython`` in a migration that is not atomic: each batch is a transaction of its own."""
    names = {"table": table, "taggings": taggings, "thing": f"{subject}_id"}

    def move(_apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_WORDS.format(**names))
            _make_tags(cursor, cursor.fetchall())
            last = FIRST
            while last.int < 2**128 - 1:
                cursor.execute(_LAST_OF_BATCH.format(**names), [last, BATCH - 1])
                found = cursor.fetchone()
                end = found[0] if found else UUID(int=2**128 - 1)
                cursor.execute(_PUT.format(**names), [last, end])
                last = end
            cursor.execute("DELETE FROM tags_taguse WHERE subject = %s", [subject])
            cursor.execute(_COUNT.format(**names), [subject])
            cursor.execute("DROP TABLE moved_words")

    return move


def move_back(table: str, taggings: str, subject: str) -> Callable[[Any, Any], None]:
    def move(_apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_BACK.format(table=table, taggings=taggings, thing=f"{subject}_id"))

    return move


def _make_tags(cursor: Any, words: list[tuple[UUID, str, int]]) -> None:
    """And leave a table of which word is which tag."""
    spelled: dict[tuple[UUID, str], Counter[str]] = defaultdict(Counter)
    for workspace_id, word, times in words:
        if name := clean_name(word):
            spelled[workspace_id, fold_name(word)][name] += times
    rows = [
        (new_id(), workspace_id, names.most_common(1)[0][0], key)
        for (workspace_id, key), names in spelled.items()
    ]
    cursor.executemany(_MAKE, rows)
    cursor.execute("SELECT workspace_id, key, id FROM tags_tag WHERE removed_at IS NULL")
    tag_ids = {(workspace_id, key): tag_id for workspace_id, key, tag_id in cursor.fetchall()}
    moved = [
        (workspace_id, word, tag_ids[workspace_id, fold_name(word)])
        for workspace_id, word, _times in words
        if clean_name(word)
    ]
    cursor.execute(
        "CREATE TEMPORARY TABLE IF NOT EXISTS moved_words (workspace_id uuid, word text, tag_id uuid)"
    )
    cursor.execute("TRUNCATE moved_words")
    cursor.executemany("INSERT INTO moved_words VALUES (%s, %s, %s)", moved)
