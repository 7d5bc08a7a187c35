"""When something can leave later: the usual times, and what somebody typed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kernel import clock
from regulars.kernel.errors import Invalid

SOONEST = timedelta(minutes=30)
"""a preset nearer than that is none"""


@dataclass(frozen=True, slots=True)
class Later:
    """A time that is offered, in UTC. ``is_open``: the reply window is still open then."""

    label: str | Promise
    at: datetime
    is_open: bool


def offered(now: datetime, zone: ZoneInfo, there: ZoneInfo | None, closes: datetime | None) -> list[Later]:
    """In order of time. ``there``: where the contact is, when that is known and somewhere else."""
    found = {at: label for label, at in _times(now, zone, there) if at - now >= SOONEST}
    return [Later(found[at], at, closes is not None and at < closes) for at in sorted(found)]


def _times(now: datetime, zone: ZoneInfo, there: ZoneInfo | None) -> Iterator[tuple[str | Promise, datetime]]:
    """Later ones take the place of earlier ones at the same moment."""
    today = now.astimezone(zone)
    yield gettext_lazy("In an hour"), _whole(now + timedelta(hours=1))
    yield gettext_lazy("In three hours"), _whole(now + timedelta(hours=3))
    yield gettext_lazy("This afternoon"), _at(today, 13)
    yield gettext_lazy("This evening"), _at(today, 19)
    yield gettext_lazy("Tomorrow morning"), _at(today + timedelta(days=1), 9)
    yield gettext_lazy("Monday morning"), _at(today + timedelta(days=7 - today.weekday()), 9)
    if there is not None and there.utcoffset(now.replace(tzinfo=None)) != zone.utcoffset(
        now.replace(tzinfo=None)
    ):
        here = now.astimezone(there)
        next_morning = here if here.hour < 9 else here + timedelta(days=1)
        yield gettext_lazy("Their next morning"), _at(next_morning, 9)


def _whole(moment: datetime) -> datetime:
    """To the next five minutes."""
    spare = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return (moment if not spare else moment - spare + timedelta(minutes=5)).astimezone(UTC)


def _at(day: datetime, hour: int) -> datetime:
    return datetime.combine(day.date(), time(hour), day.tzinfo).astimezone(UTC)


def read_time(written: str, zone: ZoneInfo) -> datetime:
    """An RFC 3339 time, or, without a zone, by the reader's clock."""
    try:
        found = datetime.fromisoformat(written.strip())
        moment = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        moment = clock.EARLIEST
    if not clock.EARLIEST < moment < clock.LATEST:
        sentence = _("Say when it shall leave")
        raise Invalid(sentence, fields={"send_at": sentence})
    return moment
