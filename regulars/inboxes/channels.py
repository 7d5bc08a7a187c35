"""What is known of the channels that are wired in (``config.wiring.CHANNELS``), for every room above the kernel."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from regulars.inboxes.ports import ChannelProfile, LimitProblem


class _Record(Protocol):
    """The part of ``channels.record.Channel`` that lower rooms know."""

    @property
    def facts(self) -> ChannelProfile: ...


def facts_of(kind: str) -> ChannelProfile:
    return _records()[kind].facts


def every_channel() -> Iterable[ChannelProfile]:
    return [record.facts for record in _records().values()]


def judge_file(
    mime_type: str, byte_count: int, *, kind: str = "", is_animated: bool, traits: Collection[str]
) -> tuple[str, Sequence[LimitProblem]]:
    """As which kind a file can be sent (or ``kind``), and what stands against it where no channel takes it.

    It is asked before anybody says through which channel; that one looks again (``check_file``).
    """
    judged = [
        (
            named,
            facts.check_file(
                named, mime_type, byte_count, is_animated=is_animated, traits=traits, is_voice=False
            ),
        )
        for facts in every_channel()
        for named in [kind or facts.kind_of_file(mime_type)]
    ]
    return next((each for each in judged if not each[1]), judged[0])


def explain_code(code: int) -> Mapping[str, str]:
    """What a provider's code means where nobody noted whose it is: the first channel that knows it says so."""
    known = [facts for facts in every_channel() if facts.knows_code(code)]
    return next(iter(known or every_channel())).explain(code)


def _records() -> Mapping[str, _Record]:
    return cast("Mapping[str, _Record]", import_string(settings.CHANNELS))
