"""A quick reply's text in one language, with what can be tapped below it, and which of them a customer reads. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec

from regulars.inboxes.ports import OutgoingContent, OutgoingInteractive, OutgoingText, ReplyButton
from regulars.kernel.telling import told


class Wording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a reply says in one language: a text, and below it reply buttons or one button that is a link."""

    language: Annotated[str, told("A code such as `en`, `ko` or `pt_BR`.", "en")]
    text: Annotated[
        str,
        told(
            "May use names that are filled in: `{{name}}`, `{{name|there}}`, `%order%`.",
            "Hello {{first_name|there}}, how can we help?",
        ),
    ]
    buttons: Annotated[
        tuple[str, ...], told("Reply buttons, as many as the channel takes.", ["Track my order"])
    ] = ()
    link_label: Annotated[str, told("Instead of them, a button that opens a page.", "Track it")] = ""
    link_url: Annotated[str, told("That page.", "https://example.com/track")] = ""

    @property
    def content(self) -> OutgoingContent:
        """As it would be sent."""
        if self.buttons:
            buttons = [
                ReplyButton(id=f"button-{place}", title=title) for place, title in enumerate(self.buttons, 1)
            ]
            return OutgoingInteractive(form="buttons", body=self.text, buttons=tuple(buttons))
        if self.link_label or self.link_url:
            return OutgoingInteractive(
                form="cta_url", body=self.text, url_text=self.link_label, url=self.link_url
            )
        return OutgoingText(body=self.text)


def choose_wording(wordings: Sequence[Wording], language: str) -> Wording:
    """In this language, else in its relative (``pt`` for ``pt_BR``), else the first, which everybody gets otherwise."""
    wanted = _parts(language)
    same = [each for each in wordings if _parts(each.language) == wanted]
    related = [each for each in wordings if _parts(each.language)[0] == wanted[0]]
    return (same or related or list(wordings))[0]


def speaks(wording: Wording, language: str) -> bool:
    return not language or _parts(wording.language)[0] == _parts(language)[0]


def _parts(language: str) -> list[str]:
    return language.replace("-", "_").casefold().split("_")
