"""Entries of the audit trail in words that a person understands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext, pgettext_lazy

from regulars.workspaces.models import AuditEntry
from regulars.workspaces.trail.acts import CHANGED

ACT_WORDS = {
    "look": pgettext_lazy("kind of act", "Looked at"),
    "change": pgettext_lazy("kind of act", "Changed"),
    "export": pgettext_lazy("kind of act", "Took out"),
    "sign-in": pgettext_lazy("kind of act", "Signed in"),
}
_VERBS = {
    "data:look": gettext_lazy("Looked at"),
    "data:change": gettext_lazy("Changed"),
    "account:sign_in": gettext_lazy("Signed in"),
    "audit:export": gettext_lazy("Took out the audit trail"),
    "audit:read_export": gettext_lazy("Downloaded the audit trail"),
    "case_categories:change": gettext_lazy("Changed a category of cases"),
    "case_categories:create": gettext_lazy("Made a category of cases"),
    "case_categories:remove": gettext_lazy("Removed a category of cases"),
    "cases:set_reopen_hours": gettext_lazy("Changed for how long a case is reopened"),
    "connections:add": gettext_lazy("Connected an account"),
    "connections:replace_credentials": gettext_lazy("Replaced credentials"),
    "connections:set_portfolio": gettext_lazy("Set the business portfolio"),
    "contacts:block": gettext_lazy("Blocked a contact"),
    "contacts:unblock": gettext_lazy("Lifted the block of a contact"),
    "contacts:create": gettext_lazy("Made a contact"),
    "contacts:delete": gettext_lazy("Removed a contact"),
    "contacts:dismiss_merge": gettext_lazy("Dismissed a suggestion to merge"),
    "contacts:edit": gettext_lazy("Edited a contact"),
    "contacts:export": gettext_lazy("Took out all that is kept of a person"),
    "contacts:merge": gettext_lazy("Merged contacts"),
    "contacts:read_export": gettext_lazy("Downloaded what is kept of a person"),
    "contacts:remove_export": gettext_lazy("Removed a file of what is kept of a person"),
    "contacts:reopen_merge": gettext_lazy("Opened a suggestion to merge again"),
    "contacts:unmerge": gettext_lazy("Took a merge back"),
    "conversations:export": gettext_lazy("Wrote out a conversation"),
    "conversations:read_export": gettext_lazy("Downloaded a conversation"),
    "conversations:remove_export": gettext_lazy("Removed the file of a conversation"),
    "deliveries:open": gettext_lazy("Looked at a delivery as it came"),
    "deliveries:replay": gettext_lazy("Read deliveries again"),
    "duty:change": gettext_lazy("Changed how much members take"),
    "events:replay": gettext_lazy("Tried events that were set aside again"),
    "hours:change": gettext_lazy("Changed the business hours"),
    "inboxes:add": gettext_lazy("Added a number"),
    "inboxes:change": gettext_lazy("Changed a number"),
    "jobs:cancel": gettext_lazy("Stopped a job"),
    "jobs:resume": gettext_lazy("Let a job go on"),
    "jobs:schedule": gettext_lazy("Scheduled a job"),
    "jobs:undo": gettext_lazy("Took a job back"),
    "jobs:unschedule": gettext_lazy("Removed a schedule"),
    "mail:give_up": gettext_lazy("Removed the mail server"),
    "mail:set_up": gettext_lazy("Set up the mail server"),
    "mail:try_again": gettext_lazy("Sent a mail again"),
    "members:activate": gettext_lazy("Let a member in again"),
    "members:change_role": gettext_lazy("Gave a member another role"),
    "members:deactivate": gettext_lazy("Put a member out"),
    "macros:change": gettext_lazy("Changed a macro"),
    "macros:create": gettext_lazy("Made a macro"),
    "macros:remove": gettext_lazy("Removed a macro"),
    "macros:restore": gettext_lazy("Brought a macro back"),
    "members:invite": gettext_lazy("Invited a colleague"),
    "members:reset_password": gettext_lazy("Made a link for a new password"),
    "members:set_capacity": gettext_lazy("Changed how much a member takes"),
    "members:set_skills": gettext_lazy("Changed what a member is good at"),
    "members:set_teams": gettext_lazy("Changed the teams of a member"),
    "members:withdraw_invitation": gettext_lazy("Withdrew an invitation"),
    "protection:change": gettext_lazy("Changed the words that protect messages"),
    "queues:change": gettext_lazy("Changed a queue"),
    "queues:create": gettext_lazy("Made a queue"),
    "queues:move": gettext_lazy("Moved a queue"),
    "queues:remove": gettext_lazy("Removed a queue"),
    "quick_replies:archive": gettext_lazy("Archived a quick reply"),
    "quick_replies:change": gettext_lazy("Changed a quick reply"),
    "quick_replies:create": gettext_lazy("Made a quick reply"),
    "quick_replies:import": gettext_lazy("Imported quick replies"),
    "quick_replies:remove": gettext_lazy("Removed a quick reply"),
    "quick_replies:restore": gettext_lazy("Restored a quick reply"),
    "roles:change": gettext_lazy("Changed a role"),
    "roles:create": gettext_lazy("Made a role"),
    "roles:remove": gettext_lazy("Removed a role"),
    "idle_rule:change": gettext_lazy("Changed when idle conversations are resolved"),
    "routing:change": gettext_lazy("Changed the routing"),
    "service_levels:create": gettext_lazy("Created a service level"),
    "service_levels:change": gettext_lazy("Changed a service level"),
    "service_levels:remove": gettext_lazy("Removed a service level"),
    "service_levels:move": gettext_lazy("Moved a service level to another place"),
    "service_levels:settings": gettext_lazy("Changed the night or the follow-up window"),
    "saved_views:change": gettext_lazy("Changed a saved view"),
    "saved_views:create": gettext_lazy("Made a saved view"),
    "saved_views:remove": gettext_lazy("Removed a saved view"),
    "saved_views:restore": gettext_lazy("Brought a saved view back"),
    "second_factor:add": gettext_lazy("Set up a second factor"),
    "second_factor:ask": gettext_lazy("Changed who needs a second factor"),
    "second_factor:new_codes": gettext_lazy("Made new recovery codes"),
    "second_factor:remove": gettext_lazy("Removed a second factor"),
    "second_factor:reset": gettext_lazy("Removed the second factors of a member"),
    "tags:change": gettext_lazy("Changed a tag"),
    "tags:create": gettext_lazy("Made a tag"),
    "tags:merge": gettext_lazy("Merged tags"),
    "tags:remove": gettext_lazy("Removed a tag"),
    "teams:create": gettext_lazy("Made a team"),
    "teams:remove": gettext_lazy("Removed a team"),
    "teams:rename": gettext_lazy("Renamed a team"),
    "tokens:create": gettext_lazy("Made an API token"),
    "tokens:revoke": gettext_lazy("Revoked an API token"),
}
_EVENTS = {
    "MessageQueued": gettext_lazy("Wrote a message"),
    "MessageSentAgain": gettext_lazy("Sent a message again"),
    "MessageStopped": gettext_lazy("Stopped a message"),
    "MessageTakenAsSent": gettext_lazy("Marked a message as sent"),
    "NoteWritten": gettext_lazy("Wrote a note"),
    "NoteEdited": gettext_lazy("Edited a note"),
    "ConversationAssigned": gettext_lazy("Assigned"),
    "ConversationClaimed": gettext_lazy("Took over"),
    "ConversationHandedToTeam": gettext_lazy("Handed to a team"),
    "ConversationResolved": gettext_lazy("Resolved"),
    "ConversationReopened": gettext_lazy("Opened again"),
    "ConversationSnoozed": gettext_lazy("Snoozed"),
    "ConversationPrioritized": gettext_lazy("Changed the priority"),
    "ConversationMarkedUnread": gettext_lazy("Marked as unread"),
    "ConversationTagged": gettext_lazy("Tagged"),
    "ConversationUntagged": gettext_lazy("Took a tag away"),
    "ContactTagged": gettext_lazy("Tagged"),
    "ContactUntagged": gettext_lazy("Took a tag away"),
}
"""what a change was, the weightiest first"""
_COUNTS: Mapping[str, Callable[[int], str]] = {
    "conversation": lambda count: npgettext(
        "amount", "%(count)s conversation", "%(count)s conversations", count
    ),
    "contact": lambda count: npgettext("amount", "%(count)s contact", "%(count)s contacts", count),
    "message": lambda count: npgettext("amount", "%(count)s message", "%(count)s messages", count),
    "media": lambda count: npgettext("amount", "%(count)s file", "%(count)s files", count),
    "note": lambda count: npgettext("amount", "%(count)s note", "%(count)s notes", count),
    "group": lambda count: npgettext("amount", "%(count)s group", "%(count)s groups", count),
    "tag": lambda count: npgettext("amount", "%(count)s tag", "%(count)s tags", count),
    "merge": lambda count: npgettext("amount", "%(count)s merge", "%(count)s merges", count),
    "inbox": lambda count: npgettext("amount", "%(count)s number", "%(count)s numbers", count),
}
_KINDS = {
    "conversation": gettext_lazy("Conversations"),
    "contact": gettext_lazy("Contacts"),
    "message": gettext_lazy("Messages"),
    "media": gettext_lazy("Files"),
    "note": gettext_lazy("Notes"),
    "group": gettext_lazy("Groups"),
    "tag": gettext_lazy("Tags"),
    "member": gettext_lazy("Members"),
    "inbox": gettext_lazy("Numbers"),
}


def deed(entry: AuditEntry) -> str:
    """What was done: "Looked at", "Gave a member another role"."""
    if entry.verb == CHANGED:
        happened = entry.details.get("events", [])
        return str(next((_EVENTS[each] for each in _EVENTS if each in happened), _("Changed")))
    return str(_VERBS.get(entry.verb, entry.verb))


def amounts(counts: Sequence[Sequence[str | int]]) -> str:
    """To what: "50 conversations, 48 contacts"."""
    told = (
        _COUNTS[str(kind)](int(count)) % {"count": f"{int(count)}"}
        for kind, count in counts
        if kind in _COUNTS
    )
    return ", ".join(told)


def kind_word(kind: str) -> str:
    return str(_KINDS.get(kind, kind))


def face_word(face: str) -> str:
    return {
        "screen": _("On a screen"),
        "rest": _("By REST"),
        "job": _("By a job"),
    }.get(face, _("On the command line"))
