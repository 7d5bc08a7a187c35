"""What conditions can ask of conversations, messages and what was said with a contact (``kernel.conditions``)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.contacts.condition_fields import CONTACT, members_as_choices
from regulars.contacts.models import Contact
from regulars.conversations.models import (
    SILENT_KINDS,
    Conversation,
    ConversationHistory,
    ConversationTagging,
    Message,
)
from regulars.inboxes.channels import every_channel
from regulars.inboxes.queries import inboxes_in
from regulars.kernel.conditions import columns
from regulars.kernel.conditions.fields import (
    Choice,
    Choices,
    Contribution,
    Field,
    Label,
    Measure,
    Rows,
    Sql,
    Subject,
    one_of,
)
from regulars.kernel.conditions.in_memory import Facts
from regulars.kernel.conditions.values import folded, takes_list
from regulars.kernel.conditions.windows import AsOf
from regulars.kernel.history import counted_rows
from regulars.tags.condition_fields import tags_of
from regulars.workspaces.access import Actor
from regulars.workspaces.permissions import Thing
from regulars.workspaces.queries import teams_of

_CONTACT = "LEFT JOIN contacts_contact contact ON contact.id = {}.contact_id"
_INBOX = "JOIN inboxes_inbox inbox ON inbox.id = {}.inbox_id"
_CONNECTION = "JOIN inboxes_connection connection ON connection.id = inbox.connection_id"
CONVERSATION = Subject(
    "conversation",
    pgettext_lazy("subject of conditions", "Conversation"),
    "conversations_conversation",
    {
        "contact": _CONTACT.format("conversation"),
        "inbox": _INBOX.format("conversation"),
        "connection": _CONNECTION,
    },
    {"contact": "conversation.contact_id"},
)
MESSAGE = Subject(
    "message",
    pgettext_lazy("subject of conditions", "Message"),
    "conversations_message",
    {
        "conversation": "JOIN conversations_conversation conversation ON conversation.id = message.conversation_id",
        "contact": _CONTACT.format("message"),
        "inbox": _INBOX.format("message"),
        "connection": _CONNECTION,
    },
    {"conversation": "message.conversation_id", "contact": "message.contact_id"},
)
KINDS: dict[str, Label] = {
    "text": pgettext_lazy("message kind", "text"),
    "image": pgettext_lazy("message kind", "photo"),
    "audio": pgettext_lazy("message kind", "audio"),
    "video": pgettext_lazy("message kind", "video"),
    "document": pgettext_lazy("message kind", "document"),
    "sticker": pgettext_lazy("message kind", "sticker"),
    "location": pgettext_lazy("message kind", "location"),
    "contacts": pgettext_lazy("message kind", "contact card"),
    "interactive": pgettext_lazy("message kind", "choice or form"),
    "button": pgettext_lazy("message kind", "button of a template"),
    "order": pgettext_lazy("message kind", "order"),
    "template": pgettext_lazy("message kind", "template"),
    "unsupported": pgettext_lazy("message kind", "not supported"),
    "unknown": pgettext_lazy("message kind", "unknown"),
}
"""those that say something by themselves"""
AUTHORS: dict[str, Label] = {
    "contact": pgettext_lazy("author of a message", "the contact"),
    "member": pgettext_lazy("author of a message", "a member"),
    "phone_app": pgettext_lazy("author of a message", "the phone app"),
    "api": pgettext_lazy("author of a message", "a script"),
    "rule": pgettext_lazy("author of a message", "a rule"),
    "journey": pgettext_lazy("author of a message", "a journey"),
    "broadcast": pgettext_lazy("author of a message", "a broadcast"),
    "schedule": pgettext_lazy("author of a message", "the schedule"),
    "survey": pgettext_lazy("author of a message", "a survey"),
    "assistant": pgettext_lazy("author of a message", "the assistant"),
    "system": pgettext_lazy("author of a message", "the house"),
}


class Said(NamedTuple):
    """A message as it is counted."""

    at: datetime
    kind: str
    inbox_id: UUID
    channel: str
    text: str
    direction: str
    author_kind: str
    status: str


def may_ask(actor: Actor, field: Field) -> bool:
    """Whether the answers tell an actor only of what they see.

    Objects are theirs; what is said of them must be, too: words and numbers of messages are those of all threads with a
    contact, so they are for whoever sees all threads, and cases likewise.
    """
    if field.rows is not None and field.rows.asks_for:
        permission, thing = field.rows.asks_for
        return actor.can(permission) and actor.reach.get(cast("Thing", thing)) == "all"
    return field.source != CONTACT.name or actor.can("contacts:read")


def facts_of_contact(contact: Contact) -> Facts:
    """For conditions about one contact."""
    return Facts({"contact": contact})


def facts_of_conversation(conversation: Conversation, **further: Any) -> Facts:
    """For conditions about one conversation; ``further``: the ``message`` or ``event`` that the occasion is."""
    return Facts({"conversation": conversation, "contact": conversation.contact, **further})


def _inboxes_as_choices(workspace_id: UUID) -> list[Choice]:
    return [Choice(str(inbox.id), inbox.name) for inbox in inboxes_in(workspace_id).order_by("name")]


def _teams_as_choices(workspace_id: UUID) -> list[Choice]:
    return [Choice(str(team.id), team.name) for team in teams_of(workspace_id)]


def _channels_as_choices(_workspace_id: UUID) -> list[Choice]:
    return [Choice(facts.kind, facts.name) for facts in every_channel()]


def _said_with(contact: Contact) -> list[Said]:
    """Everything that was said with a contact, the oldest first."""
    messages = Message.objects.filter(contact_id=contact.id, workspace_id=contact.workspace_id)
    rows = messages.order_by("sent_at", "id").values_list(
        "sent_at",
        "kind",
        "inbox_id",
        "inbox__connection__channel",
        "text",
        "direction",
        "author_kind",
        "status",
    )
    return [Said(*row) for row in rows]


_KINDS, _AUTHORS = one_of(*KINDS.items()), one_of(*AUTHORS.items())
_INBOXES, _CHANNELS = Choices(asked=_inboxes_as_choices), Choices(asked=_channels_as_choices)


def _channel(name: str, source: str, connection: str, needs: tuple[str, ...], **rest: Any) -> Field:
    return Field(
        name,
        "choice",
        _("Channel"),
        source,
        sql=lambda _as_of: Sql(f"{connection}.channel"),
        needs=needs,
        choices=_CHANNELS,
        **rest,
    )


def _says(_as_of: AsOf, operator: str, wanted: Any) -> Sql:
    """Whether a text has one of the words in it, or all of them; capitals do not matter."""
    words = wanted if isinstance(wanted, tuple) else (wanted,)
    found = " {} ".format("AND" if operator == "has_all" else "OR").join(
        ["strpos(lower(counted.text), lower(%s)) > 0"] * len(words)
    )
    return Sql(f"({found})", words)


def _has_said(operator: str, value: str, wanted: Any) -> bool:
    words = wanted if takes_list(operator) else (wanted,)
    text = folded(value)
    each = (folded(word) in text for word in words)
    return all(each) if operator == "has_all" else any(each)


_WORD = Field(
    "word",
    "words",
    _("Word or part of a word"),
    "counted",
    test=_says,
    passes=_has_said,
    get=lambda row, _as_of: row.text,
    only_operators=("is", "in", "contains", "has_any", "has_all"),
)
_ROW_FIELDS = {
    each.name: each
    for each in (
        columns.choice("kind", _("Kind"), "counted", "kind", _KINDS),
        columns.plain("reference", "inbox", _("Number"), "counted", "inbox_id", choices=_INBOXES),
        _channel(
            "channel",
            "counted",
            "counted_connection",
            ("inbox", "connection"),
            get=lambda row, _as_of: row.channel,
        ),
        columns.text("text", _("Text"), "counted", "text"),
        columns.choice("author", _("Written by"), "counted", "author_kind", _AUTHORS),
    )
}
_JOINS = {
    "inbox": "JOIN inboxes_inbox counted_inbox ON counted_inbox.id = counted.inbox_id",
    "connection": "JOIN inboxes_connection counted_connection ON counted_connection.id = counted_inbox.connection_id",
}


def _rows(fields: dict[str, Field]) -> Rows:
    return Rows(
        "messages",
        "contact",
        "conversations_message counted",
        "counted.contact_id",
        "counted.workspace_id",
        "counted.sent_at",
        fields=fields,
        joins=_JOINS,
        load=_said_with,
        get_at=lambda row: row.at,
        asks_for=("conversations:read", "conversations"),
    )


_MESSAGES = _rows(_ROW_FIELDS)
_SILENT = ", ".join(f"'{kind}'" for kind in sorted(SILENT_KINDS))
_IN = f"counted.direction = 'in' AND counted.kind NOT IN ({_SILENT})"
_OUT = f"counted.direction = 'out' AND counted.kind NOT IN ({_SILENT}) AND counted.status <> 'failed'"


def _came_in(row: Said) -> bool:
    return row.direction == "in" and row.kind not in SILENT_KINDS


def _went_out(row: Said) -> bool:
    return row.direction == "out" and row.kind not in SILENT_KINDS and row.status != "failed"


def _messages(name: str, label: Label, measure: Measure, rows: Rows = _MESSAGES) -> Field:
    return Field(name, "number", label, "contact", rows=rows, measure=measure, has_history=True)


_HISTORY = counted_rows(ConversationHistory)
CONDITIONS = Contribution(
    (CONVERSATION, MESSAGE),
    (
        _messages(
            "messages.in_count", _("Messages from them"), Measure("count", only_sql=_IN, only=_came_in)
        ),
        _messages(
            "messages.out_count", _("Messages to them"), Measure("count", only_sql=_OUT, only=_went_out)
        ),
        _messages(
            "messages.last_in_days_ago",
            _("Days since their last message"),
            Measure("days_since_last", only_sql=_IN, only=_came_in),
        ),
        _messages(
            "messages.last_out_days_ago",
            _("Days since our last message"),
            Measure("days_since_last", only_sql=_OUT, only=_went_out),
        ),
        _messages(
            "said.count",
            _("Times they said"),
            Measure("count", only_sql=_IN, only=_came_in),
            _rows({"word": _WORD, **_ROW_FIELDS}),
        ),
        columns.remembered(
            columns.choice(
                "conversation.status",
                _("Status"),
                "conversation",
                "status",
                one_of(
                    ("open", pgettext_lazy("conversation status", "open")),
                    ("snoozed", pgettext_lazy("conversation status", "snoozed")),
                    ("resolved", pgettext_lazy("conversation status", "resolved")),
                ),
            ),
            _HISTORY,
            "status",
        ),
        columns.plain(
            "reference", "conversation.inbox", _("Number"), "conversation", "inbox_id", choices=_INBOXES
        ),
        _channel(
            "conversation.channel",
            "conversation",
            "connection",
            ("inbox", "connection"),
            get=lambda row, _as_of: row.inbox.connection.channel,
        ),
        columns.remembered(
            columns.plain(
                "reference",
                "conversation.assignee",
                _("Assigned to"),
                "conversation",
                "assignee_id",
                choices=Choices(asked=members_as_choices),
            ),
            _HISTORY,
            "assignee",
            is_id=True,
        ),
        columns.remembered(
            columns.plain(
                "reference",
                "conversation.team",
                _("Team"),
                "conversation",
                "team_id",
                choices=Choices(asked=_teams_as_choices),
            ),
            _HISTORY,
            "team",
            is_id=True,
        ),
        columns.choice(
            "conversation.priority",
            _("Priority"),
            "conversation",
            "priority",
            one_of(
                ("low", pgettext_lazy("priority", "low")),
                ("normal", pgettext_lazy("priority", "normal")),
                ("high", pgettext_lazy("priority", "high")),
                ("urgent", pgettext_lazy("priority", "urgent")),
            ),
        ),
        tags_of("conversation.tags", _("Tags of the conversation"), ConversationTagging),
        columns.units_since(
            "conversation.waiting_minutes",
            _("Minutes they have waited"),
            "conversation",
            "waiting_since",
            columns.MINUTE,
        ),
        columns.plain("number", "conversation.unread", _("Unread messages"), "conversation", "unread_count"),
        columns.minutes_until(
            "conversation.window_closes_minutes",
            _("Minutes until the reply window closes"),
            "conversation",
            "window_closes_at",
        ),
        columns.text("message.text", _("Text of the message"), "message", "text", has_history=True),
        columns.choice("message.kind", _("Kind of the message"), "message", "kind", _KINDS, has_history=True),
    ),
)
