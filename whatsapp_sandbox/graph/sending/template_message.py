"""Checks of template messages against the stored template, and what the phone will show.

132000: wrong number of parameters; 132012: wrong kind; 132005: too long once filled in; 132018: button parameters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.graph.sending.checks import Json, need_object, need_text
from whatsapp_sandbox.graph.sending.kinds import check_source
from whatsapp_sandbox.model import Template

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

VARIABLE = re.compile(r"\{\{\s*([a-z0-9_]+)\s*\}\}", re.IGNORECASE)
BODY_LONGEST = 1_024
PAYLOAD_LONGEST = 256
_REFUSED = {"PAUSED": 132015, "DISABLED": 132016}
_SHORT_HEADERS = ("IMAGE", "VIDEO", "DOCUMENT", "LOCATION", "GIF")


def find_template(sandbox: Sandbox, waba_id: str, body: Json) -> Template:
    """The approved one in exactly that language. Raises 132001, 132015 or 132016."""
    name = need_text(body, "name", "template", 512)
    code = need_text(need_object(body, "language", "template"), "code", "template['language']", 20)
    for template in sandbox.templates.values():
        if template.waba_id == waba_id and template.name == name and template.language == code:
            if template.status == "APPROVED":
                return template
            if template.status in _REFUSED:
                raise GraphError(
                    _REFUSED[template.status], f"template {name} ({code}) is {template.status.lower()}"
                )
    raise GraphError(132001, f"template name ({name}) does not exist in {code}")


def fill_template(sandbox: Sandbox, template: Template, body: Json) -> Json:
    """Checks every parameter; returns what the phone shows: header, body, footer, buttons, cards."""
    given = _components(body)
    shown = _fill(sandbox, template, template.components, given)
    if template.category == "AUTHENTICATION" and not shown.get("body"):
        shown["body"] = _authentication_text(given)
    return shown | {"name": template.name, "language": template.language, "category": template.category}


def _components(owner: Json) -> list[Json]:
    given = owner.get("components") or []
    if not isinstance(given, list) or not all(isinstance(part, dict) for part in given):
        raise GraphError(132012, "components must be a list of objects")
    return given


def _fill(sandbox: Sandbox, template: Template, components: list[Json], given: list[Json]) -> Json:
    shown: Json = {"buttons": []}
    for component in components:
        kind = str(component.get("type", "")).upper()
        if kind == "HEADER":
            shown["header"] = _header(sandbox, template, component, _part(given, "header"))
        elif kind == "BODY" and (template.category != "AUTHENTICATION" or component.get("text")):
            shown["body"] = _text(template, component.get("text", ""), _part(given, "body"), "body")
        elif kind == "FOOTER":
            shown["footer"] = component.get("text", "")
        elif kind == "BUTTONS":
            shown["buttons"] = _buttons(component.get("buttons", []), given)
        elif kind == "CAROUSEL":
            shown["cards"] = _cards(sandbox, template, component.get("cards", []), _part(given, "carousel"))
        elif kind == "LIMITED_TIME_OFFER":
            shown["offer"] = _offer(component, _part(given, "limited_time_offer"))
    if len(shown.get("body") or "") > BODY_LONGEST:
        raise GraphError(
            132005, f"body is longer than {BODY_LONGEST} characters once its parameters are filled in"
        )
    return shown


def _part(given: list[Json], kind: str) -> Json | None:
    return next((part for part in given if str(part.get("type", "")).lower() == kind), None)


def _parameters(part: Json | None, path: str) -> list[Json]:
    parameters = (part or {}).get("parameters") or []
    if not isinstance(parameters, list) or not all(isinstance(item, dict) for item in parameters):
        raise GraphError(132012, f"{path}: parameters must be a list of objects")
    return parameters


def _header(sandbox: Sandbox, template: Template, component: Json, part: Json | None) -> Json:
    form = str(component.get("format", "TEXT")).upper()
    if form == "TEXT":
        return {"type": "text", "text": _text(template, component.get("text", ""), part, "header")}
    if form not in _SHORT_HEADERS:
        return {"type": form.lower()}
    kind = "video" if form == "GIF" else form.lower()
    parameters = _parameters(part, "header")
    if len(parameters) != 1:
        raise GraphError(
            132012, f"header: Format mismatch, expected {form}, received {len(parameters)} parameters"
        )
    if str(parameters[0].get("type", "")).lower() not in (kind, form.lower()):
        raise GraphError(
            132012, f"header: Format mismatch, expected {form}, received {parameters[0].get('type')}"
        )
    content = need_object(parameters[0], str(parameters[0].get("type")).lower(), "header")
    if kind != "location":
        check_source(sandbox, kind, content, f"header['{kind}']")
    return {"type": kind, kind: content}


def _text(template: Template, text: str, part: Json | None, path: str) -> str:
    wanted = list(dict.fromkeys(VARIABLE.findall(text)))
    given = _parameters(part, path)
    if len(given) != len(wanted):
        raise GraphError(
            132000,
            f"{path}: number of localizable_params ({len(given)}) does not match the expected number of params "
            f"({len(wanted)})",
        )
    values = [_value(parameter, path) for parameter in given]
    if template.parameter_format == "NAMED":
        names = [str(parameter.get("parameter_name") or "") for parameter in given]
        if sorted(names) != sorted(wanted):
            raise GraphError(
                132000, f"{path}: parameter names {names} do not match the expected names {wanted}"
            )
        table = dict(zip(names, values, strict=True))
    else:
        table = dict(zip(sorted(wanted, key=_order), values, strict=True))
    return VARIABLE.sub(lambda found: table[found.group(1)], text)


def _order(name: str) -> tuple[int, str]:
    return (int(name), "") if name.isdigit() else (0, name)


def _value(parameter: Json, path: str) -> str:
    kind = str(parameter.get("type", "")).lower()
    if kind == "text":
        value = parameter.get("text")
        if not isinstance(value, str) or not value:
            raise GraphError(131008, f"{path}: a text parameter needs a text that is not empty")
        _check_line(value, path)
        return value
    if kind in ("currency", "date_time") and isinstance(parameter.get(kind), dict):
        return str(parameter[kind].get("fallback_value", ""))
    raise GraphError(132012, f"{path}: Format mismatch, expected TEXT, received {kind.upper() or 'nothing'}")


def _buttons(buttons: list[Json], given: list[Json]) -> list[Json]:
    parts = {str(part.get("index")): part for part in given if str(part.get("type", "")).lower() == "button"}
    known = {str(index) for index in range(len(buttons))}
    beyond = [index for index in parts if index not in known]
    if beyond:
        raise GraphError(132018, f"button: there is no button at index {', '.join(beyond)}")
    return [_button(button, parts.get(str(index)), index) for index, button in enumerate(buttons)]


def _button(button: Json, part: Json | None, index: int) -> Json:
    kind = str(button.get("type", "")).upper()
    path = f"button at index {index}"
    shown: Json = {"type": kind, "text": button.get("text", "")}
    if part is not None and not _fits(kind, str(part.get("sub_type", "")).lower()):
        raise GraphError(132018, f"{path}: sub_type {part.get('sub_type')} does not fit a {kind} button")
    given = _parameters(part, path)
    if kind == "QUICK_REPLY":
        payload = given[0].get("payload", button.get("text")) if given else button.get("text")
        if not isinstance(payload, str) or len(payload) > PAYLOAD_LONGEST:
            raise GraphError(132018, f"{path}: a payload is a string of at most {PAYLOAD_LONGEST} characters")
        shown["payload"] = payload
    elif kind in ("URL", "OTP"):
        shown |= _link(kind, button, given, path)
    elif kind == "COPY_CODE":
        code = given[0].get("coupon_code") if given else None
        if not isinstance(code, str) or not 0 < len(code) <= 20:
            raise GraphError(132018, f"{path}: a coupon_code of at most 20 characters is required")
        _check_line(code, path)
        shown["code"] = code
    elif kind == "PHONE_NUMBER":
        shown["phone"] = button.get("phone_number")
    return shown


def _fits(kind: str, sub_type: str) -> bool:
    wanted = {"OTP": ("url", "otp"), "PHONE_NUMBER": ("voice_call", "phone_number")}.get(
        kind, (kind.lower(),)
    )
    return sub_type in wanted


def _link(kind: str, button: Json, given: list[Json], path: str) -> Json:
    url = str(button.get("url", ""))
    needs = kind == "OTP" or bool(VARIABLE.search(url))
    if needs and (len(given) != 1 or not isinstance(given[0].get("text"), str) or not given[0]["text"]):
        raise GraphError(131008, f"{path} of type Url requires a parameter")
    if needs:
        _check_ending(given[0]["text"], path)
    if not needs and given:
        raise GraphError(132018, f"{path} has a fixed address and takes no parameter")
    if kind == "OTP":
        return {"code": given[0]["text"]}
    return {"url": VARIABLE.sub(lambda _: str(given[0]["text"]), url) if needs else url}


def _check_line(text: str, path: str) -> None:
    if any(character in text for character in "\n\r\t\v\f\u0085\u2028\u2029") or "     " in text:
        raise GraphError(
            132018,
            f"{path}: Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
        )


def _check_ending(text: str, path: str) -> None:
    """The end of a link, or a code: it becomes part of an address, where nothing breaks or is invisible."""
    if any(character.isspace() or not character.isprintable() for character in text):
        raise GraphError(
            132018, f"{path}: Param text cannot have spaces, new-line/tab or invisible characters"
        )


def _cards(sandbox: Sandbox, template: Template, cards: list[Json], part: Json | None) -> list[Json]:
    given = (part or {}).get("cards") or []
    if not isinstance(given, list) or len(given) != len(cards):
        raise GraphError(132012, f"carousel: expected {len(cards)} cards, received {len(given)}")
    by_index = {card["card_index"]: card for card in given if _is_card(card)}
    shown = []
    for index, card in enumerate(cards):
        filled: Any = by_index.get(index)
        if filled is None:
            raise GraphError(132012, f"carousel: there is no card with card_index {index}")
        shown.append(_fill(sandbox, template, card.get("components", []), _components(filled)))
    return shown


def _is_card(card: Any) -> bool:
    index = card.get("card_index") if isinstance(card, dict) else None
    return isinstance(index, int) and not isinstance(index, bool)


def _offer(component: Json, part: Json | None) -> str:
    offer = component.get("limited_time_offer") or {}
    given = _parameters(part, "limited_time_offer")
    moment = given[0].get("limited_time_offer") if given else None
    expires = moment.get("expiration_time_ms") if isinstance(moment, dict) else None
    if offer.get("has_expiration") is True and (type(expires) is not int or expires <= 0):
        raise GraphError(132012, "limited_time_offer: expiration_time_ms in milliseconds is required")
    return str(offer.get("text", ""))


def _authentication_text(given: list[Json]) -> str:
    parameters = _parameters(_part(given, "body"), "body")
    if len(parameters) != 1:
        raise GraphError(
            132000, f"body: number of params ({len(parameters)}) does not match the expected number (1)"
        )
    return f"*{_value(parameters[0], 'body')}* is your verification code."
