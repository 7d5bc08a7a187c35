"""Changing what we know of a contact: by hand, by consent, by removal."""

from __future__ import annotations

import json
import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from babel import Locale, UnknownLocaleError
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.contacts.events import ConsentRecorded, ContactEdited, ContactRemoved
from regulars.contacts.history import remember_columns, remember_consent
from regulars.contacts.models import Consent, Contact
from regulars.contacts.operations.identifying import PersonSeen, identify_contacts
from regulars.contacts.operations.tagging import set_contact_tags
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.events import record
from regulars.tags.names import NAME_LENGTH as NAME_LENGTH_OF_TAG
from regulars.tags.tagging import MOST_TAGS
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member
from regulars.workspaces.operations import audit

EDITABLE = frozenset(
    {"name", "language", "time_zone", "about", "tags", "tier", "stage", "owner_id", "fields"}
)
NAME_LENGTH = 200
ABOUT_LENGTH = 5_000
WORD_LENGTH = 64
FIELDS_LENGTH = 64_000


@transaction.atomic
def update_contact(contact: Contact, changes: Mapping[str, object], *, by: Actor) -> Contact:
    """Raises ``Invalid`` naming each field that is wrong and what would be right."""
    by.require("contacts:edit")
    problems = {name: problem for name, value in changes.items() if (problem := _problem(name, value))}
    if "owner_id" in changes and not _may_own(contact, changes["owner_id"]):
        problems["owner_id"] = "the id of an active member, or null"
    if problems:
        raise Invalid(_("Some fields need attention"), fields=problems)
    tags = cast("list[str] | None", changes.get("tags"))
    are_tags_changed = tags is not None and set_contact_tags(contact, tags, by=by)
    own = {name: value for name, value in changes.items() if name != "tags"}
    changed = [name for name, value in own.items() if getattr(contact, name) != value]
    if changed:
        for name in changed:
            setattr(contact, name, changes[name])
        contact.updated_at = clock.now()
        contact.save(update_fields=[*changed, "updated_at"])
        remember_columns(contact, changed, by=by.doer)
        record(ContactEdited(contact.workspace_id, contact.id, tuple(sorted(changed)), by.doer))
    if changed or are_tags_changed:
        fields = sorted([*changed, *(["tags"] if are_tags_changed else [])])
        audit(by, "contacts:edit", "contact", str(contact.id), fields=fields)
    return contact


def _may_own(contact: Contact, member_id: object) -> bool:
    if member_id is None:
        return True
    members = Member.objects.filter(workspace_id=contact.workspace_id, is_active=True)
    return isinstance(member_id, UUID) and members.filter(id=member_id).exists()


def _problem(name: str, value: object) -> str:
    if name not in EDITABLE:
        return "one of " + ", ".join(sorted(EDITABLE))
    match name:
        case "name" if not isinstance(value, str) or len(value) > NAME_LENGTH:
            return f"a text of at most {NAME_LENGTH} characters"
        case "language" if not isinstance(value, str) or (value and not _is_language(value)):
            return "an ISO 639 language such as ko, ru, th or en"
        case "time_zone" if not isinstance(value, str) or (
            value and value not in zoneinfo.available_timezones()
        ):
            return "an IANA time zone such as Asia/Seoul"
        case "about" if not isinstance(value, str) or len(value) > ABOUT_LENGTH:
            return f"a text of at most {ABOUT_LENGTH} characters"
        case "tier" | "stage" if not isinstance(value, str) or len(value) > WORD_LENGTH:
            return f"a word of at most {WORD_LENGTH} characters"
        case "tags" if not isinstance(value, list) or not all(
            isinstance(tag, str) and 0 < len(tag) <= NAME_LENGTH_OF_TAG for tag in value
        ):
            return f"a list of words of at most {NAME_LENGTH_OF_TAG} characters"
        case "tags" if isinstance(value, list) and len(value) > MOST_TAGS:
            return f"at most {MOST_TAGS} words"
        case "fields" if not isinstance(value, dict):
            return "an object"
        case "fields" if len(json.dumps(value)) > FIELDS_LENGTH:
            return f"an object of at most {FIELDS_LENGTH} characters as JSON"
    return ""


def _is_language(value: str) -> bool:
    try:
        Locale.parse(value.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return False
    return True


@transaction.atomic
def create_contact(
    workspace_id: UUID, person: PersonSeen, *, by: Actor, channel: str, portfolio: str = ""
) -> Contact:
    """One who has these identities already is returned; ``portfolio`` is that of the BSUIDs."""
    by.require("contacts:edit")
    if not person.keys:
        raise Invalid(
            _("A contact needs at least one identity"), fields={"identities": "a phone in E.164 or a BSUID"}
        )
    (contact_id,) = identify_contacts(workspace_id, channel, [person], portfolio=portfolio)
    contact = Contact.objects.get(workspace_id=workspace_id, id=contact_id or "")
    audit(by, "contacts:create", "contact", str(contact.id))
    return contact


@transaction.atomic
def delete_contact(contact: Contact, *, by: Actor) -> None:
    """Remove a contact, for good; the audit trail keeps that it happened.

    Call ``conversations.operations.removing.remove_contact``: it also settles what was on its way.
    """
    by.require("contacts:delete")
    audit(by, "contacts:delete", "contact", str(contact.id))
    record(ContactRemoved(contact.workspace_id, contact.id, by.doer))
    contact.delete()


@transaction.atomic
def record_consent(
    contact_id: UUID,
    workspace_id: UUID,
    *,
    channel: str,
    purpose: str,
    state: str,
    source: str,
    at: datetime,
    proof: Mapping[str, object],
) -> bool:
    _consent, made = Consent.objects.get_or_create(
        contact_id=contact_id,
        channel=channel,
        purpose=purpose,
        state=state,
        at=at,
        defaults={"workspace_id": workspace_id, "source": source, "proof": dict(proof)},
    )
    if made:
        remember_consent(contact_id, workspace_id, purpose, channel, state, at=at, why=source)
        record(ConsentRecorded(workspace_id, contact_id, channel, purpose, state, at))
    return made
