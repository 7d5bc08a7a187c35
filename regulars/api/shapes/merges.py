"""Merges, suggestions of them and what is kept of a person, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

import msgspec

from regulars.api.paging import PageQuery
from regulars.api.shapes.common import Id, Ref
from regulars.contacts.models import Contact, Merge, MergeSuggestion
from regulars.contacts.operations.merging import undo_until
from regulars.kernel.telling import EXAMPLE_ID, Moment, told

FILES = "media.MediaFile"
SuggestionReason = Literal["same_phone", "same_identity", "number_changed"]
MergeReason = Literal["by_hand", "same_phone", "same_identity", "number_changed"]


class MergeOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Whom to take in."""

    other: Annotated[str, told("The contact whose person becomes this one's.", EXAMPLE_ID)] = msgspec.field(
        name="with"
    )


class MergeShape(msgspec.Struct, kw_only=True):
    """Two contacts are one person, because somebody said so."""

    id: Id
    kept: Annotated[str, told("The contact that stands for the person since.", EXAMPLE_ID)]
    absorbed: Annotated[str, told("The contact that stood for the other person until then.", EXAMPLE_ID)]
    reason: Annotated[MergeReason, told("Why.", "by_hand")]
    by: Annotated[str, told("Who said so.", "Alice Kim")]
    made_at: Annotated[Moment, told("When.")]
    undo_until: Annotated[Moment, told("Until when it can be undone.")]
    undone_at: Annotated[Moment | None, told("When it was undone; null while it stands.")]


class MergeSuggestionShape(msgspec.Struct, kw_only=True):
    """Two contacts that may be one person. Nothing merges by itself."""

    id: Id
    contacts: Annotated[list[Ref], told("The two of them.")]
    reason: Annotated[SuggestionReason, told("What speaks for it.", "same_phone")]
    created_at: Annotated[Moment, told("When it was noticed.")]


class AcceptedSuggestion(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which of the two stands for the person from then on."""

    keep: Annotated[str, told("The id of one of the two contacts.", EXAMPLE_ID)]


class MergeQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What the list of merges shows."""


class PersonShape(msgspec.Struct, kw_only=True):
    """Everything that is kept of one person, by table."""

    person: Annotated[str, told("The contact that stands for them.", EXAMPLE_ID)]
    contacts: Annotated[list[Id], told("All contacts that are this person.")]
    tables: Annotated[
        dict[str, list[dict[str, Any]]],
        told("Rows as they are kept; files have a `url`.", {"contacts.Contact": [{"name": "Alice Kim"}]}),
    ]


def build_merge(merge: Merge) -> MergeShape:
    return MergeShape(
        id=str(merge.id),
        kept=str(merge.kept_id),
        absorbed=str(merge.absorbed_id),
        reason=cast("MergeReason", merge.reason),
        by=merge.by_name,
        made_at=merge.made_at,
        undo_until=undo_until(merge),
        undone_at=merge.undone_at,
    )


def build_suggestion(suggestion: MergeSuggestion) -> MergeSuggestionShape:
    return MergeSuggestionShape(
        id=str(suggestion.id),
        contacts=[_refer(suggestion.first), _refer(suggestion.second)],
        reason=cast("SuggestionReason", suggestion.reason),
        created_at=suggestion.created_at,
    )


def _refer(contact: Contact) -> Ref:
    return Ref(str(contact.id), contact.display_name)


def with_address(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "url": f"/api/v1/media/{row['id']}/content"}
