"""Who is one person: merges, their undo, suggestions, and what is kept of somebody."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from regulars.api.paging import Page, last_made_first, newest_first
from regulars.api.parsing import parse_reference
from regulars.api.shapes.merges import (
    FILES,
    AcceptedSuggestion,
    MergeOrder,
    MergeQuery,
    MergeShape,
    MergeSuggestionShape,
    PersonShape,
    build_merge,
    build_suggestion,
    with_address,
)
from regulars.contacts.operations import merging
from regulars.contacts.queries import open_suggestions
from regulars.conversations.access import (
    access_contact,
    access_merge,
    access_merge_suggestion,
    merge_suggestions_visible_to,
    merges_visible_to,
)
from regulars.conversations.operations.exporting import export_person
from regulars.kernel.errors import Invalid
from regulars.workspaces.access import Actor


def merge_contact(actor: Actor, contact_id: UUID, body: MergeOrder) -> MergeShape:
    """Say that two contacts are one person: the one in the path stands for both from then on.

    Nothing moves: each contact keeps its addresses, conversations and messages, and says whose ``person`` it is.
    409 ``conflict`` when they are one already.
    """
    first = access_contact(actor, contact_id)
    second = access_contact(actor, parse_reference(body.other, "with"))
    return build_merge(merging.merge_contacts(first, second, by=actor))


def list_merges(actor: Actor, query: MergeQuery) -> Page[MergeShape]:
    """Merges of contacts that the token may see, the newest first, undone ones included."""
    rows, next_cursor = newest_first(merges_visible_to(actor), "made_at", query)
    return Page([build_merge(each) for each in rows], next_cursor)


def undo_merge(actor: Actor, merge_id: UUID) -> MergeShape:
    """Take a merge back: who is one person follows from the other merges, as if this one had never been.

    In any order, until ``undo_until``; after that 409 ``conflict``. Undone twice, it is undone once.
    """
    return build_merge(merging.undo_merge(access_merge(actor, merge_id), by=actor))


def list_merge_suggestions(actor: Actor, query: MergeQuery) -> Page[MergeSuggestionShape]:
    """Contacts that may be one person and about whom nobody has decided, the newest first."""
    waiting = open_suggestions(merge_suggestions_visible_to(actor))
    rows, next_cursor = last_made_first(waiting, query)
    return Page([build_suggestion(each) for each in rows], next_cursor)


def accept_merge_suggestion(actor: Actor, suggestion_id: UUID, body: AcceptedSuggestion) -> MergeShape:
    """Merge the two contacts of a suggestion."""
    suggestion = access_merge_suggestion(actor, suggestion_id)
    keep = parse_reference(body.keep, "keep")
    if keep not in (suggestion.first_id, suggestion.second_id):
        raise Invalid(
            _("This contact is not in the suggestion"), fields={"keep": "the id of one of its two contacts"}
        )
    return build_merge(merging.accept_suggestion(suggestion, keep=keep, by=actor))


def dismiss_merge_suggestion(actor: Actor, suggestion_id: UUID) -> None:
    """Say that the two are not one person: it is not suggested again."""
    merging.dismiss_suggestion(access_merge_suggestion(actor, suggestion_id), by=actor)


def reopen_merge_suggestion(actor: Actor, suggestion_id: UUID) -> None:
    """Take a dismissal back."""
    merging.reopen_suggestion(access_merge_suggestion(actor, suggestion_id), by=actor)


def export_contact(actor: Actor, contact_id: UUID) -> PersonShape:
    """Everything that is kept of the person that this contact is, of all their contacts; files by address.

    It is all that there is, whichever conversations the token sees otherwise. The audit trail notes who asked. 409
    ``conflict`` above 5,000 rows: then ``POST /exports`` has a file made.
    """
    found = export_person(access_contact(actor, contact_id), by=actor)
    tables = {name: [dict(row) for row in rows] for name, rows in found.tables.items()}
    tables[FILES] = [with_address(row) for row in tables[FILES]]
    return PersonShape(
        person=str(found.person_id), contacts=[str(each) for each in found.contact_ids], tables=tables
    )
