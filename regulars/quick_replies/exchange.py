"""Quick replies as a file: CSV with a line for each language, or JSON with one object for each reply. Pure.

In a CSV file, lines with one shortcut are one reply; what belongs to the whole of it stands in its first line. A cell
that a spreadsheet would take for a formula has an apostrophe before it, which reading takes away again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import msgspec

from regulars.kernel.telling import told
from regulars.quick_replies.shortcuts import fold_shortcut
from regulars.quick_replies.wordings import Wording

Format = Literal["csv", "json"]
COLUMNS = (
    *("shortcut", "name", "folder", "audience", "teams", "language", "text"),
    *("button_1", "button_2", "button_3", "link_label", "link_url", "files"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BETWEEN = ";"
"""between the teams, and between the files, of one cell"""


class FiledReply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One reply in a file."""

    shortcut: Annotated[str, told("What is typed after the slash.", "hello")]
    name: Annotated[str, told("What it is called in lists.", "Greeting")]
    texts: Annotated[tuple[Wording, ...], told("One by language; the first is for all others, too.")]
    folder: Annotated[str, told("Where it lies; may be empty.", "Greetings")] = ""
    audience: Annotated[Literal["all", "teams", "member"], told("For whom it is.", "all")] = "all"
    teams: Annotated[tuple[str, ...], told("Names of the teams, of the audience `teams`.", [])] = ()
    files: Annotated[tuple[str, ...], told("Ids of files that are here (`POST /media`).", [])] = ()


@dataclass(frozen=True, slots=True)
class FiledLine:
    """What a file says at one place: a reply, or ``problem``, the word for why it is none."""

    line: int
    """of a CSV file, from 1, the head is 1; of JSON, which object, from 1"""
    reply: FiledReply | None = None
    problem: str = ""
    shortcut: str = ""


class UnreadableFile(ValueError):
    """``code``: encoding, columns (``missing``: which), json."""

    def __init__(self, code: str, missing: Sequence[str] = ()) -> None:
        super().__init__(code)
        self.code, self.missing = code, tuple(missing)


def read_file(content: str, written_as: Format) -> list[FiledLine]:
    """Raises :class:`UnreadableFile` when nothing of it can be read."""
    text = content.removeprefix("\ufeff")
    return list(_read_json(text) if written_as == "json" else _read_csv(text))


def write_file(replies: Iterable[FiledReply], written_as: Format) -> str:
    if written_as == "json":
        return msgspec.json.format(msgspec.json.encode(list(replies)), indent=2).decode() + "\n"
    written = io.StringIO()
    table = csv.DictWriter(written, COLUMNS, lineterminator="\r\n")
    table.writeheader()
    for reply in replies:
        for row in _rows(reply):
            table.writerow({name: _shielded(value) for name, value in row.items()})
    return written.getvalue()


# --- JSON ---------------------------------------------------------------------------------------------


def _read_json(text: str) -> Iterator[FiledLine]:
    try:
        given = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise UnreadableFile("json") from error
    if not isinstance(given, list):
        raise UnreadableFile("json")
    seen: set[str] = set()
    for number, each in enumerate(given, 1):
        shortcut = str(each.get("shortcut", "")) if isinstance(each, Mapping) else ""
        try:
            reply = msgspec.convert(each, FiledReply)
        except msgspec.ValidationError as error:
            yield FiledLine(number, problem=str(error), shortcut=shortcut)
            continue
        yield _once(FiledLine(number, reply, shortcut=shortcut), seen)


# --- CSV ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Gathered:
    line: int
    first: Mapping[str, str]
    wordings: list[Wording] = field(default_factory=list)
    problem: str = ""


def _read_csv(text: str) -> Iterator[FiledLine]:
    gathered: dict[str, _Gathered] = {}
    for line, row in _table(text):
        if not any(row.values()):
            continue
        whole = gathered.setdefault(fold_shortcut(row["shortcut"]) or f"\0{line}", _Gathered(line, row))
        whole.wordings.append(_wording(row))
        if whole.first is not row and row["name"] and row["name"] != whole.first["name"]:
            whole.problem = "two_names"
    for whole in gathered.values():
        yield _filed(whole)


def _table(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    try:
        names = [name.strip().casefold() for name in next(reader, [])]
        if missing := [name for name in ("shortcut", "name", "text") if name not in names]:
            raise UnreadableFile("columns", missing)
        line = reader.line_num + 1
        for cells in reader:
            row = dict(zip(names, map(_unshielded, cells), strict=False))
            yield line, {name: row.get(name, "") for name in COLUMNS}
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile("csv") from error


def _filed(whole: _Gathered) -> FiledLine:
    first = whole.first
    audience = first["audience"].strip() or "all"
    if audience not in ("all", "teams", "member"):
        return FiledLine(whole.line, problem="audience", shortcut=first["shortcut"])
    if whole.problem:
        return FiledLine(whole.line, problem=whole.problem, shortcut=first["shortcut"])
    reply = FiledReply(
        shortcut=first["shortcut"],
        name=first["name"],
        texts=tuple(whole.wordings),
        folder=first["folder"],
        audience=audience,  # type: ignore[arg-type]  # looked at above
        teams=_several(first["teams"]),
        files=_several(first["files"]),
    )
    return FiledLine(whole.line, reply, shortcut=first["shortcut"])


def _wording(row: Mapping[str, str]) -> Wording:
    return Wording(
        language=row["language"].strip() or "en",
        text=row["text"],
        buttons=tuple(title for place in (1, 2, 3) if (title := row[f"button_{place}"].strip())),
        link_label=row["link_label"],
        link_url=row["link_url"],
    )


def _rows(reply: FiledReply) -> Iterator[dict[str, str]]:
    whole = {
        "shortcut": reply.shortcut,
        "name": reply.name,
        "folder": reply.folder,
        "audience": reply.audience,
        "teams": _BETWEEN.join(reply.teams),
        "files": _BETWEEN.join(reply.files),
    }
    for wording in reply.texts:
        buttons = dict(zip(("button_1", "button_2", "button_3"), wording.buttons, strict=False))
        said = {
            "language": wording.language,
            "text": wording.text,
            "link_label": wording.link_label,
            "link_url": wording.link_url,
        }
        yield {**whole, **said, **buttons}


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(_BETWEEN) if part.strip())


def _shielded(cell: str) -> str:
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


def _unshielded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell


def _once(line: FiledLine, seen: set[str]) -> FiledLine:
    key = fold_shortcut(line.shortcut)
    if key in seen:
        return replace(line, reply=None, problem="twice")
    seen.add(key)
    return line
