"""Episodes and facts as JSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

import msgspec

from regulars.api.shapes.common import Id
from regulars.conversations.models import Episode, Fact
from regulars.kernel.telling import EXAMPLE_ID, Moment, told

Outcome = Literal["answered", "unanswered"]
FactKind = Literal["answered", "assigned", "handed_to_team", "resolved", "reopened"]
FactAuthor = Literal["contact", "person", "phone_app", "machine"]


class EpisodeAuthor(msgspec.Struct):
    """Who resolved it, as they were called then."""

    kind: Annotated[
        str | None, told("`member`, `token` or `system`; null where nobody wrote it down.", "member")
    ]
    id: Annotated[str | None, told("The member's or the token's id.", EXAMPLE_ID)]
    name: Annotated[str, told("As they were called then.", "Mina")]


class EpisodeShape(msgspec.Struct, kw_only=True):
    """From a conversation's first message to its resolution; opened again soon enough, it goes on."""

    id: Id
    number: Annotated[int, told("Of its conversation, from 1.", 3)]
    opened_at: Annotated[Moment, told("When its first message was said.")]
    first_answer_at: Annotated[Moment | None, told("When the first answer that got there was given.")]
    first_answer_seconds: Annotated[
        int | None, told("How long the contact waited for it; null where it was not measured.", 252)
    ]
    first_answer_business_seconds: Annotated[
        int | None, told("The part of that wait that lay in business hours.", 132)
    ]
    resolved_at: Annotated[Moment | None, told("When it was resolved; null while it goes on.")]
    by: Annotated[EpisodeAuthor | None, told("Who resolved it; null while it goes on.")]
    outcome: Annotated[
        Outcome | None,
        told("Whether it was resolved with an answer or without one; null while it goes on.", "answered"),
    ]
    reopened_count: Annotated[int, told("How often it was opened again and went on.", 0)]
    reopened_at: Annotated[Moment | None, told("When it was opened again for the last time.")]


class FactBy(msgspec.Struct):
    """Who did it, as they were called then."""

    kind: Annotated[
        FactAuthor,
        told("A `person` here, somebody on the `phone_app`, a `machine`, or the `contact`.", "person"),
    ]
    id: Annotated[str | None, told("The member's or the token's id, if there is one.", EXAMPLE_ID)]
    name: Annotated[str, told("Empty where nobody was named.", "Mina")]


class FactShape(msgspec.Struct, kw_only=True):
    """Something that is counted, written down once when it happened."""

    id: Id
    kind: Annotated[FactKind, told("What happened.", "answered")]
    at: Annotated[Moment, told("When.")]
    by: Annotated[FactBy, told("Who did it.")]
    episode: Annotated[str | None, told("The episode's id; null before the first message.", EXAMPLE_ID)]
    inbox: Annotated[str, told("The number's id.", EXAMPLE_ID)]
    channel: Annotated[str, told("The channel's kind.", "whatsapp")]
    member: Annotated[
        str | None, told("Whose the conversation was then; of an answer, the member who gave it.", EXAMPLE_ID)
    ]
    team: Annotated[str | None, told("In which team's queue it was then.", EXAMPLE_ID)]
    tier: Annotated[str | None, told("The contact's tier then; null where it was not known.", "A")]
    message: Annotated[str | None, told("The answer's id; null for other facts.", EXAMPLE_ID)]
    first: Annotated[bool, told("Whether it is the first answer of its episode.", True)]
    waiting_since: Annotated[Moment | None, told("When the wait began that an answer ended.")]
    wait_seconds: Annotated[int | None, told("How long that wait was.", 252)]
    business_seconds: Annotated[int | None, told("The part of it that lay in business hours.", 132)]
    withdrawn_at: Annotated[
        Moment | None,
        told(
            "When an answer turned out to be none: it failed, or an earlier one came to light. Null while it counts."
        ),
    ]


def build_episode(episode: Episode) -> EpisodeShape:
    waits = cast("Any", episode)
    is_over = episode.resolved_at is not None
    by = EpisodeAuthor(
        episode.resolved_by_kind or None, _text(episode.resolved_by_id), episode.resolved_by_name
    )
    outcome: Outcome = "answered" if episode.first_answer_at else "unanswered"
    return EpisodeShape(
        id=str(episode.id),
        number=episode.number,
        opened_at=episode.opened_at,
        first_answer_at=episode.first_answer_at,
        first_answer_seconds=waits.first_wait,
        first_answer_business_seconds=waits.first_business_wait,
        resolved_at=episode.resolved_at,
        by=by if is_over else None,
        outcome=outcome if is_over else None,
        reopened_count=episode.reopened_count,
        reopened_at=episode.reopened_at,
    )


def build_fact(fact: Fact) -> FactShape:
    return FactShape(
        id=str(fact.id),
        kind=cast("FactKind", fact.kind),
        at=fact.at,
        by=FactBy(cast("FactAuthor", fact.by_kind), _text(fact.by_id), fact.by_name),
        episode=_text(fact.episode_id),
        inbox=str(fact.inbox_id),
        channel=fact.channel,
        member=_text(fact.member_id),
        team=_text(fact.team_id),
        tier=fact.tier or None,
        message=_text(fact.message_id),
        first=fact.is_first,
        waiting_since=fact.since,
        wait_seconds=fact.wait_seconds,
        business_seconds=fact.business_seconds,
        withdrawn_at=fact.withdrawn_at,
    )


def _text(value: object) -> str | None:
    return str(value) if value else None
