"""What the house clears away of clocks that are over."""

from __future__ import annotations

from datetime import timedelta

from regulars.conversations.operations.handling import resolve_conversation
from regulars.kernel import clock
from regulars.service_levels.drawing import draw_clocks
from regulars.service_levels.models import AnswerClock
from regulars.service_levels.tasks import KEPT_FOR, purge_clocks
from regulars.service_levels.tests.rings import hear
from tests.cast import ALICE, BORIS, Cast


def test_what_is_over_for_long_goes_and_what_runs_stays(cast: Cast):
    now = clock.now()
    over, running = hear(cast, ALICE, "A", now), hear(cast, BORIS, "A", now)
    resolve_conversation(over, by=cast.actor())
    draw_clocks([over.id])
    assert purge_clocks() == 0
    with clock.frozen_at(now + KEPT_FOR + timedelta(days=1)):
        assert purge_clocks() == 1
    assert AnswerClock.objects.get().conversation_id == running.id
