"""What can be set: the account (once, from a file) and the switches (any time, through ``/control/switches``).

Every switch has a default that behaves like the real platform; ``patch`` refuses unknown names and wrong types with
a sentence that lists what would be right.
"""

from __future__ import annotations

import json
import types
import typing
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any


class SettingError(ValueError):
    """A setting that cannot be used; the text names it and what would be right."""


@dataclass(slots=True)
class Rates:
    """Limits on sending. ``None`` or False switches one off."""

    messages_per_second: float | None = 80.0
    """Throughput per business number, in and out together (1,000 after an upgrade, 20 with coexistence)."""
    pair_seconds: float | None = 6.0
    """One message per this many seconds to one person ..."""
    pair_burst: int = 45
    """... with a burst of this many borrowed from the future."""
    tier: str = "TIER_2K"
    """Portfolio messaging limit: unique people outside windows per rolling 24 hours."""
    management_per_hour: int | None = 5_000
    """Management calls per account and hour (80007)."""


@dataclass(slots=True)
class Statuses:
    """How delivery goes. Delays are ``[low, high]`` in seconds."""

    on: bool = True
    sent_delay: list[float] = field(default_factory=lambda: [0.1, 0.4])
    delivered_delay: list[float] = field(default_factory=lambda: [0.3, 1.2])
    read_delay: list[float] = field(default_factory=lambda: [1.5, 5.0])
    read: bool = True
    """Whether phones read on their own; each customer can differ (``reads``)."""
    shuffle: bool = False
    """Post sent, delivered and read in random order."""
    duplicate_percent: float = 0.0
    missing_delivered_percent: float = 0.0
    failed_after_sent_percent: float = 0.0
    failed_code: int = 131026
    pricing_on: str = "either"
    """sent | delivered | either (one of the two, by chance) | never"""


@dataclass(slots=True)
class Webhooks:
    """How updates are posted."""

    batch: int = 1
    """Most updates in one POST (the platform goes up to 1,000)."""
    batch_wait: float = 0.0
    """Seconds to collect updates before a POST."""
    merge: str = "mixed"
    """entries | changes | values | mixed: how the updates of a batch are nested."""
    concurrency: int = 8
    """POSTs at once, per address."""
    timeout: float = 15.0
    retry_first: float = 1.0
    retry_factor: float = 2.0
    retry_longest: float = 60.0
    retry_age: float = 36 * 3600.0
    """Seconds after which an unacknowledged POST is dropped."""
    retry_attempts: int = 1_000
    queue_limit: int = 200_000
    """Updates kept per address; the oldest are dropped above it."""
    shuffle: bool = False
    duplicate_percent: float = 0.0


@dataclass(slots=True)
class Answers:
    """How ``/messages`` answers where the platform has a choice."""

    synchronous_codes: list[int] = field(
        default_factory=lambda: [130403, 130429, 131021, 131030, 131056, 131062]
    )
    """Refusals given as the HTTP answer; the others come as a ``failed`` status after a 200."""
    allowed_recipients: list[str] | None = None
    """Test-number mode: phone numbers outside this list get 131030."""
    unknown_recipients: str = "undeliverable"
    """undeliverable | create: whether numbers that never were anybody's fail with 131026 or become people."""
    reachable: list[str] = field(default_factory=list)
    """Beginnings of numbers that are all on WhatsApp, such as +1555, while the others stay unknown."""
    prepend_country_code: bool = False
    """Read a number without + as a national one, as the platform may."""
    hold_for_quality: bool = False
    """Answer template sends with held_for_quality_assessment and wait for /control/held."""
    marketing_on_cloud_api: bool = True
    """False refuses marketing templates with 131063."""
    us_marketing: bool = False
    """Whether marketing reaches +1 numbers of the United States (it does not since April 2025)."""
    direct_send: bool = True
    """Whether ``category`` on free-form messages replaces a template outside the window."""
    locked_code: int | None = None
    """Refuse every send with this code (368, 131031, 131042, 131045, 131057 ...)."""


@dataclass(slots=True)
class Review:
    """What happens to created and edited templates."""

    decision: str = "approve"
    """approve | reject | recategorize | manual"""
    delay: list[float] = field(default_factory=lambda: [2.0, 4.0])
    rejection: str = "INVALID_FORMAT"
    recategorize_promotions: bool = True
    """Turn utility templates with promotional words into marketing, as the platform does."""


@dataclass(slots=True)
class Media:
    """Uploads and downloads."""

    links: str = "local"
    """fetch | local | trust: fetch every link, only links on this machine, or none."""
    url_seconds: float = 300.0
    uploaded_days: float = 30.0
    inbound_days: float = 7.0
    with_url: bool = True
    """Whether media webhooks carry ``url``."""


@dataclass(slots=True)
class Recording:
    """How much is kept of what phones received."""

    full: bool = True
    """False keeps counters and the last ids only, for load tests."""
    limit: int = 100_000
    """Messages (or ids) kept; the oldest go first."""


@dataclass(slots=True)
class Switches:
    rates: Rates = field(default_factory=Rates)
    statuses: Statuses = field(default_factory=Statuses)
    webhooks: Webhooks = field(default_factory=Webhooks)
    answers: Answers = field(default_factory=Answers)
    templates: Review = field(default_factory=Review)
    media: Media = field(default_factory=Media)
    recording: Recording = field(default_factory=Recording)


BOUNDS: dict[str, tuple[float, float]] = {
    "rates.messages_per_second": (0.01, 1_000_000),
    "rates.pair_seconds": (0, 86_400),
    "rates.pair_burst": (1, 1_000_000),
    "rates.management_per_hour": (0, 1_000_000_000),
    "statuses.failed_code": (0, 10_000_000),
    "webhooks.batch": (1, 1_000),
    "webhooks.batch_wait": (0, 3_600),
    "webhooks.concurrency": (1, 10_000),
    "webhooks.timeout": (0.01, 3_600),
    "webhooks.retry_first": (0.001, 86_400),
    "webhooks.retry_factor": (1, 1_000),
    "webhooks.retry_longest": (0.001, 31_536_000),
    "webhooks.retry_age": (0, 31_536_000),
    "webhooks.retry_attempts": (0, 1_000_000),
    "webhooks.queue_limit": (1, 100_000_000),
    "answers.locked_code": (0, 10_000_000),
    "media.url_seconds": (0, 31_536_000),
    "media.uploaded_days": (0, 36_500),
    "media.inbound_days": (0, 36_500),
    "recording.limit": (1, 100_000_000),
}
DELAY_LONGEST = 31_536_000.0
"""Seconds: a year."""
CHOICES: dict[str, tuple[str, ...]] = {
    "rates.tier": ("TIER_50", "TIER_250", "TIER_1K", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED"),
    "statuses.pricing_on": ("sent", "delivered", "either", "never"),
    "webhooks.merge": ("entries", "changes", "values", "mixed"),
    "answers.unknown_recipients": ("undeliverable", "create"),
    "templates.decision": ("approve", "reject", "recategorize", "manual"),
    "media.links": ("fetch", "local", "trust"),
}


def patch(target: Any, changes: Any, path: str = "") -> None:
    """All of ``changes`` (a JSON object) or nothing.

    Raises SettingError naming an unknown key, a wrong type or a value outside the choices.
    """
    _check(target, changes, path)
    for name, value in changes.items():
        current = getattr(target, name)
        if is_dataclass(current):
            patch(current, value, f"{path}{name}.")
        else:
            setattr(target, name, value)


def _check(target: Any, changes: Any, path: str) -> None:
    if not isinstance(changes, dict):
        raise SettingError(
            f"{path.rstrip('.') or 'switches'} must be an object, got {type(changes).__name__}"
        )
    known = {f.name for f in fields(target)}
    for name, value in changes.items():
        if name not in known:
            raise SettingError(f"unknown switch {path}{name}; known here: {', '.join(sorted(known))}")
        current = getattr(target, name)
        if is_dataclass(current):
            _check(current, value, f"{path}{name}.")
        else:
            _check_value(type(target), name, value, f"{path}{name}")


def _check_value(owner: type[Any], name: str, value: Any, path: str) -> None:
    hint = typing.get_type_hints(owner)[name]
    if not _fits(value, hint):
        raise SettingError(f"{path} must be {_describe(hint)}, got {_shown(value)}")
    choices = CHOICES.get(path)
    if choices and value not in choices:
        raise SettingError(f"{path} must be one of {', '.join(choices)}, got {value!r}")
    if path.endswith(("_delay", ".delay")) and not (
        len(value) == 2 and 0 <= value[0] <= value[1] <= DELAY_LONGEST
    ):
        raise SettingError(
            f"{path} must be [low, high] in seconds with 0 <= low <= high <= {DELAY_LONGEST:g}"
        )
    if path.endswith("_percent") and not 0 <= value <= 100:
        raise SettingError(f"{path} must be between 0 and 100")
    low, high = BOUNDS.get(path, (None, None))
    if low is not None and high is not None and value is not None and not low <= value <= high:
        raise SettingError(f"{path} must be between {low:.15g} and {high:.15g}")


def check_values(owner: type[Any], changes: dict[str, Any]) -> None:
    """Raises SettingError when a value does not fit the dataclass's field of that name, which must exist."""
    hints = typing.get_type_hints(owner)
    for name, value in changes.items():
        if not _fits(value, hints[name]):
            raise SettingError(f"{name} must be {_describe(hints[name])}, got {_shown(value)}")


def number_of(values: dict[str, Any], name: str, default: float, low: float, high: float) -> float:
    value = values.get(name, default)
    if not _fits(value, float) or not low <= value <= high:
        raise SettingError(f"{name} must be a number between {low:.15g} and {high:.15g}, got {_shown(value)}")
    return float(value)


def whole_of(values: dict[str, Any], name: str, default: int, low: int, high: int) -> int:
    """The whole number under that name (or its digits as a text), or the default. Raises SettingError."""
    value = values.get(name)
    if value is None:
        return default
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 15:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not _fits(value, int) or not low <= value <= high:
        raise SettingError(f"{name} must be a whole number between {low} and {high}, got {_shown(value)}")
    return int(value)


def flag_of(values: dict[str, Any], name: str, *, default: bool) -> bool:
    value = values.get(name, default)
    if not isinstance(value, bool):
        raise SettingError(f"{name} must be true or false, got {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)[:200]


def _fits(value: Any, hint: Any) -> bool:
    if isinstance(hint, types.UnionType):
        return any(_fits(value, option) for option in typing.get_args(hint))
    if hint is type(None):
        return value is None
    if hint is Any:
        return True
    if typing.get_origin(hint) is dict:
        return isinstance(value, dict)
    if typing.get_origin(hint) is list:
        return isinstance(value, list) and all(_fits(item, typing.get_args(hint)[0]) for item in value)
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def _describe(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint)
