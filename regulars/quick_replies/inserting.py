"""A quick reply as it is inserted for somebody: in their language, filled in, with its files and buttons."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from regulars.media.models import MediaFile
from regulars.quick_replies.filling import fill
from regulars.quick_replies.models import QuickReply, files_of
from regulars.quick_replies.ports import Subject, values_for
from regulars.quick_replies.wordings import Wording, choose_wording, speaks


@dataclass(frozen=True, slots=True)
class Insertion:
    """``wording`` is filled in; ``gaps`` names what nothing is known of, and stays as ``{{name}}``."""

    reply: QuickReply
    wording: Wording
    gaps: tuple[str, ...]
    files: tuple[MediaFile, ...]
    is_theirs: bool
    """whether it is in the language that was asked for"""


def insertion_of(reply: QuickReply, subject: Subject, language: str) -> Insertion:
    """``language``: the contact's, or another one that was chosen; empty for the reply's first."""
    wording = choose_wording(reply.wordings, language)
    values = values_for(subject)
    text, url = fill(wording.text, values), fill(wording.link_url, values)
    return Insertion(
        reply,
        replace(wording, text=text.text, link_url=url.text),
        tuple(dict.fromkeys((*text.gaps, *url.gaps))),
        tuple(files_of([reply])[reply.id]),
        speaks(wording, language),
    )
