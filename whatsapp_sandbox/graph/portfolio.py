"""The business above its accounts, and the people who may work on them.

Shapes: Meta's specification v23, "Business Portfolio" and "WhatsApp Business Account Users".
"""

from __future__ import annotations

import re
from typing import Any

from whatsapp_sandbox.account import Waba
from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.graph.call import Call, page, pick_fields, text_of, texts_of
from whatsapp_sandbox.graph.tokens import SYSTEM_USER, granted

Json = dict[str, Any]
TASKS = (
    *("DEVELOP", "FULL_CONTROL", "MANAGE", "MANAGE_EXTENSIONS", "MANAGE_PHONE", "MANAGE_PHONE_ASSETS"),
    *("MANAGE_TEMPLATES", "MESSAGING", "VIEW_COST", "VIEW_INSIGHTS", "VIEW_PHONE_ASSETS", "VIEW_TEMPLATES"),
)


async def get(call: Call) -> Json:
    """``GET /{business_id}``."""
    first = next(waba for waba in call.sandbox.account.wabas if waba.portfolio_id == call.object_id)
    known = {
        "id": call.object_id,
        "name": first.name,
        "timezone_id": int(first.timezone_id),
        "verification_status": "verified",
        "created_time": None,
        "primary_page": None,
    }
    return pick_fields(known, (await call.parameters()).get("fields"), ["name"])


async def get_user(call: Call) -> Json:
    """``GET /{user_id}`` of the system user that ``/me`` tells."""
    return pick_fields(dict(SYSTEM_USER), (await call.parameters()).get("fields"), ["name"])


async def assigned_accounts(call: Call) -> Json:
    """``GET /{user_id}/assigned_whatsapp_business_accounts``: what the token was granted."""
    values, sandbox = await call.parameters(), call.sandbox
    mine = [sandbox.wabas[waba_id] for waba_id in granted(sandbox, call.token)]
    shown = [_assigned(call, waba) for waba in mine]
    return await page(call, [pick_fields(known, values.get("fields"), ["name", "status"]) for known in shown])


def _assigned(call: Call, waba: Waba) -> Json:
    numbers = [n for n in call.sandbox.account.numbers if n.waba_id == waba.id and not n.deleted]
    return {
        "id": waba.id,
        "name": waba.name,
        "status": "ACTIVE",
        "assignment_date": None,
        "permissions": ["FULL_CONTROL"],
        "business_id": waba.portfolio_id,
        "phone_numbers": [
            {
                "id": number.id,
                "display_phone_number": number.display,
                "verified_name": number.verified_name,
                "status": "CONNECTED" if number.registered else "DISCONNECTED",
            }
            for number in numbers
        ],
    }


async def list_users(call: Call) -> Json:
    """``GET /{waba_id}/assigned_users?business=``: the system user, and whoever was added."""
    waba, values = call.sandbox.wabas[call.object_id], await call.parameters()
    if str(values.get("business", "")) != waba.portfolio_id:
        raise GraphError(100, "Param business must be the id of the business that owns the account.")
    own: Json = SYSTEM_USER | {"tasks": ["FULL_CONTROL"]}
    others = [{"id": user, "name": f"User {user}", "tasks": tasks} for user, tasks in waba.users.items()]
    fields = values.get("fields")
    return await page(call, [pick_fields(user, fields, ["id", "name", "tasks"]) for user in (own, *others)])


async def add_user(call: Call) -> Json:
    """``POST /{waba_id}/assigned_users {user, tasks}``; once more changes the tasks."""
    call.require("whatsapp_business_management")
    values = await call.parameters()
    user, tasks = _user(values), texts_of(values, "tasks", len(TASKS), 100)
    unknown = sorted(set(tasks) - set(TASKS))
    if not tasks or unknown:
        raise GraphError(100, f"Param tasks must be a list of {{{', '.join(TASKS)}}}.")
    call.sandbox.wabas[call.object_id].users[user] = tasks
    return {"success": True}


async def remove_user(call: Call) -> Json:
    """``DELETE /{waba_id}/assigned_users {user}``."""
    call.require("whatsapp_business_management")
    if call.sandbox.wabas[call.object_id].users.pop(_user(await call.parameters()), None) is None:
        raise GraphError(100, "The user is not assigned to this account.")
    return {"success": True}


def _user(values: Json) -> str:
    value = values.get("user")
    user = str(value) if isinstance(value, int) else text_of(values, "user", 30)
    if not re.fullmatch(r"[0-9]{1,30}", user):
        raise GraphError(100, "Param user must be the id of a user.")
    return user
