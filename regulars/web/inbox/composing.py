"""From the composer's form to what is sent: one text, files, something to tap, a place, a card. Pure.

A form that says nothing sendable raises :class:`Invalid` with the field that is missing.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.http import QueryDict
from django.utils.translation import gettext as _

from regulars.conversations.arranging import Special, arrange, split_text
from regulars.inboxes.ports import (
    CardPhone,
    ContactCard,
    InteractiveHeader,
    ListRow,
    ListSection,
    OutgoingContacts,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingLocation,
    OutgoingMedia,
    ReplyButton,
)
from regulars.kernel.errors import Invalid
from regulars.media.models import MediaFile


def read_contents(form: QueryDict, files: Sequence[MediaFile], longest: int) -> list[OutgoingContent]:
    """The messages that a form asks for, in order; ``split`` lets a text over ``longest`` go out in parts."""
    text = _word(form, "text")
    special = _special(form, text)
    parts = split_text(text, longest) if form.get("split") else [text]
    contents = arrange([part for part in parts if part], [_media(file) for file in files], special)
    return contents or _refuse("text", _("Write something first"))


def _media(file: MediaFile) -> OutgoingMedia:
    return OutgoingMedia(
        kind=file.kind,  # type: ignore[arg-type]  # the upload form only makes these kinds
        media_id=str(file.id),
        filename=file.filename,
        is_voice=file.is_voice,
    )


def _special(form: QueryDict, text: str) -> Special | None:
    extra = _word(form, "extra")
    if extra and extra not in _EXTRAS:
        raise Invalid(_("Unknown kind of message"), fields={"extra": ", ".join(_EXTRAS)})
    return _EXTRAS[extra](form, text) if extra else None


def _buttons(form: QueryDict, text: str) -> Special:
    titles = [title.strip() for title in form.getlist("button") if title.strip()]
    return OutgoingInteractive(
        form="buttons",
        body=text,
        header=_header(form),
        footer=_word(form, "footer"),
        buttons=tuple(
            ReplyButton(id=f"button-{place}", title=title) for place, title in enumerate(titles, 1)
        ),
    )


def _list(form: QueryDict, text: str) -> Special:
    lines = [line.strip() for line in _word(form, "rows").splitlines() if line.strip()]
    rows = tuple(_row(place, line) for place, line in enumerate(lines, 1))
    return OutgoingInteractive(
        form="list",
        body=text,
        footer=_word(form, "footer"),
        list_button=_word(form, "list_button"),
        sections=(ListSection(rows=rows),),
    )


def _row(place: int, line: str) -> ListRow:
    title, _bar, description = line.partition("|")
    return ListRow(id=f"row-{place}", title=title.strip(), description=description.strip())


def _link_button(form: QueryDict, text: str) -> Special:
    return OutgoingInteractive(
        form="cta_url", body=text, url_text=_word(form, "url_text"), url=_word(form, "url")
    )


def _location_request(form: QueryDict, text: str) -> Special:
    return OutgoingInteractive(form="location_request", body=text)


def _location(form: QueryDict, text: str) -> Special:
    return OutgoingLocation(
        latitude=_number(form, "latitude"),
        longitude=_number(form, "longitude"),
        name=_word(form, "place"),
        address=_word(form, "address"),
    )


def _card(form: QueryDict, text: str) -> Special:
    phone = CardPhone(phone=_word(form, "card_phone"), kind="CELL")
    return OutgoingContacts(cards=(ContactCard(name=_word(form, "card_name"), phones=(phone,)),))


_EXTRAS = {
    "buttons": _buttons,
    "list": _list,
    "cta_url": _link_button,
    "location_request": _location_request,
    "location": _location,
    "contact": _card,
}


def _header(form: QueryDict) -> InteractiveHeader | None:
    text = _word(form, "header")
    return InteractiveHeader(text=text) if text else None


def _word(form: QueryDict, name: str) -> str:
    """A field's text; browsers send the lines of a form with CRLF, people's phones know LF alone."""
    return (form.get(name) or "").replace("\r\n", "\n").strip()


def _number(form: QueryDict, name: str) -> float:
    try:
        return float(_word(form, name))
    except ValueError:
        raise Invalid(
            _("Write the coordinates as numbers, such as 37.5563"), fields={name: "a number"}
        ) from None


def _refuse(field: str, sentence: str) -> list[OutgoingContent]:
    raise Invalid(sentence, fields={field: sentence})
