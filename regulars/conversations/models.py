from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from regulars.contacts.models import Contact, Group
from regulars.inboxes.models import Inbox
from regulars.kernel import clock
from regulars.kernel.crypto import EncryptedTextField
from regulars.kernel.history import HistoryRow, history_constraints
from regulars.kernel.partitions import by_quarter_of_id
from regulars.media.models import MediaFile
from regulars.protection.fields import ProtectedJSONField, ProtectedTextField
from regulars.tags.models import Tag, Tagging, tagging_constraints, tagging_indexes
from regulars.workspaces.models import Member, Team, Workspace, WorkspaceScoped

MESSAGES = by_quarter_of_id("conversations_message", prepared=3)
MESSAGE_STATES = by_quarter_of_id("conversations_messagestatus", prepared=3)
"""how the two large tables lie in parts, both by the message's id"""
CONVERSATION_STATUSES = ("open", "snoozed", "resolved")
MESSAGE_STATUSES = (
    "received",
    "queued",
    "sending",
    "unknown",
    "sent",
    "delivered",
    "read",
    "played",
    "failed",
)
SILENT_KINDS = frozenset({"edit", "revoke", "system", "reaction"})
"""kinds that change something else and ask for no answer"""
UNCOUNTED_KINDS = frozenset({"edit", "revoke", "system"})
"""kinds that are no news by themselves: not unread, not the thread's last word, and they open no window"""
STATUS_RANK = {
    "queued": 0,
    "sending": 1,
    "unknown": 2,
    "sent": 3,
    "failed": 4,
    "delivered": 5,
    "read": 6,
    "played": 7,
}
"""A status only replaces one of lower rank; ``failed`` ends a message unless it is proven delivered after all."""


NEWEST_FIRST = (models.F("last_message_at").desc(nulls_last=True), models.F("id").desc())
"""as lists order them: an index that has those without a message first is of no use to them"""


class Conversation(WorkspaceScoped):
    """The thread of one contact, or of one group, in one inbox."""

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="conversations", db_index=False)
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="conversations", db_index=False
    )
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, null=True, blank=True, related_name="conversations", db_index=False
    )
    """set, in place of ``contact``, where several people read and write"""
    status = models.TextField(default="open", db_default="open")
    snoozed_until = models.DateTimeField(null=True, blank=True)
    sleeps_through = models.BooleanField(default=False, db_default=False)
    """snoozed, it sleeps on when the contact writes; else that wakes it"""
    assignee = models.ForeignKey(
        Member, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    priority = models.TextField(default="normal", db_default="normal")
    unread_count = models.IntegerField(default=0, db_default=0)
    waiting_since = models.DateTimeField(null=True, blank=True)
    """since when the contact waits for an answer of a person; null when it is our turn to wait"""
    answered_elsewhere_at = models.DateTimeField(null=True, blank=True)
    """the platform's time of the last answer that somebody gave from the phone app"""
    last_message_id = models.UUIDField(null=True, blank=True)
    last_message_at = models.DateTimeField(null=True, blank=True)
    last_inbound_at = models.DateTimeField(null=True, blank=True)
    window_closes_at = models.DateTimeField(null=True, blank=True)
    """until when free text is allowed; null when it never was"""
    ad_window_closes_at = models.DateTimeField(null=True, blank=True)
    """until when the free entry point (72 h after an ad) makes templates free"""
    ad_opened_at = models.DateTimeField(null=True, blank=True)
    """when the contact came from an ad; our answer within 24 h opens the free entry point"""
    owned_elsewhere = models.BooleanField(default=False, db_default=False)
    """another sender (the platform's agent, another app) holds the thread: do not answer by machine"""
    episode_id = models.UUIDField(null=True, blank=True)
    """the last episode; over when the conversation is resolved, and none before the first message"""
    created_at = models.DateTimeField(default=clock.now, db_default=Now())
    updated_at = models.DateTimeField(default=clock.now, db_default=Now())

    shown_tags: list[Tag]
    """set by ``queries.lists.attach_tags``"""

    class Meta:
        constraints = [
            # also the index of a contact's conversations: each index costs with every message
            models.UniqueConstraint(fields=["contact", "inbox"], name="conversation_unique"),
            models.UniqueConstraint(
                fields=["group", "inbox"],
                condition=models.Q(group__isnull=False),
                name="group_conversation_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(contact__isnull=False, group__isnull=True)
                | models.Q(contact__isnull=True, group__isnull=False),
                name="conversation_with_one",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=CONVERSATION_STATUSES), name="conversation_status"
            ),
            models.CheckConstraint(
                condition=models.Q(priority__in=["low", "normal", "high", "urgent"]),
                name="conversation_priority",
            ),
            models.CheckConstraint(
                condition=models.Q(snoozed_until__isnull=True) | models.Q(snoozed_until__lt=clock.LATEST),
                name="conversation_snooze_nameable",
            ),
        ]
        indexes = [
            models.Index("workspace", "status", *NEWEST_FIRST, name="conversation_newest_first"),
            models.Index(
                fields=["workspace", "waiting_since", "id"],
                name="conversation_waiting",
                condition=models.Q(status="open"),
            ),
            models.Index(
                "assignee",
                "status",
                *NEWEST_FIRST,
                name="conversation_of_member",
                condition=models.Q(assignee__isnull=False),
            ),
            models.Index(
                "workspace",
                "status",
                *NEWEST_FIRST,
                name="conversation_of_nobody",
                condition=models.Q(assignee__isnull=True),
            ),
            models.Index(
                fields=["team"], name="conversation_by_team", condition=models.Q(team__isnull=False)
            ),
        ]

    def window_is_open(self, at: datetime) -> bool:
        return self.window_closes_at is not None and at < self.window_closes_at


class Message(WorkspaceScoped):
    """One message of a thread, in or out. Reactions, edits and revokes are rows too, shown on their target.

    The table lies in parts by the range of its ids, which begin with their time (``MESSAGES``). So nothing else can be
    unique in it, and nobody refers to it by a constraint of the database.
    """

    # The conversation's own constraints hold workspace, inbox and contact; checking them again for each message
    # took a fifth of the time that PostgreSQL needs to store one.
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    inbox = models.ForeignKey(
        Inbox, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    """who said it, or whom we said it to; nobody in particular when we said it to a group"""
    direction = models.TextField()
    kind = models.TextField()
    text = ProtectedTextField(default="", db_default="", blank=True)
    content = ProtectedJSONField(default=dict, db_default=models.Value({}, models.JSONField()), blank=True)
    """``inboxes.ports.MessageContent`` as JSON"""
    media = models.ForeignKey(
        MediaFile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    ad_picture = models.ForeignKey(
        MediaFile,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    """of the advertisement that the contact came from; no other message has the same file"""
    provider_id = models.TextField(null=True, blank=True)
    target_provider_id = models.TextField(null=True, blank=True)
    reply_to_provider_id = models.TextField(null=True, blank=True)
    author_kind = models.TextField()
    author_member = models.ForeignKey(
        Member, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    author_name = models.TextField(default="", db_default="", blank=True)
    source = models.TextField(default="live", db_default="live")
    status = models.TextField()
    error = models.JSONField(null=True, blank=True)
    """``{"code", "title", "details"}`` of the provider, for failed and unknown messages"""
    pricing_category = models.TextField(default="", db_default="", blank=True)
    pricing_type = models.TextField(default="", db_default="", blank=True)
    sent_at = models.DateTimeField()
    """the provider's time for what came in; when it was written for what goes out"""
    arrived_late = models.BooleanField(default=False, db_default=False)
    is_withdrawn = models.BooleanField(default=False, db_default=False)
    """a reaction that its author took back or replaced, or the taking back itself; or a message of ours that its writer
    took back before it left: no news, no last word
    """
    created_at = models.DateTimeField(default=clock.now, db_default=Now())
    delivery_id = models.BigIntegerField(null=True, blank=True)
    path = models.TextField(default="", db_default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(direction__in=["in", "out"]), name="message_direction"),
            models.CheckConstraint(
                condition=models.Q(status__in=MESSAGE_STATUSES), name="message_status_word"
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "sent_at", "id"], name="message_in_thread"),
            # counts of conditions: for one contact, and for all in a stretch of time
            models.Index(
                fields=["contact", "sent_at"],
                name="message_by_contact",
                condition=models.Q(contact__isnull=False),
            ),
            BrinIndex(fields=["sent_at"], name="message_by_time", autosummarize=True),
            models.Index(
                fields=["inbox", "-sent_at"],
                name="message_template_sent",
                condition=models.Q(kind="template", direction="out"),
            ),
            models.Index(fields=["media"], name="message_by_media", condition=models.Q(media__isnull=False)),
            models.Index(
                fields=["ad_picture"],
                name="message_by_ad_picture",
                condition=models.Q(ad_picture__isnull=False),
            ),
            models.Index(
                fields=["inbox", "target_provider_id"],
                name="message_by_target",
                condition=models.Q(target_provider_id__isnull=False),
            ),
        ]


class ProviderMessageId(models.Model):
    """Which message a number's platform calls so: each of its ids once, over all parts of the messages.

    No row of it outlives its message (``provider_ids.py``).
    """

    pk = models.CompositePrimaryKey("inbox_id", "provider_id")
    inbox = models.ForeignKey(
        Inbox, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    provider_id = models.TextField()
    message_id = models.UUIDField()


class MessageStatus(models.Model):
    """When a message reached a state (for groups: at which participant). Repetitions change nothing."""

    pk = models.CompositePrimaryKey("message_id", "status", "participant")
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="statuses", db_index=False, db_constraint=False
    )
    status = models.TextField()
    participant = models.TextField(default="", db_default="")
    at = models.DateTimeField()


class UnmatchedStatus(models.Model):
    """A status of a message that we do not know (yet): sent by another program, or ahead of our own answer."""

    id = models.BigAutoField(primary_key=True)
    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+", db_index=False)
    provider_id = models.TextField()
    status = models.TextField()
    participant = models.TextField(default="", db_default="")
    at = models.DateTimeField()
    errors = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    pricing_category = models.TextField(default="", db_default="", blank=True)
    pricing_type = models.TextField(default="", db_default="", blank=True)
    window_origin = models.TextField(default="", db_default="", blank=True)
    window_expires_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["inbox", "provider_id", "status", "participant"], name="unmatched_status_once"
            )
        ]


class NextSequence(models.Func):
    """The next number of the one sequence that orders everything that leaves."""

    template = "nextval('conversations_outgoing_sequence')"
    arity = 0
    output_field = models.BigIntegerField()


class OutgoingMessage(models.Model):
    """The intent to send and what became of it. The row is the job.

    queued → sending → accepted | refused | unknown; what certainly did not leave goes back to queued, where it waits
    for as long as it is of use. ``sending`` with a lease that ran out becomes unknown, never queued: it may have gone
    out.
    """

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, primary_key=True, related_name="outgoing", db_constraint=False
    )
    inbox = models.ForeignKey(
        Inbox, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    sequence = models.BigIntegerField(db_default=NextSequence())
    """order within the conversation: the next one leaves only when the one before has an outcome"""
    state = models.TextField(default="queued", db_default="queued")
    attempts = models.SmallIntegerField(default=0, db_default=0)
    not_before = models.DateTimeField(default=clock.now, db_default=Now())
    lease_until = models.DateTimeField(null=True)
    outcome_reason = models.TextField(default="", db_default="")
    useful_until = models.DateTimeField(null=True)
    """when nobody wants it any more; null: until the reply window closes"""
    waits_for = models.JSONField(null=True)
    """``{"code", "title", "details"}`` of the provider: why the last try did not leave"""
    waiting_since = models.DateTimeField(null=True)
    ended_wait_since = models.DateTimeField(null=True)
    """since when the contact had waited for this answer; comes back when it fails"""
    ended_unread = models.IntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(default=clock.now, db_default=Now())
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "sending", "accepted", "refused", "unknown"]),
                name="outgoing_state",
            )
        ]
        indexes = [
            models.Index(
                fields=["inbox", "sequence"], name="outgoing_queue", condition=models.Q(state="queued")
            ),
            models.Index(
                fields=["conversation", "sequence"],
                name="outgoing_unsettled",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
            models.Index(
                fields=["state"],
                name="outgoing_doubtful",
                condition=models.Q(state__in=["sending", "unknown"]),
            ),
        ]


class Note(WorkspaceScoped):
    """Said among members; never sent to anybody."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    author_name = models.TextField(default="")
    text = ProtectedTextField()
    created_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    """since when its words are hidden: its author took it back"""

    class Meta:
        indexes = [models.Index(fields=["conversation", "created_at"], name="note_in_thread")]


class Activity(WorkspaceScoped):
    """A quiet line in the thread: assigned, resolved, reopened, number changed, window opened …"""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="activities")
    kind = models.TextField()
    actor_name = models.TextField(default="", blank=True)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["conversation", "at"], name="activity_in_thread")]


class ConversationTagging(Tagging):
    """A tag on a conversation."""

    subject = "conversation"

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="taggings", db_index=False
    )

    class Meta:
        constraints = tagging_constraints("conversation")
        indexes = tagging_indexes("conversation")


class ConversationHistory(HistoryRow):
    """What a deciding fact of a conversation was for a time (``history.py``)."""

    subject = "conversation"

    pk = models.CompositePrimaryKey("conversation_id", "fact", "from_at")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="history", db_index=False
    )
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = history_constraints("conversation")


class Draft(models.Model):
    """What a member has typed and not sent, per conversation and mode."""

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    mode = models.TextField()
    text = EncryptedTextField()
    intent = models.UUIDField(null=True)
    """under which it goes out, from whatever device"""
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "conversation", "mode"], name="draft_once"),
            models.CheckConstraint(
                condition=models.Q(mode__in=["reply", "note", "template"]), name="draft_mode"
            ),
        ]


# Django finds models from here
from regulars.conversations.episode_models import Episode as Episode  # noqa: E402, PLC0414
from regulars.conversations.episode_models import Fact as Fact  # noqa: E402, PLC0414
