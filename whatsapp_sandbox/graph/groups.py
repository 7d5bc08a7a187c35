"""Groups: create, list, look up, change, delete, invite links, join requests, participants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whatsapp_sandbox.errors import GraphError, unknown_object
from whatsapp_sandbox.graph.call import Call, ids_of, page, pick_fields, text_of
from whatsapp_sandbox.graph.numbers import number_of
from whatsapp_sandbox.identifiers import new_code, new_group_id, new_number_id
from whatsapp_sandbox.model import Customer, Group
from whatsapp_sandbox.state import digits_of
from whatsapp_sandbox.webhooks.envelope import Update
from whatsapp_sandbox.webhooks.values import envelope

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]
PARTICIPANTS_MOST = 8
SUBJECT_LONGEST, DESCRIPTION_LONGEST = 128, 2_048
LINK = "https://chat.whatsapp.com/"


def tell(sandbox: Sandbox, group: Group, field: str, kind: str, **about: Any) -> None:
    number = sandbox.numbers[group.number_id]
    value = envelope(number)
    entry = {"timestamp": str(int(sandbox.now())), "group_id": group.id, "type": kind}
    value["groups"] = [entry | about]
    sandbox.outbox.add(Update(number.waba_id, field, value, number.id))
    sandbox.feed.add("group", group=group.id)


async def create(call: Call) -> Json:
    """A request id now, the group by webhook."""
    values = await call.parameters()
    number = number_of(call)
    subject = _subject(values)
    description = text_of(values, "description", DESCRIPTION_LONGEST)
    approval = values.get("join_approval_mode") or "auto_approve"
    if approval not in ("auto_approve", "approval_required"):
        raise GraphError(100, "Param join_approval_mode must be one of {auto_approve, approval_required}.")
    if number.coexistence:
        raise GraphError(131201, "Groups are not available for coexistence numbers.")
    now = call.sandbox.now()
    group = Group(new_group_id(), number.id, subject, description, approval, now, new_code(22))
    request_id = new_code(20)
    call.sandbox.scheduler.after(0.2, announce, call.sandbox, group, request_id)
    return {"messaging_product": "whatsapp", "request_id": request_id}


def _subject(values: Json) -> str:
    subject = text_of(values, "subject", SUBJECT_LONGEST)
    if not subject:
        raise GraphError(100, f"Param subject must have between 1 and {SUBJECT_LONGEST} characters.")
    return subject


def announce(sandbox: Sandbox, group: Group, request_id: str) -> None:
    sandbox.groups[group.id] = group
    tell(
        sandbox,
        group,
        "group_lifecycle_update",
        "group_create",
        request_id=request_id,
        subject=group.subject,
        description=group.description,
        invite_link=LINK + group.invite_code,
        join_approval_mode=group.approval,
    )


async def list_groups(call: Call) -> Json:
    mine = [g for g in call.sandbox.groups.values() if g.number_id == call.object_id and not g.deleted]
    data = [{"id": g.id, "subject": g.subject, "created_at": str(int(g.created_at))} for g in mine]
    found = await page(call, data)
    return {"data": {"groups": found.pop("data")}} | found


def group_of(call: Call) -> Group:
    group = call.sandbox.groups.get(call.object_id)
    if group is None or group.deleted:
        raise unknown_object(call.object_id, call.method)
    return group


async def get(call: Call) -> Json:
    group = group_of(call)
    people = [
        call.sandbox.customers[person] for person in group.participants if person in call.sandbox.customers
    ]
    shown = {
        "messaging_product": "whatsapp",
        "id": group.id,
        "subject": group.subject,
        "description": group.description,
        "suspended": group.suspended,
        "creation_timestamp": str(int(group.created_at)),
        "join_approval_mode": group.approval,
        "total_participant_count": len(people) + 1,
        "participants": [{"wa_id": p.wa_id, "user_id": p.user_id} for p in people],
    }
    return pick_fields(shown, (await call.parameters()).get("fields"), ["messaging_product"])


async def update(call: Call) -> Json:
    group, values = group_of(call), await call.parameters()
    changes: Json = {}
    if "subject" in values:
        changes["subject"] = _subject(values)
    if "description" in values:
        changes["description"] = text_of(values, "description", DESCRIPTION_LONGEST)
    for key, text in changes.items():
        setattr(group, key, text)
    about = {f"group_{key}": {"text": text, "update_successful": True} for key, text in changes.items()}
    request_id = new_code(20)
    tell(
        call.sandbox, group, "group_settings_update", "group_settings_update", request_id=request_id, **about
    )
    return {"messaging_product": "whatsapp", "request_id": request_id}


async def delete(call: Call) -> Json:
    group = group_of(call)
    group.deleted = True
    request_id = new_code(20)
    tell(call.sandbox, group, "group_lifecycle_update", "group_delete", request_id=request_id)
    return {"messaging_product": "whatsapp", "request_id": request_id}


async def get_link(call: Call) -> Json:
    code = group_of(call).invite_code
    if not code:
        raise GraphError(131020, "The invite link was deleted; POST invite_link makes a new one.")
    return {"messaging_product": "whatsapp", "invite_link": LINK + code}


async def reset_link(call: Call) -> Json:
    group_of(call).invite_code = new_code(22)
    return await get_link(call)


async def drop_link(call: Call) -> Json:
    """``DELETE …/invite_link``: the link ends; a new one is made by POST."""
    group_of(call).invite_code = ""
    return {"messaging_product": "whatsapp", "success": True}


async def list_requests(call: Call) -> Json:
    group = group_of(call)
    data = []
    for request_id, customer_id in group.join_requests.items():
        customer = call.sandbox.customers[customer_id]
        asked_at = group.asked_at.get(request_id, group.created_at)
        ids = {"wa_id": customer.wa_id, "user_id": customer.user_id}
        data.append({"join_request_id": request_id} | ids | {"creation_timestamp": int(asked_at)})
    return await page(call, data)


async def approve_requests(call: Call) -> Json:
    group = group_of(call)
    approved = [wanted for wanted in await _asked(call) if wanted in group.join_requests]
    for request_id in approved:
        join(call.sandbox, group, call.sandbox.customers[group.join_requests.pop(request_id)])
    return {"messaging_product": "whatsapp", "approved_join_requests": approved}


async def reject_requests(call: Call) -> Json:
    group = group_of(call)
    rejected = [wanted for wanted in await _asked(call) if group.join_requests.pop(wanted, None)]
    return {"messaging_product": "whatsapp", "rejected_join_requests": rejected}


async def _asked(call: Call) -> list[str]:
    return ids_of(await call.parameters(), "join_requests") or []


async def add_participants(call: Call) -> Json:
    """People join by the invite link only, since groups are open to every business (Meta's page "groups", 2026)."""
    group_of(call)
    raise GraphError(131201, "Participants cannot be added; send them the invite link.")


async def remove_participants(call: Call) -> Json:
    group, values = group_of(call), await call.parameters()
    removed = []
    entries = values.get("participants")
    if not isinstance(entries, list) or not entries:
        raise GraphError(100, "The parameter participants is required: a list of {user} or {user_id}.")
    for entry in entries:
        asked = (
            str(entry.get("user") or entry.get("user_id") or "") if isinstance(entry, dict) else str(entry)
        )
        customer = call.sandbox.find_customer(asked) or call.sandbox.find_customer(digits_of(asked))
        if customer is not None and customer.id in group.participants:
            group.participants.remove(customer.id)
            removed.append({"input": asked, "wa_id": customer.wa_id, "user_id": customer.user_id})
    request_id = new_code(20)
    about = {"removed_participants": removed, "initiated_by": "business", "request_id": request_id}
    tell(call.sandbox, group, "group_participants_update", "group_participants_remove", **about)
    return {"messaging_product": "whatsapp", "request_id": request_id}


def ask_to_join(sandbox: Sandbox, group: Group, customer: Customer) -> None:
    if group.approval == "auto_approve":
        join(sandbox, group, customer)
        return
    request_id = new_number_id("6")
    group.join_requests[request_id] = customer.id
    group.asked_at[request_id] = sandbox.now()
    about = {"join_request_id": request_id, "wa_id": customer.wa_id, "user_id": customer.user_id}
    tell(sandbox, group, "group_participants_update", "group_join_request_created", **about)


def join(sandbox: Sandbox, group: Group, customer: Customer) -> None:
    if len(group.participants) >= PARTICIPANTS_MOST or customer.id in group.participants:
        return
    group.participants.append(customer.id)
    added = [{"wa_id": customer.wa_id, "user_id": customer.user_id, "username": customer.username}]
    about = {"added_participants": added, "reason": "invite_link"}
    tell(sandbox, group, "group_participants_update", "group_participants_add", **about)


def leave(sandbox: Sandbox, group: Group, customer: Customer) -> None:
    if customer.id in group.participants:
        group.participants.remove(customer.id)
        gone = [{"wa_id": customer.wa_id, "user_id": customer.user_id}]
        about = {"removed_participants": gone, "initiated_by": "participant"}
        tell(sandbox, group, "group_participants_update", "group_participants_remove", **about)
