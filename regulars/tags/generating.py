"""Generated tags: words of a shop in many languages, and taggings of what there is, some of which have ended.

What rooms keep taggings of is asked of them (``taggings.tagging_models``); they generate their things before.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, product
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
MOST = 10_000
SHARES = {"contact": 0.2, "conversation": 0.3}
"""taggings for each thing that is made beside them"""
EACH = 5
"""and so many for each tag that is made"""
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


ITEMS = (
    ("Tea set", "찻잔 세트", "Чайный набор", "ชุดชา"),
    ("Green tea", "녹차", "Зелёный чай", "ชาเขียว"),
    ("Mug", "머그컵", "Кружка", "แก้วมัค"),
    ("Apron", "앞치마", "Фартук", "ผ้ากันเปื้อน"),
    ("Candle", "향초", "Свеча", "เทียนหอม"),
    ("Notebook", "노트", "Блокнот", "สมุดโน้ต"),
    ("Raincoat", "우비", "Дождевик", "เสื้อกันฝน"),
    ("Sneakers", "운동화", "Кроссовки", "รองเท้าผ้าใบ"),
    ("Scarf", "스카프", "Шарф", "ผ้าพันคอ"),
    ("Backpack", "백팩", "Рюкзак", "กระเป๋าเป้"),
    ("Lamp", "조명", "Лампа", "โคมไฟ"),
    ("Blanket", "담요", "Плед", "ผ้าห่ม"),
)
THEMES = (
    ("contact", "green", "Bought it", ("bought", "구매", "куплено", "ซื้อแล้ว")),
    ("conversation", "blue", "Asks what it costs", ("price", "가격 문의", "цена", "ถามราคา")),
    ("contact", "purple", "Bought it again", ("again", "재구매", "снова", "ซื้อซ้ำ")),
    ("contact", "cyan", "Wants to know when it is back", ("waiting", "재입고", "ждут", "รอสินค้า")),
    ("conversation", "red", "Sends it back", ("return", "반품", "возврат", "คืนสินค้า")),
    ("conversation", "amber", "Gives it to somebody", ("gift", "선물", "подарок", "ของขวัญ")),
)
"""what is said of an item, in the languages of the items"""


def words() -> Iterator[Word]:
    """As many as anybody wants, always in the same order."""
    yield from WORDS
    for items, (subject, color, description, themes) in product(ITEMS, THEMES):
        for item, theme in zip(items, themes, strict=True):
            yield Word(f"{item}: {theme}", color, description, subject, 2)
    for number in count(1):
        yield Word(f"Campaign {number}", "gray", "Was written to then", "contact", 1)


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


class _Thing(NamedTuple):
    id: UUID
    since: datetime


def generated_tags() -> Generated:
    """So many tags that are not there yet, put on what there is."""
    return Generated((Kind("tags", _implied),), check=_check, write=_write)


def _implied(given: Mapping[str, int]) -> int:
    """The usual ones; fewer where little is made."""
    if "conversations" in given:
        conversations = given["conversations"]
    elif "messages" in given:
        conversations = -(-given["messages"] // MESSAGES_EACH)
    else:
        conversations = given.get("contacts", DEFAULT)
    return min(len(WORDS), conversations // 2)


def _check(run: Run) -> None:
    if run.amounts["tags"] > MOST:
        raise Invalid(f"{run.amounts['tags']} tags are more than anybody could use. Ask for at most {MOST}.")


def _write(run: Run) -> Iterator[int]:
    if not run.amounts["tags"]:
        return
    dice = run.dice("tags")
    known = {tag.key for tag in tags_in(run.workspace_id)}
    chosen = _choose(run.amounts["tags"], known)
    yield _make(run, [word for word in chosen if fold_name(word.name) not in known], dice)
    ids = {tag.key: tag.id for tag in tags_in(run.workspace_id)}
    tags = {word.name: ids[fold_name(word.name)] for word in chosen}
    members = [
        (member.id.hex, str(member))
        for member in Member.objects.filter(workspace_id=run.workspace_id)
        .select_related("user")
        .order_by("created_at", "id")
    ]
    for model in sorted(tagging_models(), key=lambda model: model.subject):
        suiting = [word for word in chosen if word.subject == model.subject]
        if not suiting:
            continue
        made = run.amounts.get(f"{model.subject}s", 0)
        wanted = round(SHARES.get(model.subject, 0) * made) + EACH * len(suiting)
        _tag_all(_Batch(run, _Kind(model, suiting), tags, members, dice), wanted)


def _choose(wanted: int, known: Collection[str]) -> list[Word]:
    """So many that are not known yet, and those before them that are."""
    chosen: list[Word] = []
    for word in words():
        if not wanted:
            break
        chosen.append(word)
        wanted -= fold_name(word.name) not in known
    return chosen


def _make(run: Run, made: Sequence[Word], dice: random.Random) -> int:
    at = run.since.isoformat()
    lines = []
    for word in made:
        written = written_id_at(int(run.since.timestamp() * 1_000), dice.getrandbits(ID_BITS))
        texts = (word.name, fold_name(word.name), word.color, word.description)
        lines.append("\t".join((written, run.workspace_id.hex, *map(escaped, texts), at, at)))
    run.copy(Tag._meta.db_table, _TAG, lines)  # noqa: SLF001 -- Django's public way to a table's name
    return len(lines)


@dataclass(frozen=True, slots=True)
class _Batch:
    run: Run
    kind: _Kind
    tags: Mapping[str, UUID]
    members: Sequence[tuple[str, str]]
    """(id, name) of each"""
    dice: random.Random


def _tag_all(batch: _Batch, wanted: int) -> None:
    """Spread over all things of a kind; fewer where each has every tag."""
    total = batch.kind.count(batch.run.workspace_id)
    seen = made = 0
    for things in _pages(batch.run, batch.kind.table):
        seen += len(things)
        made += _tag_some(batch, things, wanted * seen // total - made)


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
