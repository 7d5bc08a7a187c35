"""Searching: words that are there and words that are not, in six languages, for who sees all and for who sees little.

    python -m benchmarks.searching 20        so many rounds, in the workspace with the most messages; prints JSON

Each search beside its plain floor: one statement by somebody who knows the tables, over the same index, sorted and
joined with the messages, which looks at nobody's rights and holds nothing against the text. ``make bench`` asks a tenth
of what the campaign asks (1,000,000 messages in 100,000 conversations of 50,000 contacts).
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from benchmarks.children import run_child
from benchmarks.figures import Figure, median
from benchmarks.load import percentile
from benchmarks.seeding import environment_with_database

if TYPE_CHECKING:
    from benchmarks.accepting import Effort
    from benchmarks.product import Product
    from regulars.workspaces.access import Actor

MESSAGES = 100_000
"""in a tenth as many conversations, of half as many contacts"""
FEWER = 50
"""with short rounds, by this"""
LONG_ROUND = 1.0
PAGE = 50
MOST_MILLISECONDS, MOST_TIMES_FLOOR = 100.0, 3.0
LEAST_FLOOR = 5.0
"""core-milliseconds: of a page of fifty messages read as the screens do, whoever found them"""
SEES_ALL, SEES_OWN = "owner", "agent"
"""who searches; only the first is held against SQL that knows no rights"""
WORDS: Mapping[str, Sequence[str]] = {
    "Korean": ("배송", "낙타", "차"),
    "Thai": ("ขอบคุณ", "ช้าง", "ก"),
    "Russian": ("доставка", "крокодил", "д"),
    "English": ("deliver", "crocodile", "d"),
    "Chinese": ("陈", "鳄鱼", "茶"),
    "Arabic": ("طلب", "تمساح", "ش"),
}
"""for each language a word that is there, one that is not, and one letter"""
MIXED: Mapping[str, str] = {
    "two words": "order days",
    "a part of a word": "liver",
    "a phrase": '"on its way"',
    "a number": "1024",
    "who and what": "from:customer has:picture",
    "words with a status": "order status:open",
    "words with a tag": "order tag:VIP",
    "words before a day": "order before:30d",
}
_FLOOR = """
SELECT m.id, m.text FROM (
  SELECT id, at FROM search_searchentry
  WHERE workspace_id = %s AND kind = 'message' AND tokens @> %s::int[] ORDER BY at DESC, id DESC LIMIT 50
) AS found JOIN conversations_message m ON m.id = found.id
"""
Told = dict[str, dict[str, float]]


def measure_searching(product: Product, effort: Effort) -> Iterator[Figure]:
    is_long = effort.seconds >= LONG_ROUND
    by = 1 if is_long else FEWER
    yield from search_product(product, MESSAGES // by, max(effort.rounds, 3) * 4 if is_long else 1)


def search_product(product: Product, messages: int, rounds: int) -> Iterator[Figure]:
    fill(product, messages)
    told = run_child(
        [product.checkout.python, "-m", "benchmarks.searching", str(rounds)],
        environment=environment_with_database(product),
        folder=product.checkout.root,
    )
    yield from figures_of(told)


def fill(product: Product, messages: int) -> None:
    amounts = [f"--messages={messages}", f"--conversations={messages // 10}", f"--contacts={messages // 20}"]
    run_child(
        [product.checkout.python, "-m", "regulars", "seed", "--new", "--json", "--seed=11", *amounts],
        environment=environment_with_database(product),
        folder=product.checkout.root,
    )


def figures_of(told: dict[str, Any]) -> Iterator[Figure]:
    for name, times in told["searches"].items():
        yield Figure(f"search: {name}, p95", times["p95"], "ms", at_most=MOST_MILLISECONDS)
        yield Figure(
            f"… {name}, in processor time",
            times["core_ms"],
            "core-ms",
            floor=max(times["floor_core_ms"], LEAST_FLOOR),
            floor_name="plain SQL",
            at_most=MOST_TIMES_FLOOR if name.endswith(SEES_ALL) else None,
        )
    yield Figure("the index's tree of tokens, for a million messages", told["tokens_mb"], "MB")
    yield Figure("the index with its rows and other trees, for a million messages", told["whole_mb"], "MB")
    yield Figure("1,000 messages put into the index", told["writing"], "core-ms")


def measure(rounds: int) -> dict[str, Any]:
    from regulars.search.searchable import searchable
    from regulars.workspaces.access import actor_of_member
    from regulars.workspaces.models import Member

    workspace_id = _largest()
    members = Member.objects.filter(workspace_id=workspace_id).select_related("user", "role")
    everybody = [actor_of_member(each) for each in members.order_by("created_at")]
    actors = {
        SEES_ALL: next(each for each in everybody if each.far("conversations") == "all"),
        SEES_OWN: next(each for each in everybody if each.far("conversations") == "own"),
    }
    _vacuum()
    searches: Told = {}
    for name, written in _searches():
        for who, actor in actors.items():
            searches[f"{name}, {who}"] = _times(actor, written, rounds)
    return {"searches": searches, **_sizes(), "writing": _write(searchable("message"), workspace_id, rounds)}


def _vacuum() -> None:
    """As PostgreSQL does by itself some time after."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) search_searchentry")


def _searches() -> Iterator[tuple[str, str]]:
    for language, (there, absent, letter) in WORDS.items():
        yield from (
            (f"{language}, a word", there),
            (f"{language}, an absent word", absent),
            (f"{language}, a letter", letter),
        )
    yield from MIXED.items()


def _times(actor: Actor, written: str, rounds: int) -> dict[str, float]:
    from regulars.search.queries import search
    from regulars.search.reading import ask
    from regulars.search.searchable import searchable

    zone = ZoneInfo("UTC")
    asked, kinds = ask(written, zone), [searchable("message")]
    deeds: tuple[Callable[[], object], ...] = (
        lambda: search(actor, asked, kinds, zone, limit=PAGE),
        lambda: _plain(actor, asked),
    )
    spent: list[list[tuple[float, float]]] = [[], []]
    for _round in range(rounds + 1):
        for place, deed in enumerate(deeds):  # in turn: what slows one slows the other
            spent[place].append(_spent(deed))
    ours, floor = (each[1:] or each for each in spent)
    return {
        "p95": 1_000 * percentile([elapsed for elapsed, _core in ours], 95),
        "core_ms": 1_000 * median(core for _elapsed, core in ours),
        "floor_core_ms": 1_000 * median(core for _elapsed, core in floor),
    }


def _plain(actor: Actor, asked: Any) -> list[Any]:
    from django.db import connection

    from regulars.search.keys import fact_key, open_keys

    key_of = open_keys(actor.workspace_id, "message")
    keys = [key_of(token) for term in asked.terms for token in term.tokens]
    keys += [fact_key(actor.workspace_id, f"has:{each}") for each in asked.has]
    with connection.cursor() as cursor:
        cursor.execute(_FLOOR, [actor.workspace_id, keys])
        return list(cursor.fetchall())


def _spent(deed: Callable[[], object]) -> tuple[float, float]:
    """Seconds that passed, and those of this process and of PostgreSQL's."""
    before = _core_seconds()
    began = time.perf_counter()
    deed()
    elapsed = time.perf_counter() - began
    return elapsed, _core_seconds() - before


def _core_seconds() -> float:
    return time.process_time() + int(_times_of_backend().read_text().split()[0]) / 1e9


@cache
def _times_of_backend() -> Path:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return Path("/proc", str(cursor.fetchone()[0]), "schedstat")


def _write(kind: Any, workspace_id: Any, rounds: int) -> float:
    """As the reaction does, a batch of 500 at a time, rolled back."""
    from django.db import transaction

    from regulars.search.models import SearchEntry
    from regulars.search.writing import write_anew

    ids = list(kind.things(workspace_id).order_by("-id").values_list("id", flat=True)[:1_000])

    def write() -> None:
        for start in range(0, len(ids), 500):
            write_anew(kind, ids[start : start + 500])

    spent = []
    for _round in range(min(rounds, 5) + 1):
        with transaction.atomic():
            SearchEntry.objects.filter(kind=kind.kind, id__in=ids).delete()
            spent.append(_spent(write)[1])
            transaction.set_rollback(True)
    return 1_000 * median(spent[1:]) * 1_000 / max(1, len(ids))


def _sizes() -> dict[str, float]:
    """In millions of bytes for each million messages."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_relation_size('search_tokens') / 1e6, pg_total_relation_size('search_searchentry') / 1e6,"
            " count(*) FILTER (WHERE kind = 'message') / 1e6 FROM search_searchentry"
        )
        tokens, whole, millions = (float(each) for each in cursor.fetchone())
    return {"tokens_mb": tokens / millions, "whole_mb": whole / millions}


def _largest() -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT workspace_id FROM search_searchentry GROUP BY workspace_id ORDER BY count(*) DESC LIMIT 1"
        )
        return cursor.fetchone()[0]


def _main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    print(json.dumps(measure(int(sys.argv[1]))))


if __name__ == "__main__":
    _main()
