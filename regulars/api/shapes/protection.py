"""Which words protect messages, as JSON."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from regulars.kernel.telling import told
from regulars.protection.models import ProtectionSettings

_WORDS = {"en": ["contract", "payment"], "ko": ["계약"], "ru": ["договор"], "th": ["สัญญา"]}


class ProtectionShape(msgspec.Struct, kw_only=True):
    """Which words protect a message, from then on."""

    is_on: Annotated[bool, told("Whether any do.", True)]
    words: Annotated[
        dict[str, list[str]],
        told("By language; what is found protects whatever language it is in.", _WORDS),
    ]


class ProtectionChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change; a field left out stays as it is."""

    is_on: Annotated[bool | UnsetType, told("Off: what comes from now on is not protected.", True)] = UNSET
    words: Annotated[
        dict[str, list[str]] | UnsetType,
        told("All words of the languages that are named, 2 to 60 characters each; others stay.", _WORDS),
    ] = UNSET


def build_protection(row: ProtectionSettings) -> ProtectionShape:
    return ProtectionShape(is_on=row.is_on, words={key: list(each) for key, each in row.words.items()})
