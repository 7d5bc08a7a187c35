"""A person's address changed: the old and the new one belong to the same contact (reference §3)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from regulars.contacts.events import ContactIdentitiesChanged, ContactNumberChanged, MergeSuggested
from regulars.contacts.models import ContactIdentity, MergeSuggestion
from regulars.contacts.operations.identifying import (
    NewIdentity,
    PersonSeen,
    copy_phones,
    identify_contacts,
    identity_lanes,
    insert_identities,
    place_identities,
    read_known,
    write_provider_addresses,
)
from regulars.contacts.resolving import Key, Known
from regulars.kernel import clock
from regulars.kernel.events import record
from regulars.kernel.locks import lock_keys


class Link(NamedTuple):
    """``previous`` and ``current`` are one person's, by the platform's word or the person's own."""

    previous: tuple[Key, ...]
    current: tuple[Key, ...]
    at: datetime | None = None
    """since when; None: now"""
    outdates: frozenset[str] = frozenset()
    """kinds of which everything older than ``at`` is over, whether it is named or not"""
    provider_address: str = ""
    """the current phone as the platform writes it"""


@transaction.atomic
def link_identities(workspace_id: UUID, channel: str, link: Link, *, portfolio: str = "") -> UUID | None:
    """Attach what is current to the contact known by what was, and end what it replaces.

    When the new address already belongs to somebody who used it since (they wrote before the platform told us),
    nothing merges: a suggestion waits for a person. Repeating it changes nothing. Returns the contact, None when
    both sides are empty.
    """
    keys = [*link.previous, *link.current]
    if not keys:
        return None
    lock_keys(identity_lanes(workspace_id, channel, keys))
    known = read_known(workspace_id, channel, keys, portfolio)
    place_identities(workspace_id, channel, known.unplaced, portfolio)
    contact_id = _known_contact(known, link) or _new_contact(workspace_id, channel, link, known, portfolio)
    here = _Here(workspace_id, channel, portfolio, contact_id, link.at or clock.now())
    attached = [_attach(here, key, link, known) for key in link.current]
    ended = _end(here, link, known)
    for key in link.current:
        if key[0] == "phone" and link.provider_address:
            write_provider_addresses(workspace_id, channel, {key: link.provider_address})
    if any(attached) or ended:
        copy_phones([contact_id])
        record(ContactNumberChanged(workspace_id, contact_id))
    return contact_id


class _Here(NamedTuple):
    """Where a link is written: whose, in which portfolio, at what time."""

    workspace_id: UUID
    channel: str
    portfolio: str
    contact_id: UUID
    at: datetime

    def identities(self) -> QuerySet[ContactIdentity]:
        return ContactIdentity.objects.filter(
            workspace_id=self.workspace_id,
            channel=self.channel,
            contact_id=self.contact_id,
            retired_at=None,
        )

    def has(self, key: Key) -> bool:
        return self.identities().filter(kind=key[0], value=key[1]).exists()

    def end(self, key: Key) -> bool:
        return bool(self.identities().filter(kind=key[0], value=key[1]).update(retired_at=self.at))


def _known_contact(known: Known, link: Link) -> UUID | None:
    """Whoever had the old address then; else, for what was linked before, whoever has the new one."""
    holders = [known.holder(key, link.at) for key in link.previous if not _is_a_successors(key, link, known)]
    holders += [known.holder(key, link.at) for key in link.current if not _was_given_up(key, link, known)]
    return next(filter(None, holders), None)


def _is_a_successors(key: Key, link: Link, known: Known) -> bool:
    """Whether who has a phone now came to it after it was given up here."""
    if key in link.current or known.past_holder(key, link.at) is not None:
        return False
    return _is_phone_since(key, known) and link.at is not None and known.since[key] > link.at


def _is_phone_since(key: Key, known: Known) -> bool:
    return key[0] == "phone" and key in known.since


def _new_contact(workspace_id: UUID, channel: str, link: Link, known: Known, portfolio: str) -> UUID:
    old = tuple(key for key in link.previous if not _is_a_successors(key, link, known))
    person = PersonSeen(old or link.current or link.previous, at=link.at)
    (contact_id,) = identify_contacts(workspace_id, channel, [person], portfolio=portfolio)
    assert contact_id is not None  # noqa: S101 - who has an identity has a contact
    return contact_id


def _attach(here: _Here, key: Key, link: Link, known: Known) -> bool:
    if known.is_over(key, here.contact_id, link.at):
        return False
    holder = known.holder(key, link.at)
    if holder == here.contact_id or here.has(key):
        return False
    if holder is not None:
        _suggest(here.workspace_id, holder, here.contact_id)
        if not _was_given_up(key, link, known):
            return False
        here._replace(contact_id=holder).end(key)
        copy_phones([holder])
        record(ContactIdentitiesChanged(here.workspace_id, holder, ()))
    insert_identities(
        here.workspace_id, here.channel, here.portfolio, [NewIdentity(key, here.contact_id, link.at)]
    )
    return True


def _was_given_up(key: Key, link: Link, known: Known) -> bool:
    """Whether the phone's owner of today had it before it became this contact's: numbers are recycled."""
    return _is_phone_since(key, known) and link.at is not None and known.since[key] < link.at


def _suggest(workspace_id: UUID, one: UUID, other: UUID) -> None:
    first, second = sorted((one, other))
    _suggestion, is_new = MergeSuggestion.objects.get_or_create(
        first_id=first,
        second_id=second,
        defaults={"workspace_id": workspace_id, "reason": "number_changed"},
    )
    if is_new:
        record(MergeSuggested(workspace_id, first, second, "number_changed"))


def _end(here: _Here, link: Link, known: Known) -> bool:
    new_kinds = {kind for kind, _value in link.current} | link.outdates
    gone = [key for key in link.previous if key not in link.current and key[0] in new_kinds]
    ended = [here.end(key) for key in gone]
    unseen = [
        NewIdentity(key, here.contact_id, here.at, here.at)
        for key, was_theirs in zip(gone, ended, strict=True)
        if not was_theirs and not known.is_over(key, here.contact_id, None)
    ]  # whoever is told by it late is still them
    insert_identities(here.workspace_id, here.channel, here.portfolio, unseen)
    return bool(_outdate(here, link)) or any(ended)


def _outdate(here: _Here, link: Link) -> int:
    if not link.outdates or link.at is None:
        return 0
    older = here.identities().filter(kind__in=link.outdates, first_seen_at__lt=link.at)
    for kind, value in link.current:
        older = older.exclude(kind=kind, value=value)
    return older.update(retired_at=here.at)
