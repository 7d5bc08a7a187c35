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
from regulars.web.inbox.map_pins import Pin, find_pin, is_link


def read_contents(form: QueryDict, files: Sequence[MediaFile], longest: int) -> list[OutgoingContent]:
    """The messages that a form asks for, in order; ``split`` lets a text over ``longest`` go out in parts."""
    text = _word(form, "text")
    special = _special(form, text)
    parts = split_text(text, longest) if form.get("split") else [text]
    contents = arrange([part for part in parts if part], [_media(file) for file in files], special)
    if not contents:
        sentence = _("Write something first")
        raise Invalid(sentence, fields={"text": sentence})
    return contents


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
    """Sections in order; each row says by number which one it stands in. Rows without any word are left out."""
    titles = form.getlist("section") or [""]
    rows: dict[int, list[ListRow]] = {}
    names = {str(number): number for number in range(len(titles))}
    given = zip(
        form.getlist("row"), form.getlist("row_description"), form.getlist("row_section"), strict=False
    )
    for place, (title, description, section) in enumerate(given, 1):
        if title.strip() or description.strip():
            row = ListRow(id=f"row-{place}", title=title.strip(), description=description.strip())
            rows.setdefault(names.get(section, 0), []).append(row)
    sections = [
        ListSection(title=title.strip(), rows=tuple(rows[number]))
        for number, title in enumerate(titles)
        if number in rows
    ]
    return OutgoingInteractive(
        form="list",
        body=text,
        header=_header(form),
        footer=_word(form, "footer"),
        list_button=_word(form, "list_button"),
        sections=tuple(sections) or (ListSection(rows=()),),
    )


def _link_button(form: QueryDict, text: str) -> Special:
    return OutgoingInteractive(
        form="cta_url", body=text, url_text=_word(form, "url_text"), url=_word(form, "url")
    )


def _location_request(form: QueryDict, text: str) -> Special:
    return OutgoingInteractive(form="location_request", body=text)


def _location(form: QueryDict, text: str) -> Special:
    pin = read_pin(_word(form, "pin"))
    return OutgoingLocation(
        latitude=pin.latitude,
        longitude=pin.longitude,
        name=_word(form, "place") or pin.name,
        address=_word(form, "address"),
    )


def read_pin(written: str) -> Pin:
    """Of a pasted link, or of coordinates; ``Invalid`` says what to paste instead."""
    if pin := find_pin(written):
        return pin
    sentence = _("Paste a map link, or coordinates such as 37.5563, 126.9236.")
    if is_link(written):
        sentence = _(
            "This link does not say where the place is. Open it, and copy the address of the page it leads to."
        )
    raise Invalid(sentence, fields={"pin": "37.5563, 126.9236"})


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
