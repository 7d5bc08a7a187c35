"""What the three panes show: list, thread with composer, side panel. A fixed number of queries each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from regulars.attention.queries import attach_mentions, is_following, unseen_mentions
from regulars.blocking.access import block_of
from regulars.contacts.models import Contact, ContactIdentity, ContactTagging
from regulars.conversations.access import contact_shown_to
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import PRIORITIES
from regulars.conversations.queries.asking import in_time, kept_condition
from regulars.conversations.queries.changing import REWRITING, read_changes
from regulars.conversations.queries.episodes import episodes_of
from regulars.conversations.queries.lists import (
    Counts,
    Page,
    attach_tags,
    count_for,
    count_up_to,
    list_conversations,
    loads_of,
)
from regulars.conversations.queries.threads import drafts_of, newest_notes, read_thread, read_writers
from regulars.inboxes.access import inboxes_of
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import ChannelProfile
from regulars.inboxes.queries import inboxes_in
from regulars.kernel import clock
from regulars.quick_replies.queries import is_advised
from regulars.saved_views.access import can_change
from regulars.service_levels.due import attach_clocks
from regulars.service_levels.levels import settings_of
from regulars.service_levels.queries import batch_of, list_by_due
from regulars.tags.queries import find_tag
from regulars.tags.taggings import tags_on
from regulars.web.cases.panel import about_cases
from regulars.web.inbox.building import conversation_row, tag_views, thread_items, unread_bubbles, writer
from regulars.web.inbox.language_names import language_info
from regulars.web.inbox.lists import PROMISED, ListChoice, Tab, order_label, state_label
from regulars.web.inbox.scheduled import scheduled_context
from regulars.web.inbox.view_models import ConversationRow
from regulars.web.people.panel import about_merges, other_threads, person_facts
from regulars.web.routing.why import about_routing
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member
from regulars.workspaces.queries import active_members_of, teams_of
from regulars.workspaces.serving import serving_of
from regulars.workspaces.sight import NUMBERS

PANEL_NOTES = 3
PANEL_EPISODES = 5
MOST_COUNTED = 1_000
"""conversations with a tag; of more the list says so"""


def list_context(actor: Actor, choice: ListChoice, cursor: str | None = None) -> dict[str, Any]:
    with in_time() if choice.saved else nullcontext():
        page = _page(actor, choice, cursor or None)
    attach_clocks(page.items)
    context: dict[str, Any] = {
        "choice": choice,
        "list_title": choice.label,
        "now": clock.now(),
        "priorities": PRIORITIES,
        "may": {
            "assign": actor.can("conversations:assign"),
            "resolve": actor.can("conversations:resolve"),
        },
        "may_save": choice.can_be_saved,
        "may_change_saved": choice.saved is not None and can_change(actor, choice.saved),
        "tabs": [Tab(state, state_label(state)) for state in choice.states],
        "orders": [(order, order_label(order)) for order in choice.orders],
        "current_view": choice.view,
        "current_inbox": choice.inbox_id,
        "rows": [conversation_row(each) for each in page.items],
        "next_cursor": page.next_cursor,
        "is_first_page": not cursor,
    }
    if choice.inbox_id:
        chosen = inboxes_of(actor).filter(id=choice.inbox_id).first()
        context["list_title"] = chosen.name if chosen else choice.label
    if choice.view == "mentions":
        context["unseen"] = sorted(map(str, unseen_mentions(actor)))
    if choice.tag and not cursor:
        context |= _about_tag(actor, choice)
    if choice.view in PROMISED and not cursor:
        context |= _about_promises(actor, choice)
    if not page.items and not cursor:
        context["empty"] = _why_empty(actor, choice)
    return context


def _page(actor: Actor, choice: ListChoice, cursor: str | None) -> Page:
    wanted = choice.filter_for(actor)
    if choice.order == "sla":
        return list_by_due(actor, wanted, cursor=cursor)
    return list_conversations(actor, wanted, order=choice.order, cursor=cursor)


def _about_promises(actor: Actor, choice: ListChoice) -> dict[str, Any]:
    """How many there are, and of the batch by when all is due and how much is done."""
    count = count_up_to(actor, choice.filter_for(actor), MOST_COUNTED)
    return {
        "list_count": min(count, MOST_COUNTED),
        "list_has_more": count > MOST_COUNTED,
        "batch": batch_of(actor) if choice.view == "batch" else None,
        "follow_up_within": settings_of(actor.workspace_id).follow_up_within
        if choice.view == "overdue"
        else None,
    }


def _about_tag(actor: Actor, choice: ListChoice) -> dict[str, Any]:
    tag = find_tag(actor.workspace_id, choice.tag)
    if tag is None:
        return {}
    count = count_up_to(actor, choice.filter_for(actor), MOST_COUNTED)
    return {
        "tag": tag_views([tag])[0],
        "tag_count": min(count, MOST_COUNTED),
        "tag_has_more": count > MOST_COUNTED,
    }


def _why_empty(actor: Actor, choice: ListChoice) -> dict[str, Any]:
    if choice.text:
        return {"reason": "search", "text": choice.text}
    if choice.tag:
        return {"reason": "tag"}
    if not inboxes_in(actor.workspace_id).exists():
        return {"reason": "no_number"}
    if not actor.sees_all and not actor.team_ids and not list(inboxes_of(actor)[:1]):
        return {"reason": "no_right"}
    if choice.saved:
        is_readable = kept_condition(choice.saved.conditions, actor) is not None
        return {"reason": "saved" if is_readable else "unreadable"}
    if choice.state in {"snoozed", "waiting"} or (choice.state == "done" and choice.view != "resolved"):
        return {"reason": choice.state}
    counts: Counts = count_for(actor)
    if choice.view == "mine":
        oldest = counts.oldest_unassigned_since
        return {"reason": "mine", "unassigned": counts.unassigned, "oldest_since": oldest}
    return {"reason": choice.view}


def thread_context(actor: Actor, member: Member, conversation: Conversation) -> dict[str, Any]:
    page = read_thread(conversation)
    attach_mentions(page.notes)
    now = clock.now()
    items = thread_items(page, conversation)
    channel = facts_of(conversation.inbox.connection.channel)
    others = other_threads(actor, conversation)
    panel = _panel(actor, conversation, others)
    return {
        **_head(actor, conversation, others),
        **panel,
        "items": items,
        "earlier_url": reverse("earlier-messages", args=[conversation.id]) if page.has_older else "",
        "seen_before": page.newest_in_before or "",
        "unread_count": unread_bubbles(page, conversation.unread_count),
        "window_is_open": conversation.window_is_open(now),
        "begins_with": _first_mode(actor, window_is_open=conversation.window_is_open(now)),
        "drafts": drafts_of(conversation, member),
        "longest_text": channel.longest_text,
        "limits": channel.part_limits,
        **scheduled_context(conversation),
        "file_limits": _file_limits(channel),
        "advises": is_advised(actor),
        "uses_quick_replies": actor.can("quick_replies:read"),
        "phone_query": _phone_query(actor, conversation, panel.get("identities", [])),
    }


def _file_limits(channel: ChannelProfile) -> str:
    """For the script that looks at files before they are uploaded, in JSON."""
    advice = channel.picture_advice
    kinds = [
        {"kind": kind, "types": limit.mime_types, "limit": limit.max_bytes}
        for kind, limit in channel.file_limits.items()
    ]
    return json.dumps({"kinds": kinds, "picture": advice._asdict() if advice else None})


def _phone_query(actor: Actor, conversation: Conversation, identities: list[ContactIdentity]) -> str:
    """Whose phone the demo's pane of phones shows beside this conversation, and in which chat; nobody's for a group."""
    if not (settings.DEMO and identities and actor.can(NUMBERS)):
        return ""
    known = identities[0]
    customer = known.provider_address or known.value
    return "?" + urlencode({"customer": customer, "number": conversation.inbox.address})


def panel_context(actor: Actor, conversation: Conversation) -> dict[str, Any]:
    return _panel(actor, conversation, other_threads(actor, conversation))


def _panel(actor: Actor, conversation: Conversation, others: Sequence[ConversationRow]) -> dict[str, Any]:
    contact = contact_shown_to(actor, conversation)
    episodes = list(episodes_of(conversation).order_by("-number")[: PANEL_EPISODES + 1])
    return {
        "episodes": episodes[:PANEL_EPISODES],
        "has_more_episodes": len(episodes) > PANEL_EPISODES,
        "others": others,
        "conversation": conversation_row(_with_tags(conversation)),
        "can": _rights(actor, contact),
        **about_routing(conversation),
        "panel_notes": newest_notes(conversation).filter(withdrawn_at=None)[:PANEL_NOTES],
        **about_cases(actor, conversation),
        **(_about_group(conversation) if conversation.group else _about_contact(actor, contact)),
    }


def _about_contact(actor: Actor, contact: Contact | None) -> dict[str, Any]:
    if contact is None:
        return {"panel_template": "inbox/_context.html", "contact": None}
    facts = person_facts(contact)
    identities = sorted(
        facts.identities, key=lambda each: each.contact_id != contact.id
    )  # the open thread's first
    return {
        "panel_template": "inbox/_context.html",
        "contact": contact,
        "person": facts,
        "contact_tags": tag_views(tags_on(ContactTagging, [contact.id])[contact.id]),
        "contact_language": language_info(contact.language).get("name_local") or contact.language,
        "identities": identities,
        "in_several_portfolios": len({each.portfolio for each in identities if each.kind == "bsuid"}) > 1,
        **about_merges(actor, contact),
    }


def _about_group(conversation: Conversation) -> dict[str, Any]:
    last_words = read_writers(conversation)
    changes = read_changes(last_words, REWRITING)
    return {
        "panel_template": "inbox/_context_group.html",
        "group": conversation.group,
        "writers": [writer(message, changes[message.id]) for message in last_words],
    }


def head_context(actor: Actor, conversation: Conversation) -> dict[str, Any]:
    return _head(actor, conversation, other_threads(actor, conversation))


def _head(actor: Actor, conversation: Conversation, others: Sequence[ConversationRow]) -> dict[str, Any]:
    contact = contact_shown_to(actor, conversation)
    return {
        "others": others,
        "conversation": conversation_row(_with_tags(conversation)),
        "contact": contact,
        "members": assignable_members(actor),
        "teams": teams_of(actor.workspace_id) if actor.can("conversations:assign") else [],
        "priorities": PRIORITIES,
        "kept_out": block_of(conversation),
        "is_followed": is_following(actor, conversation),
        "may_follow": actor.member_id is not None,
        "can": _rights(actor, contact),
        "writes": _modes(actor),
        "window_closes_at": conversation.window_closes_at,
        "ad_window_closes_at": conversation.ad_window_closes_at,
    }


def _rights(actor: Actor, contact: Contact | None) -> dict[str, bool]:
    """What is offered; each act asks for its right again."""
    return {
        "assign": actor.can("conversations:assign"),
        "edit_contact": contact is not None and actor.can("contacts:edit"),
        "export": contact is not None and actor.can("contacts:export"),
        "note": actor.can("notes:write"),
        "transcript": actor.can("conversations:export"),
        "block": contact is not None and actor.can("contacts:block"),
        "resolve": actor.can("conversations:resolve"),
        "tag": actor.can("conversations:assign"),
        "see_numbers": actor.can(NUMBERS),
    }


def _modes(actor: Actor) -> list[str]:
    """The composer's modes that this member has: what goes to the contact, and what members read."""
    answer = actor.can("messages:send")
    allowed = {"reply": answer, "note": actor.can("notes:write"), "template": answer}
    return [mode for mode, is_allowed in allowed.items() if is_allowed]


def _first_mode(actor: Actor, *, window_is_open: bool) -> str:
    modes = _modes(actor)
    return "note" if "reply" not in modes else "reply" if window_is_open else "template"


def _with_tags(conversation: Conversation) -> Conversation:
    if not hasattr(conversation, "shown_tags"):
        attach_tags([conversation])
    if not hasattr(conversation, "answer_clock"):
        attach_clocks([conversation])
    return conversation


@dataclass(frozen=True, slots=True)
class Assignable:
    """Somebody whom a conversation can be given to, and how much they have."""

    id: UUID
    name: str
    state: str
    load: int
    capacity: int


def assignable_members(actor: Actor) -> list[Assignable]:
    """Oneself first, then who is there."""
    members = list(active_members_of(actor.workspace_id))
    serving = serving_of(actor.workspace_id, [member.id for member in members])
    loads = loads_of(actor.workspace_id)
    people = [
        Assignable(
            each.id,
            str(each),
            serving[each.id].state,
            loads.get(each.id, 0),
            serving[each.id].capacity,
        )
        for each in members
    ]
    order = {"online": 0, "away": 1, "off_duty": 2}
    return sorted(
        people, key=lambda each: (each.id != actor.member_id, order[each.state], each.name.casefold())
    )
