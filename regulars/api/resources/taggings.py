"""Tags on contacts and conversations: who or what put them there, since when, and until when."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from regulars.api.paging import Page, newest_first
from regulars.api.shapes.tags import NewTagging, TaggingQuery, TaggingShape, build_taggings, said_in
from regulars.contacts.models import ContactTagging
from regulars.contacts.operations.tagging import tag_contacts, untag_contacts
from regulars.conversations.access import access_contact, access_conversation
from regulars.conversations.models import ConversationTagging
from regulars.conversations.operations.tagging import tag_conversations, untag_conversations
from regulars.kernel.errors import NotFound
from regulars.tags.access import get_tag
from regulars.tags.models import Tag, Tagging
from regulars.tags.operations import tag_for
from regulars.tags.taggings import history_of
from regulars.workspaces.access import Actor


def list_contact_taggings(actor: Actor, contact_id: UUID, query: TaggingQuery) -> Page[TaggingShape]:
    """The tags of a contact with who or what put each there, the newest first, with those that have ended."""
    return _page(ContactTagging, access_contact(actor, contact_id).id, query)


def tag_contact(actor: Actor, contact_id: UUID, body: NewTagging) -> TaggingShape:
    """Put a tag on a contact; one that is there stays as it is, but said to last longer it lasts longer."""
    contact = access_contact(actor, contact_id)
    tag = tag_for(actor.workspace_id, body.tag, by=actor)
    tag_contacts([contact], [tag], by=actor, said=said_in(actor, body))
    return _current(ContactTagging, contact.id, tag)


def untag_contact(actor: Actor, contact_id: UUID, tag: str) -> None:
    """Take a tag off a contact; that it was there stays known."""
    if not untag_contacts([access_contact(actor, contact_id)], [get_tag(actor, tag)], by=actor):
        raise _not_on_it()


def list_conversation_taggings(
    actor: Actor, conversation_id: UUID, query: TaggingQuery
) -> Page[TaggingShape]:
    """The tags of a conversation with who or what put each there, the newest first, with those that have ended."""
    return _page(ConversationTagging, access_conversation(actor, conversation_id).id, query)


def tag_conversation(actor: Actor, conversation_id: UUID, body: NewTagging) -> TaggingShape:
    """Put a tag on a conversation; one that is there stays as it is, but said to last longer it lasts longer."""
    conversation = access_conversation(actor, conversation_id)
    tag = tag_for(actor.workspace_id, body.tag, by=actor)
    tag_conversations([conversation], [tag], by=actor, said=said_in(actor, body))
    return _current(ConversationTagging, conversation.id, tag)


def untag_conversation(actor: Actor, conversation_id: UUID, tag: str) -> None:
    """Take a tag off a conversation; that it was there stays known."""
    conversation = access_conversation(actor, conversation_id)
    if not untag_conversations([conversation], [get_tag(actor, tag)], by=actor):
        raise _not_on_it()


def _page(model: type[Tagging], thing_id: UUID, query: TaggingQuery) -> Page[TaggingShape]:
    history = history_of(model, thing_id)
    rows, next_cursor = newest_first(
        history if query.ended else history.filter(until_at=None), "from_at", query
    )
    return Page(build_taggings(rows), next_cursor)


def _current(model: type[Tagging], thing_id: UUID, tag: Tag) -> TaggingShape:
    (shape,) = build_taggings([history_of(model, thing_id).get(tag=tag, until_at=None)])
    return shape


def _not_on_it() -> NotFound:
    return NotFound(_("The tag is not on it"))
