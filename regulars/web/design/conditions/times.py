"""Days and times as they stand in the form: by the workspace's clocks, whoever reads them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, tzinfo
from typing import Any, Literal, NamedTuple

from regulars.kernel.conditions.problems import Wrong
from regulars.kernel.conditions.values import parse_moment, write_value

Kind = Literal["date", "datetime-local", "text"]


class Shown(NamedTuple):
    """What stands in an input, and the type of that input."""

    text: str
    kind: Kind


def read_time(typed: str, zone: tzinfo) -> str:
    """A day or a time that was typed as the moment that it is; what is neither stays, so that it is named."""
    try:
        local = datetime.fromisoformat(typed)
        return typed if local.tzinfo else str(write_value(_moment(local, zone)))
    except (ValueError, OverflowError):
        return typed


def show_day(written: Any, zone: tzinfo) -> Shown:
    """A moment as a day where one begins then, else as a time."""
    moment = _parsed(written)
    if moment is None:
        return Shown(str(written or ""), "text" if written else "date")
    day = moment.astimezone(zone).date()
    if _moment(datetime.combine(day, time()), zone) == moment:
        return Shown(day.isoformat(), "date")
    return show_time(written, zone)


def show_time(written: Any, zone: tzinfo) -> Shown:
    """A moment as an input can say it; the second of an hour that clocks go through twice stays as it is written."""
    moment = _parsed(written)
    if moment is None:
        return Shown(str(written or ""), "text" if written else "datetime-local")
    local = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    if _moment(local, zone) != moment or local.microsecond % 1000:
        return Shown(str(written), "text")
    parts = "milliseconds" if local.microsecond else "seconds" if local.second else "minutes"
    return Shown(local.isoformat(timespec=parts), "datetime-local")


def _parsed(written: Any) -> datetime | None:
    try:
        return parse_moment(written)
    except Wrong:
        return None


def _moment(local: datetime, zone: tzinfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)
