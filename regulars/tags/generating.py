"""Generated tags: words of a shop in many languages, and taggings of what there is, some of which have ended.

What rooms keep taggings of is asked of them (``taggings.tagging_models``); they generate their things before.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from regulars.kernel.errors import Invalid
from regulars.kernel.generating import NULL, Generated, Kind, Run, escaped
from regulars.kernel.ids import written_id_at
from regulars.tags.models import Tag, Tagging, TagUse
from regulars.tags.names import fold_name
from regulars.tags.queries import tags_in
from regulars.tags.taggings import tagging_models
from regulars.workspaces.models import Member

DEFAULT = 1_000
MESSAGES_EACH = 20
AT_ONCE = 5_000
"""things of a transaction"""
ENDED, BY_IMPORT = 0.15, 0.2
"""shares of taggings"""
ID_BITS = 74
_TAG = "id, workspace_id, name, key, color, description, created_at, updated_at"
_TAGGING = (
    "id, workspace_id, {thing}, tag_id, from_at, until_at, by_kind, by_id, by_name, ended_by_kind, ended_by_id,"
    " ended_by_name"
)


class Word(NamedTuple):
    """A tag as a shop would have it. ``subject``: what it is mostly said of; ``weight``: how often, beside others."""

    name: str
    color: str
    description: str
    subject: str
    weight: int


WORDS = (
    Word("VIP", "amber", "Ordered often, or for much", "contact", 12),
    Word("Wholesale", "blue", "Buys for a shop of their own", "contact", 6),
    Word("단골", "purple", "Comes back again and again", "contact", 10),
    Word("ลูกค้าใหม่", "green", "Ordered for the first time", "contact", 14),
    Word("Знакомые", "olive", "Sent by somebody who bought here", "contact", 5),
    Word("No promotions", "gray", "Asked to be left in peace", "contact", 3),
    Word("Late delivery", "red", "Their parcel is late, or was", "conversation", 14),
    Word("Gift", "purple", "Wraps it; no prices on the note", "conversation", 6),
    Word("교환 요청", "cyan", "Wants another size or color", "conversation", 10),
    Word("Возврат", "red", "Sends it back", "conversation", 8),
    Word("สอบถามราคา", "blue", "Asks what it costs", "conversation", 12),
    Word("Invoice", "gray", "Needs a bill with a tax number", "conversation", 5),
    Word("Size question", "cyan", "Does not know which size fits", "conversation", 9),
    Word("Envío urgente", "amber", "Needs it by a day", "conversation", 4),
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One sort of things with the tags that suit it."""

    taggings: type[Tagging]
    words: Sequence[Word]

    @property
    def subject(self) -> str:
        return self.taggings.subject

    @property
    def table(self) -> str:
        things = self.taggings._meta.get_field(self.subject).related_model  # noqa: SLF001 -- Django's public way
        return str(things._meta.db_table)  # type: ignore[union-attr]  # noqa: SLF001 -- to a model's fields

    def count(self, workspace_id: UUID) -> int:
        with connection.cursor() as cursor:
            counted = f"SELECT count(*) FROM {self.table} WHERE workspace_id = %s"  # noqa: S608 -- a name of ours
            cursor.execute(counted, [workspace_id])
            ((count,),) = cursor.fetchall()
        return int(count)

    def count_tagged(self, workspace_id: UUID) -> int:
        keys = [fold_name(word.name) for word in self.words]
        rows = self.taggings.rows().filter(workspace_id=workspace_id, until_at=None)
        return rows.filter(tag__key__in=keys, tag__removed_at=None).count()


class _Thing(NamedTuple):
    id: UUID
    since: datetime


def generated_tags() -> Generated:
    """So many taggings; the tags that are not there yet are made."""
    return Generated((Kind("tags", _implied),), check=_check, write=_write)


def _implied(given: Mapping[str, int]) -> int:
    """One to every second conversation."""
    if "conversations" in given:
        return given["conversations"] // 2
    if "messages" in given:
        return -(-given["messages"] // MESSAGES_EACH) // 2
    return given.get("contacts", DEFAULT) // 2


def _kinds() -> list[_Kind]:
    found = [
        _Kind(model, [word for word in WORDS if word.subject == model.subject]) for model in tagging_models()
    ]
    return sorted((kind for kind in found if kind.words), key=lambda kind: kind.subject, reverse=True)


def _check(run: Run) -> None:
    room = sum(
        (kind.count(run.workspace_id) + run.amounts.get(f"{kind.subject}s", 0)) * len(kind.words)
        - kind.count_tagged(run.workspace_id)
        for kind in _kinds()
    )
    if run.amounts["tags"] > room:
        raise Invalid(
            f"{run.amounts['tags']} tags are more than the {room} that there is room for: contacts and conversations"
            " have each tag once. Ask for more of them."
        )


def _write(run: Run) -> Iterator[int]:
    if not run.amounts["tags"]:
        return
    dice = run.dice("tags")
    tags = _tags(run, dice)
    members = [
        (member.id.hex, str(member))
        for member in Member.objects.filter(workspace_id=run.workspace_id)
        .select_related("user")
        .order_by("created_at", "id")
    ]
    left = run.amounts["tags"]
    kinds = _kinds()
    for is_last_resort in (False, True):
        for place, kind in enumerate(kinds):
            wanted = left if is_last_resort or place == len(kinds) - 1 else -(-3 * left // 5)
            for made in _tag_all(_Batch(run, kind, tags, members, dice), wanted, is_greedy=is_last_resort):
                left -= made
                yield made


def _tags(run: Run, dice: random.Random) -> dict[str, UUID]:
    """By name. What the workspace has by that name already is taken."""
    known = {tag.key: tag.id for tag in tags_in(run.workspace_id)}
    at = run.since.isoformat()
    found, lines = {}, []
    for word in WORDS:
        key = fold_name(word.name)
        written = written_id_at(int(run.since.timestamp() * 1_000), dice.getrandbits(ID_BITS))
        found[word.name] = known.get(key) or UUID(written)
        if key not in known:
            texts = (word.name, key, word.color, word.description)
            lines.append("\t".join((written, run.workspace_id.hex, *map(escaped, texts), at, at)))
    run.copy(Tag._meta.db_table, _TAG, lines)  # noqa: SLF001 -- Django's public way to a table's name
    return found


@dataclass(frozen=True, slots=True)
class _Batch:
    run: Run
    kind: _Kind
    tags: Mapping[str, UUID]
    members: Sequence[tuple[str, str]]
    """(id, name) of each"""
    dice: random.Random


def _tag_all(batch: _Batch, wanted: int, *, is_greedy: bool) -> Iterator[int]:
    """Spread over all things of a kind; ``is_greedy``: as many as go on the first ones. Yields how many were made."""
    count = batch.kind.count(batch.run.workspace_id)
    seen = made = 0
    for things in _pages(batch.run, batch.kind.table):
        seen += len(things)
        due = wanted - made if is_greedy else wanted * seen // count - made
        if due > 0:
            new = _tag_some(batch, things, due)
            made += new
            yield new
        if made == wanted:
            return


def _pages(run: Run, table: str) -> Iterator[list[_Thing]]:
    last = UUID(int=0)
    query = f"SELECT id, created_at FROM {table} WHERE workspace_id = %s AND id > %s ORDER BY id LIMIT %s"  # noqa: S608
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, [run.workspace_id, last, AT_ONCE])
            page = [_Thing(*row) for row in cursor.fetchall()]
        if not page:
            return
        yield page
        last = page[-1].id


@transaction.atomic
def _tag_some(batch: _Batch, things: Sequence[_Thing], wanted: int) -> int:
    pairs = _draw(batch, things, wanted)
    uses: Counter[UUID] = Counter()
    lines = []
    for thing, tag_id in pairs:
        line, is_open = _line(batch, thing, tag_id)
        lines.append(line)
        uses[tag_id] += is_open
    model, copy = batch.kind.taggings, batch.run.copy
    copy(model._meta.db_table, _TAGGING.format(**model.names()), lines)  # noqa: SLF001 -- as above
    counted = [f"{tag_id.hex}\t{batch.kind.subject}\t{count}" for tag_id, count in uses.items() if count]
    copy(TagUse._meta.db_table, "tag_id, subject, change", counted)  # noqa: SLF001 -- as above
    return len(lines)


def _draw(batch: _Batch, things: Sequence[_Thing], wanted: int) -> list[tuple[_Thing, UUID]]:
    """Things with tags that they do not have; fewer than wanted where there are no more."""
    words, dice, model = batch.kind.words, batch.dice, batch.kind.taggings
    rows = model.rows().filter(until_at=None, **{f"{model.subject}_id__in": [each.id for each in things]})
    taken = set(rows.values_list(f"{model.subject}_id", "tag_id"))
    found: list[tuple[_Thing, UUID]] = []

    def take(thing: _Thing, tag_id: UUID) -> None:
        if (thing.id, tag_id) not in taken:
            taken.add((thing.id, tag_id))
            found.append((thing, tag_id))

    weights = [word.weight for word in words]
    tries = 2 * wanted
    for thing, word in zip(dice.choices(things, k=tries), dice.choices(words, weights, k=tries), strict=True):
        if len(found) == wanted:
            return found
        take(thing, batch.tags[word.name])
    for thing in things:
        for word in words:
            if len(found) == wanted:
                return found
            take(thing, batch.tags[word.name])
    return found


def _line(batch: _Batch, thing: _Thing, tag_id: UUID) -> tuple[str, bool]:
    """A row, and whether the tag is still there."""
    run, dice = batch.run, batch.dice
    began = _moment(thing.since, run.until, dice)
    is_open = dice.random() >= ENDED
    parts = (
        written_id_at(int(began.timestamp() * 1_000), dice.getrandbits(ID_BITS)),
        run.workspace_id.hex,
        thing.id.hex,
        tag_id.hex,
        began.isoformat(),
        NULL if is_open else _moment(began, run.until, dice).isoformat(),
        *_whoever(batch),
        *(("", NULL, "") if is_open else _whoever(batch)),
    )
    return "\t".join(parts), is_open


def _whoever(batch: _Batch) -> tuple[str, str, str]:
    """Kind, id and name."""
    if not batch.members or batch.dice.random() < BY_IMPORT:
        return "import", NULL, ""
    member_id, name = batch.dice.choice(batch.members)
    return "member", member_id, escaped(name)


def _moment(after: datetime, until: datetime, dice: random.Random) -> datetime:
    return after + timedelta(seconds=max(0, int(dice.random() * (until - after).total_seconds())))
