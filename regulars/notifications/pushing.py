"""Pushes on their way: queued for every browser of a member, claimed, sealed for the browser, sent, tried again.

What is queued rests for a moment: who reads it at once on an open screen needs no push. A push service is asked by a
client that reaches the public internet over https and nothing else (``kernel.addresses``): the address came from a
browser.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from regulars.kernel import clock
from regulars.kernel.ids import new_id
from regulars.notifications.choosing import choices_of
from regulars.notifications.keys import KeyPair, key_pair
from regulars.notifications.letters import Letter, letters_for
from regulars.notifications.models import Push, PushSubscription
from regulars.notifications.ports import Describe, Seen
from regulars.notifications.services import GONE, LATER, SENT, Answer, Parcel, send_parcels

CHANNEL = "regulars_pushes"
"""the NOTIFY channel that says "there is something to push"; it carries no data"""
RESTS = timedelta(seconds=2)
LEASE = timedelta(seconds=60)
MOST_AT_ONCE = 100
MOST_TRIES = 8
"""with twice the wait each time: about an hour"""
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=1)


def queue_pushes(told: Mapping[UUID, UUID]) -> None:
    """Notifications and whose they are, to every browser of theirs. In the current transaction."""
    if not told:
        return
    due = clock.now() + RESTS
    # unscoped: by ids of members, each of one workspace
    subscriptions = PushSubscription.objects.filter(member_id__in=set(told.values()))
    browsers: dict[UUID, list[UUID]] = {}
    for subscription_id, member_id in subscriptions.values_list("id", "member_id"):
        browsers.setdefault(member_id, []).append(subscription_id)
    rows = sorted(
        (subscription_id, notification_id)
        for notification_id, member_id in told.items()
        for subscription_id in browsers.get(member_id, ())
    )
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _QUEUE,
            [
                clock.now(),
                due,
                [new_id() for _ in rows],
                [subscription_id for subscription_id, _ in rows],
                [notification_id for _, notification_id in rows],
            ],
        )
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


_QUEUE = """
INSERT INTO notifications_push (id, subscription_id, notification_id, queued_at, due_at)
SELECT a, b, c, %s, %s FROM (SELECT * FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[])) AS t(a, b, c)
ON CONFLICT (subscription_id, notification_id) DO UPDATE
SET queued_at = excluded.queued_at, due_at = excluded.due_at, tries = 0
"""


@dataclass(frozen=True, slots=True)
class PushSender:
    """Sends what is due. ``seen`` and ``describe`` are the rooms' above (``ports``)."""

    seen: Seen
    describe: Describe

    def send_due(self) -> bool:
        """True when there may be more to do at once. The service is asked outside of every transaction."""
        claimed = _claim()
        if not claimed:
            return False
        letters = self._letters(claimed)
        keys = key_pair()
        parcels = [_parcel(each, letters[each.id], keys) for each in claimed if each.id in letters]
        answers = asyncio.run(send_parcels(parcels, allowed=settings.PUSH_SERVICE)) if parcels else []
        _settle([each for each in claimed if each.id not in letters], {})
        _settle([each for each in claimed if each.id in letters], {each.id: each for each in answers})
        return len(claimed) == MOST_AT_ONCE

    def _letters(self, claimed: Sequence[Push]) -> dict[UUID, Letter]:
        """Without what was read meanwhile, and what its member may not see any more."""
        waiting = [each for each in claimed if each.notification.read_at is None]
        pairs = {(each.notification.member_id, each.notification.conversation_id) for each in waiting}
        allowed = self.seen(pairs)
        choices = choices_of({member_id for member_id, _ in allowed})
        return letters_for(
            [
                each
                for each in waiting
                if (each.notification.member_id, each.notification.conversation_id) in allowed
            ],
            choices,
            self.describe,
        )


@transaction.atomic
def _claim() -> list[Push]:
    """Ours until the lease ends, committed before anything leaves."""
    now = clock.now()
    # unscoped: the house sends everybody's
    due = Push.objects.select_for_update(skip_locked=True, of=("self",)).filter(due_at__lte=now)
    claimed = list(
        due.select_related("subscription__member__user", "notification").order_by("due_at")[:MOST_AT_ONCE]
    )
    if claimed:
        # unscoped: those just claimed
        Push.objects.filter(id__in=[each.id for each in claimed]).update(due_at=now + LEASE)
    return claimed


def _parcel(push: Push, letter: Letter, keys: KeyPair) -> Parcel:
    subscription = push.subscription
    return Parcel(
        id=push.id,
        endpoint=subscription.endpoint,
        public_key=subscription.public_key,
        secret=subscription.secret,
        body=letter.body,
        topic=letter.topic,
        keys=keys,
    )


@transaction.atomic
def _settle(claimed: Sequence[Push], answers: Mapping[UUID, Answer]) -> None:
    """Those without an answer need no sending any more. What was queued anew meanwhile stays, and goes by itself."""
    now = clock.now()
    for each in sorted(claimed, key=lambda push: push.id):
        answer = answers.get(each.id)
        row = Push.objects.filter(id=each.id, queued_at=each.queued_at)
        if answer and answer.outcome == GONE:
            # unscoped: the browser of a claimed row
            PushSubscription.objects.filter(id=each.subscription_id).delete()
        elif answer and answer.outcome == LATER and each.tries + 1 < MOST_TRIES:
            wait = min(max(answer.wait, FIRST_WAIT * 2**each.tries), LONGEST_WAIT)
            row.update(due_at=now + wait, tries=each.tries + 1)
        else:
            row.delete()
        if answer and answer.outcome == SENT:
            # unscoped: as above
            PushSubscription.objects.filter(id=each.subscription_id).update(last_sent_at=now)
