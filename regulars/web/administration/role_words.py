"""What roles allow, in plain words, by subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.workspaces.permissions import Reach, Rights, Thing


@dataclass(frozen=True, slots=True)
class Subject:
    key: str
    label: Promise
    sentences: Mapping[str, Promise]
    """by permission: what who has it may do"""


SUBJECTS = (
    Subject(
        "conversations",
        _("Conversations"),
        {
            "conversations:read": _("See conversations"),
            "conversations:read_protected": _("Read messages with protected words"),
            "messages:send": _("Answer and send messages"),
            "notes:write": _("Write private notes"),
            "conversations:assign": _("Assign conversations and hand them to teams"),
            "conversations:resolve": _("Resolve, snooze and reopen conversations"),
            "conversations:export": _("Take conversations out in a file"),
        },
    ),
    Subject(
        "contacts",
        _("Contacts"),
        {
            "contacts:read": _("See contacts"),
            "contacts:see_numbers": _(
                "See people's numbers whole; without it all but the last digits are left out"
            ),
            "contacts:edit": _("Add and change contacts"),
            "contacts:merge": _("Say that contacts are one person, and part them again"),
            "contacts:export": _("Take everything of a contact out in a file"),
            "contacts:block": _("Block contacts, and let them through again"),
            "contacts:delete": _("Delete contacts for good"),
        },
    ),
    Subject(
        "cases",
        _("Cases"),
        {
            "cases:read": _("See cases"),
            "cases:edit": _("Open, change, resolve, merge and comment cases"),
            "cases:manage": _("Set categories of cases and how long they can be reopened"),
        },
    ),
    Subject(
        "numbers",
        _("Numbers and message templates"),
        {
            "inboxes:read": _("See the numbers that they staff"),
            "inboxes:manage": _("Change numbers and who staffs them"),
            "connections:manage": _("Connect accounts and look after what arrives"),
            "deliveries:read": _("Read what arrived exactly as it came"),
            "message_templates:read": _("Use message templates"),
            "message_templates:manage": _("Fetch message templates anew"),
        },
    ),
    Subject(
        "quick_replies",
        _("Quick replies"),
        {
            "quick_replies:read": _("Use quick replies, and keep some of their own"),
            "quick_replies:manage": _("Make, change and import the quick replies of everybody and of teams"),
        },
    ),
    Subject(
        "saved_views",
        _("Saved views"),
        {"saved_views:manage": _("Keep and change the saved views of everybody and of teams")},
    ),
    Subject(
        "macros", _("Macros"), {"macros:manage": _("Make and change the macros of everybody and of teams")}
    ),
    Subject(
        "tags",
        _("Tags"),
        {
            "tags:read": _("See which tags there are and how often they are in use"),
            "tags:manage": _("Make, change, merge and remove tags"),
        },
    ),
    Subject(
        "routing",
        _("Routing"),
        {
            "routing:read": _("See who waits, who has room, and why a conversation went to whom"),
            "routing:manage": _("Set queues, and how much of what each member takes"),
            "service_levels:read": _("See by when whom an answer is promised, and which are late"),
            "service_levels:manage": _("Set by when whom an answer is promised"),
            "idle_rule:manage": _("Set when idle conversations are resolved by themselves"),
        },
    ),
    Subject(
        "people",
        _("People"),
        {
            "members:read": _("See who works here and with which role"),
            "members:manage": _("Invite people, change their role, lock them out"),
            "roles:manage": _("Make and change roles"),
            "teams:read": _("See teams"),
            "teams:manage": _("Make and change teams"),
        },
    ),
    Subject(
        "workspace",
        _("Workspace"),
        {
            "ledger:read": _("See the ledger"),
            "jobs:read": _("See what runs, whoever asked for it"),
            "audit:read": _("Read who did what"),
            "tokens:manage": _("Make and revoke API tokens"),
            "hours:manage": _("Set the business hours"),
            "protection:manage": _("Say which words protect a message"),
            "mail:manage": _("Set up mail (and so read links for new passwords, the owner's, too)"),
            "workspace:manage": _("Manage the workspace (somebody always can)"),
        },
    ),
)


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a role can reach one kind of thing."""

    thing: Thing
    label: Promise
    sentences: Mapping[Reach, Promise]


DISTANCES = (
    Distance(
        "conversations",
        _("Which conversations"),
        {
            "own": _("Their own, and those that nobody has"),
            "teams": _("Their own, nobody's, and those of their teams"),
            "all": pgettext_lazy("conversations", "All"),
        },
    ),
    Distance(
        "contacts",
        _("Which contacts"),
        {
            "own": _("Whoever writes in these conversations, and those they look after"),
            "teams": _("Whoever writes in these conversations, and those whom they or team mates look after"),
            "all": pgettext_lazy("contacts", "All"),
        },
    ),
    Distance(
        "cases",
        _("Which cases"),
        {
            "own": _("Their own, nobody's, and those of the conversations that they see"),
            "teams": _("Those, and what their teams have or team mates own"),
            "all": pgettext_lazy("cases", "All"),
        },
    ),
    Distance(
        "files",
        _("Which files"),
        {
            "own": _("Those in their own and nobody's conversations"),
            "teams": _("Those in their own, nobody's, and their teams' conversations"),
            "all": _("All in the conversations that they see"),
        },
    ),
)
"""of the kinds of things that there are; the others join with their rooms"""


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of a comparison. A permission is had or not (True, False), a reach is a sentence."""

    label: str | Promise
    left: bool | str | Promise
    right: bool | str | Promise

    @property
    def is_reach(self) -> bool:
        return not isinstance(self.left, bool)

    @property
    def differs(self) -> bool:
        return str(self.left) != str(self.right)


def compared(left: Rights, right: Rights) -> list[Difference]:
    reach = [
        Difference(each.label, each.sentences[left.far(each.thing)], each.sentences[right.far(each.thing)])
        for each in DISTANCES
    ]
    permissions = [
        Difference(sentence, permission in left.permissions, permission in right.permissions)
        for subject in SUBJECTS
        for permission, sentence in subject.sentences.items()
    ]
    return [*reach, *permissions]
