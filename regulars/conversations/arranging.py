"""Text, files and something special at once: which messages they become, in which order. Pure; nothing is dropped.

What cannot go out together is refused with a sentence before anything is queued.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import msgspec
from django.utils.translation import gettext as _

from regulars.inboxes.ports import (
    InteractiveHeader,
    OutgoingContacts,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingText,
)
from regulars.kernel.errors import Invalid

Special = OutgoingInteractive | OutgoingLocation | OutgoingContacts
_CAPTIONLESS = frozenset({"audio", "sticker"})
_HEADER_FORMS = frozenset({"buttons", "cta_url"})
_HEADER_KINDS = frozenset({"image", "video", "document"})
_JOINER = "\u200d"


def arrange(
    texts: Sequence[str], files: Sequence[OutgoingMedia] = (), special: Special | None = None
) -> list[OutgoingContent]:
    """The messages, in order: files with the text as caption, or the texts; a place or a card comes last.

    Something to tap takes the text as its own, and one picture, video or document as its header.
    """
    if isinstance(special, OutgoingInteractive):
        return [_with_header(special, files)]
    said: list[OutgoingContent] = list(_with_files(texts, files) if files else map(_text, texts))
    return [*said, *([special] if special else [])]


def _text(body: str) -> OutgoingText:
    return OutgoingText(body=body, preview_url="https://" in body or "http://" in body)


def _with_files(texts: Sequence[str], files: Sequence[OutgoingMedia]) -> list[OutgoingContent]:
    place = next((at for at, file in enumerate(files) if file.kind not in _CAPTIONLESS), None)
    if place is None or len(texts) != 1:
        return [*files, *map(_text, texts)]
    captioned = msgspec.structs.replace(files[place], caption=texts[0])
    return [*files[:place], captioned, *files[place + 1 :]]


def _with_header(special: OutgoingInteractive, files: Sequence[OutgoingMedia]) -> OutgoingInteractive:
    if not files:
        return special
    if special.form not in _HEADER_FORMS:
        raise _refusal(_("This kind of message takes no files. Send them first, or leave them out."))
    if len(files) > 1 or files[0].kind not in _HEADER_KINDS:
        raise _refusal(
            _("Buttons take one picture, video or document above them. Send the other files first.")
        )
    if special.header is not None:
        raise _refusal(_("Above the buttons stands either a header text or a file. Leave one of them out."))
    return msgspec.structs.replace(special, header=InteractiveHeader(media=files[0]))


def _refusal(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"media": sentence})


def split_text(text: str, longest: int) -> list[str]:
    """Cut where a reader would pause; nothing but white space around a cut is left out."""
    parts = []
    rest = text.strip()
    while len(rest) > longest:
        at = _cut(rest, longest)
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*parts, rest]


def _cut(text: str, longest: int) -> int:
    """After the last paragraph, line, sentence or word that fits, not in the first half of it."""
    window = text[: longest + 1]
    for pause in ("\n\n", "\n", ". ", "! ", "? ", "。", " "):
        at = window.rfind(pause, longest // 2)
        if at > 0 and at + len(pause.rstrip()) <= longest:
            return at + len(pause.rstrip()) or at
    return _between_characters(text, longest)


def _between_characters(text: str, longest: int) -> int:
    """A place that tears no character from its marks, as far as one is near."""
    for at in range(longest, max(longest - 64, 0), -1):
        if not (_belongs_to_previous(text[at]) or text[at - 1] == _JOINER):
            return at
    return longest


def _belongs_to_previous(character: str) -> bool:
    is_modifier = "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
    return character == _JOINER or is_modifier or unicodedata.category(character) in {"Mn", "Mc", "Me"}
