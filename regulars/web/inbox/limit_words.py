"""Limits in words: which part, how much is allowed, how much it was."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.conversations.guardrails import GuardrailRefused
from regulars.inboxes.ports import LimitProblem


def refusal_sentence(refused: GuardrailRefused) -> str:
    problems = refused.refusal.facts.get("problems")
    if isinstance(problems, Sequence) and problems:
        return " ".join(limit_sentence(each) for each in problems if isinstance(each, LimitProblem))
    return f"{refused.title}. {refused.detail}"


def limit_sentence(problem: LimitProblem) -> str:
    values = {"part": _part(problem.field), "limit": problem.limit, "actual": problem.actual}
    values |= {"found": problem.found}
    match problem.code:
        case "too_long":
            text = ngettext(
                "%(part)s: at most %(limit)d character, this has %(actual)s.",
                "%(part)s: at most %(limit)d characters, this has %(actual)s.",
                problem.limit or 0,
            )
        case "too_many":
            text = _("%(part)s: at most %(limit)s, this has %(actual)s.")
        case "too_large":
            values |= {"limit": _megabytes(problem.limit), "actual": _megabytes(problem.actual)}
            text = _("%(part)s: at most %(limit)s MB, this has %(actual)s MB.")
        case "missing":
            text = _("%(part)s: this cannot be empty.")
        case "duplicate":
            text = _("%(part)s: each one may appear only once.")
        case "over":
            text = _("%(part)s: this time is over.")
        case "not_allowed" if problem.found:
            text = _("%(part)s: %(found)s cannot be sent here.")
        case "damaged":
            text = _("The file is damaged: it cannot be read to its end.")
        case "wrong_colors":
            text = _(
                "WhatsApp takes pictures with 8-bit RGB colors only, this one has %(found)s. "
                "Save it as RGB and attach it again."
            )
        case "wrong_codec":
            text = _(
                "WhatsApp takes videos of H.264 with AAC, and audio of AAC, AMR, MP3 or Opus; this has %(found)s. "
                "Convert it and attach it again."
            )
        case "no_voice":
            text = _("A voice message is an Ogg file of Opus with one channel (mono); this has %(found)s.")
        case "whole_address":
            text = _("%(part)s: write only what follows the template's own address, such as an order number.")
        case "line_break":
            text = _("%(part)s: a link has no line breaks.")
        case "unsupported":
            text = _("%(part)s: Regulars cannot fill in this part of the template yet.")
        case "not_allowed":
            text = _("%(part)s: this cannot be sent here.")
        case _:
            text = _("%(part)s: this is not in a form that can be sent.")
    return text % values


def _megabytes(byte_count: int | None) -> str:
    size = round((byte_count or 0) / 1024 / 1024, 1)
    return number_format(size, 0 if size.is_integer() else 1)


def _part(field: str) -> str:
    names = {
        "body": _("Text"),
        "caption": _("Caption"),
        "header": _("Header"),
        "footer": _("Footer"),
        "buttons": _("Buttons"),
        "title": _("Label"),
        "list_button": _("Button that opens the list"),
        "rows": _("Rows"),
        "sections": _("Rows"),
        "description": _("Description"),
        "url": _("Link"),
        "url_text": _("Label"),
        "size": _("File size"),
        "mime_type": _("File type"),
        "name": _("Name"),
        "latitude": _("Latitude"),
        "longitude": _("Longitude"),
        "filename": _("File name"),
        "offer": _("End of the offer"),
    }
    *_above, last = parts = field.split(".")
    if parts[0] == "card" and len(parts) > 2:
        number = int(parts[1]) + 1 if parts[1].isdigit() else parts[1]
        return _("Card %(number)s, %(part)s") % {"number": number, "part": _part(".".join(parts[2:]))}
    if parts[0] == "button" and last.isdigit():
        return _("Button %(number)s") % {"number": int(last) + 1}
    if field == "header.media":
        return names["header"]
    if parts[0] in {"header", "body"} and last not in names:
        return _("Value %(number)s") % {"number": last} if last.isdigit() else last
    known = [names[part] for part in parts if part in names]
    return known[-1] if known else field
