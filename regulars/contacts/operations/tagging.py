"""Tags on contacts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from regulars.contacts.events import ContactTagged, ContactUntagged
from regulars.contacts.models import Contact, ContactTagging
from regulars.kernel.events import record_all
from regulars.tags import tagging
from regulars.tags.models import Tag
from regulars.tags.taggings import Said
from regulars.workspaces.access import Actor

CONTACTS = tagging.Taggable(
    taggings=ContactTagging,
    table="contacts_contact",
    permission="contacts:edit",
    tagged=lambda workspace_id, contact_id, tag, said: ContactTagged(
        workspace_id, contact_id, tag.id, tag.name, said.reason, said.by
    ),
    untagged=ContactUntagged,
    tell=record_all,
)


def tag_contacts(
    contacts: Collection[Contact], tags: Collection[Tag], *, by: Actor, said: Said | None = None
) -> int:
    """Returns how many taggings are new."""
    return len(tagging.put_tags(CONTACTS, _ids(contacts), tags, by=by, said=said))


def untag_contacts(
    contacts: Collection[Contact], tags: Collection[Tag], *, by: Actor, reason: str = ""
) -> int:
    """Returns how many taggings ended."""
    return len(tagging.take_tags(CONTACTS, _ids(contacts), tags, by=by, reason=reason))


def set_contact_tags(contact: Contact, names: Sequence[str], *, by: Actor) -> bool:
    return tagging.set_tags(CONTACTS, contact.id, names, by=by)


def _ids(contacts: Collection[Contact]) -> list[UUID]:
    return [contact.id for contact in contacts]
