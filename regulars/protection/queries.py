"""Which words protect a workspace's messages."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from regulars.protection.matching import NO_WATCH, Watch, watch_for
from regulars.protection.models import ProtectionSettings
from regulars.protection.words import BUILT_IN
from regulars.workspaces.access import Actor


def protection_of(workspace_id: UUID) -> ProtectionSettings:
    found = ProtectionSettings.objects.filter(workspace_id=workspace_id).first()
    return found or ProtectionSettings(
        workspace_id=workspace_id, words={language: list(words) for language, words in BUILT_IN.items()}
    )


def access_protection(actor: Actor) -> ProtectionSettings:
    actor.require("protection:manage")
    return protection_of(actor.workspace_id)


def watch_of(workspace_id: UUID) -> Watch:
    """One query."""
    found = ProtectionSettings.objects.filter(workspace_id=workspace_id).values_list("is_on", "words").first()
    is_on, words = found or (True, BUILT_IN)
    return watch_for(_by_language(words)) if is_on else NO_WATCH


def _by_language(words: object) -> Mapping[str, list[str]]:
    return {str(key): list(each) for key, each in words.items()} if isinstance(words, Mapping) else {}
