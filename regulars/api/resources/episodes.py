"""What a conversation was about, one thing after the other, and what was counted of it."""

from __future__ import annotations

from uuid import UUID

from regulars.api.paging import Page, PageQuery, newest_first
from regulars.api.shapes.episodes import EpisodeShape, FactShape, build_episode, build_fact
from regulars.conversations.access import access_conversation
from regulars.conversations.queries.episodes import episodes_of, facts_of
from regulars.workspaces.access import Actor


def list_episodes(actor: Actor, conversation_id: UUID, query: PageQuery) -> Page[EpisodeShape]:
    """The episodes of a conversation, the last one first."""
    rows, next_cursor = newest_first(
        episodes_of(access_conversation(actor, conversation_id)), "opened_at", query
    )
    return Page([build_episode(each) for each in rows], next_cursor)


def list_facts(actor: Actor, conversation_id: UUID, query: PageQuery) -> Page[FactShape]:
    """What was counted of a conversation, the newest first; withdrawn answers are there and say so."""
    rows, next_cursor = newest_first(facts_of(access_conversation(actor, conversation_id)), "at", query)
    return Page([build_fact(each) for each in rows], next_cursor)
