"""Write verbs of quick replies: made, changed, archived or removed, restored, counted when sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.errors import ChangedMeanwhile, Conflict, Invalid
from regulars.kernel.events import record
from regulars.media.models import MediaFile
from regulars.quick_replies.access import can_change, no_such_reply, quick_replies_visible_to
from regulars.quick_replies.checking import Checked, check_reply, folded_words
from regulars.quick_replies.events import (
    QuickReplyArchived,
    QuickReplyChanged,
    QuickReplyCreated,
    QuickReplyRemoved,
    QuickReplyRestored,
)
from regulars.quick_replies.models import (
    QuickReply,
    QuickReplyFile,
    QuickReplyUse,
    UnadvisedMember,
    files_of,
)
from regulars.quick_replies.queries import Audience
from regulars.quick_replies.wordings import Wording
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Team, Workspace
from regulars.workspaces.operations import audit

MOST_OF_WORKSPACE = 5_000


@dataclass(frozen=True, slots=True)
class ReplyDraft:
    """Everything of a reply that people write."""

    shortcut: str
    name: str
    wordings: tuple[Wording, ...]
    """the first is read by those whose language has none"""
    folder: str = ""
    audience: Audience = "all"
    """``member``: of whoever makes it"""
    team_ids: tuple[UUID, ...] = ()
    media_ids: tuple[UUID, ...] = ()


def draft_of(reply: QuickReply, files: Sequence[MediaFile] | None = None) -> ReplyDraft:
    """``files``: its own, where they are known already."""
    known = files_of([reply])[reply.id] if files is None else files
    return ReplyDraft(
        shortcut=reply.shortcut,
        name=reply.name,
        wordings=reply.wordings,
        folder=reply.folder,
        audience=reply.audience,  # type: ignore[arg-type]  # held by a constraint
        team_ids=tuple(sorted(team.id for team in reply.teams.all())),
        media_ids=tuple(file.id for file in known),
    )


@transaction.atomic
def create_reply(draft: ReplyDraft, *, by: Actor) -> QuickReply:
    """Raises ``Invalid`` with what is wrong by field, ``Conflict`` when the shortcut is another reply's."""
    _require_for(draft.audience, by)
    _hold_shortcuts(by.workspace_id)
    checked = check_reply(draft, by=by)
    if QuickReply.objects.filter(workspace_id=by.workspace_id, archived_at=None).count() >= MOST_OF_WORKSPACE:
        sentence = _("A workspace has at most %(limit)s quick replies") % {"limit": MOST_OF_WORKSPACE}
        raise Invalid(sentence, fields={"name": "a reply that is there already"})
    reply = QuickReply(workspace_id=by.workspace_id)
    _write(reply, checked, by)
    reply.save(force_insert=True)
    if checked.draft.team_ids or checked.draft.media_ids:
        _write_lists(reply, checked)
    record(QuickReplyCreated(by.workspace_id, reply.id, by.doer))
    audit(by, "quick_replies:create", "quick_reply", str(reply.id), shortcut=reply.shortcut)
    return reply


@transaction.atomic
def change_reply(
    reply: QuickReply, changes: Mapping[str, Any], *, by: Actor, if_version: Collection[str] | None = None
) -> QuickReply:
    """``changes``: fields of :class:`ReplyDraft`; the others stay. Returns the reply as it is then.

    ``if_version``: the versions that the change is meant for, None for any; raises ``ChangedMeanwhile``.
    """
    _hold_shortcuts(reply.workspace_id)
    held = _hold(reply, by)
    if if_version is not None and held.version not in if_version:
        raise ChangedMeanwhile(version=held.version)
    before = draft_of(held)
    draft = replace(before, **changes)
    if draft.audience != "member" or held.audience != "member":
        by.require("quick_replies:manage")
    checked = check_reply(draft, by=by, known=held)
    changed = tuple(
        each.name
        for each in fields(ReplyDraft)
        if getattr(checked.draft, each.name) != getattr(before, each.name)
    )
    if not changed:
        return held
    _write(held, checked, by)
    held.revision += 1
    held.updated_at = clock.now()
    held.save()
    _write_lists(held, checked)
    record(QuickReplyChanged(held.workspace_id, held.id, changed, by.doer))
    audit(by, "quick_replies:change", "quick_reply", str(held.id), fields=list(changed))
    return held


@transaction.atomic
def remove_reply(reply: QuickReply, *, by: Actor) -> bool:
    """Archive one that was sent (True), remove one that never was (False)."""
    held = _hold(reply, by)
    facts = (held.workspace_id, held.id, by.doer)
    if QuickReplyUse.objects.filter(quick_reply=held).exists():
        if held.archived_at is None:
            held.archived_at = clock.now()
            held.revision += 1
            held.save(update_fields=["archived_at", "revision"])
            record(QuickReplyArchived(*facts))
            audit(by, "quick_replies:archive", "quick_reply", str(held.id), shortcut=held.shortcut)
        return True
    held.delete()
    record(QuickReplyRemoved(*facts))
    audit(by, "quick_replies:remove", "quick_reply", str(facts[1]), shortcut=held.shortcut)
    return False


@transaction.atomic
def restore_reply(reply: QuickReply, *, by: Actor) -> QuickReply:
    """Offer it again. Raises ``Conflict`` when its shortcut is another reply's by now."""
    _hold_shortcuts(reply.workspace_id)
    held = _hold(reply, by)
    if held.archived_at is None:
        return held
    rivals = QuickReply.objects.filter(workspace_id=held.workspace_id, archived_at=None, key=held.key)
    if rivals.exists():
        sentence = _("Another quick reply has the shortcut /%(shortcut)s by now; give it another one first")
        raise Conflict(sentence % {"shortcut": held.shortcut}, fields={"shortcut": "one of its own"})
    held.archived_at = None
    held.revision += 1
    held.save(update_fields=["archived_at", "revision"])
    record(QuickReplyRestored(held.workspace_id, held.id, by.doer))
    audit(by, "quick_replies:restore", "quick_reply", str(held.id), shortcut=held.shortcut)
    return held


def count_uses(reply_ids: Collection[UUID], *, by: Actor) -> None:
    """They were sent, each once. Ids of replies that are not there any more, or not seen, count nothing."""
    if not reply_ids or not by.can("quick_replies:read"):
        return
    seen = quick_replies_visible_to(by).filter(id__in=reply_ids).values_list("id", flat=True)
    now = clock.now()
    rows = [(reply_id, by.id or by.workspace_id, by.name, now.date(), now) for reply_id in sorted(seen)]
    with connection.cursor() as cursor:
        cursor.executemany(_COUNT, rows)


_COUNT = """
INSERT INTO quick_replies_quickreplyuse AS known (quick_reply_id, by_id, by_name, day, count, last_at)
VALUES (%s, %s, %s, %s, 1, %s)
ON CONFLICT (quick_reply_id, by_id, day)
DO UPDATE SET count = known.count + 1, by_name = excluded.by_name, last_at = greatest(known.last_at, excluded.last_at)
"""


@transaction.atomic
def switch_advice(by: Actor, *, on: bool) -> None:
    """Whether a member is told when a text is long or full of emoji."""
    if by.member_id is None:
        return
    if on:
        UnadvisedMember.objects.filter(member_id=by.member_id).delete()
    else:
        UnadvisedMember.objects.get_or_create(member_id=by.member_id)


# --- what they have in common -------------------------------------------------------------------------


def _require_for(audience: str, by: Actor) -> None:
    """Everybody who uses replies may have some of their own; those of others are managed."""
    if audience != "member":
        return by.require("quick_replies:manage")
    by.require("quick_replies:read")
    if by.member_id is None:
        raise Invalid(_("Only a member has quick replies of their own"), fields={"audience": "all, or teams"})
    return None


def _hold(reply: QuickReply, by: Actor) -> QuickReply:
    held = (
        QuickReply.objects.select_for_update(of=("self",))
        .filter(id=reply.id, workspace_id=by.workspace_id)
        .first()
    )
    if held is None:
        raise no_such_reply()
    if not can_change(by, held):
        by.require("quick_replies:manage")
        raise no_such_reply()
    return held


def _hold_shortcuts(workspace_id: UUID) -> None:
    """Of two who want a shortcut at once, one gets it. ``NO KEY``: messages do not wait."""
    Workspace.objects.select_for_update(no_key=True).get(id=workspace_id)


def _write(reply: QuickReply, checked: Checked, by: Actor) -> None:
    draft = checked.draft
    reply.shortcut, reply.key = draft.shortcut, checked.key
    reply.name, reply.folder, reply.audience = draft.name, draft.folder, draft.audience
    reply.owner_id = by.member_id if draft.audience == "member" else None
    reply.keep_wordings(draft.wordings)
    reply.words = folded_words(draft)


def _write_lists(reply: QuickReply, checked: Checked) -> None:
    teams = Team.objects.filter(workspace_id=reply.workspace_id, id__in=checked.draft.team_ids)
    reply.teams.set(teams)
    wanted: Sequence[UUID] = checked.draft.media_ids
    QuickReplyFile.objects.filter(quick_reply=reply).exclude(media_id__in=wanted).delete()
    QuickReplyFile.objects.bulk_create(
        [QuickReplyFile(quick_reply=reply, media_id=each, place=place) for place, each in enumerate(wanted)],
        update_conflicts=True,
        unique_fields=["quick_reply", "media"],
        update_fields=["place"],
    )
