"""Entries of generated things, so that they are found; none is asked for by number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from uuid import UUID

from django.db import transaction

from regulars.kernel.generating import NULL, Generated, Run
from regulars.search.models import SearchEntry
from regulars.search.searchable import Searchable
from regulars.search.tokens import tokens_of
from regulars.search.writing import keys_of, written

AT_ONCE = 5_000
_ENTRY = "id, kind, workspace_id, conversation_id, contact_id, at, tokens"
_split = lru_cache(maxsize=10_000)(tokens_of)
"""generated texts come again and again"""


def generated_entries(kinds: Sequence[Searchable]) -> Generated:
    tables = {_table(kind) for kind in kinds}
    return Generated(
        (), check=lambda run: None, write=lambda run: _write(run, kinds), watches=frozenset(tables)
    )


def _table(kind: Searchable) -> str:
    return str(kind.model._meta.db_table)  # noqa: SLF001 -- Django's public way to a table's name


def _write(run: Run, kinds: Sequence[Searchable]) -> Iterator[int]:
    for kind in kinds:
        for ids in run.made(_table(kind), AT_ONCE):
            _add(run, kind, ids)
            yield 0


@transaction.atomic
def _add(run: Run, kind: Searchable, ids: Sequence[UUID]) -> None:
    lines = [
        f"{each.id}\t{kind.kind}\t{each.workspace_id}\t{each.conversation_id or NULL}\t{each.contact_id or NULL}"
        f"\t{each.at.isoformat()}\t{written(keys_of(each, kind.kind, _split))}"
        for each in kind.read(ids)
    ]
    run.copy(SearchEntry._meta.db_table, _ENTRY, lines)  # noqa: SLF001 -- as above
