"""Conditions and what they can ask, as JSON."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec

from regulars.kernel.conditions.fields import Field, Registry
from regulars.kernel.conditions.values import FieldType, Operator
from regulars.kernel.telling import Moment, told

Conditions = Annotated[
    str,
    told(
        "A condition as JSON; `/condition-fields` lists what it can ask.",
        '{"all":[{"field":"messages.in_count","window":{"last":"P90D"},"op":">=","value":2}]}',
    ),
]


class KnownValue(msgspec.Struct):
    """A value that a field may have."""

    value: Annotated[str, told("What stands in the condition.", "opted_in")]
    label: Annotated[str, told("As the screens show it, in the caller's language.", "opted in")]


class RowField(msgspec.Struct, kw_only=True):
    """What `where` can ask of each row that is counted."""

    name: Annotated[str, told("What stands in `field` inside `where`.", "kind")]
    label: Annotated[str, told("As the screens show it.", "Kind")]
    type: Annotated[FieldType, told("What sort of value it has.", "choice")]
    operators: Annotated[list[Operator], told("How it can be compared.", ["is", "in"])]
    values: Annotated[list[KnownValue] | None, told("The values it may have; null: any.")]


class ConditionField(msgspec.Struct, kw_only=True):
    """Something that a condition can ask."""

    name: Annotated[str, told("What stands in `field`; `<key>` is yours to fill in.", "messages.in_count")]
    label: Annotated[str, told("As the screens show it, in the caller's language.", "Messages from them")]
    type: Annotated[
        FieldType,
        told(
            "What sort of value: `reference` is an id, `words` a set of texts, `any` whatever you keep there.",
            "number",
        ),
    ]
    operators: Annotated[list[Operator], told("How it can be compared.", [">=", "between"])]
    values: Annotated[list[KnownValue] | None, told("The values it may have; null: any.")]
    where: Annotated[bool, told("Whether it counts rows that `where` can narrow down.", True)]
    where_fields: Annotated[list[RowField], told("What `where` can ask of them.")]
    window: Annotated[bool, told("Whether it takes a `window`.", True)]
    compare: Annotated[bool, told("Whether it takes `compare`, a second window.", True)]
    has_history: Annotated[
        bool, told("Whether the past is answered as it was then; others are answered as they are now.", True)
    ]
    subjects: Annotated[list[str], told("What conditions with it can be about.", ["contact"])]


class FieldsQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which fields are listed."""

    subject: Annotated[
        str | None,
        told("Only what can be asked of `contact`, `conversation`, `message` or `event`.", "contact"),
    ] = None


class ExplanationQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which condition, and of which moment."""

    conditions: Conditions
    as_of: Annotated[
        Moment | None,
        told("What is asked is what was so then; now, if it is left out.", "2026-11-29T08:00:00Z"),
    ] = None


class ConditionExplanation(msgspec.Struct, kw_only=True):
    """Whether a condition holds for one object, and why."""

    holds: Annotated[bool, told("Whether all of it holds.", True)]
    as_of: Annotated[Moment, told("The moment that it was asked of.")]
    sentence: Annotated[
        str, told("The condition in words, in the caller's language.", "Messages from them: at least 2")
    ]
    conditions: Annotated[
        dict[str, Any],
        told(
            "The condition as it was read. Each part has `holds`; a leaf `saw`, the value then (null: missing), and"
            " with `compare` `saw_second`.",
            {
                "all": [{"field": "contact.tier", "op": "is", "value": "A", "saw": "B", "holds": False}],
                "holds": False,
            },
        ),
    ]


def build_field(asked: Field, registry: Registry, workspace_id: UUID) -> ConditionField:
    rows = asked.rows.fields.values() if asked.rows and asked.takes_where else ()
    return ConditionField(
        name=asked.name,
        label=str(asked.label),
        type=asked.type,
        operators=list(asked.operators),
        values=_values(asked, workspace_id),
        where=asked.takes_where,
        where_fields=[_row_field(each, workspace_id) for each in rows],
        window=asked.takes_window,
        compare=asked.takes_compare,
        has_history=asked.has_history,
        subjects=list(registry.subjects_of(asked)),
    )


def _row_field(asked: Field, workspace_id: UUID) -> RowField:
    return RowField(
        name=asked.name,
        label=str(asked.label),
        type=asked.type,
        operators=list(asked.operators),
        values=_values(asked, workspace_id),
    )


def _values(asked: Field, workspace_id: UUID) -> list[KnownValue] | None:
    if asked.choices is None:
        return None
    return [KnownValue(each.value, str(each.label)) for each in asked.choices.of(workspace_id)]
