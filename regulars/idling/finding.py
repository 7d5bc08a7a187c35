"""Which conversations are idle now: open, our turn to wait, and nothing new for as long as the rule says."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from regulars.cases.models import CaseConversation
from regulars.conversations.models import Conversation
from regulars.conversations.queries.asking import NOTHING, conversations_matching, kept_condition
from regulars.conversations.queries.silence import silent_since
from regulars.idling.models import IdleRule
from regulars.kernel import clock
from regulars.scheduling.models import ScheduledMessage
from regulars.workspaces.access import Actor, system_actor
from regulars.workspaces.business_hours import business_hours_of
from regulars.workspaces.business_time import BusinessHours

RULE_NAME = "Idle conversations"
"""who did it, in the log and the trail"""
LONGEST_BACK = timedelta(days=5 * 366)
"""how far back is looked for the beginning of a silence that is counted in business hours"""
_SECOND = timedelta(seconds=1)


def rule_of(workspace_id: UUID) -> IdleRule:
    """Unsaved and off where nobody has changed anything."""
    found = IdleRule.objects.filter(workspace_id=workspace_id).first()
    return found or IdleRule(workspace_id=workspace_id)


def rule_actor(workspace_id: UUID) -> Actor:
    return system_actor(workspace_id, RULE_NAME)


def silent_before(hours: BusinessHours, now: datetime, amount: timedelta) -> datetime | None:
    """The latest moment since which so much business time has passed, to the second; None when none is near enough."""
    if hours.week is None:
        return now - amount
    longest = LONGEST_BACK // _SECOND
    if hours.between(now - longest * _SECOND, now) < amount:
        return None
    steps = [0, longest]
    while steps[1] - steps[0] > 1:
        middle = sum(steps) // 2
        steps[int(hours.between(now - middle * _SECOND, now) >= amount)] = middle
    return now - steps[1] * _SECOND


def silence_of(rule: IdleRule) -> datetime | None:
    """Since when nothing may have happened, for the rule to count."""
    hours = business_hours_of(rule.workspace_id)
    counted = hours if rule.counted_by == "business" else BusinessHours(hours.time_zone)
    return silent_before(counted, clock.now(), rule.idle_for)


def idle_since(rule: IdleRule, since: datetime) -> QuerySet[Conversation]:
    """Those that the rule is about, be it on or not. What is to leave later, and an open case, keep one open."""
    workspace_id = rule.workspace_id
    by = rule_actor(workspace_id)
    waiting = ScheduledMessage.objects.filter(
        workspace_id=workspace_id, conversation_id=OuterRef("pk"), state="waiting"
    )
    cases = CaseConversation.objects.filter(
        workspace_id=workspace_id, conversation_id=OuterRef("pk"), case__merged_into=None
    ).exclude(case__status="resolved")
    return (
        silent_since(workspace_id, since)
        .filter(conversations_matching(by, kept_condition(rule.conditions, by) or NOTHING))
        .filter(~Exists(waiting), ~Exists(cases))
    )


def idle_matching(workspace_id: UUID) -> Q:
    """What the rule resolves next, or would if it were on (``conversations.ports.Narrowing``)."""
    rule = rule_of(workspace_id)
    since = silence_of(rule)
    return Q(id__in=idle_since(rule, since).values("id")) if since else Q(pk__in=[])
