"""What a conversation was about so far, and what was counted of it."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from regulars.conversations.models import Conversation, Episode, Fact


def episodes_of(conversation: Conversation) -> QuerySet[Episode]:
    """With ``first_wait`` and ``first_business_wait``, seconds until the first answer; null without one, or where it
    was not measured.
    """
    firsts = Fact.objects.filter(
        episode_id=OuterRef("id"), kind="answered", is_first=True, withdrawn_at__isnull=True
    )
    return Episode.objects.filter(conversation=conversation).annotate(
        first_wait=Subquery(firsts.values("wait_seconds")[:1]),
        first_business_wait=Subquery(firsts.values("business_seconds")[:1]),
    )


def facts_of(conversation: Conversation) -> QuerySet[Fact]:
    """Those that were withdrawn, too: whoever copied one learns of it."""
    return Fact.objects.filter(conversation=conversation)
