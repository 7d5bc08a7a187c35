"""Merges message catalogues by message, not by line, so that branches which both add words do not conflict.

    python -m tools.catalogue_merge BASE OURS THEIRS

Git calls it for the files that `.gitattributes` names, as `tools/bootstrap.py` has told it (gitattributes(5), "Defining
a custom merge driver"): the result goes into OURS, and exit code 1 is a conflict. That is a message which both sides
translated anew and differently; it keeps our words, fuzzy, with theirs beside it, so that `tools.catalogues check`
asks for a decision.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tools.catalogues import Id, Key, write_catalogue


@dataclass(frozen=True, slots=True)
class Entry:
    """What a catalogue says about one message."""

    translation: Id = ""
    places: tuple[str, ...] = ()
    is_fuzzy: bool = False
    other_translation: Id = ""
    """what the other side says, where both changed it"""


def main() -> int:
    base, ours, theirs = (_read(Path(name)) for name in sys.argv[1:4])
    merged = dict(_merged(_entries(base), _entries(ours), _entries(theirs)))
    write_catalogue(Path(sys.argv[2]), _catalogue(str(ours.locale or theirs.locale), merged))
    undecided = [message_id for (message_id, _), entry in merged.items() if entry.other_translation]
    for message_id in undecided:
        print(f"translated differently on both sides: {message_id!r}", file=sys.stderr)
    return 1 if undecided else 0


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _entries(catalogue: Catalog) -> dict[Key, Entry]:
    found = {}
    for message in catalogue:
        if message.id:
            message_id = message.id if isinstance(message.id, str) else tuple(message.id)
            translation = message.string if isinstance(message.string, str) else tuple(message.string or ())
            places = tuple(place for place, _ in message.locations)
            found[message_id, message.context] = Entry(translation, places, message.fuzzy)
    return found


def _merged(
    base: dict[Key, Entry], ours: dict[Key, Entry], theirs: dict[Key, Entry]
) -> Iterator[tuple[Key, Entry]]:
    for key in ours.keys() | theirs.keys():
        entry = _merged_entry(base.get(key), ours.get(key), theirs.get(key))
        if entry is not None:
            yield key, entry


def _merged_entry(base: Entry | None, ours: Entry | None, theirs: Entry | None) -> Entry | None:
    """Whoever changed something is followed; what one side dropped stays only if the other side changed it."""
    if ours is None or theirs is None:
        left = ours or theirs
        return None if left == base else left
    before = base or Entry()
    places = theirs.places if ours.places == before.places else ours.places
    follows_theirs = not _says(ours) or _words(ours) == _words(before)
    chosen = replace(theirs if follows_theirs and _says(theirs) else ours, places=places)
    if follows_theirs or not _says(theirs) or _words(theirs) in (_words(ours), _words(before)):
        return chosen
    return replace(chosen, is_fuzzy=True, other_translation=theirs.translation)


def _words(entry: Entry) -> tuple[Id, bool]:
    return entry.translation, entry.is_fuzzy


def _says(entry: Entry) -> bool:
    return any(entry.translation)


def _catalogue(language: str, entries: dict[Key, Entry]) -> Catalog:
    made = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for (message_id, context), entry in sorted(
        entries.items(), key=lambda item: (item[1].places, str(item[0]))
    ):
        other = f"the other side says: {entry.other_translation}" if entry.other_translation else ""
        made.add(
            message_id,
            entry.translation,
            [(place, 1) for place in entry.places],
            flags=["fuzzy"] if entry.is_fuzzy else [],
            user_comments=[other] if other else [],
            context=context,
        )
    return made


if __name__ == "__main__":
    sys.exit(main())
