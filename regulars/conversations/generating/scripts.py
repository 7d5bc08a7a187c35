"""What people and shops say to each other: words of one language become threads that are ready to be written.

A thread is a few lines, ``<`` from the contact and ``>`` from us, each followed by the message's kind where it is no
text, and by its wordings, separated by ``|``. Pure.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any, NamedTuple, cast

import msgspec
import orjson

from regulars.inboxes.ports import (
    CardPhone,
    Choice,
    ContactCard,
    Location,
    MediaRef,
    MessageContent,
    MessageKind,
    Order,
    OrderLine,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingMedia,
    OutgoingTemplate,
    OutgoingText,
    Reaction,
    RenderedTemplate,
    ReplyButton,
)

VARIANTS = 12
"""how many finished threads each product and thread gives, each with wordings, price, number and days of its own"""
MEDIA = {"image": "image/jpeg", "audio": "audio/ogg", "document": "application/pdf", "sticker": "image/webp"}
"""kinds with a file, and its type"""
PLACES = {
    "en": (40.7359, -73.9911, "Union Square"),
    "ko": (37.5512, 126.9882, "N서울타워"),
    "ru": (55.7298, 37.6010, "Парк Горького"),
    "th": (13.7307, 100.5418, "สวนลุมพินี"),
    "es": (19.4326, -99.1332, "Zócalo"),
    "pt": (-23.5874, -46.6576, "Parque Ibirapuera"),
    "de": (52.5145, 13.3501, "Tiergarten"),
    "ar": (24.6877, 46.7219, "حديقة السلام"),
}
"""somewhere public for every language: latitude, longitude, name"""
BUTTONS = ("Courier", "Post office", "Shop")


class Turn(NamedTuple):
    """One message to be said, as it is stored."""

    is_ours: bool
    kind: MessageKind
    text: str
    content: str
    """JSON"""


Script = tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that is said in one language."""

    language: str
    scripts: tuple[Script, ...]
    thanks: tuple[Turn, ...]
    """with which a contact ends it"""
    notes: tuple[str, ...]
    """what members write among themselves"""


@dataclass(frozen=True, slots=True)
class _Line:
    is_ours: bool
    kind: str
    wordings: list[str] = field(default_factory=list)


def read_words(language: str, *, products: str, prices: str, notes: str, threads: str) -> Words:
    dice = random.Random(language)  # noqa: S311 (the same words each time)
    goods, costs = _split(products), _split(prices)
    plans = [_read_lines(each) for each in dedent(threads).strip().split("\n\n")]
    scripts = tuple(
        _finish(plan, language, product, costs, dice)
        for plan in plans
        for product in goods
        for _variant in range(VARIANTS)
    )
    thanks = tuple(_turn(False, "text", wording, language) for wording in plans[0][4].wordings[:2])
    return Words(
        language,
        scripts,
        thanks,
        tuple(note.format(product=each) for note in _split(notes) for each in goods),
    )


def _split(text: str) -> list[str]:
    return [each.strip() for each in text.split("|")]


def _read_lines(block: str) -> list[_Line]:
    lines = []
    for line in block.splitlines():
        head, _space, rest = line.partition(" ")
        lines.append(_Line(head[0] == ">", head[1:] or "text", _split(rest)))
    return lines


def _finish(plan: list[_Line], language: str, product: str, prices: list[str], dice: random.Random) -> Script:
    facts = {
        "product": product,
        "price": dice.choice(prices),
        "number": str(dice.randrange(10_000, 99_999)),
        "days": str(dice.randint(2, 5)),
    }
    said = [(line.is_ours, line.kind, dice.choice(line.wordings).format(**facts)) for line in plan]
    return tuple(_turn(is_ours, kind, text, language) for is_ours, kind, text in said)


def _turn(is_ours: bool, kind: str, text: str, language: str) -> Turn:
    if is_ours:
        stored = _outgoing_json(_outgoing(kind, text, language))
        return Turn(True, cast("MessageKind", "interactive" if kind == "buttons" else kind), text, stored)
    if kind == "choice":
        kind, text = "interactive", text or BUTTONS[0]
    shown = "" if kind == "reaction" else text
    return Turn(False, cast("MessageKind", kind), shown, _json(_incoming(kind, text, language)))


def _outgoing(kind: str, text: str, language: str) -> OutgoingContent:
    match kind:
        case "image" | "document":
            name = "invoice.pdf" if kind == "document" else ""
            return OutgoingMedia(kind=cast("Any", kind), caption=text, filename=name)
        case "buttons":
            buttons = tuple(ReplyButton(id=title.lower(), title=title) for title in BUTTONS)
            return OutgoingInteractive(form="buttons", body=text, buttons=buttons)
        case "template":
            return OutgoingTemplate(
                name="order_shipped",
                language=language,
                rendered=msgspec.to_builtins(RenderedTemplate(body=text)),
            )
        case _:
            return OutgoingText(body=text)


def _incoming(kind: str, text: str, language: str) -> MessageContent:
    match kind:
        case "image" | "audio" | "document" | "sticker":
            return MessageContent(media=MediaRef(mime_type=MEDIA[kind], is_voice=kind == "audio"))
        case "location":
            latitude, longitude, name = PLACES[language]
            return MessageContent(location=Location(latitude=latitude, longitude=longitude, name=name))
        case "contacts":
            phone = CardPhone(phone="+1 202-555-0147", kind="WORK")
            return MessageContent(cards=(ContactCard(name="Harbor Accounting", phones=(phone,)),))
        case "order":
            line = OrderLine(product_id="HARBOR-1", quantity=2, unit_price="24.00", currency="EUR")
            return MessageContent(order=Order(catalog_id="100000000000301", lines=(line,)))
        case "button":
            return MessageContent(choice=Choice(kind="template_button", id=text, title=text))
        case "interactive":
            return MessageContent(choice=Choice(kind="button_reply", id=text.lower(), title=text))
        case "reaction":
            return MessageContent(reaction=Reaction(emoji=text))
        case _:
            return MessageContent()


def _json(content: MessageContent) -> str:
    full = msgspec.to_builtins(content)
    return orjson.dumps({key: value for key, value in full.items() if value}).decode()


def _outgoing_json(content: OutgoingContent) -> str:
    return _json(MessageContent(outgoing=msgspec.to_builtins(content)))
