"""Media edges: upload, look up, delete, the bytes on their second path, and resumable uploads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, web

from whatsapp_sandbox import faults, media_store
from whatsapp_sandbox.errors import GraphError, unknown_object
from whatsapp_sandbox.graph.call import UNREADABLE_FORM, Call, pick_fields, text_of
from whatsapp_sandbox.identifiers import new_code, new_number_id
from whatsapp_sandbox.model import MediaItem

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

BYTES_PATH = "/whatsapp_business/attachments/"


async def upload(call: Call) -> dict[str, Any]:
    """Multipart with messaging_product, file and optionally type."""
    if call.request.content_type != "multipart/form-data":
        raise GraphError(100, "Send multipart/form-data with messaging_product, file and type.")
    data, mime_type, filename, parts = await read_parts(call)
    fields = dict(call.request.query) | parts
    if fields.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required and must be 'whatsapp'.")
    if data is None:
        raise GraphError(100, "The parameter file is required.")
    declared = fields.get("type", "")
    mime_type = declared if "/" in declared else mime_type
    problem = media_store.problem_with(mime_type, data)
    if problem is not None:
        raise GraphError(131053, problem)
    item = media_store.store(
        call.sandbox, data, mime_type, inbound=False, number_id=call.object_id, filename=filename
    )
    call.sandbox.counters["media_uploaded"] += 1
    return {"id": item.id}


async def read_parts(call: Call) -> tuple[bytes | None, str, str | None, dict[str, str]]:
    data, mime_type, filename = None, "application/octet-stream", None
    fields: dict[str, str] = {}
    async for part in _parts(call.request):
        content = bytes(await part.read(decode=True))
        if part.name == "file":
            data, filename = content, part.filename
            mime_type = part.headers.get("Content-Type", mime_type)
        elif part.name:
            fields[part.name] = content.decode("utf-8", "replace")
    return data, mime_type, filename, fields


async def _parts(request: web.Request) -> AsyncIterator[BodyPartReader]:
    """Without those that are forms themselves. Raises GraphError 100 for a body that is cut or no form."""
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader):
                yield part
    except UNREADABLE_FORM as error:
        raise GraphError(100, f"The request body is not multipart/form-data: {error}") from error


def describe(sandbox: Sandbox, item: MediaItem, base: str) -> dict[str, Any]:
    return {
        "url": media_store.address_of(sandbox, item, base),
        "mime_type": item.mime_type,
        "sha256": item.sha256,
        "file_size": item.size,
        "id": item.id,
        "messaging_product": "whatsapp",
    }


async def look_up(call: Call) -> dict[str, Any]:
    """A fresh five-minute address."""
    item = _living(call)
    wanted = call.request.query.get("phone_number_id")
    if wanted and wanted != item.number_id:
        raise GraphError(100, f"The media does not belong to the phone number {wanted}.")
    shown = describe(call.sandbox, item, f"{call.request.scheme}://{call.request.host}")
    return pick_fields(shown, call.request.query.get("fields"), list(shown))


async def remove(call: Call) -> dict[str, Any]:
    media_store.delete(call.sandbox, _living(call))
    return {"success": True}


def _living(call: Call) -> MediaItem:
    item = media_store.find_media(call.sandbox, call.object_id)
    if item is None:
        raise unknown_object(call.object_id, call.method)
    return item


async def get_bytes(sandbox: Sandbox, request: web.Request) -> web.StreamResponse:
    """The second host's part: for an address that is still good, with the same bearer token."""
    fault = faults.pick(sandbox, "attachments") if sandbox.faults else None
    struck = await faults.strike(fault, request) if fault is not None else None
    if struck is not None:
        return struck
    header = request.headers.get("Authorization", "")
    token = sandbox.tokens.get(header.removeprefix("Bearer ").strip())
    if token is None or token.expired:
        return web.Response(status=401, text="Authorization required")
    query = request.query
    item = media_store.opens(sandbox, query.get("mid", ""), query.get("ext", ""), query.get("hash", ""))
    if item is None:
        return web.Response(status=404, text="URL signature expired")
    sandbox.counters["media_downloaded"] += 1
    data = media_store.read_bytes(sandbox, item)
    return web.Response(body=data, headers={"Content-Type": item.mime_type})


async def open_upload(call: Call) -> dict[str, Any]:
    """``POST /{app_id}/uploads?file_name&file_length&file_type``: a resumable upload."""
    values = await call.parameters()
    length, file_type = str(values.get("file_length", "")), text_of(values, "file_type", 200)
    if not re.fullmatch(r"[0-9]{1,12}", length) or not file_type:
        raise GraphError(100, "file_length (bytes) and file_type (a MIME type) are required.")
    upload_id = f"upload:{new_code(24)}"
    call.sandbox.uploads[upload_id] = {"length": int(length), "type": file_type, "data": b""}
    return {"id": upload_id}


async def continue_upload(call: Call) -> dict[str, Any]:
    """``POST /upload:…`` with ``file_offset`` and raw bytes; the handle once all of them are there."""
    upload = _upload(call)
    offset = call.request.headers.get("file_offset", "0")
    if not re.fullmatch(r"[0-9]{1,12}", offset) or int(offset) != len(upload["data"]):
        raise GraphError(100, f"file_offset must be {len(upload['data'])}.")
    upload["data"] += await call.request.read()
    if len(upload["data"]) > upload["length"]:
        raise GraphError(100, f"More bytes than the file_length {upload['length']} of this upload.")
    if len(upload["data"]) < upload["length"]:
        return {"file_offset": len(upload["data"])}
    digest = hashlib.sha256(upload["data"]).hexdigest()[:32]
    upload["handle"] = f"4::{upload['type']}:{digest}:{new_number_id()}"
    return {"h": upload["handle"]}


async def get_upload(call: Call) -> dict[str, Any]:
    upload = _upload(call)
    return {"id": call.object_id, "file_offset": len(upload["data"])}


def _upload(call: Call) -> dict[str, Any]:
    upload = call.sandbox.uploads.get(call.object_id)
    if upload is None:
        raise unknown_object(call.object_id, call.method)
    return upload
