"""Quick replies from a file and to one. First it is said what would happen; then the same is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kernel.errors import Invalid, ProductError
from regulars.kernel.ids import parse_id
from regulars.quick_replies.access import can_change, quick_replies_visible_to
from regulars.quick_replies.checking import check_reply
from regulars.quick_replies.exchange import (
    FiledLine,
    FiledReply,
    Format,
    UnreadableFile,
    read_file,
    write_file,
)
from regulars.quick_replies.models import QuickReply, files_of
from regulars.quick_replies.operations import ReplyDraft, change_reply, create_reply, draft_of
from regulars.quick_replies.shortcuts import fold_shortcut
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Team
from regulars.workspaces.operations import audit

LONGEST_FILE = 1_000_000
"""characters; a form that brings it back takes 4 MB, and a letter of Korean or Thai three bytes"""
MOST_LINES = 5_000
Outcome = Literal["create", "change", "same", "wrong"]


@dataclass(frozen=True, slots=True)
class ImportLine:
    """What becomes of one reply of the file: ``fields`` that change, or ``sentence``, why nothing can."""

    line: int
    shortcut: str
    outcome: Outcome
    fields: tuple[str, ...] = ()
    sentence: str = ""


def export_replies(by: Actor, written_as: Format) -> str:
    """All that the actor sees and that are not archived, by shortcut."""
    replies = list(
        quick_replies_visible_to(by).filter(archived_at=None).prefetch_related("teams").order_by("key")
    )
    files = files_of(replies)
    return write_file(
        (
            FiledReply(
                shortcut=reply.shortcut,
                name=reply.name,
                texts=reply.wordings,
                folder=reply.folder,
                audience=reply.audience,  # type: ignore[arg-type]  # held by a constraint
                teams=tuple(sorted(team.name for team in reply.teams.all())),
                files=tuple(str(file.id) for file in files[reply.id]),
            )
            for reply in replies
        ),
        written_as,
    )


def plan_import(content: str, written_as: Format, *, by: Actor) -> list[ImportLine]:
    """What would happen. Nothing is written. Raises ``Invalid`` when the file cannot be read at all."""
    by.require("quick_replies:manage")
    house = _House.of(by)
    return [house.judge(each) for each in _lines(content, written_as)]


@transaction.atomic
def import_replies(content: str, written_as: Format, *, by: Actor) -> list[ImportLine]:
    """What is right is taken over, what is wrong is told and left out. A reply that is not in the file stays."""
    by.require("quick_replies:manage")
    house = _House.of(by)
    done = []
    for each in _lines(content, written_as):
        planned = house.judge(each)
        done.append(planned)
        if each.reply is None or planned.outcome in ("same", "wrong"):
            continue
        draft = house.draft(each.reply)
        known = house.known.get(fold_shortcut(each.shortcut))
        if known is None:
            create_reply(draft, by=by)
        else:
            change_reply(known, {name: getattr(draft, name) for name in planned.fields}, by=by)
    counts = {name: sum(line.outcome == name for line in done) for name in ("create", "change", "wrong")}
    audit(by, "quick_replies:import", "workspace", str(by.workspace_id), **counts)
    return done


@dataclass(frozen=True, slots=True)
class _House:
    by: Actor
    known: Mapping[str, QuickReply]
    """those that are offered, by the shortcut as it is compared"""
    drafts: Mapping[UUID, ReplyDraft]
    teams: Mapping[str, UUID]

    @classmethod
    def of(cls, by: Actor) -> _House:
        rows = QuickReply.objects.filter(workspace_id=by.workspace_id, archived_at=None)
        known = list(rows.prefetch_related("teams"))
        files = files_of(known)
        teams = Team.objects.filter(workspace_id=by.workspace_id)
        return cls(
            by,
            {reply.key: reply for reply in known},
            {reply.id: draft_of(reply, files[reply.id]) for reply in known},
            {team.name.casefold(): team.id for team in teams},
        )

    def judge(self, filed: FiledLine) -> ImportLine:
        if filed.reply is None:
            return ImportLine(filed.line, filed.shortcut, "wrong", sentence=_why(filed.problem))
        known = self.known.get(fold_shortcut(filed.shortcut))
        if known is not None and not can_change(self.by, known):
            taken = _("This shortcut is somebody's own")
            return ImportLine(filed.line, filed.shortcut, "wrong", sentence=taken)
        try:
            draft = check_reply(self.draft(filed.reply), by=self.by, known=known).draft
        except ProductError as problem:
            sentence = str(problem.detail or problem.title)
            return ImportLine(filed.line, filed.shortcut, "wrong", sentence=sentence)
        if known is None:
            return ImportLine(filed.line, draft.shortcut, "create")
        before = self.drafts[known.id]
        changed = tuple(
            each.name
            for each in fields(ReplyDraft)
            if getattr(draft, each.name) != getattr(before, each.name)
        )
        return ImportLine(filed.line, draft.shortcut, "change" if changed else "same", changed)

    def draft(self, filed: FiledReply) -> ReplyDraft:
        missing = [name for name in filed.teams if name.casefold() not in self.teams]
        if missing:
            sentence = _("There is no team %(name)s") % {"name": ", ".join(missing)}
            raise Invalid(sentence, fields={"teams": "teams of this workspace"})
        ids = [parse_id(written) for written in filed.files]
        if None in ids:
            raise Invalid(_("A file is missing; attach it again"), fields={"files": "ids of files"})
        return ReplyDraft(
            shortcut=filed.shortcut,
            name=filed.name,
            wordings=filed.texts,
            folder=filed.folder,
            audience=filed.audience,
            team_ids=tuple(sorted(self.teams[name.casefold()] for name in filed.teams)),
            media_ids=tuple(each for each in ids if each),
        )


def _lines(content: str, written_as: Format) -> Sequence[FiledLine]:
    if len(content) > LONGEST_FILE:
        raise Invalid(_("The file is too large"), fields={"file": f"at most {LONGEST_FILE} characters"})
    try:
        lines = read_file(content, written_as)
    except UnreadableFile as error:
        raise Invalid(_unreadable(error), fields={"file": "the form of an exported file"}) from error
    if len(lines) > MOST_LINES:
        raise Invalid(
            _("A file has at most %(limit)s quick replies") % {"limit": MOST_LINES},
            fields={"file": f"at most {MOST_LINES}"},
        )
    if not lines:
        raise Invalid(_("The file has no quick replies"), fields={"file": "one at least"})
    return lines


def _unreadable(error: UnreadableFile) -> str:
    if error.missing:
        return _("The columns %(names)s are missing. Export once to see the form.") % {
            "names": ", ".join(error.missing)
        }
    return _("The file cannot be read. Export once to see the form.")


def _why(problem: str) -> str:
    said = {
        "two_names": _("Lines with one shortcut have two names"),
        "audience": _("The audience is all, teams or member"),
        "twice": _("The shortcut stands in the file twice"),
    }
    return said.get(problem, problem)
