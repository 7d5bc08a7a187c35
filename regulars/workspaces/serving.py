"""How much a member takes at once, what they are good at, and what is usual in a workspace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kernel.errors import Invalid
from regulars.kernel.events import record
from regulars.kernel.history import Change, keep
from regulars.workspaces.access import Actor
from regulars.workspaces.availability import NEVER_SEEN, check_arranges, hold_availability
from regulars.workspaces.availability_models import MOST_CAPACITY
from regulars.workspaces.events import CapacityChanged, DutySettingsChanged, MemberSkillsChanged
from regulars.workspaces.models import (
    DutySettings,
    Member,
    MemberAvailability,
    MemberHistory,
    MemberLanguage,
    MemberSkill,
)
from regulars.workspaces.operations import audit

MOST_WORDS = 30
WORD_LENGTH = 40
LONGEST_AWAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Serving:
    """How a member works right now."""

    state: str
    chosen: str
    since: datetime | None
    """null: never seen"""
    capacity: int
    own_capacity: int | None
    """null: ``capacity`` is the usual one"""
    skills: frozenset[str]
    languages: frozenset[str]

    @property
    def is_online(self) -> bool:
        return self.state == "online"


def duty_settings(workspace_id: UUID) -> DutySettings:
    """Unsaved defaults where nobody has changed them."""
    found = DutySettings.objects.filter(workspace_id=workspace_id).first()
    return found or DutySettings(workspace_id=workspace_id)


def serving_of(workspace_id: UUID, member_ids: Collection[UUID]) -> dict[UUID, Serving]:
    """Four queries, however many members."""
    usual = duty_settings(workspace_id).capacity
    rows = MemberAvailability.objects.filter(workspace_id=workspace_id, member_id__in=member_ids)
    known = {row.member_id: row for row in rows}
    skills = _words(MemberSkill.objects.filter(workspace_id=workspace_id, member_id__in=member_ids), "word")
    languages = _words(
        MemberLanguage.objects.filter(workspace_id=workspace_id, member_id__in=member_ids), "language"
    )
    return {
        each: _serving(known.get(each), usual, frozenset(skills[each]), frozenset(languages[each]))
        for each in member_ids
    }


def _words(rows: Iterable[MemberSkill] | Iterable[MemberLanguage], name: str) -> Mapping[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    for row in rows:
        found[row.member_id].add(getattr(row, name))
    return found


def _serving(
    row: MemberAvailability | None, usual: int, skills: frozenset[str], languages: frozenset[str]
) -> Serving:
    if row is None:
        return Serving(NEVER_SEEN, "online", None, usual, None, skills, languages)
    capacity = usual if row.capacity is None else row.capacity
    return Serving(row.state, row.chosen, row.since, capacity, row.capacity, skills, languages)


def serving_of_member(member: Member) -> Serving:
    return serving_of(member.workspace_id, [member.id])[member.id]


def state_of(member: Member) -> str:
    """One query."""
    rows = MemberAvailability.objects.filter(member_id=member.id).values_list("state", flat=True)
    return rows.first() or NEVER_SEEN


def skills_in(workspace_id: UUID) -> list[str]:
    words = MemberSkill.objects.filter(workspace_id=workspace_id).values_list("word", flat=True)
    return sorted(set(words))


@transaction.atomic
def set_capacity(member: Member, capacity: int | None, *, by: Actor) -> None:
    """0: they are given nothing; null: as many as is usual."""
    by.require("routing:manage")
    check_arranges(by, member)
    if capacity is not None and not 0 <= capacity <= MOST_CAPACITY:
        raise Invalid(
            _("Choose 0 to %(limit)s conversations") % {"limit": MOST_CAPACITY},
            fields={"capacity": f"a whole number, 0 to {MOST_CAPACITY}, or null"},
        )
    row = hold_availability(member)
    before = row.capacity
    if before == capacity:
        return
    row.capacity = capacity
    row.save(update_fields=["capacity"])
    value = None if capacity is None else str(capacity)
    keep(MemberHistory, [Change(member.workspace_id, member.id, "capacity", value, by=by.doer)])
    record(CapacityChanged(member.workspace_id, member.id, before, capacity, by.doer))
    audit(by, "members:set_capacity", "member", str(member.id), before=before, after=capacity)


def clean_word(word: str) -> str:
    return " ".join(word.split()).casefold()


@transaction.atomic
def set_skills(
    member: Member, *, skills: Iterable[str] | None = None, languages: Iterable[str] | None = None, by: Actor
) -> None:
    """Exactly these; what is left out stays."""
    by.require("routing:manage")
    check_arranges(by, member)
    hold_availability(member)  # one after the other
    before = serving_of_member(member)
    wanted_skills = before.skills if skills is None else _checked(skills, "skills")
    wanted_languages = before.languages if languages is None else _checked(languages, "languages")
    if (wanted_skills, wanted_languages) == (before.skills, before.languages):
        return
    place = {"member_id": member.id, "workspace_id": member.workspace_id}
    MemberSkill.objects.filter(**place).delete()
    MemberSkill.objects.bulk_create(MemberSkill(**place, word=word) for word in sorted(wanted_skills))
    MemberLanguage.objects.filter(**place).delete()
    MemberLanguage.objects.bulk_create(
        MemberLanguage(**place, language=code) for code in sorted(wanted_languages)
    )
    told = tuple(sorted(wanted_skills)), tuple(sorted(wanted_languages))
    record(MemberSkillsChanged(member.workspace_id, member.id, *told, by.doer))
    audit(by, "members:set_skills", "member", str(member.id), skills=list(told[0]), languages=list(told[1]))


def _checked(words: Iterable[str], field: str) -> frozenset[str]:
    found = frozenset(filter(None, map(clean_word, words)))
    if len(found) > MOST_WORDS or any(len(each) > WORD_LENGTH for each in found):
        raise Invalid(
            _("At most this many words: %(count)s, each of at most %(length)s characters")
            % {"count": MOST_WORDS, "length": WORD_LENGTH},
            fields={field: f"at most {MOST_WORDS} words of at most {WORD_LENGTH} characters"},
        )
    return found


@transaction.atomic
def change_duty_settings(
    workspace_id: UUID,
    *,
    capacity: int | None = None,
    away_after_minutes: int | None = None,
    reply_claims: bool | None = None,
    by: Actor,
) -> None:
    """What is left out stays."""
    by.require("routing:manage")
    DutySettings.objects.bulk_create([DutySettings(workspace_id=workspace_id)], ignore_conflicts=True)
    held = DutySettings.objects.select_for_update().get(workspace_id=workspace_id)
    told = {
        "capacity": capacity,
        "away_after_minutes": away_after_minutes,
        "reply_claims": reply_claims,
    }
    changes = {
        name: value for name, value in told.items() if value is not None and value != getattr(held, name)
    }
    if not 0 <= changes.get("capacity", 0) <= MOST_CAPACITY:
        raise Invalid(
            _("Choose 0 to %(limit)s conversations") % {"limit": MOST_CAPACITY},
            fields={"capacity": f"a whole number, 0 to {MOST_CAPACITY}"},
        )
    if not 0 <= changes.get("away_after_minutes", 0) <= LONGEST_AWAY_MINUTES:
        raise Invalid(
            _("Choose 0 to %(limit)s minutes") % {"limit": LONGEST_AWAY_MINUTES},
            fields={"away_after_minutes": f"a whole number, 0 to {LONGEST_AWAY_MINUTES}; 0 for never"},
        )
    if not changes:
        return
    for name, value in changes.items():
        setattr(held, name, value)
    held.save(update_fields=list(changes))
    record(
        DutySettingsChanged(workspace_id, held.capacity, held.away_after_minutes, held.reply_claims, by.doer)
    )
    audit(by, "duty:change", "workspace", str(workspace_id), **changes)
