"""A person fills in a Flow: opens it, goes on from screen to screen through the business's endpoint, and sends it.

The order of requests and what ends a Flow: Meta's pages "implementing endpoints for Flows" and "Flow JSON" (2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from whatsapp_sandbox import inbound
from whatsapp_sandbox.flow_endpoint import TOKEN_ENDED, Answer, ask
from whatsapp_sandbox.model import ChatMessage, Flow
from whatsapp_sandbox.settings import SettingError

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]
STEPS = ("open", "exchange", "back", "complete", "ping")
REQUESTS = {"open": "INIT", "exchange": "data_exchange", "back": "BACK", "ping": "ping"}
SUCCESS = "SUCCESS"
"""The screen with which an endpoint ends a Flow."""
DATA_API = "3.0"


async def step(sandbox: Sandbox, message: ChatMessage, name: str, screen: str, data: Json) -> Json:
    """One thing that the person does. Returns what was asked, what came back, and where the phone is now.

    ``{"request"?, "status"?, "answer"?, "problem"?, "screen", "data", "closed", "reply"?}``. Raises SettingError.
    """
    if name not in STEPS:
        raise SettingError(f"do must be one of {', '.join(STEPS)}")
    flow, parameters = _flow_of(sandbox, message)
    visit = message.visit or {"screen": "", "data": {}, "closed": ""}
    if name != "ping" and visit["closed"]:
        raise SettingError(f"the Flow is closed: {visit['closed']}")
    token = str(parameters.get("flow_token") or "unused")
    if name == "complete":
        return _complete(sandbox, message, visit, data | {"flow_token": token})
    if name == "open" and parameters.get("flow_action", "navigate") == "navigate":
        message.visit = visit | _first_screen(flow, parameters)
        return dict(message.visit)
    request = _request(flow, REQUESTS[name], token, screen or visit["screen"], data)
    answer = await ask(sandbox, flow, sandbox.numbers[message.number_id], request)
    told = {"request": request, "status": answer.status, "answer": answer.body, "problem": answer.problem}
    if name == "ping":
        return told | visit
    return told | await _follow(sandbox, message, flow, visit, answer, request)


def _flow_of(sandbox: Sandbox, message: ChatMessage) -> tuple[Flow, Json]:
    """The Flow that the message offers, and the parameters it was sent with."""
    body = message.body if isinstance(message.body, dict) else {}
    parameters: Json = {}
    if message.direction == "in":
        raise SettingError(f"message {message.id} came from the person; a Flow is in one to the person")
    if message.type == "interactive" and body.get("type") == "flow":
        parameters = body["action"]["parameters"]
    elif message.type == "template":
        parameters = _template_parameters(sandbox, message, body)
    wanted = (str(parameters.get("flow_id")), parameters.get("flow_name"))
    waba_id = sandbox.numbers[message.number_id].waba_id
    for flow in sandbox.flows.values():
        if flow.waba_id == waba_id and (flow.id == wanted[0] or flow.name == wanted[1]):
            return flow, parameters
    raise SettingError(f"message {message.id} offers no Flow of this account")


def _template_parameters(sandbox: Sandbox, message: ChatMessage, body: Json) -> Json:
    """The button's Flow, with the token and the data that the message gave it."""
    shown = message.template or {}
    key = (sandbox.numbers[message.number_id].waba_id, shown.get("name"), shown.get("language"))
    template = next((t for t in sandbox.templates.values() if (t.waba_id, t.name, t.language) == key), None)
    for component in template.components if template else []:
        for place, button in enumerate(component.get("buttons") or []):
            if str(button.get("type", "")).upper() == "FLOW":
                given = _action_of(body, place)
                first = {"screen": button.get("navigate_screen"), "data": given.get("flow_action_data") or {}}
                offered: Json = button | {"flow_token": given.get("flow_token"), "flow_action_payload": first}
                return offered
    return {}


def _action_of(body: Json, place: int) -> Json:
    for part in body.get("components") or []:
        parameters = part.get("parameters") or []
        if part.get("type") == "button" and str(part.get("index")) == str(place) and parameters:
            action = parameters[0].get("action")
            return action if isinstance(action, dict) else {}
    return {}


def _first_screen(flow: Flow, parameters: Json) -> Json:
    payload = parameters.get("flow_action_payload")
    given = payload if isinstance(payload, dict) else {}
    screens = (orjson.loads(flow.json_text) if flow.json_text and not flow.validation_errors else {}).get(
        "screens"
    )
    first = screens[0]["id"] if screens else ""
    return {"screen": str(given.get("screen") or first), "data": given.get("data") or {}}


def _request(flow: Flow, action: str, token: str, screen: str, data: Json) -> Json:
    body = orjson.loads(flow.json_text) if flow.json_text and not flow.validation_errors else {}
    head: Json = {"version": str(body.get("data_api_version") or DATA_API), "action": action}
    if action == "ping":
        return head
    asked = head | {"flow_token": token}
    if action == "INIT":
        return asked
    return asked | {"screen": screen} | ({"data": data} if action == "data_exchange" else {})


async def _follow(
    sandbox: Sandbox, message: ChatMessage, flow: Flow, visit: Json, answer: Answer, request: Json
) -> Json:
    """Where the answer leads: the next screen, the end, or an error that the endpoint is told about."""
    body, told = answer.body or {}, dict(visit)
    screen, data = body.get("screen"), body.get("data")
    if answer.status == TOKEN_ENDED:
        told["closed"] = "the endpoint ended the flow_token (427)"
    elif not answer.problem and screen == SUCCESS:
        return _complete(sandbox, message, visit, _last_answers(data))
    elif not answer.problem and (not isinstance(screen, str) or not isinstance(data, dict)):
        error = {
            "error": "invalid_screen_transition",
            "error_message": "the answer names no screen or no data",
        }
        noticed = {key: request[key] for key in ("version", "action", "flow_token")} | {"data": error}
        acknowledged = await ask(sandbox, flow, sandbox.numbers[message.number_id], noticed)
        told["problem"], told["acknowledged"] = error["error"], (acknowledged.body or {}).get("data")
    elif not answer.problem:
        told |= {"screen": screen, "data": data}
    message.visit = {key: told[key] for key in ("screen", "data", "closed")}
    return told


def _last_answers(data: Any) -> Json:
    """What an endpoint that ends the Flow wants to be told as the person's answer."""
    response = data.get("extension_message_response") if isinstance(data, dict) else None
    parameters = response.get("params") if isinstance(response, dict) else None
    return parameters if isinstance(parameters, dict) else {}


def _complete(sandbox: Sandbox, message: ChatMessage, visit: Json, answers: Json) -> Json:
    """The person's answer as the business gets it by webhook."""
    reply = {"name": "flow", "body": "Sent", "response_json": orjson.dumps(answers).decode()}
    spec = {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": reply}}
    customer = sandbox.customers[message.customer_id]
    sent = inbound.write(sandbox, customer, message.number_id, spec | {"context": {"id": message.id}})
    message.visit = visit | {"screen": SUCCESS, "closed": "it was sent"}
    return dict(message.visit) | {"reply": sent.id}
