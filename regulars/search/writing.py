"""Putting things into the index, many at once.

Whoever writes holds the index of the workspace: a contact who is removed meanwhile is removed after it, entries
included, or before it, and then there is nothing to read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from uuid import UUID

from django.db import connection

from regulars.kernel.locks import lock_keys
from regulars.protection.fields import opened
from regulars.search.keys import NUMBER, KeyOf, fact_key, open_keys, tokens_of_moment
from regulars.search.sealing import sealed_keys
from regulars.search.searchable import Findable, Searchable
from regulars.search.terms import digits_of
from regulars.search.tokens import tokens_of


def hold_index(workspace_ids: Iterable[UUID]) -> None:
    """Until the transaction ends."""
    lock_keys(f"search:{each}" for each in sorted(set(workspace_ids)))


def keys_for(entry: Findable, kind: str) -> KeyOf:
    """How what an entry is found by is kept: of what lies sealed nobody finds it out without the server's key."""
    return (sealed_keys if entry.is_sealed else open_keys)(entry.workspace_id, kind)


def write_anew(kind: Searchable, ids: Collection[UUID]) -> None:
    """These things as they are now; those that are not there, or are not to be found, go. Needs the index held."""
    found = _read(kind, ids)
    _insert(_WRITE, kind, found)
    gone = set(ids) - {each.id for each in found}
    if gone:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM search_searchentry WHERE kind = %s AND id = ANY(%s)", [kind.kind, list(gone)]
            )


def write_missing(kind: Searchable, ids: Collection[UUID]) -> None:
    """These things, unless they stand there: then somebody has read them since. Needs the index held."""
    _insert(_ADD, kind, _read(kind, ids))


def _read(kind: Searchable, ids: Collection[UUID]) -> list[Findable]:
    """Whole, for nobody looks."""
    with opened():
        return list(kind.read(ids))


def keys_of(entry: Findable, kind: str, split: Callable[[str], Collection[str]] = tokens_of) -> list[int]:
    """Everything that a thing is found by, sorted. ``split``: a text into its tokens."""
    keys = set(map(keys_for(entry, kind), split(entry.text)))
    keys.update(map(open_keys(entry.workspace_id, kind), tokens_of_moment(entry.at)))
    keys.update(fact_key(entry.workspace_id, word) for word in entry.facts)
    if entry.numbers:
        number_key = open_keys(entry.workspace_id, NUMBER)
        keys.update(number_key(token) for each in entry.numbers for token in tokens_of(digits_of(each)))
    return sorted(keys)


def _insert(statement: str, kind: Searchable, found: Sequence[Findable]) -> None:
    if not found:
        return
    found = sorted(found, key=lambda each: each.id)
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            [
                kind.kind,
                [each.id for each in found],
                [each.workspace_id for each in found],
                [each.conversation_id for each in found],
                [each.contact_id for each in found],
                [each.at for each in found],
                [written(keys_of(each, kind.kind)) for each in found],
            ],
        )


def written(keys: Sequence[int]) -> str:
    """As PostgreSQL reads an array."""
    return f"{{{','.join(map(str, keys))}}}"


_ADD = """
INSERT INTO search_searchentry (id, kind, workspace_id, conversation_id, contact_id, at, tokens)
SELECT id, %s, workspace, conversation, contact, at, tokens::int[]
FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::uuid[], %b::timestamptz[], %b::text[])
  AS new(id, workspace, conversation, contact, at, tokens)
ON CONFLICT (id, kind) DO NOTHING
"""
_WRITE = _ADD.replace(
    "DO NOTHING",
    """DO UPDATE SET conversation_id = EXCLUDED.conversation_id, contact_id = EXCLUDED.contact_id,
  at = EXCLUDED.at, tokens = EXCLUDED.tokens
WHERE (search_searchentry.conversation_id, search_searchentry.contact_id, search_searchentry.at,
       search_searchentry.tokens)
  IS DISTINCT FROM (EXCLUDED.conversation_id, EXCLUDED.contact_id, EXCLUDED.at, EXCLUDED.tokens)""",
)
