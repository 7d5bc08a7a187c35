"""The channels that are wired in (``config.wiring.CHANNELS``), for rooms that may not import the roof."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from regulars.channels.record import Channel


def channels() -> Mapping[str, Channel]:
    return cast("Mapping[str, Channel]", import_string(settings.CHANNELS))


def channel_of(kind: str) -> Channel:
    return channels()[kind]
