"""Public shapes of tags and of their being on something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, cast

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.paging import PageQuery
from regulars.api.shapes.common import Id
from regulars.kernel.events import Doer
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.tags.models import Tagging
from regulars.tags.queries import TagLine
from regulars.tags.taggings import Said
from regulars.workspaces.access import Actor

Color = Literal["gray", "blue", "green", "amber", "red", "purple", "cyan", "olive"]
Machine = Literal["rule", "condition", "model", "import", "sync"]
Source = Literal["member", "rule", "condition", "model", "import", "sync"]


class TagShape(msgspec.Struct, kw_only=True):
    """A word that is put on contacts and conversations."""

    id: Id
    name: Annotated[str, told("No other tag's, whatever its case or width.", "vip")]
    color: Annotated[Color, told("A word; each theme has its own value for it.", "green")]
    description: Annotated[str, told("When to use it.", "Ordered for more than 1,000 this year")]
    uses: Annotated[int, told("How many contacts and conversations have it now.", 37)]
    contacts: Annotated[int, told("How many of them are contacts.", 30)]
    conversations: Annotated[int, told("How many of them are conversations.", 7)]


class NewTag(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A tag that is not there yet."""

    name: Annotated[str, told("1 to 64 characters, and no other tag's name.", "vip")]
    color: Annotated[Color, told("Gray unless said otherwise.", "green")] = "gray"
    description: Annotated[str, told("When to use it.", "Ordered for more than 1,000 this year")] = ""


class TagChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change; a field left out stays as it is."""

    name: Annotated[str | UnsetType, told("1 to 64 characters, and no other tag's name.", "vip")] = UNSET
    color: Annotated[Color | UnsetType, told("Another color.", "green")] = UNSET
    description: Annotated[str | UnsetType, told("When to use it.", "Ordered often")] = UNSET


class TagMerge(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Where a tag goes."""

    into: Annotated[str, told("The id or the name of the tag that stays.", EXAMPLE_ID)]


class TagQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What the list of tags shows."""

    q: Annotated[str, told("Finds by a part of the name or of the description.", "vip")] = ""


class TaggedBy(msgspec.Struct):
    """Who or what put a tag there: a token does it for another system (``sync``), the house by a ``rule``."""

    kind: Annotated[Source, told("Who, or what.", "rule")]
    id: Annotated[
        str | None, told("The member's, the token's or the rule's id, if there is one.", EXAMPLE_ID)
    ]
    name: Annotated[str, told("As it was called then; empty for what nobody wrote down.", "Big spender")]


class TaggingShape(msgspec.Struct, kw_only=True):
    """A tag on something, from then on until it ended."""

    id: Id
    tag: Annotated[str, told("The tag's name, as it is now.", "vip")]
    tag_id: Annotated[str, told("The tag's id.", EXAMPLE_ID)]
    by: Annotated[TaggedBy, told("Who or what put it there.")]
    at: Annotated[Moment, told("Since when it is there.")]
    until: Annotated[Moment | None, told("When it ended; null while it is there.")]
    reason: Annotated[str | None, told("Why it was put there.", "two orders within 90 days")]
    confidence: Annotated[float | None, told("0 to 1, of what guesses.", 0.92)]
    expires_at: Annotated[Moment | None, told("When it is to end by itself.")]
    ended_by: Annotated[TaggedBy | None, told("Who or what took it off.")]
    end_reason: Annotated[str | None, told("Why it ended; `expired` when its time was over.", "expired")]


class MachineShape(msgspec.Struct, forbid_unknown_fields=True):
    """What decides, where a token only carries it."""

    kind: Annotated[Machine, told("What it is.", "model")]
    name: Annotated[str, msgspec.Meta(max_length=200), told("What it is called.", "intent model 3")]


class NewTagging(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A tag to put on something."""

    tag: Annotated[str, told("The id or the name of a tag; a new name makes a new tag.", "vip")]
    reason: Annotated[str, told("Why, at most 500 characters.", "two orders within 90 days")] = ""
    confidence: Annotated[float | None, told("0 to 1, of what guesses.", 0.92)] = None
    expires_at: Annotated[Moment | None, told("When it ends by itself; in the future.")] = None
    by: Annotated[MachineShape | None, told("What decided; without it, the token.")] = None


class TaggingQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """Which taggings are listed."""

    ended: Annotated[bool, told("With those that have ended.", True)] = True


def said_in(actor: Actor, body: NewTagging) -> Said:
    by = Doer(body.by.kind, actor.id, body.by.name) if body.by else actor.doer
    return Said(by, body.reason.strip(), body.confidence, body.expires_at)


def build_tag(line: TagLine) -> TagShape:
    return TagShape(
        id=str(line.tag.id),
        name=line.tag.name,
        color=cast("Color", line.tag.color),
        description=line.tag.description,
        uses=line.uses,
        contacts=line.uses_by_subject.get("contact", 0),
        conversations=line.uses_by_subject.get("conversation", 0),
    )


def build_taggings(taggings: Sequence[Tagging]) -> list[TaggingShape]:
    return [_build(each) for each in taggings]


def _build(row: Tagging) -> TaggingShape:
    return TaggingShape(
        id=str(row.id),
        tag=row.tag.name,
        tag_id=str(row.tag_id),
        by=_by(row.by_kind, row.by_id, row.by_name),
        at=row.from_at,
        until=row.until_at,
        reason=row.reason or None,
        confidence=row.confidence,
        expires_at=row.expires_at,
        ended_by=_by(row.ended_by_kind, row.ended_by_id, row.ended_by_name) if row.until_at else None,
        end_reason=row.end_reason or None,
    )


def _by(kind: str, doer_id: object, name: str) -> TaggedBy:
    return TaggedBy(msgspec.convert(kind, Source), str(doer_id) if doer_id else None, name)
