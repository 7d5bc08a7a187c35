"""What the Cloud API would refuse, found before sending. Pure.

Numbers are those of Meta's send-messages and media pages (2026); lengths count characters (code points).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from regulars.inboxes.ports import (
    FileLimit,
    InteractiveHeader,
    LimitProblem,
    ListSection,
    OutgoingContacts,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingReaction,
    OutgoingTemplate,
    OutgoingText,
    ReplyButton,
    TemplateButtonValue,
    TemplateCard,
    TemplateParameter,
)
from regulars.inboxes.ports.outgoing import MediaKind

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
CARD_COUNT_LIMIT = 257
REACTION_LIMIT = 32
INTERACTIVE_BODY_LIMIT = 1024
LIST_BODY_LIMIT = 4096
HEADER_LIMIT = 60
FOOTER_LIMIT = 60
BUTTON_COUNT_LIMIT = 3
BUTTON_ID_LIMIT = 256
BUTTON_TITLE_LIMIT = 20
SECTION_COUNT_LIMIT = 10
SECTION_TITLE_LIMIT = 24
ROW_COUNT_LIMIT = 10
ROW_ID_LIMIT = 200
ROW_TITLE_LIMIT = 24
ROW_DESCRIPTION_LIMIT = 72
URL_LIMIT = 2000
TEMPLATE_NAME_LIMIT = 512
TEMPLATE_HEADER_LIMIT = 60
TEMPLATE_BODY_LIMIT = 1024
CAROUSEL_BODY_LIMIT = 160
CAROUSEL_COUNT_LIMIT = 10
AUTHENTICATION_CODE_LIMIT = 15
"""characters of a one-time code (Meta, "Authentication templates")"""
TEMPLATE_BUTTON_COUNT_LIMIT = 10
COUPON_LIMIT = 20

KILOBYTE, MEGABYTE = 1024, 1024 * 1024
ANIMATED_STICKER_LIMIT = 500 * KILOBYTE
STATIC_STICKER_LIMIT = 100 * KILOBYTE

_OFFICE = "application/vnd.openxmlformats-officedocument."


MEDIA_LIMITS: Mapping[MediaKind, FileLimit] = {
    "image": FileLimit(("image/jpeg", "image/png"), 5 * MEGABYTE),
    "video": FileLimit(("video/mp4", "video/3gpp"), 16 * MEGABYTE),
    "audio": FileLimit(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MEGABYTE),
    "document": FileLimit(
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            f"{_OFFICE}wordprocessingml.document",
            "application/vnd.ms-excel",
            f"{_OFFICE}spreadsheetml.sheet",
            "application/vnd.ms-powerpoint",
            f"{_OFFICE}presentationml.presentation",
        ),
        100 * MEGABYTE,
    ),
    "sticker": FileLimit(("image/webp",), ANIMATED_STICKER_LIMIT),
}

_TRAITS: Mapping[str, frozenset[str]] = {
    "image/jpeg": frozenset(),
    "image/png": frozenset(),
    "image/webp": frozenset(),
    "video/mp4": frozenset({"h264", "aac"}),
    "video/3gpp": frozenset({"h264", "aac"}),
    "audio/mp4": frozenset({"aac"}),
    "audio/ogg": frozenset({"opus", "mono", "stereo", "multichannel"}),
    "audio/aac": frozenset({"aac"}),
    "audio/amr": frozenset({"amr"}),
    "audio/mpeg": frozenset({"mp3"}),
}
"""what the inside may be made of (``media.sniffing``): pictures of 8-bit RGB, H.264 with AAC, Opus"""
_VOICE = frozenset({"opus", "mono"})

_WEB_ADDRESS = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)
_TEMPLATE_NAME = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4})?")
_WHITE_SPACE = re.compile(r"\s")
_UNWANTED_WHITE_SPACE = re.compile(r"[\n\r\t]| {5,}")

_FORM_FIELDS = frozenset({"buttons", "list_button", "sections", "url_text", "url"})
_FIELDS_OF_FORM: Mapping[str, frozenset[str]] = {
    "buttons": frozenset({"buttons"}),
    "list": frozenset({"list_button", "sections"}),
    "cta_url": frozenset({"url_text", "url"}),
    "location_request": frozenset(),
    "request_contact_info": frozenset(),
}
"""what each form reads; another field given with it would vanish in silence"""

Problems = Iterator[LimitProblem]


def check(content: OutgoingContent) -> list[LimitProblem]:
    match content:
        case OutgoingText():
            return list(_text("body", content.body, TEXT_LIMIT))
        case OutgoingMedia():
            return list(_check_media(content))
        case OutgoingLocation():
            return list(_check_location(content))
        case OutgoingContacts():
            return list(_check_contacts(content))
        case OutgoingReaction():
            return list(_check_reaction(content))
        case OutgoingInteractive():
            return list(_check_interactive(content))
        case OutgoingTemplate():
            return list(_check_template(content))


def kind_of_type(mime_type: str) -> MediaKind:
    plain = _plain(mime_type)
    return next((kind for kind, limit in MEDIA_LIMITS.items() if plain in limit.mime_types), "document")


def check_media_file(
    kind: MediaKind,
    mime_type: str,
    size: int,
    *,
    is_animated: bool = False,
    traits: Collection[str] = (),
    is_voice: bool = False,
) -> list[LimitProblem]:
    """What stands against a file of ``size`` bytes as a kind of media; for the upload form and the sender.

    ``traits`` say what the file is made of (``media.sniffing.FileFacts``); none are known of what nobody looked into.
    """
    limit = MEDIA_LIMITS[kind]
    max_bytes = STATIC_STICKER_LIMIT if kind == "sticker" and not is_animated else limit.max_bytes
    plain = _plain(mime_type)
    problems = []
    if plain not in limit.mime_types:
        problems.append(LimitProblem(field="mime_type", code="not_allowed", found=plain))
    else:
        problems += _check_traits(kind, plain, traits)
    if is_voice and (plain != "audio/ogg" or (traits and not set(traits) >= _VOICE)):
        problems.append(LimitProblem(field="mime_type", code="no_voice", found=", ".join(traits) or plain))
    if size > max_bytes:
        problems.append(LimitProblem(field="size", code="too_large", limit=max_bytes, actual=size))
    if size <= 0:
        problems.append(LimitProblem(field="size", code="missing"))
    return problems


def _check_traits(kind: MediaKind, mime_type: str, traits: Collection[str]) -> Problems:
    unwanted = [each for each in traits if each not in _TRAITS.get(mime_type, frozenset())]
    if "damaged" in unwanted:
        yield LimitProblem(field="mime_type", code="damaged", found=mime_type)
    elif unwanted:
        code = "wrong_colors" if kind in ("image", "sticker") else "wrong_codec"
        yield LimitProblem(field="mime_type", code=code, found=", ".join(unwanted))


def _plain(mime_type: str) -> str:
    return mime_type.partition(";")[0].strip().lower()


INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})


def _text(field: str, value: str, limit: int, *, is_optional: bool = False) -> Problems:
    if len(value) > limit:
        yield LimitProblem(field=field, code="too_long", limit=limit, actual=len(value))
    if not is_optional and _is_blank(value):
        yield LimitProblem(field=field, code="missing")


def _is_blank(text: str) -> bool:
    return all(unicodedata.category(character) in INVISIBLE for character in text)


def _count(field: str, count: int, limit: int) -> Problems:
    if count > limit:
        yield LimitProblem(field=field, code="too_many", limit=limit, actual=count)
    if count == 0:
        yield LimitProblem(field=field, code="missing")


def _unique(field: str, values: Iterable[str]) -> Problems:
    found = list(values)
    if len(set(found)) < len(found):
        yield LimitProblem(field=field, code="duplicate")


def _absent(field: str, value: object) -> Problems:
    if value:
        yield LimitProblem(field=field, code="not_allowed")


def _web_address(field: str, url: str) -> Problems:
    yield from _text(field, url, URL_LIMIT)
    if url.strip() and not _WEB_ADDRESS.fullmatch(url):
        yield LimitProblem(field=field, code="invalid")


def _check_media(media: OutgoingMedia, field: str = "") -> Problems:
    if media.link:
        yield from _web_address(f"{field}link", media.link)
    elif not media.media_id:
        yield LimitProblem(field=f"{field}media_id", code="missing")
    if media.kind in ("audio", "sticker"):
        yield from _absent(f"{field}caption", media.caption)
    yield from _text(f"{field}caption", media.caption, CAPTION_LIMIT, is_optional=True)
    if media.kind != "audio":
        yield from _absent(f"{field}is_voice", media.is_voice)


def _check_location(location: OutgoingLocation) -> Problems:
    for field, value, limit in (("latitude", location.latitude, 90), ("longitude", location.longitude, 180)):
        if not -limit <= value <= limit:  # also true for NaN
            yield LimitProblem(field=field, code="invalid", limit=limit)


def _check_contacts(content: OutgoingContacts) -> Problems:
    yield from _count("cards", len(content.cards), CARD_COUNT_LIMIT)
    for index, card in enumerate(content.cards):
        yield from _name(f"cards.{index}.name", card.name)


def _name(field: str, name: str) -> Problems:
    if not name.strip():
        yield LimitProblem(field=field, code="missing")


def _check_reaction(reaction: OutgoingReaction) -> Problems:
    if not reaction.target_provider_id:
        yield LimitProblem(field="target_provider_id", code="missing")
    if reaction.emoji:
        yield from _text("emoji", reaction.emoji, REACTION_LIMIT)
        if not _looks_like_emoji(reaction.emoji):
            yield LimitProblem(field="emoji", code="invalid")


def _looks_like_emoji(text: str) -> bool:
    """Symbols and no words; whether it is exactly one emoji only the phone's font knows."""
    if any(character.isalpha() or character.isspace() for character in text):
        return False
    is_symbol = (
        unicodedata.category(character) in ("So", "Sm", "Me") or character > "\u2000" for character in text
    )
    return any(is_symbol)


def _check_interactive(content: OutgoingInteractive) -> Problems:
    limit = LIST_BODY_LIMIT if content.form == "list" else INTERACTIVE_BODY_LIMIT
    yield from _text("body", content.body, limit)
    for field in sorted(_FORM_FIELDS - _FIELDS_OF_FORM[content.form]):
        yield from _absent(field, getattr(content, field))
    if content.form in ("location_request", "request_contact_info"):
        yield from _absent("header", content.header)
        yield from _absent("footer", content.footer)
        return
    yield from _text("footer", content.footer, FOOTER_LIMIT, is_optional=True)
    if content.header is not None:
        yield from _check_header(content.header, is_text_only=content.form == "list")
    if content.form == "buttons":
        yield from _check_buttons(content.buttons)
    elif content.form == "list":
        yield from _text("list_button", content.list_button, BUTTON_TITLE_LIMIT)
        yield from _check_sections(content.sections)
    else:
        yield from _text("url_text", content.url_text, BUTTON_TITLE_LIMIT)
        yield from _web_address("url", content.url)


def _check_header(header: InteractiveHeader, *, is_text_only: bool) -> Problems:
    if header.media is None:
        yield from _text("header.text", header.text, HEADER_LIMIT)
        return
    yield from _absent("header.text", header.text)
    if is_text_only or header.media.kind not in ("image", "video", "document"):
        yield LimitProblem(field="header.media", code="not_allowed")
    yield from _absent("header.media.caption", header.media.caption)
    yield from _check_media(header.media, "header.media.")


def _check_buttons(buttons: Sequence[ReplyButton]) -> Problems:
    yield from _count("buttons", len(buttons), BUTTON_COUNT_LIMIT)
    yield from _unique("buttons.id", (button.id for button in buttons))
    yield from _unique("buttons.title", (button.title for button in buttons))
    for index, button in enumerate(buttons):
        yield from _text(f"buttons.{index}.id", button.id, BUTTON_ID_LIMIT)
        yield from _text(f"buttons.{index}.title", button.title, BUTTON_TITLE_LIMIT)


def _check_sections(sections: Sequence[ListSection]) -> Problems:
    rows = [row for section in sections for row in section.rows]
    yield from _count("sections", len(sections), SECTION_COUNT_LIMIT)
    yield from _count("sections.rows", len(rows), ROW_COUNT_LIMIT)
    yield from _unique("sections.rows.id", (row.id for row in rows))
    for index, section in enumerate(sections):
        is_alone = len(sections) == 1
        yield from _text(f"sections.{index}.title", section.title, SECTION_TITLE_LIMIT, is_optional=is_alone)
        if not section.rows:
            yield LimitProblem(field=f"sections.{index}.rows", code="missing")
        for position, row in enumerate(section.rows):
            field = f"sections.{index}.rows.{position}"
            yield from _text(f"{field}.id", row.id, ROW_ID_LIMIT)
            yield from _text(f"{field}.title", row.title, ROW_TITLE_LIMIT)
            yield from _text(f"{field}.description", row.description, ROW_DESCRIPTION_LIMIT, is_optional=True)


def _check_template(template: OutgoingTemplate) -> Problems:
    yield from _text("name", template.name, TEMPLATE_NAME_LIMIT)
    if template.name and not _TEMPLATE_NAME.fullmatch(template.name):
        yield LimitProblem(field="name", code="invalid")
    if not _LANGUAGE.fullmatch(template.language):
        yield LimitProblem(field="language", code="invalid" if template.language else "missing")
    yield from _check_template_part(template, "", TEMPLATE_BODY_LIMIT)
    if len(template.cards) > CAROUSEL_COUNT_LIMIT:
        yield from _count("cards", len(template.cards), CAROUSEL_COUNT_LIMIT)
    for index, card in enumerate(template.cards):
        yield from _check_template_part(card, f"cards.{index}.", CAROUSEL_BODY_LIMIT)


def _check_template_part(part: OutgoingTemplate | TemplateCard, prefix: str, body_limit: int) -> Problems:
    if len(part.header) > 1:
        yield LimitProblem(field=f"{prefix}header", code="too_many", limit=1, actual=len(part.header))
    for index, parameter in enumerate(part.header):
        yield from _check_parameter(f"{prefix}header.{index}", parameter, TEMPLATE_HEADER_LIMIT)
    for index, parameter in enumerate(part.body):
        yield from _check_parameter(f"{prefix}body.{index}", parameter, body_limit)
        if parameter.kind != "text":
            yield LimitProblem(field=f"{prefix}body.{index}", code="not_allowed")
    yield from _unique(f"{prefix}body.name", (parameter.name for parameter in part.body if parameter.name))
    yield from _check_template_buttons(part.buttons, prefix)


def _check_template_buttons(buttons: Sequence[TemplateButtonValue], prefix: str) -> Problems:
    if len(buttons) > TEMPLATE_BUTTON_COUNT_LIMIT:
        yield from _count(f"{prefix}buttons", len(buttons), TEMPLATE_BUTTON_COUNT_LIMIT)
    yield from _unique(f"{prefix}buttons.index", (str(button.index) for button in buttons))
    for position, button in enumerate(buttons):
        field = f"{prefix}buttons.{position}"
        if not 0 <= button.index < TEMPLATE_BUTTON_COUNT_LIMIT:
            limit = TEMPLATE_BUTTON_COUNT_LIMIT - 1
            yield LimitProblem(field=f"{field}.index", code="invalid", limit=limit, actual=button.index)
        limit = {"quick_reply": BUTTON_ID_LIMIT, "url": URL_LIMIT, "copy_code": COUPON_LIMIT}[button.sub_type]
        yield from _text(field, button.parameter.text, limit)
        if button.sub_type == "url" and _WHITE_SPACE.search(button.parameter.text):
            yield LimitProblem(field=field, code="invalid")


def _check_parameter(field: str, parameter: TemplateParameter, limit: int) -> Problems:
    if parameter.kind in ("image", "video", "document"):
        if parameter.media is None:
            yield LimitProblem(field=field, code="missing")
        elif parameter.media.kind != parameter.kind:
            yield LimitProblem(field=field, code="invalid")
        else:
            yield from _absent(f"{field}.caption", parameter.media.caption)
            yield from _check_media(parameter.media, f"{field}.")
    elif parameter.kind == "location":
        if parameter.location is None:
            yield LimitProblem(field=field, code="missing")
        else:
            yield from _check_location(parameter.location)
    elif parameter.kind == "text":
        yield from _text(field, parameter.text, limit)
        if _UNWANTED_WHITE_SPACE.search(parameter.text):
            yield LimitProblem(field=field, code="invalid")
    else:
        yield LimitProblem(field=field, code="not_allowed")
