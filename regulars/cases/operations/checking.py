"""What can be said of a case at all, and holding one while it is changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from regulars.cases.models import PRIORITIES, Case, CaseCategory
from regulars.cases.queries.settings import find_category
from regulars.contacts.models import Contact
from regulars.conversations.models import Conversation
from regulars.kernel import clock
from regulars.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from regulars.kernel.visible import is_invisible
from regulars.workspaces.models import Member, Team
from regulars.workspaces.teams import hold_teams

TITLE_LENGTH = 200
TEXT_LENGTH = 20_000
MOST_LINKS = 100
"""conversations, and contacts, of one case"""


def clean_title(written: str) -> str:
    title = " ".join(written.split())
    if not title or len(title) > TITLE_LENGTH or is_invisible(title):
        raise Invalid(
            _("A case has a title of 1 to %(limit)s characters") % {"limit": TITLE_LENGTH},
            fields={"title": f"1 to {TITLE_LENGTH} characters"},
        )
    return title


def clean_text(written: str, field: str) -> str:
    text = written.strip()
    if len(text) > TEXT_LENGTH:
        raise Invalid(
            _("This text has at most %(limit)s characters") % {"limit": TEXT_LENGTH},
            fields={field: f"at most {TEXT_LENGTH} characters"},
        )
    return text


def check_priority(priority: str) -> None:
    if priority not in PRIORITIES:
        raise Invalid(_("Unknown priority"), fields={"priority": ", ".join(PRIORITIES)})


def check_due(due_at: datetime | None) -> None:
    if due_at is not None and not clock.is_nameable(due_at):
        raise Invalid(_("Choose another date"), fields={"due_at": "a time between 1970 and 2100"})


def check_owner(workspace_id: UUID, owner: Member | None) -> None:
    if owner is not None and (owner.workspace_id != workspace_id or not owner.is_active):
        raise Invalid(_("This member cannot take cases"), fields={"owner": "an active member"})


def check_team(workspace_id: UUID, team: Team | None) -> None:
    """Comes before any other lock, as it does where a team is removed."""
    if team is not None and not hold_teams(workspace_id, [team]):
        raise Invalid(_("There is no such team"), fields={"team": "a team of this workspace"})


def check_category(workspace_id: UUID, category: CaseCategory | None) -> None:
    if category is not None and find_category(workspace_id, category.id) is None:
        raise Invalid(_("There is no such category"), fields={"category": "a category of this workspace"})


def check_links(conversations: Sequence[Conversation], contacts: Sequence[Contact]) -> None:
    if len({each.id for each in conversations}) != len(conversations):
        raise Invalid(_("A conversation is named twice"), fields={"conversations": "each once"})
    if max(len(conversations), len(contacts)) > MOST_LINKS:
        raise too_many_links()


def too_many_links() -> Invalid:
    return Invalid(
        _("A case has at most %(limit)s conversations and contacts") % {"limit": MOST_LINKS},
        fields={"conversations": f"at most {MOST_LINKS}"},
    )


def hold_cases(workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Case]:
    """Until the transaction ends, always in the same order. Raises ``NotFound`` when one is gone."""
    rows = Case.objects.filter(workspace_id=workspace_id, id__in=ids).select_for_update(of=("self",))
    held = {case.id: case for case in rows.select_related("owner__user", "team", "category").order_by("id")}
    if len(held) != len(set(ids)):
        raise NotFound(_("There is no such case, or you may not see it"))
    return held


def hold_case(case: Case, versions: Collection[str] | None = None) -> Case:
    """As it is now; raises ``ChangedMeanwhile`` when that is none of ``versions``, ``Conflict`` when it was merged."""
    held = hold_cases(case.workspace_id, [case.id])[case.id]
    if versions is not None and held.version not in versions:
        raise ChangedMeanwhile(version=held.version)
    check_unmerged(held)
    return held


def check_unmerged(case: Case) -> None:
    if case.merged_into_id:
        raise Conflict(_("The case #%(number)s was merged into another one") % {"number": case.number})


def touch(case: Case, *fields: str) -> None:
    """Save what was changed of a held case as its next edition."""
    case.edition += 1
    case.updated_at = clock.now()
    case.save(update_fields=[*fields, "edition", "updated_at"])


def stir(case: Case) -> None:
    """Something came to a held case that is no change of what people edit."""
    case.updated_at = clock.now()
    case.save(update_fields=["updated_at"])
