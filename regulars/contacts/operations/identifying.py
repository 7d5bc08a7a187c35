"""Finding or making the contacts of a batch: a handful of statements, whatever its size."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from regulars.contacts.events import ContactIdentitiesChanged, ContactProfileChanged, MergeSuggested
from regulars.contacts.places import Place, place_of_bsuid, place_of_phone
from regulars.contacts.resolving import (
    Key,
    Known,
    Past,
    Reference,
    Resolution,
    keys_to_look_up,
    resolve,
)
from regulars.kernel import clock
from regulars.kernel.database import binary_cursor
from regulars.kernel.events import record_all
from regulars.kernel.ids import new_id
from regulars.kernel.locks import lock_keys


class PersonSeen(NamedTuple):
    """What one update told about a person: identities (strongest first), profile name, user name."""

    keys: tuple[Key, ...]
    name: str = ""
    username: str = ""
    at: datetime | None = None
    """when it was so; None: now"""
    provider_address: str = ""
    """the phone as it was written"""
    wrote_from_it: bool = False
    """the person used that very address: what we answer to"""
    is_profile: bool = True
    """the names are the person's own; else somebody else's for them, which count until their own is told"""


BEFORE_ANY_PROFILE = datetime(1, 1, 1, tzinfo=UTC)
"""when a name counts as told that is not the person's own"""


def identify_contacts(
    workspace_id: UUID,
    channel: str,
    people: Sequence[PersonSeen],
    *,
    portfolio: str = "",
    lanes_are_held: bool = False,
) -> list[UUID | None]:
    """The contact of each person, in order; None where nobody is named.

    Runs inside the caller's transaction. New contacts get the country, language and zone that their number
    suggests; new identities are attached; a doubtful case becomes a merge suggestion, never a merge.
    ``portfolio``: whose BSUIDs these are; empty when that is not known.
    ``lanes_are_held``: the transaction has locked the lane of every identity named (``identity_lanes``).
    """
    references = [Reference(person.keys, person.at) for person in people]
    wanted = keys_to_look_up(references)
    if not wanted:
        return [None] * len(people)
    if not lanes_are_held:
        lock_keys(identity_lanes(workspace_id, channel, wanted))
    known = read_known(workspace_id, channel, wanted, portfolio)
    resolution = resolve(references, known, new_id)
    written = _provider_addresses(people, known)
    _insert_contacts(workspace_id, people, resolution)
    robbed = _insert_identities(
        workspace_id, channel, portfolio, resolution, known.provider_addresses | written
    )
    suggested = _insert_suggestions(workspace_id, resolution)
    place_identities(workspace_id, channel, known.unplaced, portfolio)
    write_provider_addresses(
        workspace_id, channel, {key: told for key, told in written.items() if key in known.provider_addresses}
    )
    changed = _update_names(workspace_id, people, resolution)
    gained: dict[UUID, list[str]] = {contact_id: [] for contact_id in robbed}
    for (kind, _value), contact_id in chain(resolution.attached.items(), resolution.moved.items()):
        gained.setdefault(contact_id, []).append(kind)
    record_all(
        [
            *(ContactIdentitiesChanged(workspace_id, key, tuple(gained[key])) for key in sorted(gained)),
            *(ContactProfileChanged(workspace_id, key) for key in sorted(changed)),
            *(MergeSuggested(workspace_id, *each) for each in suggested),
        ]
    )
    return resolution.contact_ids


def identity_lanes(workspace_id: UUID, channel: str, keys: Iterable[Key]) -> list[str]:
    place = f"identity:{workspace_id}:{channel}"
    return [f"{place}:{kind}:{value}" for kind, value in keys]


def find_holder(workspace_id: UUID, channel: str, keys: Sequence[Key], portfolio: str = "") -> UUID | None:
    """Until the transaction ends nobody else can come to have one."""
    lock_keys(identity_lanes(workspace_id, channel, keys))
    known = read_known(workspace_id, channel, keys, portfolio)
    return next((holder for holder in map(known.holder, keys) if holder is not None), None)


_IN_PORTFOLIO = "(i.kind <> 'bsuid' OR %s = '' OR i.portfolio IN ('', %s))"
"""Unknown on either side, it may be the same one"""
_READ_IDENTITIES = (
    "SELECT i.kind, i.value, i.contact_id, {} FROM contacts_contactidentity i"
    " JOIN unnest(%b::text[], %b::text[]) AS wanted(kind, value) ON i.kind = wanted.kind AND i.value = wanted.value"
    " WHERE i.workspace_id = %s AND i.channel = %s AND {} AND {}"
)
_READ_CURRENT = _READ_IDENTITIES.format(
    "i.portfolio, i.first_seen_at, i.provider_address", _IN_PORTFOLIO, "i.retired_at IS NULL"
)
_READ_PAST = _READ_IDENTITIES.format(
    "i.retired_at", _IN_PORTFOLIO, "i.retired_at IS NOT NULL ORDER BY i.retired_at"
)
_READ_BSUIDS = """
SELECT i.contact_id, i.value FROM contacts_contactidentity i
WHERE i.contact_id = ANY(%s) AND i.kind = 'bsuid' AND i.retired_at IS NULL AND {}
"""


def read_known(workspace_id: UUID, channel: str, keys: Sequence[Key], portfolio: str = "") -> Known:
    """What the database knows about these identities; hold their lanes before you act on it.

    BSUIDs are those of ``portfolio`` and those whose portfolio is not known yet; of all, when it is empty.
    """
    kinds, values = zip(*keys, strict=True)
    wanted = (list(kinds), list(values), workspace_id, channel, portfolio, portfolio)
    known = Known()
    with binary_cursor() as cursor:
        cursor.execute(_READ_CURRENT, wanted)
        unplaced: set[Key] = set()
        for kind, value, contact_id, place, since, written in cursor.fetchall():
            key = (kind, value)
            if key in known.owners and place != portfolio:
                continue  # the portfolio's own goes before one that may be anybody's
            known.owners[key], known.since[key] = contact_id, since
            if kind == "phone":
                known.provider_addresses[key] = written
            (unplaced.add if kind == "bsuid" and portfolio and not place else unplaced.discard)(key)
        known.unplaced = sorted(unplaced)
        cursor.execute(_READ_PAST, wanted)
        for kind, value, contact_id, until in cursor.fetchall():
            known.past.setdefault((kind, value), []).append(Past(contact_id, until))
        # asked only where it can matter: whether the owner of a phone has a BSUID, and none of those wanted
        for (kind, value), owner in known.owners.items():
            if kind == "bsuid":
                known.bsuids.setdefault(owner, set()).add(value)
        phones = {owner for (kind, _value), owner in known.owners.items() if kind == "phone"}
        owners = sorted(phones - known.bsuids.keys())
        if owners and any(kind == "bsuid" for kind in kinds):
            cursor.execute(_READ_BSUIDS.format(_IN_PORTFOLIO), [owners, portfolio, portfolio])
            for owner, value in cursor.fetchall():
                known.bsuids.setdefault(owner, set()).add(value)
    return known


def _provider_addresses(people: Sequence[PersonSeen], known: Known) -> dict[Key, str]:
    """Each phone's address as the platform writes it, where that is news; the one written from goes first."""
    assumed: dict[Key, str] = {}
    used: dict[Key, str] = {}
    for person in people:
        if person.provider_address and person.keys and person.keys[-1][0] == "phone":
            (used if person.wrote_from_it else assumed)[person.keys[-1]] = person.provider_address
    before = known.provider_addresses
    news = {key: told for key, told in assumed.items() if not before.get(key)}
    return news | {key: told for key, told in used.items() if before.get(key) != told}


def _insert_contacts(workspace_id: UUID, people: Sequence[PersonSeen], resolution: Resolution) -> None:
    if not resolution.created:
        return
    rows = []
    given = {**resolution.attached, **resolution.moved}
    for contact_id, index in resolution.created.items():
        person = people[index]
        place = place_of(person.keys)
        phones = (key[1] for key in person.keys if key[0] == "phone" and given.get(key) == contact_id)
        rows.append(
            (
                contact_id,
                person.name,
                _profile_at(person) if person.name or person.username else None,
                person.username,
                next(phones, ""),
                place.country,
                place.language,
                place.time_zone,
            )
        )
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_contact (id, person_id, workspace_id, name, profile_name, profile_at, username,"
            " phone, country, language, time_zone, tier, stage, fields, about, unreachable_reason, created_at,"
            " updated_at)"
            " SELECT id, id, %s, '', name, named_at, username, phone, country, language, zone, '', '', '{}', '', '',"
            " now(), now()"
            " FROM unnest(%b::uuid[], %b::text[], %b::timestamptz[], %b::text[], %b::text[], %b::text[], %b::text[],"
            " %b::text[]) AS new(id, name, named_at, username, phone, country, language, zone)",
            [workspace_id, *columns],
        )


def _profile_at(person: PersonSeen) -> datetime:
    return (person.at or clock.now()) if person.is_profile else BEFORE_ANY_PROFILE


def place_of(keys: Sequence[Key]) -> Place:
    phone = next((value for kind, value in keys if kind == "phone"), "")
    if phone:
        return place_of_phone(phone)
    bsuid = next((value for kind, value in keys if kind == "bsuid"), "")
    return place_of_bsuid(bsuid) if bsuid else Place()


def _insert_identities(
    workspace_id: UUID, channel: str, portfolio: str, resolution: Resolution, written: Mapping[Key, str]
) -> set[UUID]:
    added = {**resolution.attached, **resolution.moved}
    if not added and not resolution.ended:
        return set()
    robbed = _retire(workspace_id, channel, resolution) if resolution.moved else set()
    robbed |= {owner for key, owner in resolution.attached.items() if added[key] != owner}
    rows = [
        NewIdentity(key, owner, resolution.added_at[key], None, written.get(key, ""))
        for key, owner in added.items()
    ]
    rows += [NewIdentity(key, past.contact_id, past.until, past.until) for key, past in resolution.ended]
    insert_identities(workspace_id, channel, portfolio, rows)
    given = {owner for (kind, _value), owner in added.items() if kind == "phone"}
    copy_phones(robbed | given - resolution.created.keys())
    return robbed


class NewIdentity(NamedTuple):
    """A row to write: whose an identity is from ``at`` (None: now) on, or was ``until``."""

    key: Key
    contact_id: UUID
    at: datetime | None
    until: datetime | None = None
    provider_address: str = ""


def insert_identities(workspace_id: UUID, channel: str, portfolio: str, rows: Sequence[NewIdentity]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_contactidentity (id, workspace_id, contact_id, channel, kind, value, portfolio,"
            " provider_address, first_seen_at, retired_at)"
            " SELECT id, %s, contact_id, %s, kind, value, CASE kind WHEN 'bsuid' THEN %s ELSE '' END, written,"
            " COALESCE(since, now()), until"
            " FROM unnest(%b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::timestamptz[], %b::timestamptz[],"
            " %b::text[]) AS new(id, contact_id, kind, value, since, until, written)",
            [
                workspace_id,
                channel,
                portfolio,
                [new_id() for _ in rows],
                [row.contact_id for row in rows],
                [row.key[0] for row in rows],
                [row.key[1] for row in rows],
                [row.at for row in rows],
                [row.until for row in rows],
                [row.provider_address for row in rows],
            ],
        )


def place_identities(workspace_id: UUID, channel: str, keys: Sequence[Key], portfolio: str) -> None:
    """BSUIDs that were seen before their portfolio was known belong to the one that names them now."""
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_contactidentity SET portfolio = %s WHERE workspace_id = %s AND channel = %s"
            " AND kind = 'bsuid' AND value = ANY(%s) AND portfolio = '' AND retired_at IS NULL",
            [portfolio, workspace_id, channel, [value for _kind, value in keys]],
        )


def write_provider_addresses(workspace_id: UUID, channel: str, written: Mapping[Key, str]) -> None:
    if not written:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_contactidentity i SET provider_address = new.written"
            " FROM unnest(%b::text[], %b::text[]) AS new(value, written)"
            " WHERE i.workspace_id = %s AND i.channel = %s AND i.kind = 'phone' AND i.value = new.value"
            " AND i.retired_at IS NULL",
            [[key[1] for key in written], list(written.values()), workspace_id, channel],
        )


def copy_phones(contact_ids: Collection[UUID]) -> None:
    if not contact_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_contact c SET updated_at = now(), phone = COALESCE((SELECT i.value"
            "  FROM contacts_contactidentity i WHERE i.contact_id = c.id AND i.kind = 'phone' AND i.retired_at IS NULL"
            "  ORDER BY i.first_seen_at DESC, i.id DESC LIMIT 1), '') WHERE c.id = ANY(%s)",
            [sorted(contact_ids)],
        )


def _retire(workspace_id: UUID, channel: str, resolution: Resolution) -> set[UUID]:
    keys = list(resolution.moved)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_contactidentity i SET retired_at = COALESCE(gone.at, now())"
            " FROM unnest(%b::text[], %b::text[], %b::timestamptz[]) AS gone(kind, value, at)"
            " WHERE i.workspace_id = %s AND i.channel = %s AND i.kind = gone.kind AND i.value = gone.value"
            " AND i.retired_at IS NULL RETURNING i.contact_id",
            [
                [kind for kind, _value in keys],
                [value for _kind, value in keys],
                [resolution.added_at[key] for key in keys],
                workspace_id,
                channel,
            ],
        )
        return {row[0] for row in cursor.fetchall()}


def _insert_suggestions(workspace_id: UUID, resolution: Resolution) -> list[tuple[UUID, UUID, str]]:
    """Those that are new."""
    if not resolution.suggestions:
        return []
    rows = sorted(resolution.suggestions)
    first, second, reasons = (list(column) for column in zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_mergesuggestion (id, workspace_id, first_id, second_id, reason, created_at)"
            " SELECT id, %s, a, b, reason, now()"
            " FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::text[]) AS new(id, a, b, reason)"
            " ON CONFLICT DO NOTHING RETURNING first_id, second_id, reason",
            [workspace_id, [new_id() for _ in rows], first, second, reasons],
        )
        return sorted(cursor.fetchall())


def _update_names(workspace_id: UUID, people: Sequence[PersonSeen], resolution: Resolution) -> list[UUID]:
    latest: dict[UUID, tuple[str, str, datetime]] = {}
    for person, contact_id in zip(people, resolution.contact_ids, strict=True):
        if contact_id is not None and (person.name or person.username):
            at = _profile_at(person)
            name, username, before = latest.get(contact_id, ("", "", at))
            if at >= before:
                latest[contact_id] = (person.name or name, person.username or username, at)
            else:
                latest[contact_id] = (name or person.name, username or person.username, before)
    if not latest:
        return []
    names, usernames, times = zip(*latest.values(), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_contact c SET profile_name = COALESCE(NULLIF(new.name, ''), c.profile_name),"
            " username = COALESCE(NULLIF(new.username, ''), c.username), profile_at = new.at, updated_at = now()"
            " FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::timestamptz[]) AS new(id, name, username, at)"
            " WHERE c.id = new.id AND c.workspace_id = %s AND new.at >= COALESCE(c.profile_at, '-infinity')"
            " AND ((new.name <> '' AND c.profile_name <> new.name)"
            "   OR (new.username <> '' AND c.username <> new.username))"
            " RETURNING c.id",
            [list(latest), list(names), list(usernames), list(times), workspace_id],
        )
        return [row[0] for row in cursor.fetchall()]
