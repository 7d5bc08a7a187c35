"""Public shapes of what a search finds."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from regulars.api.paging import PageQuery
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.search.queries import Found

Plural = Literal["messages", "contacts", "notes", "files", "cases"]
Kind = Literal["message", "contact", "note", "file", "case"]


class SearchQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What is looked for."""

    q: Annotated[
        str,
        told(
            'Words, all of which must occur, wherever in a word; `"words in quotes"` stand together. Numbers are found'
            " however they are written. Operators narrow, in English, Korean, Russian and Thai: `from:` (`me`,"
            " `customer`, a name), `in:` (a number, a team, `group`, `direct`), `tag:`, `before:` and `after:` (a day"
            " like `2026-11-03`, `yesterday`, `7d`), `has:` (`file`, `picture`, `voice`, `video`, `link`), `status:`"
            " (`open`, `snoozed`, `resolved`), `is:` (`unread`, `waiting`, `mine`, `unassigned`).",
            "late parcel from:customer after:2026-11-01",
        ),
    ]
    kind: Annotated[Plural | None, told("What kind of things; all of them without it.", "messages")] = (
        msgspec.field(default=None, name="in")
    )


class Highlight(msgspec.Struct):
    """A stretch of an excerpt, in Unicode characters."""

    start: Annotated[int, told("Its first character.", 6)]
    end: Annotated[int, told("The first one behind it.", 12)]


class SearchItem(msgspec.Struct, kw_only=True):
    """Something that says what was looked for; the newest come first."""

    kind: Annotated[Kind, told("What it is. A message with a file can be found as both.", "message")]
    id: Annotated[
        str, told("The id of the message, note, contact or case; of a file its message's.", EXAMPLE_ID)
    ]
    conversation: Annotated[
        str | None,
        told("The id of the conversation that it lies in; null for a contact and for a case.", EXAMPLE_ID),
    ]
    message: Annotated[str | None, told("The message's id; null for what is none.", EXAMPLE_ID)]
    contact: Annotated[
        str | None,
        told(
            "The id of the contact that it is about, or who said it; null where that is nobody.", EXAMPLE_ID
        ),
    ]
    excerpt: Annotated[
        str,
        told(
            "Plain text and no markup: one line of what it says, around what was found first. Escape it before it goes"
            " into a page.",
            "… the parcel is two days late, can you …",
        ),
    ]
    highlights: Annotated[list[Highlight], told("What was looked for in `excerpt`, in order.")]
    at: Annotated[Moment, told("When it was said, written, made or opened.")]


def build_item(found: Found) -> SearchItem:
    thing = found.thing
    return SearchItem(
        kind=found.kind,  # type: ignore[arg-type]  # one of those that are wired in
        id=str(thing.id),
        conversation=str(thing.conversation_id) if thing.conversation_id else None,
        message=str(thing.id) if found.kind in ("message", "file") else None,
        contact=str(thing.contact_id) if thing.contact_id else None,
        excerpt=found.excerpt.text,
        highlights=[Highlight(each.start, each.end) for each in found.excerpt.found],
        at=thing.at,
    )
