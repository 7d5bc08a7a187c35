"""Flows: create, list, edit, upload their JSON, publish, deprecate, delete, migrate, metrics.

Rules and shapes: Meta's pages "Flows API", "lifecycle of a Flow" and "error codes" (2026). Of the Flow JSON only the
frame is checked. What phones do with a Flow: ``flow_visits``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from whatsapp_sandbox.errors import GraphError, unknown_object
from whatsapp_sandbox.graph.call import Call, field_calls, flag_of, page, pick_fields, text_of, texts_of
from whatsapp_sandbox.graph.flow_metrics import metric
from whatsapp_sandbox.graph.media import read_parts
from whatsapp_sandbox.graph.sending.checks import is_web_address
from whatsapp_sandbox.graph.subscriptions import DEFAULT_FIELDS as WABA_FIELDS
from whatsapp_sandbox.graph.subscriptions import describe as describe_waba
from whatsapp_sandbox.identifiers import new_number_id
from whatsapp_sandbox.model import Flow
from whatsapp_sandbox.webhooks.envelope import Update

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]
ASSET_PATH = "/flow_assets/"
NAME_LONGEST, ADDRESS_LONGEST, JSON_LARGEST = 200, 2_000, 10 * 1024 * 1024
CATEGORIES = (
    "SIGN_UP",
    "SIGN_IN",
    "APPOINTMENT_BOOKING",
    "LEAD_GENERATION",
    "CONTACT_US",
    "CUSTOMER_SUPPORT",
    "SURVEY",
    "SHOPPING",
    "OTHER",
)
DEFAULT_FIELDS = ["id", "name", "status", "categories", "validation_errors"]
_PREVIEW_SECONDS = 30 * 24 * 3600.0


async def create(call: Call) -> Json:
    """``POST /{waba_id}/flows {name, categories, clone_flow_id?, endpoint_uri?, flow_json?, publish?}``."""
    values = await call.parameters()
    name = _name(call.sandbox, call.object_id, values)
    categories = _categories(values)
    source = _source(call, text_of(values, "clone_flow_id", 100))
    flow = Flow(
        id=new_number_id("8"),
        waba_id=call.object_id,
        name=name,
        categories=categories,
        app_id=call.token.app_id,
        updated_at=call.sandbox.now(),
        endpoint_uri=_endpoint(values) or (source.endpoint_uri if source else None),
        json_text=_flow_json(values) or (source.json_text if source else None),
    )
    flow.validation_errors = problems_of(flow.json_text)
    publishes = "publish" in values and flag_of(values, "publish") and not flow.validation_errors
    if publishes:
        _check_endpoint(call.sandbox, flow)
    call.sandbox.flows[flow.id] = flow
    if publishes:
        _publish(call.sandbox, flow)
    return {"id": flow.id} | _outcome(flow)


def _outcome(flow: Flow) -> Json:
    errors = flow.validation_errors
    return {"success": not errors} | ({"validation_errors": errors} if errors else {})


def _name(sandbox: Sandbox, waba_id: str, values: Json, own_id: str = "") -> str:
    name = text_of(values, "name", NAME_LONGEST)
    if not name:
        raise GraphError(100, "The parameter name is required.")
    if any(f.name == name and f.waba_id == waba_id and f.id != own_id for f in sandbox.flows.values()):
        raise GraphError(100, "Flow name must be unique within the WhatsApp Business Account.")
    return name


def _categories(values: Json) -> list[str]:
    categories = texts_of(values, "categories", len(CATEGORIES), 100)
    unknown = sorted(set(categories) - set(CATEGORIES))
    if not categories or unknown:
        raise GraphError(100, f"Param categories must be a list of {{{', '.join(CATEGORIES)}}}.")
    return categories


def _source(call: Call, flow_id: str) -> Flow | None:
    if not flow_id:
        return None
    source = call.sandbox.flows.get(flow_id)
    if source is None or source.waba_id != call.object_id:
        raise GraphError(100, "Param clone_flow_id must be a Flow of this account.")
    return source


def _endpoint(values: Json) -> str | None:
    address = text_of(values, "endpoint_uri", ADDRESS_LONGEST)
    if address and not is_web_address(address):
        raise GraphError(100, "Param endpoint_uri must be an http(s) address.")
    return address or None


def _flow_json(values: Json) -> str | None:
    value = values.get("flow_json")
    if value is None:
        return None
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def problems_of(json_text: str | None) -> list[Json]:
    """In the shape of ``validation_errors``."""
    if json_text is None:
        return []
    try:
        body = orjson.loads(json_text)
    except orjson.JSONDecodeError as error:
        return [_problem("INVALID_JSON", f"The Flow JSON cannot be read: {error}", "")]
    if not isinstance(body, dict):
        return [_problem("INVALID_PROPERTY_TYPE", "The Flow JSON must be an object.", "")]
    found = []
    if not isinstance(body.get("version"), str):
        found.append(_problem("MISSING_REQUIRED_PROPERTY", "The property 'version' is required.", "version"))
    screens = body.get("screens")
    if not isinstance(screens, list) or not screens:
        found.append(_problem("MISSING_REQUIRED_PROPERTY", "The property 'screens' is required.", "screens"))
        return found
    return found + [
        _problem("INVALID_PROPERTY_VALUE", "A screen needs an id and a layout.", f"screens[{place}]")
        for place, screen in enumerate(screens)
        if not isinstance(screen, dict)
        or not isinstance(screen.get("id"), str)
        or not isinstance(screen.get("layout"), dict)
    ]


def _problem(error: str, message: str, path: str) -> Json:
    place = {"line_start": 1, "line_end": 1, "column_start": 1, "column_end": 1}
    told = {"error": error, "error_type": "FLOW_JSON_ERROR", "message": message}
    return told | place | {"pointers": [place | {"path": path}]}


async def list_flows(call: Call) -> Json:
    fields = (await call.parameters()).get("fields")
    mine = [flow for flow in call.sandbox.flows.values() if flow.waba_id == call.object_id]
    return await page(call, [pick_fields(describe(call.sandbox, f), fields, DEFAULT_FIELDS) for f in mine])


async def get(call: Call) -> Json:
    flow, fields = _mine(call), (await call.parameters()).get("fields")
    known = describe(call.sandbox, flow)
    asked = dict(field_calls(fields) if isinstance(fields, str) else [])
    if "metric" in asked:
        known["metric"] = metric(flow, asked["metric"])
    return pick_fields(known, fields, DEFAULT_FIELDS)


def describe(sandbox: Sandbox, flow: Flow) -> Json:
    """All fields; the ones without a value are None and left out of answers."""
    body = orjson.loads(flow.json_text) if flow.json_text and not flow.validation_errors else {}
    address = f"{sandbox.base_url}{ASSET_PATH}{flow.id}"
    app = sandbox.apps.get(flow.app_id)
    return {
        "id": flow.id,
        "name": flow.name,
        "status": flow.status,
        "categories": flow.categories,
        "validation_errors": flow.validation_errors,
        "json_version": body.get("version"),
        "data_api_version": body.get("data_api_version"),
        "endpoint_uri": flow.endpoint_uri,
        "data_channel_uri": flow.endpoint_uri,
        "updated_at": _written(flow.updated_at),
        "preview": {"preview_url": address, "expires_at": _written(sandbox.now() + _PREVIEW_SECONDS)},
        "whatsapp_business_account": pick_fields(
            describe_waba(sandbox.wabas[flow.waba_id]), None, WABA_FIELDS
        ),
        "application": {"id": flow.app_id, "name": app.name, "link": ""} if app else None,
        "health_status": _health(flow),
    }


def _health(flow: Flow) -> Json:
    can = "AVAILABLE" if flow.status == "PUBLISHED" else "BLOCKED"
    entities = [
        {"entity_type": "FLOW", "id": flow.id, "can_send_message": can},
        {"entity_type": "WABA", "id": flow.waba_id, "can_send_message": "AVAILABLE"},
    ]
    return {"can_send_message": can, "entities": entities}


def _written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


async def update(call: Call) -> Json:
    """``POST /{flow_id} {name?, categories?, endpoint_uri?, application_id?}``."""
    flow, values = _mine(call), await call.parameters()
    if flow.status == "DEPRECATED":
        raise GraphError(139001, "A deprecated Flow cannot be updated.")
    name = _name(call.sandbox, flow.waba_id, values, flow.id) if "name" in values else flow.name
    categories = _categories(values) if "categories" in values else flow.categories
    app_id = str(values.get("application_id", flow.app_id))
    if app_id not in call.sandbox.apps:
        raise GraphError(100, "Param application_id is no app of this account.")
    flow.endpoint_uri = _endpoint(values) or flow.endpoint_uri
    flow.name, flow.categories, flow.app_id = name, categories, app_id
    flow.updated_at = call.sandbox.now()
    return {"success": True}


async def upload(call: Call) -> Json:
    """Multipart with name flow.json, asset_type FLOW_JSON and the file.

    A published Flow becomes a draft again until it is published anew.
    """
    flow = _mine(call)
    if call.request.content_type != "multipart/form-data":
        raise GraphError(100, "Send multipart/form-data with name, asset_type and file.")
    data, _, _, fields = await read_parts(call)
    if fields.get("asset_type") != "FLOW_JSON" or fields.get("name") != "flow.json":
        raise GraphError(100, "Param asset_type must be FLOW_JSON and name must be flow.json.")
    if data is None:
        raise GraphError(100, "The parameter file is required.")
    if flow.status == "DEPRECATED":
        raise GraphError(139001, "A deprecated Flow cannot be updated.")
    if len(data) > JSON_LARGEST:
        raise GraphError(100, "The Flow JSON must not be larger than 10 MB.")
    flow.json_text, flow.updated_at = data.decode("utf-8", "replace"), call.sandbox.now()
    flow.validation_errors = problems_of(flow.json_text)
    if flow.status == "PUBLISHED":
        _change(call.sandbox, flow, "DRAFT")
    return _outcome(flow) | {"success": True, "validation_errors": flow.validation_errors}


async def list_assets(call: Call) -> Json:
    flow, fields = _mine(call), (await call.parameters()).get("fields")
    address = f"{call.sandbox.base_url}{ASSET_PATH}{flow.id}"
    asset = {"name": "flow.json", "asset_type": "FLOW_JSON", "download_url": address}
    items = [pick_fields(asset, fields, list(asset))] if flow.json_text is not None else []
    return await page(call, items)


async def asset_bytes(sandbox: Sandbox, flow_id: str) -> web.Response:
    flow = sandbox.flows.get(flow_id)
    if flow is None or flow.json_text is None:
        return web.Response(status=404)
    headers = {"X-Content-Type-Options": "nosniff"}
    return web.Response(text=flow.json_text, content_type="application/json", headers=headers)


async def publish(call: Call) -> Json:
    """139002 without JSON, with errors in it, or when it is not a draft."""
    flow = _mine(call)
    if flow.status != "DRAFT":
        raise GraphError(139002, f"A Flow that is {flow.status} cannot be published.")
    if flow.json_text is None or flow.validation_errors:
        raise GraphError(139002, "Upload a Flow JSON without validation errors first.")
    _check_endpoint(call.sandbox, flow)
    _publish(call.sandbox, flow)
    return {"success": True}


def _check_endpoint(sandbox: Sandbox, flow: Flow) -> None:
    """A JSON with data_api_version needs an endpoint, and a number with a key that phones can seal with."""
    if flow.json_text is None or "data_api_version" not in orjson.loads(flow.json_text):
        return
    if not flow.endpoint_uri:
        raise GraphError(139002, "Set endpoint_uri first: the Flow JSON has a data_api_version.")
    if not any(n.public_key for n in sandbox.account.numbers if n.waba_id == flow.waba_id and not n.deleted):
        raise GraphError(139002, "Upload a public key with whatsapp_business_encryption first.")


async def deprecate(call: Call) -> Json:
    flow = _mine(call)
    if flow.status != "PUBLISHED":
        raise GraphError(139003, f"A Flow that is {flow.status} cannot be deprecated.")
    _change(call.sandbox, flow, "DEPRECATED")
    return {"success": True}


async def delete(call: Call) -> Json:
    flow = _mine(call)
    if flow.status != "DRAFT":
        raise GraphError(139004, f"A Flow that is {flow.status} cannot be deleted.")
    del call.sandbox.flows[flow.id]
    return {"success": True}


def _publish(sandbox: Sandbox, flow: Flow) -> None:
    if flow.json_text is not None:
        _change(sandbox, flow, "PUBLISHED")


def _change(sandbox: Sandbox, flow: Flow, status: str) -> None:
    value = {
        "event": "FLOW_STATUS_CHANGE",
        "message": f"Flow {flow.name} changed status from {flow.status} to {status}",
        "flow_id": flow.id,
        "old_status": flow.status,
        "new_status": status,
    }
    flow.status = status
    sandbox.outbox.add(Update(flow.waba_id, "flows", value, None, int(sandbox.now())))


async def migrate(call: Call) -> Json:
    """``POST /{waba_id}/migrate_flows {source_waba_id, source_flow_names}``: copies, all of them drafts."""
    values = await call.parameters()
    source_id = str(values.get("source_waba_id", ""))
    if source_id not in call.sandbox.wabas or source_id == call.object_id:
        raise GraphError(100, "Param source_waba_id must be another account of the same business.")
    theirs = {flow.name: flow for flow in call.sandbox.flows.values() if flow.waba_id == source_id}
    taken = {flow.name for flow in call.sandbox.flows.values() if flow.waba_id == call.object_id}
    done, failed = [], []
    names = values.get("source_flow_names")
    if isinstance(names, str):
        values = values | {"source_flow_names": names.split(",")}
    for name in texts_of(values, "source_flow_names", 100, NAME_LONGEST) or list(theirs):
        flow = theirs.get(name)
        if flow is None or name in taken:
            why = "There is no Flow with this name." if flow is None else "The name is in use here."
            failed.append({"source_name": name, "error_code": "4233041", "error_message": why})
            continue
        copy = _copy(call, flow)
        done.append({"source_name": name, "source_id": flow.id, "migrated_id": copy.id})
    return {"migrated_flows": done, "failed_flows": failed}


def _copy(call: Call, flow: Flow) -> Flow:
    copy = Flow(
        id=new_number_id("8"),
        waba_id=call.object_id,
        name=flow.name,
        categories=list(flow.categories),
        app_id=call.token.app_id,
        updated_at=call.sandbox.now(),
        endpoint_uri=flow.endpoint_uri,
        json_text=flow.json_text,
        validation_errors=list(flow.validation_errors),
    )
    call.sandbox.flows[copy.id] = copy
    return copy


def _mine(call: Call) -> Flow:
    flow = call.sandbox.flows.get(call.object_id)
    if flow is None:
        raise unknown_object(call.object_id, call.method)
    return flow
