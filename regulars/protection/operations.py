"""Write verbs about which words protect messages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kernel.errors import Invalid
from regulars.kernel.events import record
from regulars.kernel.locks import hold
from regulars.protection.events import ProtectionChanged
from regulars.protection.matching import LONGEST_WORD, SHORTEST_WORD, fold
from regulars.protection.models import ProtectionSettings
from regulars.protection.queries import protection_of
from regulars.workspaces.access import Actor
from regulars.workspaces.operations import audit

MOST_WORDS = 200
"""of one language"""


@dataclass(frozen=True, slots=True)
class Protection:
    """What it is to be. ``words``: by language of the interface; a language that is left out has none."""

    is_on: bool
    words: Mapping[str, Collection[str]]


@transaction.atomic
def change_protection(wanted: Protection, *, by: Actor) -> ProtectionSettings:
    """From now on: what was said before stays as it lies (``covering``), and what is protected stays so.

    Raises ``Invalid`` naming the language.
    """
    by.require("protection:manage")
    hold(f"protection:{by.workspace_id}")
    row = protection_of(by.workspace_id)
    before = (row.is_on, row.words)
    words = {
        language: _clean(language, wanted.words.get(language, ())) for language, _name in settings.LANGUAGES
    }
    if unknown := set(wanted.words) - set(words):
        raise Invalid(
            _("There are no words in that language"),
            fields={f"words.{min(unknown)}": f"one of {', '.join(words)}"},
        )
    if before == (wanted.is_on, words):
        return row
    row.is_on, row.words = wanted.is_on, words
    row.save()
    count = sum(map(len, words.values()))
    record(ProtectionChanged(by.workspace_id, row.is_on, count, by.doer))
    audit(by, "protection:change", "workspace", str(by.workspace_id), is_on=row.is_on, words=count)
    return row


def _clean(language: str, words: Iterable[str]) -> list[str]:
    kept: dict[str, str] = {}
    for word in words:
        said = " ".join(word.replace("\0", "").split())
        if not said:
            continue
        if not SHORTEST_WORD <= len(said) <= LONGEST_WORD:
            raise Invalid(
                _("“%(word)s” is not of %(least)s to %(most)s characters")
                % {"word": said[:LONGEST_WORD], "least": SHORTEST_WORD, "most": LONGEST_WORD},
                fields={f"words.{language}": f"{SHORTEST_WORD} to {LONGEST_WORD} characters each"},
            )
        kept.setdefault(fold(said), said)
    if len(kept) > MOST_WORDS:
        raise Invalid(
            _("There are at most %(limit)s words of a language") % {"limit": MOST_WORDS},
            fields={f"words.{language}": f"at most {MOST_WORDS} words"},
        )
    return list(kept.values())
