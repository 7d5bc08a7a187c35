"""The thread's quiet lines in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.web.inbox.calls import call_sentence
from regulars.web.inbox.priorities import priority_word
from regulars.web.inbox.view_models import ActivityView

ICONS = {
    "assigned": "assign",
    "routed": "journey",
    "claimed": "assign",
    "unassigned": "unassigned",
    "resolved": "resolve",
    "resolved_idle": "resolve",
    "reopened": "reopen",
    "reopened_by_contact": "reopen",
    "reopened_by_group": "reopen",
    "number_changed": "phone",
    "user_id_changed": "contact",
    "identity_check": "shield",
    "team_set": "team",
    "team_left": "team",
    "team_removed": "team",
    "team_succeeded": "team",
    "priority_set": "priority",
    "tagged": "tag",
    "tag_added": "tag",
    "tag_removed": "tag",
    "tag_expired": "tag",
    "decided_send_again": "send",
    "decided_was_sent": "check",
    "snoozed": "snooze",
    "snoozed_firmly": "snooze",
    "woken": "snooze",
    "woken_by_contact": "snooze",
    "woken_by_group": "snooze",
    "call": "phone",
    "stopped": "close",
    "reopened_by_failure": "reopen",
    "blocked": "block",
    "blocked_as_spam": "block",
    "block_failed": "block",
    "unblocked": "contact",
    "unblock_failed": "block",
    "case_opened": "case",
    "case_linked": "case",
    "case_resolved": "case",
    "case_reopened": "case",
}


def sentence(item: ActivityView) -> str:
    """One whole sentence per kind, so that every language can order its words; unknown kinds show their name."""
    if item.kind == "call":
        return call_sentence(item.facts)
    values = {
        "actor": item.actor_name or _("Regulars"),
        **{key: str(value) for key, value in item.facts.items()},
    }
    if item.kind == "priority_set":
        values["to"] = priority_word(values.get("to", ""))
    if item.kind == "resolved_idle":
        return _resolved_idle(item)
    pattern = _patterns().get(item.kind)
    if item.kind == "assigned" and not values.get("to"):
        pattern = _patterns()["unassigned"]
    if item.kind == "assigned" and item.actor_name and values.get("to") == item.actor_name:
        pattern = _patterns()["taken"]
    if item.kind == "routed" and not item.actor_name:
        pattern = _patterns()["routed_back"]
    if pattern is None:
        return f"{values['actor']}: {item.kind.replace('_', ' ')}"
    return pattern % _Known(values)


def _resolved_idle(item: ActivityView) -> str:
    hours = int(str(item.facts.get("hours", 0)))
    if item.facts.get("counted_by") == "business":
        return ngettext(
            "Resolved by rule: %(count)d business hour without an answer",
            "Resolved by rule: %(count)d business hours without an answer",
            hours,
        ) % {"count": hours}
    days, rest = divmod(hours, 24)
    if days > 1 and not rest:
        return ngettext(
            "Resolved by rule: %(count)d day without an answer",
            "Resolved by rule: %(count)d days without an answer",
            days,
        ) % {"count": days}
    return ngettext(
        "Resolved by rule: %(count)d hour without an answer",
        "Resolved by rule: %(count)d hours without an answer",
        hours,
    ) % {"count": hours}


def _patterns() -> dict[str, str]:
    return {
        "assigned": _("%(actor)s assigned this to %(to)s"),
        "routed": _("Given to %(to)s by the queue %(actor)s"),
        "routed_back": _("Given to %(to)s by routing"),
        "taken": _("%(actor)s took this"),
        "claimed": _("%(actor)s took this by answering"),
        "unassigned": _("%(actor)s put this back to the unassigned"),
        "resolved": _("%(actor)s resolved the conversation"),
        "reopened": _("%(actor)s reopened the conversation"),
        "reopened_by_contact": _("Open again: the contact wrote"),
        "reopened_by_group": _("Open again: somebody in the group wrote"),
        "snoozed": _("%(actor)s snoozed the conversation"),
        "snoozed_firmly": _("%(actor)s snoozed the conversation, whoever writes"),
        "woken_by_contact": _("Back ahead of time: the contact wrote"),
        "woken_by_group": _("Back ahead of time: somebody in the group wrote"),
        "team_set": _("%(actor)s handed this to the team %(to)s"),
        "team_left": _("%(actor)s took this out of its team"),
        "team_removed": _("%(actor)s removed the team %(team)s"),
        "team_succeeded": _("%(actor)s removed the team %(team)s; this is with the team %(to)s now"),
        "priority_set": _("%(actor)s set the priority to %(to)s"),
        "tagged": _("%(actor)s changed the tags: %(tags)s"),
        "tag_added": _("%(actor)s added the tag %(tag)s"),
        "tag_removed": _("%(actor)s took off the tag %(tag)s"),
        "tag_expired": _("The tag %(tag)s ran out"),
        "decided_send_again": _("%(actor)s had a message with an unknown result sent again"),
        "decided_was_sent": _("%(actor)s decided that a message with an unknown result was sent"),
        "number_changed": _("The contact changed their number from %(previous)s to %(current)s"),
        "user_id_changed": _("The contact has a new id"),
        "identity_check": _("The contact's phone was set up anew; check who is writing"),
        "woken": _("Back: the snooze is over"),
        "stopped": _("%(actor)s stopped a message before it left"),
        "blocked": _("%(actor)s blocked the contact on this number"),
        "blocked_as_spam": _("%(actor)s blocked the contact on this number as spam"),
        "block_failed": _("The platform did not block the contact"),
        "unblocked": _("%(actor)s lifted the block of the contact"),
        "unblock_failed": _("The platform did not lift the block of the contact"),
        "case_opened": _("%(actor)s opened a case"),
        "case_linked": _("%(actor)s added this to a case"),
        "case_resolved": _("%(actor)s resolved a case of this"),
        "case_reopened": _("%(actor)s reopened a case of this"),
        "reopened_by_failure": _("Open again: our answer was not delivered"),
    }


class _Known(dict[str, str]):
    """Missing facts read as a dash rather than an error."""

    def __missing__(self, key: str) -> str:
        return "—"
