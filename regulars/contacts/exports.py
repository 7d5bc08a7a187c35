"""Files of what is kept of a person: whoever may have one reads it in parts, and after some days it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import groupby
from typing import Any

import msgspec

from regulars.contacts.models import Contact, PersonExport
from regulars.contacts.queries import without_numbers_of
from regulars.kernel import clock
from regulars.kernel.encoding import encode

KEPT_FOR = timedelta(days=7)
"""after it was whole; one that never was goes as soon"""

Hide = Callable[[Any], Any]
Rewrite = Callable[[dict[str, Any]], dict[str, Any]]


def export_text(export: PersonExport, rewritten: dict[str, Rewrite]) -> Iterator[str]:
    """The file as JSON, part by part: ``{"person", "contacts", "tables": {name: [row, …]}}``. Numbers stand in it as
    whoever asks may see them.

    ``rewritten``: by table, what is said of a row besides (where a file can be fetched).
    """
    hide = without_numbers_of(
        export.contact_ids
    )  # now: when it is read, nobody may be known to look any more
    return _text(export, rewritten, hide)


def _text(export: PersonExport, rewritten: dict[str, Rewrite], hide: Hide | None) -> Iterator[str]:
    yield f'{{"person": {_json(export.contact.person_id)}, "contacts": {_json(export.contact_ids)}, "tables": {{'
    between = ""
    for name, some in groupby(_parts(export), key=lambda part: part[0]):
        yield f"{between}\n{_json(name)}: ["
        between = ","
        has_begun = False
        for _name, rows in some:
            told = _told(rows, rewritten.get(name), hide)
            yield f"{',' if has_begun and told else ''}{told}"
            has_begun = has_begun or bool(told)
        yield "]"
    yield "}}\n"


def _parts(export: PersonExport) -> Iterator[tuple[str, str]]:
    """One after the other: all of them together may be large."""
    for part_id in list(export.parts.order_by("id").values_list("id", flat=True)):
        yield export.parts.values_list("table", "rows").get(id=part_id)


def _told(rows: str, rewrite: Rewrite | None, hide: Hide | None) -> str:
    if hide is not None:
        rows = _json(hide(msgspec.json.decode(rows)))
    if rewrite is not None:
        rows = _json([rewrite(row) for row in msgspec.json.decode(rows)])
    return rows[1:-1]


def _json(value: object) -> str:
    return encode(value).decode()


@contextmanager
def removing_exports(contact: Contact) -> Iterator[None]:
    """Also those that were asked for by another contact of the person."""
    PersonExport.objects.filter(
        workspace_id=contact.workspace_id, contact_ids__contains=[contact.id]
    ).delete()
    yield


def purge_exports() -> None:
    # unscoped: of every workspace
    PersonExport.objects.filter(expires_at__lte=clock.now()).delete()
