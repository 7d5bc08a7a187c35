"""Finding or making the contacts of a batch: a handful of statements, whatever its size."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from regulars.contacts.events import ContactChanged
from regulars.contacts.places import Place, place_of_bsuid, place_of_phone
from regulars.contacts.resolving import Key, Known, Resolution, keys_to_look_up, known_from_rows, resolve
from regulars.kernel.database import binary_cursor
from regulars.kernel.events import record_all
from regulars.kernel.ids import new_id
from regulars.kernel.locks import lock_keys


class PersonSeen(NamedTuple):
    """What one update told about a person: identities (strongest first), profile name, user name."""

    keys: tuple[Key, ...]
    name: str = ""
    username: str = ""


def identify_contacts(
    workspace_id: UUID, channel: str, people: Sequence[PersonSeen], *, lanes_are_held: bool = False
) -> list[UUID | None]:
    """The contact of each person, in order; None where nobody is named.

    Runs inside the caller's transaction. New contacts get the country, language and zone that their number
    suggests; new identities are attached; a doubtful case becomes a merge suggestion, never a merge.
    ``lanes_are_held``: the transaction has locked the lane of every identity named (``identity_lanes``).
    """
    references = [person.keys for person in people]
    wanted = keys_to_look_up(references)
    if not wanted:
        return [None] * len(people)
    if not lanes_are_held:
        lock_keys(identity_lanes(workspace_id, channel, wanted))
    known = read_known(workspace_id, channel, wanted)
    resolution = resolve(references, known)
    _insert_contacts(workspace_id, people, resolution)
    robbed = _insert_identities(workspace_id, channel, resolution)
    _insert_suggestions(workspace_id, resolution)
    changed = _update_names(workspace_id, people, resolution)
    touched = sorted({*resolution.attached.values(), *resolution.moved.values(), *robbed, *changed})
    record_all(ContactChanged(workspace_id, contact_id) for contact_id in touched)
    return resolution.contact_ids


def identity_lanes(workspace_id: UUID, channel: str, keys: Iterable[Key]) -> list[str]:
    """The names to lock before asking whose these identities are (see ``kernel.locks``)."""
    place = f"identity:{workspace_id}:{channel}"
    return [f"{place}:{kind}:{value}" for kind, value in keys]


def find_holder(workspace_id: UUID, channel: str, keys: Sequence[Key]) -> UUID | None:
    """Who has one of these identities now. Until the transaction ends nobody else can come to have one."""
    lock_keys(identity_lanes(workspace_id, channel, keys))
    known = read_known(workspace_id, channel, keys)
    return next((holder for holder in map(known.holder, keys) if holder is not None), None)


_READ_IDENTITIES = (
    "SELECT i.kind, i.value, i.contact_id FROM contacts_contactidentity i"
    " JOIN unnest(%b::text[], %b::text[]) AS wanted(kind, value) ON i.kind = wanted.kind AND i.value = wanted.value"
    " WHERE i.workspace_id = %s AND i.channel = %s AND {}"
)


def read_known(workspace_id: UUID, channel: str, keys: Sequence[Key]) -> Known:
    """What the database knows about these identities; hold their lanes before you act on it."""
    kinds, values = zip(*keys, strict=True)
    wanted: tuple[list[str], list[str], UUID, str] = (list(kinds), list(values), workspace_id, channel)
    with binary_cursor() as cursor:
        cursor.execute(_READ_IDENTITIES.format("i.retired_at IS NULL"), wanted)
        rows = cursor.fetchall()
        cursor.execute(_READ_IDENTITIES.format("i.retired_at IS NOT NULL ORDER BY i.retired_at"), wanted)
        retired_rows = cursor.fetchall()
        # asked only where it can matter: whether the owner of a phone has a BSUID, and none of those wanted
        bsuid_rows: list[tuple[UUID, str]] = [(row[2], row[1]) for row in rows if row[0] == "bsuid"]
        owners = sorted(
            {row[2] for row in rows if row[0] == "phone"} - {owner for owner, _value in bsuid_rows}
        )
        if owners and any(kind == "bsuid" for kind in kinds):
            cursor.execute(
                "SELECT contact_id, value FROM contacts_contactidentity"
                " WHERE contact_id = ANY(%s) AND kind = 'bsuid' AND retired_at IS NULL",
                [owners],
            )
            bsuid_rows += cursor.fetchall()
    return known_from_rows(rows, bsuid_rows, retired_rows)


def _insert_contacts(workspace_id: UUID, people: Sequence[PersonSeen], resolution: Resolution) -> None:
    if not resolution.created:
        return
    rows = []
    for contact_id, index in resolution.created.items():
        person = people[index]
        place = place_of(person.keys)
        phone = next((value for kind, value in person.keys if kind == "phone"), "")
        rows.append(
            (contact_id, person.name, person.username, phone, place.country, place.language, place.time_zone)
        )
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_contact (id, workspace_id, name, profile_name, username, phone, country, language,"
            " time_zone, tags, tier, stage, fields, about, unreachable_reason, created_at, updated_at)"
            " SELECT id, %s, '', name, username, phone, country, language, zone, '[]', '', '', '{}', '', '',"
            " now(), now()"
            " FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[])"
            " AS new(id, name, username, phone, country, language, zone)",
            [workspace_id, *columns],
        )


def place_of(keys: Sequence[Key]) -> Place:
    """The place that the identities suggest: the phone's, else the BSUID's country."""
    phone = next((value for kind, value in keys if kind == "phone"), "")
    if phone:
        return place_of_phone(phone)
    bsuid = next((value for kind, value in keys if kind == "bsuid"), "")
    return place_of_bsuid(bsuid) if bsuid else Place()


def _insert_identities(workspace_id: UUID, channel: str, resolution: Resolution) -> set[UUID]:
    """Write what is attached and moved; returns the contacts that lost an identity by it."""
    added = {**resolution.attached, **resolution.moved}
    if not added:
        return set()
    robbed = _retire(workspace_id, channel, list(resolution.moved)) if resolution.moved else set()
    robbed |= {owner for key, owner in resolution.attached.items() if added[key] != owner}
    kinds, values = zip(*added, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_contactidentity (id, workspace_id, contact_id, channel, kind, value, first_seen_at)"
            " SELECT id, %s, contact_id, %s, kind, value, now()"
            " FROM unnest(%b::uuid[], %b::uuid[], %b::text[], %b::text[]) AS new(id, contact_id, kind, value)",
            [
                workspace_id,
                channel,
                [new_id() for _ in added],
                list(added.values()),
                list(kinds),
                list(values),
            ],
        )
    given = {owner for (kind, _value), owner in added.items() if kind == "phone"}
    copy_phones(robbed | given - resolution.created.keys())
    return robbed


def copy_phones(contact_ids: Collection[UUID]) -> None:
    """Bring ``Contact.phone`` up to date: the newest phone among the identities, empty when there is none."""
    if not contact_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_contact c SET updated_at = now(), phone = COALESCE((SELECT i.value"
            "  FROM contacts_contactidentity i WHERE i.contact_id = c.id AND i.kind = 'phone' AND i.retired_at IS NULL"
            "  ORDER BY i.first_seen_at DESC, i.id DESC LIMIT 1), '') WHERE c.id = ANY(%s)",
            [sorted(contact_ids)],
        )


def _retire(workspace_id: UUID, channel: str, keys: Sequence[Key]) -> set[UUID]:
    kinds, values = zip(*keys, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_contactidentity i SET retired_at = now()"
            " FROM unnest(%b::text[], %b::text[]) AS gone(kind, value)"
            " WHERE i.workspace_id = %s AND i.channel = %s AND i.kind = gone.kind AND i.value = gone.value"
            " AND i.retired_at IS NULL RETURNING i.contact_id",
            [list(kinds), list(values), workspace_id, channel],
        )
        return {row[0] for row in cursor.fetchall()}


def _insert_suggestions(workspace_id: UUID, resolution: Resolution) -> None:
    if not resolution.suggestions:
        return
    rows = sorted(resolution.suggestions)
    first, second, reasons = (list(column) for column in zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_mergesuggestion (id, workspace_id, first_id, second_id, reason, created_at)"
            " SELECT id, %s, a, b, reason, now()"
            " FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::text[]) AS new(id, a, b, reason)"
            " ON CONFLICT DO NOTHING",
            [workspace_id, [new_id() for _ in rows], first, second, reasons],
        )


def _update_names(workspace_id: UUID, people: Sequence[PersonSeen], resolution: Resolution) -> list[UUID]:
    """Write changed profile and user names of contacts that existed; returns whose changed."""
    latest: dict[UUID, tuple[str, str]] = {}
    for person, contact_id in zip(people, resolution.contact_ids, strict=True):
        if contact_id is not None and (person.name or person.username):
            name, username = latest.get(contact_id, ("", ""))
            latest[contact_id] = (person.name or name, person.username or username)
    if not latest:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_contact c SET profile_name = COALESCE(NULLIF(new.name, ''), c.profile_name),"
            " username = COALESCE(NULLIF(new.username, ''), c.username), updated_at = now()"
            " FROM unnest(%b::uuid[], %b::text[], %b::text[]) AS new(id, name, username)"
            " WHERE c.id = new.id AND c.workspace_id = %s"
            " AND ((new.name <> '' AND c.profile_name <> new.name)"
            "   OR (new.username <> '' AND c.username <> new.username))"
            " RETURNING c.id",
            [
                list(latest),
                [each[0] for each in latest.values()],
                [each[1] for each in latest.values()],
                workspace_id,
            ],
        )
        return [row[0] for row in cursor.fetchall()]
