"""Checks of interactive messages, by ``interactive.type``.

Limits: Meta's pages on interactive messages (2026), as gathered in this package's README.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from whatsapp_sandbox.errors import invalid, missing
from whatsapp_sandbox.graph.sending.checks import (
    Json,
    check_text,
    may_text,
    need_choice,
    need_link,
    need_list,
    need_object,
    need_text,
    unique,
)
from whatsapp_sandbox.graph.sending.kinds import check_source

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

BODY_LONGEST = 1_024
LIST_BODY_LONGEST = 4_096
SHORT_LONGEST = 60
Check = Callable[["Sandbox", Json], None]


def check_interactive(sandbox: Sandbox, body: Json) -> None:
    kind = need_choice(body, "type", "interactive", tuple(CHECKS))
    CHECKS[kind](sandbox, body)


def _texts(
    sandbox: Sandbox, body: Json, *, longest: int = BODY_LONGEST, headers: tuple[str, ...] = ()
) -> None:
    need_text(need_object(body, "body", "interactive"), "text", "interactive['body']", longest)
    if body.get("footer") is not None:
        need_text(need_object(body, "footer", "interactive"), "text", "interactive['footer']", SHORT_LONGEST)
    if body.get("header") is not None:
        if not headers:
            raise invalid("interactive['header']", f"is not supported for type {body['type']}")
        check_header(sandbox, need_object(body, "header", "interactive"), headers, "interactive['header']")


def check_header(sandbox: Sandbox, header: Json, allowed: tuple[str, ...], path: str) -> None:
    kind = need_choice(header, "type", path, allowed)
    if kind == "text":
        need_text(header, "text", path, SHORT_LONGEST)
        may_text(header, "sub_text", path, SHORT_LONGEST)
    else:
        check_source(sandbox, kind, need_object(header, kind, path), f"{path}['{kind}']")


def _button(sandbox: Sandbox, body: Json) -> None:
    _texts(sandbox, body, headers=("text", "image", "video", "document", "gif"))
    action = need_object(body, "action", "interactive")
    buttons = need_list(action, "buttons", "interactive['action']", 1, 3)
    check_reply_buttons(buttons, "interactive['action']['buttons']")


def check_reply_buttons(buttons: list[Json], path: str) -> None:
    replies = []
    for index, button in enumerate(buttons):
        need_choice(button, "type", f"{path}[{index}]", ("reply",))
        reply = need_object(button, "reply", f"{path}[{index}]")
        need_text(reply, "id", f"{path}[{index}]['reply']", 256)
        need_text(reply, "title", f"{path}[{index}]['reply']", 20)
        replies.append(reply)
    unique([reply["id"] for reply in replies], f"{path}: reply ids")
    unique([reply["title"] for reply in replies], f"{path}: reply titles")


def _list(sandbox: Sandbox, body: Json) -> None:
    _texts(sandbox, body, longest=LIST_BODY_LONGEST, headers=("text",))
    path = "interactive['action']"
    action = need_object(body, "action", "interactive")
    need_text(action, "button", path, 20)
    sections = need_list(action, "sections", path, 1, 10)
    rows: list[Json] = []
    for index, section in enumerate(sections):
        here = f"{path}['sections'][{index}]"
        if len(sections) > 1:
            need_text(section, "title", here, 24)
        else:
            may_text(section, "title", here, 24)
        rows += need_list(section, "rows", here, 1, 10)
    if len(rows) > 10:
        raise invalid(f"{path}['sections']", f"total row count must be at most 10, got {len(rows)}")
    for row in rows:
        need_text(row, "id", f"{path}['sections']: row", 200)
        need_text(row, "title", f"{path}['sections']: row", 24)
        may_text(row, "description", f"{path}['sections']: row", 72)
    unique([row["id"] for row in rows], f"{path}['sections']: row ids")


def _action(body: Json, name: str) -> Json:
    action = need_object(body, "action", "interactive")
    need_choice(action, "name", "interactive['action']", (name,))
    return action


def _cta_url(sandbox: Sandbox, body: Json) -> None:
    _texts(sandbox, body, headers=("text", "image", "video", "document"))
    _check_cta(_action(body, "cta_url"), "interactive['action']")


def _check_cta(action: Json, path: str) -> None:
    parameters = need_object(action, "parameters", path)
    need_text(parameters, "display_text", f"{path}['parameters']", 20)
    need_link(parameters, "url", f"{path}['parameters']")


def _location_request(sandbox: Sandbox, body: Json) -> None:
    _texts(sandbox, body)
    _action(body, "send_location")


def _contact_request(sandbox: Sandbox, body: Json) -> None:
    _texts(sandbox, body)
    _action(body, "request_contact_info")


def _address(sandbox: Sandbox, body: Json) -> None:
    _texts(sandbox, body, headers=("text", "image", "video", "document"))
    parameters = need_object(_action(body, "address_message"), "parameters", "interactive['action']")
    need_choice(parameters, "country", "interactive['action']['parameters']", ("IN", "SG"))


def _flow(sandbox: Sandbox, body: Json) -> None:
    _texts(sandbox, body, headers=("text", "image", "video", "document"))
    path = "interactive['action']['parameters']"
    parameters = need_object(_action(body, "flow"), "parameters", "interactive['action']")
    need_choice(parameters, "flow_message_version", path, ("3",))
    need_text(parameters, "flow_cta", path, 30)
    if (parameters.get("flow_id") is None) == (parameters.get("flow_name") is None):
        raise missing(f"{path}: exactly one of flow_id and flow_name")
    if "flow_action" in parameters:
        need_choice(parameters, "flow_action", path, ("navigate", "data_exchange"))
    if "mode" in parameters:
        need_choice(parameters, "mode", path, ("draft", "published"))
    key = "flow_id" if parameters.get("flow_name") is None else "flow_name"
    named = (flow for flow in sandbox.flows.values() if flow.name == parameters.get("flow_name"))
    flow = sandbox.flows.get(str(parameters.get("flow_id"))) or next(named, None)
    if flow is not None and flow.status != "PUBLISHED" and parameters.get("mode") != "draft":
        raise invalid(f"{path}['{key}']", f"the Flow is {flow.status}; publish it, or send it in draft mode")


def _product(sandbox: Sandbox, body: Json) -> None:
    action = need_object(body, "action", "interactive")
    need_text(action, "catalog_id", "interactive['action']", 256)
    need_text(action, "product_retailer_id", "interactive['action']", 256)
    if body.get("header") is not None:
        raise invalid("interactive['header']", "is not supported for type product")
    if body.get("body") is not None:
        _texts(sandbox, body)


def _product_list(sandbox: Sandbox, body: Json) -> None:
    if body.get("header") is None:
        raise missing("interactive['header']")
    _texts(sandbox, body, headers=("text",))
    path = "interactive['action']"
    action = need_object(body, "action", "interactive")
    need_text(action, "catalog_id", path, 256)
    sections = need_list(action, "sections", path, 1, 10)
    products = 0
    for index, section in enumerate(sections):
        here = f"{path}['sections'][{index}]"
        check_text(section.get("title", "" if len(sections) == 1 else None), f"{here}['title']", 24)
        items = need_list(section, "product_items", here, 1, 30)
        products += len(items)
        for item in items:
            need_text(item, "product_retailer_id", f"{here}['product_items']", 256)
    if products > 30:
        raise invalid(f"{path}['sections']", f"at most 30 products in total, got {products}")


def _catalog(sandbox: Sandbox, body: Json) -> None:
    _texts(sandbox, body)
    _action(body, "catalog_message")


def _carousel(sandbox: Sandbox, body: Json) -> None:
    if body.get("footer") is not None:
        raise invalid("interactive['footer']", "is not supported for type carousel")
    _texts(sandbox, body)
    cards = need_list(need_object(body, "action", "interactive"), "cards", "interactive['action']", 2, 10)
    indexes, kinds = [], set()
    for place, card in enumerate(cards):
        path = f"interactive['action']['cards'][{place}]"
        index = card.get("card_index")
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index <= 9:
            raise invalid(f"{path}['card_index']", "must be between 0 and 9")
        indexes.append(str(index))
        kinds.add(_check_card(sandbox, card, path))
    unique(indexes, "interactive['action']['cards']: card_index")
    if len(kinds) > 1:
        raise invalid(
            "interactive['action']['cards']", "all cards must have the same type and kind of header"
        )


def _check_card(sandbox: Sandbox, card: Json, path: str) -> tuple[str, str]:
    kind = need_choice(card, "type", path, ("cta_url", "product"))
    action = need_object(card, "action", path)
    if kind == "product":
        need_text(action, "catalog_id", f"{path}['action']", 256)
        need_text(action, "product_retailer_id", f"{path}['action']", 256)
        if "buttons" in action:
            raise invalid(f"{path}['action']['buttons']", "is not supported for product cards")
        return kind, ""
    header = need_object(card, "header", path)
    check_header(sandbox, header, ("image", "video"), f"{path}['header']")
    if card.get("body") is not None:
        need_text(need_object(card, "body", path), "text", f"{path}['body']", 160)
    if "buttons" in action:
        _check_quick_replies(action, f"{path}['action']")
    else:
        _check_cta(action, f"{path}['action']")
    return kind, str(header["type"])


def _check_quick_replies(action: Json, path: str) -> None:
    for index, button in enumerate(need_list(action, "buttons", path, 1, 3)):
        here = f"{path}['buttons'][{index}]"
        need_choice(button, "type", here, ("quick_reply",))
        reply = need_object(button, "quick_reply", here)
        need_text(reply, "id", f"{here}['quick_reply']", 256)
        need_text(reply, "title", f"{here}['quick_reply']", 20)


def _call_request(sandbox: Sandbox, body: Json) -> None:
    if body.get("body") is not None:
        _texts(sandbox, body)
    _action(body, "call_permission_request")


def _voice_call(sandbox: Sandbox, body: Json) -> None:
    _texts(sandbox, body, headers=("text", "image", "video", "document"))
    action = _action(body, "voice_call")
    if action.get("parameters") is not None:
        parameters = need_object(action, "parameters", "interactive['action']")
        may_text(parameters, "display_text", "interactive['action']['parameters']", 20)


def _order_details(sandbox: Sandbox, body: Json) -> None:
    _texts(sandbox, body, headers=("text", "image", "video", "document"))
    parameters = need_object(_action(body, "review_and_pay"), "parameters", "interactive['action']")
    need_text(parameters, "reference_id", "interactive['action']['parameters']", 60)


def _order_status(sandbox: Sandbox, body: Json) -> None:
    _texts(sandbox, body)
    parameters = need_object(_action(body, "review_order"), "parameters", "interactive['action']")
    need_text(parameters, "reference_id", "interactive['action']['parameters']", 60)


CHECKS: dict[str, Check] = {
    "button": _button,
    "list": _list,
    "cta_url": _cta_url,
    "location_request_message": _location_request,
    "request_contact_info": _contact_request,
    "address_message": _address,
    "flow": _flow,
    "product": _product,
    "product_list": _product_list,
    "catalog_message": _catalog,
    "carousel": _carousel,
    "call_permission_request": _call_request,
    "voice_call": _voice_call,
    "order_details": _order_details,
    "order_status": _order_status,
}
