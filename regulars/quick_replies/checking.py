"""Whether a quick reply can be kept: what is missing, too long, or would be refused when it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from msgspec.structs import replace as replace_struct

from regulars.inboxes.channels import every_channel
from regulars.inboxes.ports import LimitProblem
from regulars.kernel.errors import Conflict, Invalid
from regulars.kernel.visible import is_invisible
from regulars.media.models import MediaFile
from regulars.quick_replies.access import files_visible_to
from regulars.quick_replies.filling import fill, unknown_in
from regulars.quick_replies.models import AUDIENCES, QuickReply
from regulars.quick_replies.ports import every_placeholder, example_values
from regulars.quick_replies.shortcuts import LENGTH, clean_shortcut, fold_shortcut, fold_words, is_shortcut
from regulars.quick_replies.wordings import Wording
from regulars.tags.names import clean_name
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Team

if TYPE_CHECKING:
    from regulars.quick_replies.operations import ReplyDraft

NAME_LENGTH = 80
FOLDER_LENGTH = 40
MOST_LANGUAGES = 30
MOST_FILES = 10
_ABOVE_BUTTONS = frozenset({"image", "video", "document"})


@dataclass(frozen=True, slots=True)
class Checked:
    """As it is kept; ``key``: the shortcut as shortcuts are compared."""

    draft: ReplyDraft
    key: str


def check_reply(draft: ReplyDraft, *, by: Actor, known: QuickReply | None = None) -> Checked:
    """``known``: the reply that it is to become. Raises ``Invalid``, or ``Conflict`` for a shortcut that is taken."""
    clean = replace(
        draft,
        shortcut=clean_shortcut(draft.shortcut),
        name=clean_name(draft.name),
        folder=clean_name(draft.folder),
        wordings=tuple(_clean(each) for each in draft.wordings),
        team_ids=tuple(sorted(set(draft.team_ids))) if draft.audience == "teams" else (),
        media_ids=tuple(dict.fromkeys(draft.media_ids)),
    )
    _check_names(clean)
    _check_audience(clean, by)
    _check_wordings(clean.wordings)
    _check_files(clean, by, known)
    key = fold_shortcut(clean.shortcut)
    _check_free(key, clean.shortcut, by.workspace_id, known)
    return Checked(clean, key)


def folded_words(draft: ReplyDraft) -> str:
    texts = (text for each in draft.wordings for text in (each.text, *each.buttons, each.link_label))
    return " ".join(word for text in (draft.shortcut, draft.name, *texts) for word in fold_words(text))


def _clean(wording: Wording) -> Wording:
    return Wording(
        language=wording.language.strip().replace("-", "_"),
        text=wording.text.replace("\r\n", "\n").strip(),
        buttons=tuple(title.strip() for title in wording.buttons if title.strip()),
        link_label=wording.link_label.strip(),
        link_url=wording.link_url.strip(),
    )


def _check_names(draft: ReplyDraft) -> None:
    if not is_shortcut(draft.shortcut):
        raise Invalid(
            _("A shortcut has 1 to %(limit)s letters, figures, - or _, in any script, and no spaces")
            % {"limit": LENGTH},
            fields={"shortcut": f"1 to {LENGTH} letters or figures without spaces"},
        )
    if not 1 <= len(draft.name) <= NAME_LENGTH or _is_odd(draft.name):
        raise Invalid(
            _("The name of a quick reply has 1 to %(limit)s characters") % {"limit": NAME_LENGTH},
            fields={"name": f"1 to {NAME_LENGTH} characters"},
        )
    if len(draft.folder) > FOLDER_LENGTH or _is_odd(draft.folder):
        raise Invalid(
            _("The name of a folder has at most %(limit)s characters") % {"limit": FOLDER_LENGTH},
            fields={"folder": f"at most {FOLDER_LENGTH} characters"},
        )


def _is_odd(name: str) -> bool:
    return is_invisible(name) or "\x00" in name


def _check_audience(draft: ReplyDraft, by: Actor) -> None:
    if draft.audience not in AUDIENCES:
        raise Invalid(_("Unknown audience"), fields={"audience": ", ".join(AUDIENCES)})
    if draft.audience != "teams":
        return
    there = Team.objects.filter(workspace_id=by.workspace_id, id__in=draft.team_ids).count()
    if not draft.team_ids or there != len(draft.team_ids):
        raise Invalid(_("Choose the teams that use it"), fields={"teams": "teams of this workspace"})


def _check_wordings(wordings: Sequence[Wording]) -> None:
    if not wordings:
        raise Invalid(_("Write the text"), fields={"texts": "a text in one language at least"})
    if len(wordings) > MOST_LANGUAGES:
        raise Invalid(_("These are too many languages"), fields={"texts": f"at most {MOST_LANGUAGES}"})
    codes = [each.language.casefold() for each in wordings]
    for place, each in enumerate(wordings):
        if codes.index(codes[place]) != place:
            raise Invalid(
                _("Each language has one text; %(language)s has two") % {"language": each.language},
                fields={f"texts.{place}.language": "a language of its own"},
            )
        _check_wording(each, f"texts.{place}")


def _check_wording(wording: Wording, path: str) -> None:
    plain = wording.language.replace("_", "")
    if not (plain.isascii() and plain.isalnum() and 2 <= len(wording.language) <= 16):
        raise Invalid(_("Choose a language"), fields={f"{path}.language": "a code such as en or pt_BR"})
    if not wording.text or _is_odd(wording.text):
        raise Invalid(_("Write the text"), fields={f"{path}.text": "a text"})
    if wording.buttons and (wording.link_label or wording.link_url):
        raise Invalid(
            _("Below a text stand either reply buttons or a button with a link"),
            fields={f"{path}.link_label": "empty beside reply buttons"},
        )
    _check_placeholders(wording, path)
    filled = replace_struct(wording, link_url=fill(wording.link_url, example_values()).text)
    refusals = [list(channel.check(filled.content)) for channel in every_channel()]
    if all(refusals):
        raise _refused(refusals[0][0], path)


def _check_placeholders(wording: Wording, path: str) -> None:
    known = every_placeholder()
    named = {"text": wording.text, "link_url": wording.link_url}
    for field, text in named.items():
        if unknown := unknown_in(text, known):
            raise Invalid(
                _("Nothing is known by the name %(names)s") % {"names": ", ".join(unknown)},
                fields={f"{path}.{field}": "names among: " + ", ".join(sorted(known))},
            )


def _refused(problem: LimitProblem, path: str) -> Invalid:
    """The channels would not take it, whoever it goes to."""
    of_ours = {"body": "text", "url_text": "link_label", "url": "link_url"}
    parts = problem.field.split(".")
    named = ".".join(
        part for part in (of_ours.get(parts[0], parts[0]), *parts[1:]) if part not in ("id", "title")
    )
    right = f"at most {problem.limit}" if problem.limit is not None else problem.code.replace("_", " ")
    return Invalid(_sentence(problem), fields={f"{path}.{named}": right})


def _sentence(problem: LimitProblem) -> str:
    facts = {"limit": problem.limit, "actual": problem.actual}
    field = problem.field.split(".")[0]
    match field, problem.code:
        case "buttons", "too_many":
            return _("At most %(limit)s buttons; these are %(actual)s") % facts
        case "buttons", "too_long":
            return _("A button has at most %(limit)s characters; this one has %(actual)s") % facts
        case "buttons", "duplicate":
            return _("Each button says something else")
        case "url_text", _code:
            return _("The button with the link needs a label of at most %(limit)s characters") % {
                "limit": problem.limit or 20
            }
        case "url", _code:
            return _("The link begins with https://")
        case _:
            return _("The text has at most %(limit)s characters; this has %(actual)s") % facts


def _check_files(draft: ReplyDraft, by: Actor, known: QuickReply | None) -> None:
    if len(draft.media_ids) > MOST_FILES:
        raise Invalid(
            _("At most %(limit)s files go with a quick reply") % {"limit": MOST_FILES},
            fields={"files": f"at most {MOST_FILES}"},
        )
    if not draft.media_ids:
        return
    every = MediaFile.objects.filter(workspace_id=by.workspace_id, state="ready")
    mine = every.filter(Q(uploaded_by=by.id, uploaded_by__isnull=False) | Q(id__in=_seen(by, known)))
    there = (every if by.kind == "system" else mine).in_bulk(draft.media_ids)
    if len(there) != len(draft.media_ids):
        raise Invalid(_("A file is missing; attach it again"), fields={"files": "uploads of yours"})
    kinds = [there[each].kind for each in draft.media_ids]
    if any(each.buttons or each.link_url for each in draft.wordings) and (
        len(kinds) > 1 or kinds[0] not in _ABOVE_BUTTONS
    ):
        raise Invalid(
            _("Buttons take one picture, video or document above them"),
            fields={"files": "one picture, video or document"},
        )


def _seen(by: Actor, known: QuickReply | None) -> Iterator[UUID]:
    yield from files_visible_to(by).values_list("id", flat=True)
    if known is not None:
        yield from known.files.values_list("id", flat=True)


def _check_free(key: str, shortcut: str, workspace_id: UUID, known: QuickReply | None) -> None:
    rivals = QuickReply.objects.filter(workspace_id=workspace_id, archived_at=None, key=key)
    if known is not None:
        if known.archived_at is not None:
            return
        rivals = rivals.exclude(id=known.id)
    if rivals.exists():
        raise Conflict(
            _("Another quick reply has the shortcut /%(shortcut)s") % {"shortcut": shortcut},
            fields={"shortcut": "one of its own"},
        )
