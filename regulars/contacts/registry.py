"""Every table whose rows are about a contact, and its answers when contacts merge, part, leave or ask for their data.

Rooms write down their tables (``contact_tables.py``); ``config/wiring.py: CONTACT_TABLES`` joins them, and a test fails
when a table that leads to a contact is missing. docs/decisions/identity.md
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

from regulars.contacts.models import Contact

UNTIL_REMOVED = ""
"""kept for as long as the contact is"""


class Moved(NamedTuple):
    """A contact whose person is another one now."""

    contact_id: UUID
    before: UUID
    after: UUID


Follow = Callable[[UUID, Sequence[Moved]], None]
"""What a table does when persons change in a workspace, in the same transaction, after the contacts point anew."""
Leave = Callable[[Contact], AbstractContextManager[None]]
"""Around the end of a contact: entered while everything is still there, left when the contact's own row is gone."""


def rows_keep_their_contact(workspace_id: UUID, moved: Sequence[Moved]) -> None:
    """Whoever asks for a person asks for the contacts that point to them."""


def goes_with_the_contact(_contact: Contact) -> AbstractContextManager[None]:
    """By the foreign keys, all of which cascade; a test looks."""
    return nullcontext()


def no_rows(_contact_ids: Collection[UUID]) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTable:
    """One table that holds a contact, or what only a contact can be meant by."""

    model: type[Model]
    rows: Callable[[Collection[UUID]], QuerySet[Any] | None] = no_rows
    """those about these contacts; None where rows do not lead to anybody by themselves"""
    merge: Follow = rows_keep_their_contact
    unmerge: Follow = rows_keep_their_contact
    erase: Leave = goes_with_the_contact
    sweep: Callable[[Any], None] | None = None
    """forgets afterwards what only names the person (``inboxes.erasing.Eraser``)"""
    withheld: frozenset[str] = frozenset()
    """columns that an export leaves out: ours, not the contact's"""
    unexported: str = ""
    """why nothing of it is handed out; else all other columns are, those to come included"""
    retain: str = UNTIL_REMOVED
    """the job that ends rows by their age (``config/wiring.py: JOBS``)"""
    stays: str = ""
    """why rows outlive the contact"""

    @property
    def name(self) -> str:
        return self.model._meta.label  # noqa: SLF001 -- Django's public way to a model's name


def contact_tables() -> tuple[ContactTable, ...]:
    return cast("tuple[ContactTable, ...]", import_string(settings.CONTACT_TABLES))


def follow_merge(workspace_id: UUID, moved: Sequence[Moved]) -> None:
    for table in contact_tables():
        table.merge(workspace_id, moved)


def follow_undo(workspace_id: UUID, moved: Sequence[Moved]) -> None:
    for table in contact_tables():
        table.unmerge(workspace_id, moved)


@contextmanager
def leaving(contact: Contact) -> Iterator[None]:
    """Every table lets go of a contact that is removed within."""
    with ExitStack() as stack:
        for table in contact_tables():
            stack.enter_context(table.erase(contact))
        yield


def exported_tables() -> list[ContactTable]:
    return [table for table in contact_tables() if not table.unexported]


def count_exported(contact_ids: Collection[UUID]) -> int:
    found = (table.rows(contact_ids) for table in exported_tables())
    return sum(rows.count() for rows in found if rows is not None)


def export_of(contact_ids: Collection[UUID]) -> dict[str, list[Mapping[str, Any]]]:
    """By table, what is known of these contacts, in the order of the keys."""
    return {
        table.name: [row for some in export_rows(table, contact_ids) for row in some]
        for table in exported_tables()
    }


def export_rows(
    table: ContactTable, contact_ids: Collection[UUID], some: int = 1_000
) -> Iterator[list[Mapping[str, Any]]]:
    """Rows of a table, so many at once, in the order of the keys. The keys are read first: a limit beside the order
    would have PostgreSQL walk the whole table by its key.
    """
    rows = table.rows(contact_ids)
    if rows is None:
        return
    fields = table.model._meta.concrete_fields  # noqa: SLF001 -- and to its columns
    columns = [each.attname for each in fields if each.attname not in table.withheld]
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), some):
        # unscoped: the keys were found by these contacts
        those = table.model._default_manager.filter(pk__in=keys[start : start + some])  # noqa: SLF001
        yield list(those.order_by("pk").values(*columns))
