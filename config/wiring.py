"""Who reacts to what, what runs when and what is done when asked for: the one page that connects the rooms.

A reaction reads the event log with a cursor of its own (``kernel.reactions``). The live screens read the same
log (``config.screens.TOPICS``), but keep no cursor: a screen that comes back brings its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.utils.translation import pgettext_lazy

from regulars.acts import contact_tables as acts_tables
from regulars.acts.operations.in_bulk import BULK
from regulars.acts.operations.undoing import purge_acts
from regulars.answering.contact_tables import CONTACT_TABLES as OF_ANSWERING
from regulars.attention import contact_tables as attention_tables
from regulars.attention.notifying import MENTIONED
from regulars.attention.protecting import WORDINGS
from regulars.blocking.access import blocked_among
from regulars.blocking.carrying import CARRY_OUT as BLOCK
from regulars.blocking.contact_tables import CONTACT_TABLES as OF_BLOCKING
from regulars.cases import condition_fields as of_cases
from regulars.cases import contact_tables as cases_tables
from regulars.cases.generating import generated_cases
from regulars.cases.reactions import leave_removed_teams
from regulars.channels.record import Channel
from regulars.channels.whatsapp.channel import WHATSAPP
from regulars.channels.whatsapp.generating import PLATFORM
from regulars.contacts import condition_fields as of_contacts
from regulars.contacts import contact_tables as contacts
from regulars.contacts import tasks as contacts_tasks
from regulars.contacts.exports import purge_exports
from regulars.contacts.generating import generated_contacts
from regulars.contacts.registry import ContactTable
from regulars.conversations import condition_fields as of_conversations
from regulars.conversations import contact_tables as conversations_tables
from regulars.conversations import protecting as protected_conversations
from regulars.conversations import tasks as conversations
from regulars.conversations.events import (
    ConversationAnswered,
    ConversationChanged,
    ConversationRead,
    FailedAnswerArrived,
    MemberTyping,
    MessageReceived,
)
from regulars.conversations.generating import generated_conversations
from regulars.conversations.notifying import ASSIGNED, REPLIED, described, seen_among
from regulars.conversations.operations.exporting import EXPORT
from regulars.conversations.operations.holding import hold_what_waited
from regulars.conversations.ports import Narrowing
from regulars.idling.finding import idle_matching
from regulars.idling.resolving import resolve_idle
from regulars.inboxes import tasks as inboxes
from regulars.inboxes.erasing import Eraser, Erasure, carry_out_erasures
from regulars.inboxes.events import (
    ConnectionAdded,
    ConnectionRecovered,
    CredentialsReplaced,
    InboxAdded,
    NoticeReceived,
)
from regulars.inboxes.models import ChannelNotice, Delivery
from regulars.inboxes.replaying import REPLAY
from regulars.kernel import tasks as kernel
from regulars.kernel.conditions.event_fields import event_fields
from regulars.kernel.conditions.fields import join
from regulars.kernel.events import Event
from regulars.kernel.generating import Generated
from regulars.kernel.jobs.kinds import JobKind
from regulars.kernel.jobs.watching import purge_jobs
from regulars.kernel.reactions import Reaction, retry_asked
from regulars.macros.built_in import BUILT_IN
from regulars.macros.operations import purge_removed as purge_removed_macros
from regulars.macros.ports import StepKind
from regulars.mail.digests import post_digest
from regulars.mail.passwords import (
    answer_forgotten_passwords,
    tell_changed_factors,
    tell_changed_passwords,
)
from regulars.mail.queueing import SEND, purge_mails
from regulars.mail.sending import hold_mails
from regulars.notifications.digesting import Digest, send_digests
from regulars.notifications.notifying import notifying
from regulars.notifications.operations import purge_notifications
from regulars.notifications.ports import Source
from regulars.notifications.pushing import PushSender
from regulars.protection.covering import COVER, Protectable
from regulars.quick_replies.own_placeholders import OWN_PLACEHOLDERS
from regulars.quick_replies.ports import PlaceholderSource
from regulars.routing import tasks as routing
from regulars.routing.contact_tables import CONTACT_TABLES as OF_ROUTING
from regulars.routing.reactions import ROUTED_ON, route
from regulars.routing.urgency import urgency_by_promise
from regulars.saved_views.operations import purge_removed
from regulars.scheduling.contact_tables import CONTACT_TABLES as OF_SCHEDULING
from regulars.scheduling.operations import hold_what_was_scheduled
from regulars.scheduling.protecting import SCHEDULED
from regulars.scheduling.reactions import stop_what_was_answered
from regulars.search import contact_tables as search_tables
from regulars.search.filling import FILL, ask_for_fills
from regulars.search.generating import generated_entries
from regulars.search.kinds.cases import CASES
from regulars.search.kinds.contacts import CONTACTS
from regulars.search.kinds.messages import FILES_SENT, MESSAGES
from regulars.search.kinds.notes import NOTES
from regulars.search.reactions import index_reaction
from regulars.search.searchable import Searchable
from regulars.service_levels.contact_tables import CONTACT_TABLES as OF_SERVICE_LEVELS
from regulars.service_levels.due import due_times_of
from regulars.service_levels.generating import generated_clocks
from regulars.service_levels.notifying import AT_RISK
from regulars.service_levels.queries import at_risk_matching, batch_matching, overdue_matching
from regulars.service_levels.reactions import DRAWN_ON, keep_promises
from regulars.service_levels.tasks import purge_clocks
from regulars.tags import tasks as tags
from regulars.tags.generating import generated_tags
from regulars.transcripts.contact_tables import CONTACT_TABLES as OF_TRANSCRIPTS
from regulars.transcripts.making import MAKE as TRANSCRIPT
from regulars.transcripts.operations import purge_transcripts
from regulars.workspaces import tasks as workspaces
from regulars.workspaces.availability import note_absent
from regulars.workspaces.events import PasswordChanged, SecondFactorAdded, SecondFactorRemoved, TeamRemoved
from regulars.workspaces.trail import jobs as audit_trail
from regulars.workspaces.trail.collecting import collected_for_job
from regulars.workspaces.trail.sealing import seal_all

CHANNELS: Mapping[str, Channel] = {each.kind: each for each in (WHATSAPP,)}
"""every kind of medium, by the word that a connection names it with"""

ACCOUNT_MAY_ANSWER = (ConnectionAdded, CredentialsReplaced, ConnectionRecovered, InboxAdded)
"""from then on the platform may answer what it refused to before"""


def _reactions_of(channel: Channel) -> Iterator[Reaction]:
    kind = channel.kind
    if templates := channel.templates:
        # when an account is connected or works again, or its templates change, the template list is fetched
        events = (*ACCOUNT_MAY_ANSWER, NoticeReceived)
        yield Reaction(f"{kind}.sync_templates", events, templates.sync_for, is_slow=True)
    if account := channel.account:
        # when an account is connected or works again, it is asked which business owns it
        yield Reaction(f"{kind}.learn_portfolios", ACCOUNT_MAY_ANSWER, account.learn_owners, is_slow=True)
        # and how its numbers are rated
        yield Reaction(f"{kind}.learn_qualities", ACCOUNT_MAY_ANSWER, account.learn_qualities, is_slow=True)
        # when a number is added or an account's credentials are new, the platform is asked whether they can send
        is_new = (ConnectionAdded, CredentialsReplaced, InboxAdded)
        yield Reaction(f"{kind}.check_numbers", is_new, account.check_numbers, is_slow=True)
    if presence := channel.presence:
        # when a member has read or answered what was unread, the contact sees blue ticks
        was_read = (ConversationRead, ConversationAnswered, FailedAnswerArrived, ConversationChanged)
        yield Reaction(f"{kind}.send_read_receipts", was_read, presence.send_read_receipts)
        # when a member begins to write, the contact sees the typing dots
        yield Reaction(f"{kind}.show_typing", (MemberTyping,), presence.show_typing)


SEARCHABLES: tuple[Searchable, ...] = (MESSAGES, CONTACTS, NOTES, FILES_SENT, CASES)
"""what can be searched, in the order of its tabs"""

NOTIFIES: tuple[Source, ...] = (ASSIGNED, REPLIED, MENTIONED, AT_RISK)
"""what notifies whom: a room that has something to tell members of adds a line (``notifications.ports``)"""

PUSHES = PushSender(seen_among, described)


def _post(digest: Digest) -> bool:
    return post_digest(
        digest.workspace_id,
        digest.workspace,
        [(line.text, line.address) for line in digest.lines],
        left_out=digest.left_out,
        stop_address=digest.stop_address,
        to=digest.to,
        language=digest.language,
    )


REACTIONS: tuple[Reaction, ...] = (
    *(reaction for channel in CHANNELS.values() for reaction in _reactions_of(channel)),
    # when somebody has a new password, a mail tells them
    Reaction("mail.tell_changed_passwords", (PasswordChanged,), tell_changed_passwords),
    # and when they have another second factor, or one less
    Reaction("mail.tell_changed_factors", (SecondFactorAdded, SecondFactorRemoved), tell_changed_factors),
    # when somebody comes to wait, or somebody may be free, what waits is given to who is free
    Reaction("routing.route", ROUTED_ON, route),
    # by when whom is answered, and what waits for a follow-up, is kept as it should be
    Reaction("service_levels.keep_promises", DRAWN_ON, keep_promises),
    # when a contact writes, what was to leave only if they stay silent does not
    Reaction("scheduling.stop_what_was_answered", (MessageReceived,), stop_what_was_answered),
    # when a team is removed, its cases are with no team, and their history says so
    Reaction("cases.leave_removed_teams", (TeamRemoved,), leave_removed_teams),
    # what somebody said, sent, wrote down or changed of a contact is found
    index_reaction(SEARCHABLES),
    # what concerns a member is put before them
    notifying(NOTIFIES, seen_among),
)


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """Something that runs every so often in exactly one worker; safe to run twice."""

    name: str
    every: timedelta
    run: Callable[[], object]


def _jobs_of(channel: Channel) -> Iterator[PeriodicJob]:
    if templates := channel.templates:
        yield PeriodicJob(f"{channel.kind}.sync_all_templates", timedelta(hours=12), templates.sync_all)
    if account := channel.account:
        yield PeriodicJob(
            f"{channel.kind}.learn_all_portfolios", timedelta(hours=12), account.learn_all_owners
        )
        yield PeriodicJob(
            f"{channel.kind}.learn_all_qualities", timedelta(hours=6), account.learn_all_qualities
        )


PERIODIC_JOBS: tuple[PeriodicJob, ...] = (
    PeriodicJob("conversations.wake_snoozed", timedelta(seconds=30), conversations.wake_snoozed),
    PeriodicJob("conversations.prepare_parts", timedelta(hours=12), conversations.prepare_parts),
    PeriodicJob("conversations.look_over_parts", timedelta(hours=12), conversations.look_over_parts),
    PeriodicJob(
        "conversations.purge_unmatched_statuses", timedelta(hours=6), conversations.purge_unmatched_statuses
    ),
    PeriodicJob("conversations.end_due_taggings", timedelta(seconds=30), conversations.end_due_taggings),
    PeriodicJob("contacts.end_due_taggings", timedelta(seconds=30), contacts_tasks.end_due_taggings),
    PeriodicJob("contacts.purge_exports", timedelta(hours=1), purge_exports),
    PeriodicJob("transcripts.purge_transcripts", timedelta(hours=1), purge_transcripts),
    PeriodicJob("acts.purge_acts", timedelta(hours=6), purge_acts),
    PeriodicJob("saved_views.purge_removed", timedelta(hours=1), purge_removed),
    PeriodicJob("macros.purge_removed", timedelta(hours=1), purge_removed_macros),
    PeriodicJob("tags.compact_uses", timedelta(minutes=5), tags.compact_uses),
    PeriodicJob("inboxes.purge_deliveries", timedelta(hours=1), inboxes.purge_deliveries),
    PeriodicJob("inboxes.compact_ledger", timedelta(minutes=5), inboxes.compact_ledger),
    PeriodicJob("workspaces.purge_sessions", timedelta(hours=1), workspaces.purge_sessions),
    PeriodicJob("workspaces.note_absent", timedelta(seconds=15), note_absent),
    PeriodicJob("routing.end_specialist_waits", timedelta(seconds=4), routing.end_specialist_waits),
    PeriodicJob("routing.look_over", timedelta(minutes=10), routing.look_over),
    PeriodicJob("idling.resolve_idle", timedelta(minutes=5), resolve_idle),
    PeriodicJob("service_levels.purge_clocks", timedelta(hours=12), purge_clocks),
    PeriodicJob("workspaces.seal_audit_trail", timedelta(minutes=1), seal_all),
    PeriodicJob("workspaces.prepare_parts", timedelta(hours=12), workspaces.prepare_parts),
    PeriodicJob("workspaces.purge_audit_trail", timedelta(hours=12), workspaces.purge_audit_trail),
    PeriodicJob("workspaces.purge_audit_exports", timedelta(hours=1), audit_trail.purge_exports),
    PeriodicJob(
        "notifications.send_digests",
        timedelta(minutes=1),
        partial(send_digests, seen_among, described, _post),
    ),
    PeriodicJob("notifications.purge_notifications", timedelta(hours=6), purge_notifications),
    PeriodicJob("mail.purge_mails", timedelta(hours=6), purge_mails),
    PeriodicJob("kernel.prepare_parts", timedelta(hours=6), kernel.prepare_parts),
    PeriodicJob("kernel.purge_events", timedelta(hours=1), kernel.purge_events),
    PeriodicJob("kernel.purge_jobs", timedelta(hours=6), purge_jobs),
    PeriodicJob("kernel.purge_answers", timedelta(hours=1), kernel.purge_answers),
    *(job for channel in CHANNELS.values() for job in _jobs_of(channel)),
)

GENERATED: tuple[Generated, ...] = (
    # what `regulars seed` can make, each on what the ones before it made
    generated_contacts(PLATFORM.kind),
    generated_conversations(PLATFORM),
    generated_tags(),
    generated_cases(),
    generated_clocks(),
    generated_entries(SEARCHABLES),
)

WHEN_RESTORED: tuple[Callable[[], int], ...] = (
    # what must not leave by itself from a restored database, because it may have left since that was copied
    hold_what_waited,
    hold_what_was_scheduled,
    hold_mails,
)

PROTECTABLES: tuple[Protectable, ...] = (
    # where words lie that may be protected (``protection.covering``)
    protected_conversations.MESSAGES,
    protected_conversations.NOTES,
    WORDINGS,
    SCHEDULED,
)

JOB_KINDS: Mapping[str, JobKind[Any]] = {
    each.key: each
    for each in (
        *(REPLAY, EXPORT, TRANSCRIPT, BLOCK, SEND, BULK, FILL, COVER),
        *(audit_trail.CHECK, audit_trail.EXPORT),
    )
}
"""what can be done as a job, seen and stopped while it runs (``kernel.jobs``)"""
JOB_WATCH = collected_for_job
"""what a job touches is noted in the audit trail"""


def _erase_from_deliveries(erasure: Erasure) -> None:
    for channel in CHANNELS.values():
        if channel.erase_from_deliveries:
            channel.erase_from_deliveries(erasure)


CONTACT_TABLES: tuple[ContactTable, ...] = (
    *contacts.CONTACT_TABLES,
    *conversations_tables.CONTACT_TABLES,
    *OF_SCHEDULING,
    *OF_TRANSCRIPTS,
    *OF_BLOCKING,
    *OF_ANSWERING,
    *OF_ROUTING,
    *OF_SERVICE_LEVELS,
    *attention_tables.CONTACT_TABLES,
    *acts_tables.CONTACT_TABLES,
    *cases_tables.CONTACT_TABLES,
    *search_tables.CONTACT_TABLES,
    ContactTable(
        model=Delivery,
        unexported="as it came; the messages are what was said",
        sweep=_erase_from_deliveries,
        retain="inboxes.purge_deliveries",
        stays="what others said in the same delivery",
    ),
    ContactTable(
        model=ChannelNotice,
        unexported="what the platform told about accounts and numbers",
        stays="goes with the deliveries, as far as it names them",
    ),
)
"""what holds a contact, and what becomes of it on merge, undo, export and removal (``contacts.registry``)"""

ERASERS: tuple[Eraser, ...] = tuple(table.sweep for table in CONTACT_TABLES if table.sweep)
"""whoever is removed is forgotten in what only names them: webhooks as they came, kept answers, files"""

ERRANDS: tuple[Callable[[], object], ...] = (
    partial(carry_out_erasures, ERASERS),
    partial(retry_asked, REACTIONS),
    answer_forgotten_passwords,
    ask_for_fills,
)
"""what workers do as soon as somebody asked for it (``kernel.errands``)"""

FIND_BLOCKED = blocked_among
"""whom nothing can be sent to, because they are kept from the number (``conversations.ports``)"""

URGENCY = partial(urgency_by_promise, due_times_of)
"""how urgent what waits is (``routing.ports``)"""

NARROWINGS: Mapping[str, Narrowing] = {
    "at_risk": at_risk_matching,
    "batch": batch_matching,
    "overdue": overdue_matching,
    "idle": idle_matching,
}
"""what lists of conversations can be narrowed to beside what they say themselves (``conversations.ports``)"""

PLACEHOLDERS: tuple[PlaceholderSource, ...] = (OWN_PLACEHOLDERS,)
"""what the names in quick replies stand for; a later one knows better (``quick_replies.ports``)"""

MACRO_STEPS: tuple[StepKind, ...] = BUILT_IN
"""what a step of a macro can be (``macros.ports``)"""

CONDITION_FIELDS = join(
    (
        of_contacts.CONDITIONS,
        of_conversations.CONDITIONS,
        of_cases.CONDITIONS,
        event_fields(
            (each for name, each in Event.kinds.items() if name not in Event.past_kinds),
            pgettext_lazy("subject of conditions", "Event"),
            reaches=("message", "conversation", "contact"),
        ),
    )
)
"""what segments, rules, journeys and views can ask (``kernel.conditions``)"""
