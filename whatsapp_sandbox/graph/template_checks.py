"""Checks when a template is created or edited, with the 2388xxx sub-codes that forms show.

Rules: Meta's pages on templates (2026).
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.graph.sending.template_message import VARIABLE

Json = dict[str, Any]
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
KINDS = ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", "CALL_PERMISSION_REQUEST")
CARD_KINDS = ("HEADER", "BODY", "BUTTONS")
HEADER_FORMATS = ("TEXT", "IMAGE", "VIDEO", "GIF", "DOCUMENT", "LOCATION", "PRODUCT")
BUTTONS = frozenset(
    (
        *(
            "QUICK_REPLY",
            "URL",
            "PHONE_NUMBER",
            "COPY_CODE",
            "FLOW",
            "CATALOG",
            "MPM",
            "SPM",
            "OTP",
            "VOICE_CALL",
        ),
        *("CALL_PERMISSION_REQUEST", "ORDER_DETAILS", "REQUEST_CONTACT_INFO"),
    )
)
BODY_LONGEST, SHORT_LONGEST, LABEL_LONGEST, URL_LONGEST = 1_024, 60, 25, 2_000
BUTTON_LIMITS = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "VOICE_CALL": 1, "OTP": 1}
WORDS_PER_VARIABLE = 3
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2}|_[A-Z]{3})?")
_PROMOTION = re.compile(
    r"\d\s?%\s?(off|discount)|\bdiscount|\bsale\b|\bpromo|\bcoupon|\bbuy now\b|скидк|распродаж|할인|세일|"
    r"ลดราคา|descuento|oferta|desconto|خصم|折扣|促销|优惠",
    re.IGNORECASE,
)


def refusal(subcode: int, title: str, message: str) -> GraphError:
    return GraphError(100, message, subcode=subcode, user_title=title, user_message=message)


def check_head(values: Json) -> tuple[str, str, str]:
    """name, language and category. Raises GraphError 100 or 2388xxx."""
    name, language = values.get("name"), values.get("language")
    category = str(values.get("category", "")).upper()
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9_]{1,512}", name):
        raise GraphError(100, "Param name must be at most 512 lower-case letters, digits and underscores.")
    if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
        raise GraphError(100, "Param language must be a supported language code such as en_US or ko.")
    if category not in CATEGORIES:
        raise GraphError(100, f"Param category must be one of {{{', '.join(CATEGORIES)}}}.")
    return name, language, category


def check_components(components: Any, category: str, parameter_format: str) -> list[Json]:
    if not isinstance(components, list) or not all(isinstance(item, dict) for item in components):
        raise GraphError(100, "Param components must be a list of objects.")
    kinds = [str(component.get("type", "")).upper() for component in components]
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise GraphError(
            100, f"Param components[].type must be one of {{{', '.join(KINDS)}}}, got {unknown[0]}."
        )
    if "BODY" not in kinds:
        raise refusal(2388072, "Body is missing", "A template needs a BODY component.")
    if len(set(kinds)) != len(kinds):
        raise refusal(2388072, "Component twice", "Each kind of component may stand once.")
    for component, kind in zip(components, kinds, strict=True):
        _check_one(component, kind, category, parameter_format)
    return components


def _check_one(component: Json, kind: str, category: str, parameter_format: str) -> None:
    if kind == "HEADER":
        _check_header(component, parameter_format)
    elif kind == "BODY" and category != "AUTHENTICATION":
        _check_body(component, parameter_format)
    elif kind == "FOOTER" and category != "AUTHENTICATION":
        _check_footer(component)
    elif kind == "BUTTONS":
        _check_buttons(component)
    elif kind == "CAROUSEL":
        _check_carousel(component, parameter_format)
    elif kind == "LIMITED_TIME_OFFER":
        _check_offer(component)
    elif not isinstance(component.get("text", ""), str):
        raise GraphError(100, f"The text of {kind} must be a string.")


def _check_offer(component: Json) -> None:
    offer = component.get("limited_time_offer")
    if not isinstance(offer, dict) or not isinstance(offer.get("text", ""), str):
        raise GraphError(
            100, "LIMITED_TIME_OFFER needs limited_time_offer, an object with text and has_expiration."
        )


def _check_header(component: Json, parameter_format: str) -> None:
    form = str(component.get("format", "")).upper()
    if form not in HEADER_FORMATS:
        raise refusal(2388047, "Header format", f"HEADER format must be one of {', '.join(HEADER_FORMATS)}.")
    example = _example(component, 2388047)
    if form in ("IMAGE", "VIDEO", "DOCUMENT", "GIF"):
        if not _handle(example):
            raise refusal(
                2388047, "Header sample", f"An {form} header needs example.header_handle from an upload."
            )
        return
    if form != "TEXT":
        return
    text = component.get("text")
    if not isinstance(text, str) or not text:
        raise refusal(2388047, "Header text", "A TEXT header needs a text.")
    if len(text) > SHORT_LONGEST:
        raise refusal(2388040, "Header too long", f"The header has at most {SHORT_LONGEST} characters.")
    variables = VARIABLE.findall(text)
    if len(variables) > 1:
        raise refusal(2388047, "Header variables", "The header has at most one variable.")
    if "\n" in text or "*" in text:
        raise refusal(2388047, "Header format", "The header has no line breaks or formatting.")
    _check_examples(variables, example, "header_text", parameter_format, 2388047)


def _check_body(component: Json, parameter_format: str) -> None:
    text = component.get("text")
    if not isinstance(text, str) or not text.strip():
        raise refusal(2388072, "Body text", "The body needs a text.")
    if len(text) > BODY_LONGEST:
        raise refusal(2388040, "Body too long", f"The body has at most {BODY_LONGEST} characters.")
    variables = VARIABLE.findall(text)
    stripped = text.strip().strip(".,!?;:…。！？")
    if variables and (stripped.startswith("{{") or stripped.endswith("}}")):
        raise refusal(
            2388299, "Variables at the edge", "Variables can't be at the start or end of the template."
        )
    if re.search(r"\}\}\s*\{\{", text):
        raise refusal(
            2388072, "Variables side by side", "Two variables sit next to each other; put text between them."
        )
    _check_names(variables, parameter_format)
    words = len(VARIABLE.sub(" ", text).split())
    if len(set(variables)) * WORDS_PER_VARIABLE > max(words, len(VARIABLE.sub("", text)) // 5):
        raise refusal(2388293, "Too many variables", "The template has too many variables for its length.")
    _check_examples(variables, _example(component, 2388072), "body_text", parameter_format, 2388072)


def _example(component: Json, subcode: int) -> Json:
    example = component.get("example")
    if example is None:
        return {}
    if not isinstance(example, dict):
        raise refusal(subcode, "Example format", 'An example is an object such as {"body_text": [["Ann"]]}.')
    return example


def _handle(example: Json) -> bool:
    handles = example.get("header_handle")
    given = handles if isinstance(handles, list) else [handles]
    return bool(given) and all(isinstance(handle, str) and handle for handle in given)


def _check_names(variables: list[str], parameter_format: str) -> None:
    if parameter_format == "NAMED":
        if any(not re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in variables):
            raise refusal(
                2388072, "Variable names", "Named variables are lower-case letters, digits and underscores."
            )
    elif sorted(set(variables)) != sorted(str(number + 1) for number in range(len(set(variables)))):
        raise refusal(
            2388072, "Variable numbers", "Positional variables are {{1}}, {{2}} and so on without gaps."
        )


def _check_examples(
    variables: list[str], example: Json, key: str, parameter_format: str, subcode: int
) -> None:
    wanted = set(variables)
    if not wanted:
        return
    if parameter_format == "NAMED":
        given = example.get(f"{key}_named_params")
        entries = [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []
        count = len({str(item.get("param_name")) for item in entries} & wanted)
    else:
        given = example.get(key)
        values = given if isinstance(given, list) else []
        values = values[0] if values and isinstance(values[0], list) else values
        count = len(values) if all(isinstance(value, str) for value in values) else 0
    if count != len(wanted):
        raise refusal(
            subcode, "Examples are missing", f"Give an example for each of the {len(wanted)} variables."
        )


def _check_footer(component: Json) -> None:
    text = component.get("text")
    if not isinstance(text, str) or not text.strip() or VARIABLE.search(text):
        raise refusal(2388073, "Footer format", "The footer is a text without variables.")
    if len(text) > SHORT_LONGEST:
        raise refusal(2388040, "Footer too long", f"The footer has at most {SHORT_LONGEST} characters.")


def _check_buttons(component: Json) -> None:
    buttons = component.get("buttons")
    if (
        not isinstance(buttons, list)
        or not 1 <= len(buttons) <= 10
        or not all(isinstance(b, dict) for b in buttons)
    ):
        raise GraphError(100, "BUTTONS needs between 1 and 10 buttons.")
    kinds = [str(button.get("type", "")).upper() for button in buttons]
    for kind in kinds:
        if kind not in BUTTONS:
            raise GraphError(100, f"Button type must be one of {{{', '.join(sorted(BUTTONS))}}}, got {kind}.")
        if kinds.count(kind) > BUTTON_LIMITS.get(kind, 10):
            raise GraphError(100, f"At most {BUTTON_LIMITS[kind]} buttons of type {kind}.")
    quick = [kind == "QUICK_REPLY" for kind in kinds]
    if sum(1 for before, after in itertools.pairwise(quick) if before != after) > 1:
        raise GraphError(100, "Quick replies must be grouped together.")
    for button, kind in zip(buttons, kinds, strict=True):
        _check_button(button, kind)


def _check_button(button: Json, kind: str) -> None:
    text = button.get("text")
    if not isinstance(text, (str, type(None))):
        raise GraphError(100, f"The text of a {kind} button must be a string.")
    if kind not in (
        "COPY_CODE",
        "OTP",
        "CATALOG",
        "MPM",
        "SPM",
        "REQUEST_CONTACT_INFO",
        "CALL_PERMISSION_REQUEST",
    ) and (not isinstance(text, str) or not text):
        raise GraphError(100, f"A {kind} button needs a text.")
    if isinstance(text, str) and len(text) > LABEL_LONGEST:
        raise refusal(2388040, "Button too long", f"A button label has at most {LABEL_LONGEST} characters.")
    if kind == "URL":
        _check_url(button)
    if kind == "PHONE_NUMBER" and not re.fullmatch(
        r"\+?[0-9 ()-]{5,20}", str(button.get("phone_number", ""))
    ):
        raise GraphError(100, "A PHONE_NUMBER button needs a phone_number of at most 20 characters.")
    if kind == "COPY_CODE" and not 0 < len(str(button.get("example") or "")) <= 24:
        raise GraphError(100, "A COPY_CODE button needs an example of at most 20 characters.")


def _check_url(button: Json) -> None:
    url = str(button.get("url", ""))
    if not re.fullmatch(r"https?://\S+", url) or len(url) > URL_LONGEST:
        raise GraphError(100, f"A URL button needs an http(s) url of at most {URL_LONGEST} characters.")
    variables = VARIABLE.findall(url)
    if len(variables) > 1 or (variables and not url.rstrip().endswith("}}")):
        raise GraphError(100, "A URL has at most one variable, at its end.")
    if variables and not button.get("example"):
        raise GraphError(100, "A URL with a variable needs an example.")


def _check_carousel(component: Json, parameter_format: str) -> None:
    cards = component.get("cards")
    if not isinstance(cards, list) or not 2 <= len(cards) <= 10:
        raise GraphError(100, "CAROUSEL needs between 2 and 10 cards.")
    for card in cards:
        for part in _parts(card):
            kind = str(part.get("type", "")).upper()
            if kind not in CARD_KINDS:
                raise GraphError(100, f"A card's components are of type {', '.join(CARD_KINDS)}; got {kind}.")
            if kind == "BODY" and len(str(part.get("text", ""))) > 160:
                raise refusal(2388040, "Card too long", "A card's body has at most 160 characters.")
            _check_one(part, kind, "MARKETING", parameter_format)


def _parts(card: Any) -> list[Json]:
    parts = card.get("components", []) if isinstance(card, dict) else None
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise GraphError(100, "Each card is an object with components, a list of objects.")
    return parts


def sounds_promotional(components: list[Json]) -> bool:
    """Whether a body reads like advertising; the platform turns such utility templates into marketing."""
    return any(_PROMOTION.search(str(component.get("text", ""))) for component in components)
