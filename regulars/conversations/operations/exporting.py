"""Handing out what is kept of one person (BK-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from regulars.contacts.models import Contact
from regulars.contacts.queries import contacts_of_person
from regulars.contacts.registry import export_of
from regulars.workspaces.access import Actor
from regulars.workspaces.operations import audit


@dataclass(frozen=True, slots=True)
class PersonExport:
    person_id: UUID
    contact_ids: tuple[UUID, ...]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    """by table, its rows as they are kept"""


@transaction.atomic
def export_person(contact: Contact, *, by: Actor) -> PersonExport:
    """Of all contacts that are one person with this one, whatever else the actor sees; the audit trail notes it."""
    by.require("contacts:export")
    ids = tuple(contacts_of_person(contact.workspace_id, contact.person_id).values_list("id", flat=True))
    tables = export_of(ids)
    audit(by, "contacts:export", "contact", str(contact.id), contacts=len(ids))
    return PersonExport(contact.person_id, ids, tables)
