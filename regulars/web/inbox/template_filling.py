"""A message template as a form, and the filled form as what is sent. Pure.

The preview and the message come from the same function, so that what an agent sees is what the contact gets.
Values are keyed ``header:1``, ``body:name``, ``button:0``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from regulars.inboxes.ports import (
    OutgoingMedia,
    OutgoingTemplate,
    TemplateButtonValue,
    TemplateParameter,
)

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
MediaKind = Literal["image", "video", "document"]


@dataclass(frozen=True, slots=True)
class Variable:
    """One value to fill in. ``kind`` text, or the media kind of a header."""

    key: str
    name: str
    part: Literal["header", "body", "button"]
    kind: str = "text"
    sample: str = ""


@dataclass(frozen=True, slots=True)
class TemplateButton:
    type: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A template's parts as the platform lists them."""

    header: str = ""
    header_kind: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[TemplateButton, ...] = ()
    variables: tuple[Variable, ...] = ()


def read_definition(components: Sequence[Mapping[str, Any]]) -> Definition:
    """The parts and variables of a template's components; unknown kinds of component are left out."""
    parts = {str(each.get("type", "")).upper(): each for each in components}
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    header_kind = str(header.get("format", "TEXT" if header else "")).lower()
    buttons = tuple(_button(each) for each in parts.get("BUTTONS", {}).get("buttons", ()))
    return Definition(
        header=str(header.get("text", "")),
        header_kind=header_kind,
        body=str(body.get("text", "")),
        footer=str(parts.get("FOOTER", {}).get("text", "")),
        buttons=buttons,
        variables=(
            *_header_variables(header, header_kind),
            *_text_variables("body", str(body.get("text", "")), _samples(body, "body_text")),
            *_button_variables(buttons),
        ),
    )


def _button(each: Mapping[str, Any]) -> TemplateButton:
    return TemplateButton(str(each.get("type", "")).upper(), str(each.get("text", "")), str(each.get("url", "")))


def _header_variables(header: Mapping[str, Any], kind: str) -> tuple[Variable, ...]:
    if kind in {"image", "video", "document"}:
        return (Variable("header:media", kind, "header", kind),)
    samples = _samples(header, "header_text")
    return _text_variables("header", str(header.get("text", "")), samples) if kind == "text" else ()


def _text_variables(part: Literal["header", "body"], text: str, samples: Sequence[str]) -> tuple[Variable, ...]:
    names = list(dict.fromkeys(_VARIABLE.findall(text)))
    return tuple(
        Variable(f"{part}:{name}", name, part, sample=samples[place] if place < len(samples) else "")
        for place, name in enumerate(names)
    )


def _samples(component: Mapping[str, Any], field: str) -> list[str]:
    """The samples given at approval: ``body_text`` is a list in a list, ``header_text`` a list."""
    example = component.get("example") or {}
    named = example.get(f"{field}_named_params")
    if named:
        return [str(each.get("example", "")) for each in named]
    values = example.get(field) or []
    if values and isinstance(values[0], list):
        values = values[0]
    return [str(value) for value in values]


def _button_variables(buttons: Sequence[TemplateButton]) -> tuple[Variable, ...]:
    return tuple(
        Variable(f"button:{place}", button.text, "button")
        for place, button in enumerate(buttons)
        if (button.type == "URL" and _VARIABLE.search(button.url)) or button.type == "COPY_CODE"
    )


def missing_values(definition: Definition, values: Mapping[str, str]) -> list[Variable]:
    """The variables that still have no value."""
    return [variable for variable in definition.variables if not values.get(variable.key, "").strip()]


def fill(definition: Definition, name: str, language: str, values: Mapping[str, str], *, named: bool) -> OutgoingTemplate:
    """The template with its values, and how the contact will see it (``rendered``)."""

    def parameter(variable: Variable) -> TemplateParameter:
        text = values.get(variable.key, "")
        if variable.kind != "text":
            kind = cast(MediaKind, variable.kind)
            return TemplateParameter(kind=kind, media=OutgoingMedia(kind=kind, media_id=text))
        return TemplateParameter(text=text, name=variable.name if named else "")

    of_part = {part: [each for each in definition.variables if each.part == part] for part in ("header", "body", "button")}
    return OutgoingTemplate(
        name=name,
        language=language,
        header=tuple(parameter(each) for each in of_part["header"]),
        body=tuple(parameter(each) for each in of_part["body"]),
        buttons=tuple(_button_value(definition, each, values) for each in of_part["button"]),
        rendered=rendered(definition, values),
    )


def _button_value(definition: Definition, variable: Variable, values: Mapping[str, str]) -> TemplateButtonValue:
    index = int(variable.key.removeprefix("button:"))
    is_code = definition.buttons[index].type == "COPY_CODE"
    return TemplateButtonValue(
        index=index,
        sub_type="copy_code" if is_code else "url",
        parameter=TemplateParameter(kind="coupon_code" if is_code else "text", text=values.get(variable.key, "")),
    )


def rendered(definition: Definition, values: Mapping[str, str]) -> dict[str, Any]:
    """What the contact sees, part by part; a missing value stays visible as ``{{name}}``."""
    return {
        "header": fill_text(definition.header, "header", values) if definition.header_kind == "text" else "",
        "header_kind": definition.header_kind,
        "body": fill_text(definition.body, "body", values),
        "footer": definition.footer,
        "buttons": [{"type": button.type, "text": button.text} for button in definition.buttons],
    }


def fill_text(text: str, part: str, values: Mapping[str, str]) -> str:
    """A text with its variables replaced."""
    return _VARIABLE.sub(lambda match: values.get(f"{part}:{match[1]}", "").strip() or match[0], text)
