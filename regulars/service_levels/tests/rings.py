"""Short forms for tests above: what waits with a clock that is drawn and has rung."""

from __future__ import annotations

from datetime import datetime

from regulars.contacts.operations.editing import update_contact
from regulars.conversations.models import Conversation
from regulars.kernel import clock
from regulars.service_levels.drawing import draw_clocks
from regulars.service_levels.following_up import note_said
from regulars.service_levels.levels import settle
from regulars.service_levels.models import ServiceLevelSettings
from regulars.service_levels.ringing import ring_clocks
from tests.cast import Cast


def hear(cast: Cast, phone: str, tier: str, at: datetime) -> Conversation:
    """A contact of a tier wrote then, by day whenever that is, and the clock is drawn."""
    settle(cast.workspace.id)
    ServiceLevelSettings.objects.filter(workspace=cast.workspace).update(night_start=0, night_end=0)
    update_contact(cast.contact(phone), {"tier": tier}, by=cast.actor())
    with clock.frozen_at(at):
        found = cast.hears(phone, "?", at=at)
        note_said({found.id: None})
        draw_clocks([found.id])
    return found


def ring() -> None:
    while ring_clocks():
        pass
