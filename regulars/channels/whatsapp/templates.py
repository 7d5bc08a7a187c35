"""Message templates: from Meta's JSON to a structure, and from values to what the customer will see. Pure.

``render`` makes the picker's preview *and* what is stored with a message as sent, so that the two cannot differ.

Values go by key: ``header.<variable>``, ``body.<variable>``, ``header.media`` and ``button.<index>``, where the
variable is ``1``, ``2`` … or a name. ``Template.variables`` lists them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from regulars.inboxes.ports import (
    LimitProblem,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingTemplate,
    TemplateButtonValue,
    TemplateParameter,
)

from .limits import COUPON_LIMIT, TEMPLATE_BODY_LIMIT, TEMPLATE_HEADER_LIMIT, URL_LIMIT
from .parsing.reading import Json, identifier, listed, mapping, text

HeaderKind = Literal["", "text", "image", "video", "document", "location"]
VariableKind = Literal["text", "image", "video", "document", "location", "url", "coupon_code", "payload"]
Value = str | OutgoingMedia | OutgoingLocation
Values = Mapping[str, Value]
ValueType = TypeVar("ValueType", str, OutgoingMedia, OutgoingLocation)

MEDIA_KEY = "header.media"

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_HEADER_KINDS: Mapping[str, HeaderKind] = {
    "TEXT": "text",
    "IMAGE": "image",
    "VIDEO": "video",
    "DOCUMENT": "document",
    "LOCATION": "location",
}
_COMPONENTS = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS"})
_BUTTONS_WITH_OWN_NEEDS = frozenset({"MPM", "SPM", "OTP", "ORDER_DETAILS", "CATALOG"})
_TEXT_LIMITS = {"header": TEMPLATE_HEADER_LIMIT, "body": TEMPLATE_BODY_LIMIT}


class TemplateVariable(msgspec.Struct, frozen=True, kw_only=True):
    """A place to fill in. Optional ones have a default at Meta (a quick reply's payload)."""

    key: str
    kind: VariableKind
    sample: str = ""
    is_optional: bool = False


class TemplateButton(msgspec.Struct, frozen=True, kw_only=True):
    """A button; ``kind`` is Meta's word in lower case (quick_reply, url, phone_number, copy_code, …)."""

    kind: str
    text: str
    url: str = ""
    phone: str = ""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One template in one language. ``unsupported`` names the parts that we cannot fill in, if any."""

    provider_id: str
    name: str
    language: str
    category: str = ""
    status: str = ""
    quality: str = ""
    is_named: bool = False
    header_kind: HeaderKind = ""
    header: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[TemplateButton, ...] = ()
    variables: tuple[TemplateVariable, ...] = ()
    unsupported: tuple[str, ...] = ()

    @property
    def is_sendable(self) -> bool:
        """Whether Meta and we can send it."""
        return self.status.upper() == "APPROVED" and not self.unsupported

    @property
    def samples(self) -> dict[str, Value]:
        """The texts that Meta saw as examples, for a preview before anything is filled in."""
        return {each.key: each.sample for each in self.variables if each.sample and each.key != MEDIA_KEY}


class RenderedTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer sees. Open variables stay as ``{{1}}``."""

    header_kind: HeaderKind = ""
    header: str = ""
    media: OutgoingMedia | None = None
    location: OutgoingLocation | None = None
    body: str = ""
    footer: str = ""
    buttons: tuple[TemplateButton, ...] = ()


class _Part(NamedTuple):
    """What a header or a button brings to the template."""

    variables: tuple[TemplateVariable, ...] = ()
    unsupported: tuple[str, ...] = ()


def parse_template(node: Mapping[str, Any]) -> Template:
    """Read a template as ``GET /{waba}/message_templates`` lists it; tolerant of whatever is missing."""
    components = [mapping(component) for component in listed(node.get("components"))]
    by_kind = {_word(component.get("type")): component for component in components}
    header, body = by_kind.get("HEADER", {}), by_kind.get("BODY", {})
    header_kind, header_part = _read_header(header)
    raw_buttons = [mapping(button) for button in listed(by_kind.get("BUTTONS", {}).get("buttons"))]
    button_parts = [_read_button_part(index, button) for index, button in enumerate(raw_buttons)]
    strange = tuple(kind.lower() for kind in by_kind if kind not in _COMPONENTS)
    variables = _text_variables("body", body)
    quality = node.get("quality_score")
    return Template(
        provider_id=identifier(node.get("id")),
        name=text(node.get("name")),
        language=text(node.get("language")).replace("-", "_"),
        category=_word(node.get("category")),
        status=_word(node.get("status")),
        quality=_word(mapping(quality).get("score")) or _word(quality),
        is_named=_is_named(node, [*header_part.variables, *variables]),
        header_kind=header_kind,
        header=text(header.get("text")) if header_kind == "text" else "",
        body=text(body.get("text")),
        footer=text(by_kind.get("FOOTER", {}).get("text")),
        buttons=tuple(_read_button(button) for button in raw_buttons),
        variables=(
            *header_part.variables,
            *variables,
            *(each for part in button_parts for each in part.variables),
        ),
        unsupported=(
            *strange,
            *header_part.unsupported,
            *(each for part in button_parts for each in part.unsupported),
        ),
    )


def render(template: Template, values: Values) -> RenderedTemplate:
    """What the customer sees with these values; variables without a value stay visible."""
    return RenderedTemplate(
        header_kind=template.header_kind,
        header=_fill("header", template.header, values),
        media=_value(values, MEDIA_KEY, OutgoingMedia),
        location=_value(values, MEDIA_KEY, OutgoingLocation),
        body=_fill("body", template.body, values),
        footer=template.footer,
        buttons=tuple(_render_button(index, button, values) for index, button in enumerate(template.buttons)),
    )


def validate(template: Template, values: Values) -> list[LimitProblem]:
    """What is missing, empty, of the wrong kind, too long, or not asked for."""
    return list(_problems(template, values))


def build_outgoing(template: Template, values: Values) -> OutgoingTemplate:
    """The content to send, with its rendering; raises ``ValueError`` when the values do not fit."""
    problems = validate(template, values)
    if problems:
        fields = ", ".join(f"{problem.field} ({problem.code})" for problem in problems)
        raise ValueError(f"The values do not fit the template {template.name!r}: {fields}.")
    return OutgoingTemplate(
        name=template.name,
        language=template.language,
        header=tuple(_parameters("header", template, values)),
        body=tuple(_parameters("body", template, values)),
        buttons=tuple(_button_values(template, values)),
        rendered=msgspec.to_builtins(render(template, values)),
    )


def _word(node: Json) -> str:
    return text(node).upper()


def _is_named(node: Mapping[str, Any], variables: Iterable[TemplateVariable]) -> bool:
    declared = _word(node.get("parameter_format"))
    if declared in ("NAMED", "POSITIONAL"):
        return declared == "NAMED"
    names = [each.key.partition(".")[2] for each in variables if each.kind == "text"]
    return any(not name.isdigit() for name in names)


def _read_header(component: Mapping[str, Json]) -> tuple[HeaderKind, _Part]:
    word = _word(component.get("format")) or ("TEXT" if component.get("text") else "")
    if not word:
        return "", _Part()
    kind = _HEADER_KINDS.get(word)
    if kind is None:
        return "", _Part(unsupported=(f"header:{word.lower()}",))
    if kind == "text":
        return kind, _Part(_text_variables("header", component))
    if kind == "location":
        return kind, _Part((TemplateVariable(key=MEDIA_KEY, kind="location"),))
    handles = listed(mapping(component.get("example")).get("header_handle"))
    sample = text(handles[0]) if handles else ""
    if kind == "image":
        return kind, _Part((TemplateVariable(key=MEDIA_KEY, kind="image", sample=sample),))
    variable_kind: VariableKind = "video" if kind == "video" else "document"
    return kind, _Part((TemplateVariable(key=MEDIA_KEY, kind=variable_kind, sample=sample),))


def _text_variables(place: str, component: Mapping[str, Json]) -> tuple[TemplateVariable, ...]:
    """The variables of a text, positional ones in their order, each once."""
    names = list(dict.fromkeys(_VARIABLE.findall(text(component.get("text")))))
    if names and all(name.isdigit() for name in names):
        names.sort(key=int)
    samples = _samples(place, mapping(component.get("example")), names)
    return tuple(
        TemplateVariable(key=f"{place}.{name}", kind="text", sample=samples.get(name, "")) for name in names
    )


def _samples(place: str, example: Mapping[str, Json], names: list[str]) -> dict[str, str]:
    named = [mapping(entry) for entry in listed(example.get(f"{place}_text_named_params"))]
    if named:
        return {text(entry.get("param_name")): text(entry.get("example")) for entry in named}
    positional = listed(example.get(f"{place}_text"))
    if positional and isinstance(positional[0], list):
        positional = positional[0]
    return dict(zip(names, (text(entry) for entry in positional), strict=False))


def _read_button(button: Mapping[str, Json]) -> TemplateButton:
    return TemplateButton(
        kind=text(button.get("type")).lower(),
        text=text(button.get("text")),
        url=text(button.get("url")),
        phone=text(button.get("phone_number")),
    )


def _read_button_part(index: int, button: Mapping[str, Json]) -> _Part:
    word, key = _word(button.get("type")), f"button.{index}"
    examples = listed(button.get("example"))
    sample = text(examples[0]) if examples else ""
    if word in _BUTTONS_WITH_OWN_NEEDS:
        return _Part(unsupported=(f"button:{word.lower()}",))
    if word == "COPY_CODE":
        return _Part((TemplateVariable(key=key, kind="coupon_code", sample=sample),))
    if word == "QUICK_REPLY":
        return _Part((TemplateVariable(key=key, kind="payload", is_optional=True),))
    if word == "URL" and (match := _VARIABLE.search(text(button.get("url")))):
        sample = sample.removeprefix(text(button.get("url"))[: match.start()])
        return _Part((TemplateVariable(key=key, kind="url", sample=sample),))
    return _Part()


def _fill(place: str, written: str, values: Values) -> str:
    def put(match: re.Match[str]) -> str:
        return _value(values, f"{place}.{match[1]}", str) or match[0]

    return _VARIABLE.sub(put, written)


def _value(values: Values, key: str, kind: type[ValueType]) -> ValueType | None:
    value = values.get(key)
    return value if isinstance(value, kind) else None


def _render_button(index: int, button: TemplateButton, values: Values) -> TemplateButton:
    value = _value(values, f"button.{index}", str)
    if not value or button.kind != "url":
        return button
    return msgspec.structs.replace(button, url=_VARIABLE.sub(lambda _match: value, button.url))


def _problems(template: Template, values: Values) -> Iterator[LimitProblem]:
    known = {variable.key for variable in template.variables}
    for variable in template.variables:
        yield from _value_problems(variable, values)
    for key in values:
        if key not in known:
            yield LimitProblem(field=key, code="not_allowed")
    rendered = render(template, values)
    for place, limit in _TEXT_LIMITS.items():
        length = len(getattr(rendered, place))
        if length > limit:
            yield LimitProblem(field=place, code="too_long", limit=limit, actual=length)
    for part in template.unsupported:
        yield LimitProblem(field=part, code="unsupported")


def _value_problems(variable: TemplateVariable, values: Values) -> Iterator[LimitProblem]:
    value = values.get(variable.key)
    if value is None or value == "":
        if not variable.is_optional:
            yield LimitProblem(field=variable.key, code="missing")
    elif not _fits(variable.kind, value):
        yield LimitProblem(field=variable.key, code="invalid")
    elif isinstance(value, str):
        yield from _text_problems(variable, value)


def _fits(kind: VariableKind, value: Value) -> bool:
    if isinstance(value, OutgoingMedia):
        return value.kind == kind
    if isinstance(value, OutgoingLocation):
        return kind == "location"
    return kind in ("text", "url", "coupon_code", "payload")


def _text_problems(variable: TemplateVariable, value: str) -> Iterator[LimitProblem]:
    limits = {"coupon_code": COUPON_LIMIT, "url": URL_LIMIT}
    limit = limits.get(variable.kind)
    if not value.strip():
        yield LimitProblem(field=variable.key, code="missing")
    if limit is not None and len(value) > limit:
        yield LimitProblem(field=variable.key, code="too_long", limit=limit, actual=len(value))
    if variable.kind == "text" and re.search(r"[\n\r\t]| {5,}", value):
        yield LimitProblem(field=variable.key, code="invalid")


def _parameters(place: str, template: Template, values: Values) -> Iterator[TemplateParameter]:
    for variable in template.variables:
        owner, _dot, name = variable.key.partition(".")
        if owner != place:
            continue
        value = values[variable.key]
        if isinstance(value, OutgoingMedia):
            yield TemplateParameter(kind=_media_kind(variable), media=value)
        elif isinstance(value, OutgoingLocation):
            yield TemplateParameter(kind="location", location=value)
        else:
            yield TemplateParameter(text=value, name=name if template.is_named else "")


def _media_kind(variable: TemplateVariable) -> Literal["image", "video", "document"]:
    match variable.kind:
        case "image" | "video":
            return variable.kind
        case _:
            return "document"


def _button_values(template: Template, values: Values) -> Iterator[TemplateButtonValue]:
    for variable in template.variables:
        value = _value(values, variable.key, str)
        owner, _dot, index = variable.key.partition(".")
        if owner != "button" or not value:
            continue
        if variable.kind == "url":
            yield TemplateButtonValue(
                index=int(index), sub_type="url", parameter=TemplateParameter(text=value)
            )
        elif variable.kind == "coupon_code":
            parameter = TemplateParameter(kind="coupon_code", text=value)
            yield TemplateButtonValue(index=int(index), sub_type="copy_code", parameter=parameter)
        else:
            parameter = TemplateParameter(kind="payload", text=value)
            yield TemplateButtonValue(index=int(index), sub_type="quick_reply", parameter=parameter)
