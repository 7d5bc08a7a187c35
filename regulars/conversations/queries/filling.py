"""For whom a quick reply is filled in: what may be told of whoever a conversation is with."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from regulars.conversations.access import contact_shown_to
from regulars.conversations.models import Conversation
from regulars.kernel import clock
from regulars.kernel.visible import is_invisible
from regulars.quick_replies.humanizing import Reader
from regulars.quick_replies.ports import Subject
from regulars.workspaces.access import Actor, access_workspace


def subject_of(actor: Actor, conversation: Conversation, *, language: str = "") -> Subject:
    """``language``: that of the text, where it is not the contact's. A group has a name and no fields."""
    workspace = access_workspace(actor)
    contact = conversation.contact
    shown = contact_shown_to(actor, conversation)
    said = language or language_of(conversation) or workspace.language
    zone = _zone((contact.time_zone if contact else ""), workspace.time_zone)
    return Subject(
        workspace_id=actor.workspace_id,
        business=workspace.name,
        member=actor.name,
        reader=Reader(said, zone, clock.now()),
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        contact_name=_name(conversation),
        contact_fields=shown.fields if shown else {},
    )


def language_of(conversation: Conversation) -> str:
    """In which the contact reads; empty when nobody knows."""
    return conversation.contact.language if conversation.contact else ""


def _name(conversation: Conversation) -> str:
    contact = conversation.contact
    names = (contact.name, contact.profile_name) if contact else ()
    return next((name for name in names if name and not is_invisible(name)), "")


def _zone(*written: str) -> ZoneInfo:
    return next(_zones(written), ZoneInfo("UTC"))


def _zones(written: tuple[str, ...]) -> Iterator[ZoneInfo]:
    for name in filter(None, written):
        try:
            yield ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
