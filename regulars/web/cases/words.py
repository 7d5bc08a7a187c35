"""Cases in words and drawings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.cases.models import CaseActivity

STATUS_ICONS: Mapping[str, str] = {
    "open": "case",
    "waiting_customer": "clock",
    "waiting_others": "pause",
    "resolved": "resolved",
}
ACTIVITY_ICONS: Mapping[str, str] = {
    "opened": "case",
    "status_set": "case",
    "resolved": "resolve",
    "reopened": "reopen",
    "outcome_set": "resolve",
    "assigned": "assign",
    "unassigned": "unassigned",
    "team_set": "team",
    "team_left": "team",
    "priority_set": "alert",
    "category_set": "tag",
    "category_left": "tag",
    "due_set": "clock",
    "due_left": "clock",
    "described": "edited",
    "conversation_linked": "bubble",
    "conversation_unlinked": "bubble",
    "contact_linked": "contact",
    "contact_unlinked": "contact",
    "file_added": "attach",
    "file_removed": "attach",
    "merged": "merge",
    "unmerged": "merge",
}


def status_word(status: str) -> str:
    return {
        "open": pgettext("case status", "Open"),
        "waiting_customer": pgettext("case status", "Waiting for the customer"),
        "waiting_others": pgettext("case status", "Waiting for others"),
        "resolved": pgettext("case status", "Resolved"),
    }.get(status, status)


def outcome_word(outcome: str) -> str:
    return {
        "solved": pgettext("case outcome", "Solved"),
        "not_solved": pgettext("case outcome", "Not solved"),
        "withdrawn": pgettext("case outcome", "Given up by the customer"),
    }.get(outcome, outcome)


def priority_word(priority: str) -> str:
    return {
        "low": pgettext("priority", "low"),
        "normal": pgettext("priority", "normal"),
        "high": pgettext("priority", "high"),
        "urgent": pgettext("priority", "urgent"),
    }.get(priority, priority)


def icon_word(icon: str) -> str:
    return {
        "case": pgettext("drawing", "Folder"),
        "bag": pgettext("drawing", "Bag"),
        "delivery": pgettext("drawing", "Truck"),
        "money": pgettext("drawing", "Banknote"),
        "return": pgettext("drawing", "Returned parcel"),
        "repair": pgettext("drawing", "Wrench"),
        "question": pgettext("drawing", "Question mark"),
        "complaint": pgettext("drawing", "Unhappy face"),
        "star": pgettext("drawing", "Star"),
        "document": pgettext("drawing", "Document"),
    }.get(icon, icon)


def sprite_icon(icon: str) -> str:
    """A category's drawing in the sprite."""
    return "case" if icon == "case" else f"kind-{icon}"


def sentence(item: CaseActivity) -> str:
    """One whole sentence per kind, so that every language can order its words; unknown kinds show their name."""
    facts: dict[str, Any] = {"actor": item.actor_name or _("Regulars"), **item.facts}
    if item.kind == "status_set":
        facts["to"] = status_word(str(facts.get("to", "")))
    elif item.kind in {"resolved", "outcome_set"}:
        facts["to"] = outcome_word(str(facts.get("outcome") or facts.get("to", "")))
    elif item.kind == "priority_set":
        facts["to"] = priority_word(str(facts.get("to", "")))
    pattern = _patterns().get(item.kind)
    if pattern is None:
        return f"{facts['actor']}: {item.kind.replace('_', ' ')}"
    return pattern % _Known(facts)


def due_in(item: CaseActivity) -> datetime | None:
    """The time that a line is about, for the browser to write."""
    if item.kind != "due_set" or not item.facts.get("to"):
        return None
    return datetime.fromisoformat(str(item.facts["to"]))


def _patterns() -> dict[str, str]:
    return {
        "opened": _("%(actor)s opened the case"),
        "status_set": _("%(actor)s set the status to “%(to)s”"),
        "resolved": _("%(actor)s resolved the case: %(to)s"),
        "reopened": _("%(actor)s reopened the case"),
        "outcome_set": _("%(actor)s corrected the outcome: %(to)s"),
        "assigned": _("%(actor)s gave the case to %(to)s"),
        "unassigned": _("%(actor)s left the case without an owner"),
        "team_set": _("%(actor)s handed the case to the team %(to)s"),
        "team_left": _("%(actor)s took the case out of its team"),
        "priority_set": _("%(actor)s set the priority to %(to)s"),
        "category_set": _("%(actor)s filed it under %(to)s"),
        "category_left": _("%(actor)s took it out of its category"),
        "due_set": _("%(actor)s set the due date:"),
        "due_left": _("%(actor)s took the due date away"),
        "described": _("%(actor)s changed the description"),
        "conversation_linked": _("%(actor)s added a conversation"),
        "conversation_unlinked": _("%(actor)s took a conversation away"),
        "contact_linked": _("%(actor)s added a contact"),
        "contact_unlinked": _("%(actor)s took a contact away"),
        "file_added": _("%(actor)s added a file"),
        "file_removed": _("%(actor)s took a file away"),
        "merged": _("%(actor)s merged the case into #%(number)s"),
        "unmerged": _("%(actor)s parted the case from #%(number)s again"),
    }


class _Known(dict[str, Any]):
    """Missing facts read as a dash rather than an error."""

    def __missing__(self, key: str) -> str:
        return "—"
