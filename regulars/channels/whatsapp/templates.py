"""Message templates: from Meta's JSON to a structure, and from values to what the customer will see. Pure.

``render`` makes the picker's preview *and* what is stored with a message as sent, so that the two cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from regulars.inboxes.ports import (
    LimitProblem,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingTemplate,
    TemplateButtonValue,
    TemplateCard,
    TemplateParameter,
)
from regulars.inboxes.ports.templates import (
    MEDIA_KEY,
    OFFER_KEY,
    HeaderKind,
    RenderedTemplate,
    Template,
    TemplateButton,
    TemplateParts,
    TemplateVariable,
    Value,
    Values,
    VariableKind,
    place_of,
)

from .limits import (
    AUTHENTICATION_CODE_LIMIT,
    CAROUSEL_BODY_LIMIT,
    COUPON_LIMIT,
    TEMPLATE_BODY_LIMIT,
    TEMPLATE_HEADER_LIMIT,
    URL_LIMIT,
)
from .links import problem_of_ending, with_endings
from .parsing.reading import Json, identifier, listed, mapping, text

ValueType = TypeVar("ValueType", str, OutgoingMedia, OutgoingLocation, datetime)

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_HEADER_KINDS: Mapping[str, HeaderKind] = {
    "TEXT": "text",
    "IMAGE": "image",
    "VIDEO": "video",
    "DOCUMENT": "document",
    "LOCATION": "location",
}
_COMPONENTS = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER"})
_BUTTONS_WITH_OWN_NEEDS = frozenset({"MPM", "SPM", "ORDER_DETAILS", "CATALOG"})
_VALUE_LIMITS = {"code": AUTHENTICATION_CODE_LIMIT, "coupon_code": COUPON_LIMIT, "url": URL_LIMIT}


class _Part(NamedTuple):
    """What a part brings to the template."""

    variables: tuple[TemplateVariable, ...] = ()
    unsupported: tuple[str, ...] = ()


class _Reading(NamedTuple):
    """A template's own parts, or those of a card."""

    parts: TemplateParts
    variables: tuple[TemplateVariable, ...]
    unsupported: tuple[str, ...]


def parse_template(node: Mapping[str, Any]) -> Template:
    """As ``GET /{waba}/message_templates`` lists it; tolerant of whatever is missing."""
    node = mapping(node)
    by_kind = _by_kind(node)
    is_code = _word(node.get("category")) == "AUTHENTICATION"
    own = _read_parts(by_kind, "", is_code=is_code)
    raw_cards = listed(by_kind.get("CAROUSEL", {}).get("cards"))
    cards = [_read_parts(_by_kind(mapping(card)), f"card.{index}.") for index, card in enumerate(raw_cards)]
    strange = [kind.lower() for kind in by_kind if kind not in _COMPONENTS]
    if "CAROUSEL" in by_kind and not cards:
        strange.append("carousel")
    offer = mapping(by_kind.get("LIMITED_TIME_OFFER", {}).get("limited_time_offer"))
    ends = (TemplateVariable(key=OFFER_KEY, kind="moment"),) if offer.get("has_expiration") is True else ()
    variables = (*own.variables, *ends, *(each for card in cards for each in card.variables))
    quality = node.get("quality_score")
    return Template(
        provider_id=identifier(node.get("id")),
        name=text(node.get("name")),
        language=text(node.get("language")).replace("-", "_"),
        category=_word(node.get("category")),
        status=_word(node.get("status")),
        quality=_word(mapping(quality).get("score")) or _word(quality),
        is_named=_is_named(node, variables),
        **msgspec.structs.asdict(own.parts),
        offer=text(offer.get("text")),
        cards=tuple(card.parts for card in cards),
        variables=variables,
        unsupported=(*strange, *own.unsupported, *(each for card in cards for each in card.unsupported)),
    )


def render(template: Template, values: Values) -> RenderedTemplate:
    values = _with_link_endings(template, values)
    return msgspec.structs.replace(
        _render_parts(template, "", values),
        offer=template.offer,
        offer_expires_at=_value(values, OFFER_KEY, datetime),
        cards=tuple(
            _render_parts(card, f"card.{index}.", values) for index, card in enumerate(template.cards)
        ),
    )


def validate(template: Template, values: Values, now: datetime | None = None) -> list[LimitProblem]:
    return list(_problems(template, _with_link_endings(template, values), now))


def build_outgoing(template: Template, values: Values) -> OutgoingTemplate:
    """Rendered, too; raises ``ValueError`` when the values do not fit."""
    problems = validate(template, values)
    if problems:
        fields = ", ".join(f"{problem.field} ({problem.code})" for problem in problems)
        raise ValueError(f"The values do not fit the template {template.name!r}: {fields}.")
    values = _with_link_endings(template, values)
    return OutgoingTemplate(
        name=template.name,
        language=template.language,
        header=tuple(_parameters("header.", template, values)),
        body=tuple(_parameters("body.", template, values)),
        buttons=tuple(_button_values("", template, values)),
        cards=tuple(
            TemplateCard(
                header=tuple(_parameters(f"card.{index}.header.", template, values)),
                body=tuple(_parameters(f"card.{index}.body.", template, values)),
                buttons=tuple(_button_values(f"card.{index}.", template, values)),
            )
            for index in range(len(template.cards))
        ),
        offer_expires_at=_value(values, OFFER_KEY, datetime),
        rendered=msgspec.to_builtins(render(template, values)),
    )


def _with_link_endings(template: Template, values: Values) -> Values:
    return with_endings(values, {each.key: each.address for each in template.variables if each.kind == "url"})


def _by_kind(node: Mapping[str, Json]) -> dict[str, Mapping[str, Json]]:
    components = [mapping(component) for component in listed(node.get("components"))]
    return {_word(component.get("type")): component for component in components}


def _read_parts(by_kind: Mapping[str, Mapping[str, Json]], prefix: str, *, is_code: bool = False) -> _Reading:
    header, body = by_kind.get("HEADER", {}), by_kind.get("BODY", {})
    header_kind, header_part = _read_header(header, prefix)
    raw_buttons = [mapping(button) for button in listed(by_kind.get("BUTTONS", {}).get("buttons"))]
    button_parts = [
        _Part() if is_code else _read_button_part(f"{prefix}button.{index}", button)
        for index, button in enumerate(raw_buttons)
    ]
    body_variables = _text_variables(f"{prefix}body", body)
    if is_code:  # one value, in the text and behind the button
        sample = body_variables[0].sample if body_variables else ""
        key = body_variables[0].key if body_variables else "body.1"
        body_variables = (TemplateVariable(key=key, kind="code", sample=sample),)
    return _Reading(
        TemplateParts(
            header_kind=header_kind,
            header=text(header.get("text")) if header_kind == "text" else "",
            body=text(body.get("text")) or ("*{{1}}*" if is_code else ""),
            footer=text(by_kind.get("FOOTER", {}).get("text")),
            buttons=tuple(_read_button(button, is_code=is_code) for button in raw_buttons),
        ),
        (
            *header_part.variables,
            *body_variables,
            *(each for part in button_parts for each in part.variables),
        ),
        (*header_part.unsupported, *(each for part in button_parts for each in part.unsupported)),
    )


def _word(node: Json) -> str:
    return text(node).upper()


def _is_named(node: Mapping[str, Any], variables: Iterable[TemplateVariable]) -> bool:
    declared = _word(node.get("parameter_format"))
    if declared in ("NAMED", "POSITIONAL"):
        return declared == "NAMED"
    names = [place_of(each.key).name for each in variables if each.kind == "text"]
    return any(not name.isdigit() for name in names)


def _read_header(component: Mapping[str, Json], prefix: str) -> tuple[HeaderKind, _Part]:
    word = _word(component.get("format")) or ("TEXT" if component.get("text") else "")
    if not word:
        return "", _Part()
    kind = _HEADER_KINDS.get(word)
    if kind is None:
        return "", _Part(unsupported=(f"header:{word.lower()}",))
    if kind == "text":
        return kind, _Part(_text_variables(f"{prefix}header", component))
    key = prefix + MEDIA_KEY
    if kind == "location":
        return kind, _Part((TemplateVariable(key=key, kind="location"),))
    handles = listed(mapping(component.get("example")).get("header_handle"))
    sample = text(handles[0]) if handles else ""
    variable_kind: VariableKind = "image" if kind == "image" else "video" if kind == "video" else "document"
    return kind, _Part((TemplateVariable(key=key, kind=variable_kind, sample=sample),))


def _text_variables(place: str, component: Mapping[str, Json]) -> tuple[TemplateVariable, ...]:
    names = list(dict.fromkeys(_VARIABLE.findall(text(component.get("text")))))
    if names and all(name.isdigit() for name in names):
        names.sort(key=int)
    samples = _samples(place_of(f"{place}.").part, mapping(component.get("example")), names)
    return tuple(
        TemplateVariable(key=f"{place}.{name}", kind="text", sample=samples.get(name, "")) for name in names
    )


def _samples(place: str, example: Mapping[str, Json], names: list[str]) -> dict[str, str]:
    named = [mapping(entry) for entry in listed(example.get(f"{place}_text_named_params"))]
    if named:
        return {text(entry.get("param_name")): text(entry.get("example")) for entry in named}
    positional = listed(example.get(f"{place}_text"))
    positional = positional[0] if positional and isinstance(positional[0], list) else positional
    return dict(zip(names, (text(entry) for entry in positional), strict=False))


def _read_button(button: Mapping[str, Json], *, is_code: bool) -> TemplateButton:
    """Meta lists the button that copies a one-time code as a link to itself."""
    word = text(button.get("type")).lower()
    return TemplateButton(
        kind="otp" if is_code and word == "url" else word,
        text=text(button.get("text")),
        url="" if is_code else text(button.get("url")),
        phone=text(button.get("phone_number")),
    )


def _read_button_part(key: str, button: Mapping[str, Json]) -> _Part:
    word = _word(button.get("type"))
    examples = listed(button.get("example"))
    sample = text(examples[0]) if examples else ""
    if word in _BUTTONS_WITH_OWN_NEEDS:
        return _Part(unsupported=(f"button:{word.lower()}",))
    if word == "COPY_CODE":
        return _Part((TemplateVariable(key=key, kind="coupon_code", sample=sample),))
    if word == "QUICK_REPLY":
        return _Part((TemplateVariable(key=key, kind="payload", is_optional=True),))
    if word == "URL" and (match := _VARIABLE.search(text(button.get("url")))):
        address = text(button.get("url"))[: match.start()]
        sample = sample.removeprefix(address)
        return _Part((TemplateVariable(key=key, kind="url", sample=sample, address=address),))
    return _Part()


def _fill(place: str, written: str, values: Values) -> str:
    def put(match: re.Match[str]) -> str:
        return _value(values, f"{place}.{match[1]}", str) or match[0]

    return _VARIABLE.sub(put, written)


def _value(values: Values, key: str, kind: type[ValueType]) -> ValueType | None:
    value = values.get(key)
    return value if isinstance(value, kind) else None


def _render_parts(parts: TemplateParts, prefix: str, values: Values) -> RenderedTemplate:
    return RenderedTemplate(
        header_kind=parts.header_kind,
        header=_fill(f"{prefix}header", parts.header, values),
        media=_value(values, prefix + MEDIA_KEY, OutgoingMedia),
        location=_value(values, prefix + MEDIA_KEY, OutgoingLocation),
        body=_fill(f"{prefix}body", parts.body, values),
        footer=parts.footer,
        buttons=tuple(
            _render_button(f"{prefix}button.{index}", button, values)
            for index, button in enumerate(parts.buttons)
        ),
    )


def _render_button(key: str, button: TemplateButton, values: Values) -> TemplateButton:
    value = _value(values, key, str)
    if not value or button.kind != "url":
        return button
    return msgspec.structs.replace(button, url=_VARIABLE.sub(lambda _match: value, button.url))


def _problems(template: Template, values: Values, now: datetime | None) -> Iterator[LimitProblem]:
    known = {variable.key for variable in template.variables}
    for variable in template.variables:
        yield from _value_problems(variable, values)
    for key in values:
        if key not in known:
            yield LimitProblem(field=key, code="not_allowed")
    rendered = render(template, values)
    yield from _length("header", rendered.header, TEMPLATE_HEADER_LIMIT)
    yield from _length("body", rendered.body, TEMPLATE_BODY_LIMIT)
    for index, card in enumerate(rendered.cards):
        yield from _length(f"card.{index}.body", card.body, CAROUSEL_BODY_LIMIT)
    if now is not None and rendered.offer_expires_at is not None and rendered.offer_expires_at <= now:
        yield LimitProblem(field=OFFER_KEY, code="over")
    for part in template.unsupported:
        yield LimitProblem(field=part, code="unsupported")


def _length(field: str, written: str, limit: int) -> Iterator[LimitProblem]:
    if len(written) > limit:
        yield LimitProblem(field=field, code="too_long", limit=limit, actual=len(written))


def _value_problems(variable: TemplateVariable, values: Values) -> Iterator[LimitProblem]:
    value = values.get(variable.key)
    if value is None or value == "":
        yield from [] if variable.is_optional else [LimitProblem(field=variable.key, code="missing")]
    elif not _fits(variable.kind, value):
        yield LimitProblem(field=variable.key, code="invalid")
    elif isinstance(value, str):
        yield from _text_problems(variable, value)


def _fits(kind: VariableKind, value: Value) -> bool:
    if isinstance(value, OutgoingMedia):
        return value.kind == kind
    if isinstance(value, OutgoingLocation):
        return kind == "location"
    if isinstance(value, datetime):
        return kind == "moment"
    return kind in ("text", "code", "url", "coupon_code", "payload")


def _text_problems(variable: TemplateVariable, value: str) -> Iterator[LimitProblem]:
    limit = _VALUE_LIMITS.get(variable.kind)
    if not value.strip():
        yield LimitProblem(field=variable.key, code="missing")
    if limit is not None and len(value) > limit:
        yield LimitProblem(field=variable.key, code="too_long", limit=limit, actual=len(value))
    if variable.kind == "url" and (code := problem_of_ending(value)):
        yield LimitProblem(field=variable.key, code=code)
    if variable.kind in ("text", "code") and re.search(r"[\n\r\t]| {5,}", value):
        yield LimitProblem(field=variable.key, code="invalid")


def _parameters(prefix: str, template: Template, values: Values) -> Iterator[TemplateParameter]:
    for variable in template.variables:
        if not variable.key.startswith(prefix):
            continue
        value, name = values[variable.key], variable.key.removeprefix(prefix)
        if isinstance(value, OutgoingMedia):
            yield TemplateParameter(kind=_media_kind(variable), media=value)
        elif isinstance(value, OutgoingLocation):
            yield TemplateParameter(kind="location", location=value)
        elif isinstance(value, str):
            yield TemplateParameter(text=value, name=name if template.is_named else "")


def _media_kind(variable: TemplateVariable) -> Literal["image", "video", "document"]:
    match variable.kind:
        case "image" | "video":
            return variable.kind
        case _:
            return "document"


def _button_values(prefix: str, template: Template, values: Values) -> Iterator[TemplateButtonValue]:
    yield from _codes_behind_buttons(template, values) if not prefix else ()
    for variable in template.variables:
        value = _value(values, variable.key, str)
        index = variable.key.removeprefix(f"{prefix}button.")
        if not value or not index.isdigit():
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


def _codes_behind_buttons(template: Template, values: Values) -> Iterator[TemplateButtonValue]:
    """The one-time code once more, for the button that copies it; Meta takes it as the end of a link."""
    code = next((values[each.key] for each in template.variables if each.kind == "code"), None)
    for index, button in enumerate(template.buttons):
        if isinstance(code, str) and button.kind == "otp":
            yield TemplateButtonValue(index=index, sub_type="url", parameter=TemplateParameter(text=code))
