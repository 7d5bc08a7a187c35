"""Two contacts become one person, and two again. A merge is a pointer: rows keep their contact, nothing moves.

Everything that changes who is whom in a workspace happens one after the other, and follows from the merges that stand
(``contacts.merging``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.contacts.events import (
    ContactsMerged,
    MergeSuggestionDismissed,
    MergeSuggestionReopened,
    MergeUndone,
)
from regulars.contacts.merging import Tie, persons_of, without_contact
from regulars.contacts.models import Contact, Merge, MergedContact, MergeSuggestion
from regulars.contacts.registry import Moved, follow_merge, follow_undo
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, NotFound
from regulars.kernel.events import record
from regulars.kernel.locks import lock_keys
from regulars.workspaces.access import Actor
from regulars.workspaces.operations import audit

UNDO_WITHIN = timedelta(days=30)
BY_HAND = "by_hand"


@transaction.atomic
def merge_contacts(first: Contact, second: Contact, *, by: Actor, reason: str = BY_HAND) -> Merge:
    """Whoever is one person with ``second`` is one with ``first``, whose person stays.

    Refused when they are one already.
    Both were let in to (``conversations.access.access_contact``).
    """
    by.require("contacts:merge")
    _one_at_a_time(first.workspace_id)
    before = _persons(first.workspace_id, [first.id, second.id])
    kept, absorbed = before.get(first.id), before.get(second.id)
    if kept is None or absorbed is None:
        raise NotFound(_("There is no such contact, or you may not see it"))
    if kept == absorbed:
        raise Conflict(_("These contacts are one person already"))
    merge = Merge.objects.create(
        workspace_id=first.workspace_id,
        first_id=first.id,
        second_id=second.id,
        kept_id=kept,
        absorbed_id=absorbed,
        reason=reason,
        by_kind=by.kind,
        by_id=by.id,
        by_name=by.name,
    )
    moved = _point_anew(first.workspace_id, [kept, absorbed])
    MergedContact.objects.bulk_create(
        MergedContact(merge=merge, contact_id=each.contact_id, before_id=each.before) for each in moved
    )
    follow_merge(first.workspace_id, moved)
    everybody = tuple(sorted(_contacts_of(first.workspace_id, [kept, absorbed])))
    record(ContactsMerged(first.workspace_id, merge.id, kept, absorbed, everybody, reason, by.doer))
    facts = {"absorbed": str(absorbed), "merge": str(merge.id), "reason": reason}
    audit(by, "contacts:merge", "contact", str(kept), **facts)
    return merge


@transaction.atomic
def undo_merge(merge: Merge, *, by: Actor) -> Merge:
    """Who is one person follows from the other merges, as if this one had never been.

    Undone twice, it is undone once.
    """
    by.require("contacts:merge")
    _one_at_a_time(merge.workspace_id)
    merge = Merge.objects.select_for_update().filter(id=merge.id).first() or _gone()
    if merge.undone_at is not None:
        return merge
    if clock.now() >= undo_until(merge):
        raise Conflict(
            _("A merge can be undone for %(days)s days, and this one is older") % {"days": UNDO_WITHIN.days}
        )
    merge.undone_at, merge.undone_by_name = clock.now(), by.name
    merge.save(update_fields=["undone_at", "undone_by_name"])
    (person,) = set(_persons(merge.workspace_id, [merge.first_id, merge.second_id]).values())
    everybody = tuple(sorted(_contacts_of(merge.workspace_id, [person])))
    moved = _point_anew(merge.workspace_id, [person])
    follow_undo(merge.workspace_id, moved)
    record(MergeUndone(merge.workspace_id, merge.id, merge.kept_id, merge.absorbed_id, everybody, by.doer))
    audit(by, "contacts:unmerge", "contact", str(merge.kept_id), merge=str(merge.id))
    return merge


def _gone() -> Merge:
    raise NotFound(_("One of these contacts was removed; there is nothing left to undo"))


def undo_until(merge: Merge) -> datetime:
    return merge.made_at + UNDO_WITHIN


def accept_suggestion(suggestion: MergeSuggestion, *, keep: UUID, by: Actor) -> Merge:
    """``keep``: which of the two stays."""
    pair = {each.id: each for each in (suggestion.first, suggestion.second)}
    kept = pair.pop(keep, suggestion.first)
    other = next(each for each in pair.values() if each.id != kept.id)
    return merge_contacts(kept, other, by=by, reason=suggestion.reason)


@transaction.atomic
def dismiss_suggestion(suggestion: MergeSuggestion, *, by: Actor) -> None:
    """They are two: it is not asked again. Dismissing twice changes nothing."""
    by.require("contacts:merge")
    open_one = MergeSuggestion.objects.filter(id=suggestion.id, decided_at=None)
    if open_one.update(decided_at=clock.now()):
        pair = (suggestion.first_id, suggestion.second_id)
        record(MergeSuggestionDismissed(suggestion.workspace_id, suggestion.id, *pair, by.doer))
        audit(by, "contacts:dismiss_merge", "merge_suggestion", str(suggestion.id))


@transaction.atomic
def reopen_suggestion(suggestion: MergeSuggestion, *, by: Actor) -> None:
    """Take the dismissal back."""
    by.require("contacts:merge")
    dismissed = MergeSuggestion.objects.filter(id=suggestion.id, decided_at__isnull=False)
    if dismissed.update(decided_at=None):
        pair = (suggestion.first_id, suggestion.second_id)
        record(MergeSuggestionReopened(suggestion.workspace_id, suggestion.id, *pair, by.doer))
        audit(by, "contacts:reopen_merge", "merge_suggestion", str(suggestion.id))


@contextmanager
def leaving_its_person(contact: Contact) -> Iterator[None]:
    """A contact is removed: the others of its person stay one, and none points to what is gone."""
    _one_at_a_time(contact.workspace_id)
    person = _persons(contact.workspace_id, [contact.id]).get(contact.id, contact.id)
    everybody = _contacts_of(contact.workspace_id, [person])
    ended, renamed = without_contact(contact.id, _ties(contact.workspace_id, everybody))
    for tie in renamed:
        Merge.objects.filter(id=tie.id).update(first_id=tie.first, second_id=tie.second)
    Merge.objects.filter(id__in=[tie.id for tie in ended]).delete()
    others = everybody - {contact.id}
    _point(contact.workspace_id, persons_of(others, _ties(contact.workspace_id, others)))
    _point(contact.workspace_id, {contact.id: contact.id})
    yield


def _one_at_a_time(workspace_id: UUID) -> None:
    lock_keys([f"persons:{workspace_id}"])


def _persons(workspace_id: UUID, contact_ids: Collection[UUID]) -> dict[UUID, UUID]:
    found = Contact.objects.filter(workspace_id=workspace_id, id__in=contact_ids)
    return dict(found.values_list("id", "person_id"))


def _contacts_of(workspace_id: UUID, persons: Collection[UUID]) -> set[UUID]:
    found = Contact.objects.filter(workspace_id=workspace_id, person_id__in=persons)
    return set(found.values_list("id", flat=True))


def _ties(workspace_id: UUID, contacts: Collection[UUID]) -> list[Tie]:
    within = Q(first_id__in=contacts, second_id__in=contacts)
    standing = Merge.objects.filter(within, workspace_id=workspace_id, undone_at=None)
    return [
        Tie(*row) for row in standing.order_by("made_at", "id").values_list("id", "first_id", "second_id")
    ]


def _point_anew(workspace_id: UUID, persons: Iterable[UUID]) -> list[Moved]:
    """Let everybody who was one of these persons point to whom the merges that stand say."""
    contacts = _contacts_of(workspace_id, list(persons))
    return _point(workspace_id, persons_of(contacts, _ties(workspace_id, contacts)))


_POINT = """
UPDATE contacts_contact c SET person_id = new.person, updated_at = now()
FROM unnest(%b::uuid[], %b::uuid[]) AS new(id, person),
  (SELECT id, person_id FROM contacts_contact WHERE workspace_id = %s AND id = ANY(%s)
   ORDER BY id FOR NO KEY UPDATE) old
WHERE c.id = new.id AND c.id = old.id AND old.person_id <> new.person
RETURNING c.id, old.person_id, c.person_id
"""


def _point(workspace_id: UUID, persons: Mapping[UUID, UUID]) -> list[Moved]:
    if not persons:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_POINT, [list(persons), list(persons.values()), workspace_id, list(persons)])
        return [Moved(*row) for row in cursor.fetchall()]
