"""Every path and verb of Meta's published specification (v23), in the order of its sections, in our own values.

What each comes to: the keys of the answer, or the code of a refusal. ``OUT`` is what the sandbox says it does not
simulate (README lists it), ``NOBODY`` a thing whose id nobody can have here, because nothing makes one.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData

from whatsapp_sandbox.account import Waba
from whatsapp_sandbox.graph import not_simulated
from whatsapp_sandbox.model import Group
from whatsapp_sandbox.pictures import sample
from whatsapp_sandbox.tests.conftest import NUMBER, WABA, World, new_key

OUT, NOBODY = 3, 33
APP, BUSINESS, TRADE, SOMEBODY = "100000000000001", "100000000000011", "100000000000102", "1234567890123456"
TO, META = "+12025550117", {"messaging_product": "whatsapp"}
DONE = {"success"}
Row = tuple[str, str, Any, set[str] | int]
"""Verb, path (with ``{ids}`` of the world below), body, outcome."""
OFFER = {"sdp_type": "offer", "sdp": "v=0"}
REACHED = {"name": "Ann", "email": "ann@shop.example", "mobile_number": "+919876543210"}
COMPLIANCE = META | {
    "entity_name": "Shop",
    "entity_type": "PARTNERSHIP",
    "is_registered": True,
    "grievance_officer_details": REACHED,
    "customer_care_details": REACHED,
}
BADGE = {"action": "SUBMIT_APPLICATION", "application_data": {"business_name": "Shop"}}
TEMPLATE = {
    "name": "new",
    "language": "en",
    "category": "UTILITY",
    "components": [{"type": "BODY", "text": "Your parcel is here for you."}],
}
SALE = {"type": "template", "template": {"name": "sale", "language": {"code": "en"}}}
BLOCK, JOIN = META | {"block_users": [{"user": TO}]}, {"join_requests": ["{join}"]}
SPECIFICATION: dict[str, list[Row]] = {
    "applications and solution partners": [
        ("GET", f"{APP}/connected_client_businesses", None, OUT),
        ("POST", f"{APP}/whatsapp_business_solution", {"solution_name": "x"}, OUT),
        ("GET", f"{APP}/whatsapp_business_solutions", None, OUT),
        ("GET", f"{SOMEBODY}/access_token", None, OUT),
        ("POST", f"{SOMEBODY}/accept", {}, OUT),
        ("POST", f"{SOMEBODY}/accept_deactivation_request", {}, OUT),
        ("GET", SOMEBODY + "?fields=name,status", None, NOBODY),
        ("POST", f"{SOMEBODY}/reject", {}, OUT),
        ("POST", f"{SOMEBODY}/reject_deactivation_request", {}, OUT),
        ("POST", f"{SOMEBODY}/send_deactivation_request", {}, OUT),
        ("GET", f"{WABA}/solutions", None, OUT),
        ("GET", f"{WABA}/in_progress_onbehalf_request", None, OUT),
        ("POST", f"{WABA}/obo_mobility_intent", {}, OUT),
        ("POST", f"{WABA}/set_obo_mobility_intent", {}, OUT),
        ("POST", f"{WABA}/set_solution_migration_intent", {}, OUT),
        ("GET", SOMEBODY + "?fields=id,waba,solution", None, NOBODY),
        ("GET", SOMEBODY + "?fields=id,status", None, NOBODY),
    ],
    "business portfolio": [
        ("GET", f"{BUSINESS}?fields=id,name,timezone_id", None, {"id", "name", "timezone_id"}),
        ("GET", f"{BUSINESS}/owned_whatsapp_business_accounts", None, {"data", "paging"}),
        ("GET", f"{BUSINESS}/client_whatsapp_business_accounts", None, {"data", "paging"}),
        ("GET", f"{BUSINESS}/whatsapp_business_accounts?fields=id,name,country", None, {"data", "paging"}),
        ("POST", f"{BUSINESS}/whatsapp_business_accounts", {"name": "x", "currency": "USD"}, OUT),
        ("POST", f"{BUSINESS}/add_phone_numbers", {"phone_numbers": ["+12025550188"]}, OUT),
        ("GET", f"{BUSINESS}/preverified_numbers", None, OUT),
        ("POST", f"{BUSINESS}/share_preverified_numbers", {}, OUT),
        ("POST", f"{BUSINESS}/onboard_partner_to_mm_lite", {}, OUT),
        ("GET", f"{BUSINESS}/extendedcredits", None, OUT),
        ("GET", "100000000000901/assigned_whatsapp_business_accounts", None, {"data", "paging"}),
        ("GET", f"{SOMEBODY}?fields=display_phone_number", None, NOBODY),
        ("DELETE", SOMEBODY, None, NOBODY),
        ("GET", f"{SOMEBODY}/partners", None, OUT),
        ("POST", f"{SOMEBODY}/request_code", {"code_method": "SMS", "language": "en_US"}, NOBODY),
        ("POST", f"{SOMEBODY}/verify_code", {"code": "123456"}, NOBODY),
    ],
    "messages, media, calls": [
        (
            "POST",
            f"{NUMBER}/messages",
            META | {"to": TO, "text": {"body": "Hi"}},
            META.keys() | {"contacts", "messages"},
        ),
        (
            "POST",
            f"{NUMBER}/marketing_messages",
            META | {"to": TO} | SALE,
            META.keys() | {"contacts", "messages"},
        ),
        ("POST", f"{NUMBER}/messages_encrypted", META | {"encrypted_contents": "x.y"}, OUT),
        ("POST", f"{NUMBER}/media", "{file}", {"id"}),
        ("GET", "{media}", None, {"url", "mime_type", "sha256", "file_size", "id", "messaging_product"}),
        ("GET", "{bytes}", None, set()),
        ("DELETE", "{media}", None, DONE),
        ("GET", f"{NUMBER}/message_history?message_id={{sent}}", None, {"data", "paging"}),
        ("GET", "{history}/events?status_filter=DELIVERED", None, {"data", "paging"}),
        (
            "GET",
            f"{NUMBER}/call_permissions?user_wa_id=12025550117",
            None,
            META.keys() | {"permission", "actions"},
        ),
        (
            "POST",
            f"{NUMBER}/calls",
            META | {"to": TO, "action": "connect", "session": OFFER},
            META.keys() | {"calls"},
        ),
    ],
    "people, QR links, groups": [
        ("POST", f"{NUMBER}/block_users", BLOCK, META.keys() | {"block_users"}),
        ("GET", f"{NUMBER}/block_users", None, {"data", "paging"}),
        ("DELETE", f"{NUMBER}/block_users", BLOCK, META.keys() | {"block_users"}),
        (
            "POST",
            f"{NUMBER}/message_qrdls",
            {"prefilled_message": "Hi"},
            {"code", "prefilled_message", "deep_link_url"},
        ),
        ("GET", f"{NUMBER}/message_qrdls?code={{qr}}", None, {"data", "paging"}),
        ("GET", f"{NUMBER}/message_qrdls/{{qr}}", None, {"data"}),
        ("DELETE", f"{NUMBER}/message_qrdls/{{qr}}", None, DONE),
        ("POST", f"{NUMBER}/groups", META | {"subject": "Us"}, META.keys() | {"request_id"}),
        ("GET", f"{NUMBER}/groups", None, {"data", "paging"}),
        ("GET", "{group}?fields=subject,participants", None, {"id", "subject", "participants"}),
        ("POST", "{group}", META | {"subject": "All of us"}, META.keys() | {"request_id"}),
        ("GET", "{group}/join_requests", None, {"data", "paging"}),
        ("POST", "{group}/join_requests", META | JOIN, META.keys() | {"approved_join_requests"}),
        ("DELETE", "{group}/join_requests", META | JOIN, META.keys() | {"rejected_join_requests"}),
        ("POST", "{group}/participants", META | {"participants": [{"user": TO}]}, 131201),
        (
            "DELETE",
            "{group}/participants",
            META | {"participants": [{"user": TO}]},
            META.keys() | {"request_id"},
        ),
        ("DELETE", "{group}/invite_link", META, META.keys() | DONE),
        ("POST", "{group}/invite_link", META, META.keys() | {"invite_link"}),
        ("DELETE", "{group}", None, META.keys() | {"request_id"}),
    ],
    "phone numbers": [
        ("GET", f"{WABA}/phone_numbers", None, {"data", "paging"}),
        (
            "POST",
            f"{WABA}/phone_numbers",
            {"cc": "1", "phone_number": "16315551000", "verified_name": "Shop"},
            {"id"},
        ),
        ("GET", f"{NUMBER}?fields=name_status", None, {"id", "name_status"}),
        (
            "GET",
            f"{NUMBER}?fields=quality_rating,account_mode",
            None,
            {"id", "quality_rating", "account_mode"},
        ),
        ("POST", NUMBER, {"new_display_name": "Shop", "search_visibility": "VISIBLE"}, DONE),
        ("POST", f"{NUMBER}/deregister", None, DONE),
        ("POST", f"{NUMBER}/request_code", {"code_method": "VOICE", "language": "es_ES"}, DONE),
        ("POST", f"{NUMBER}/verify_code", {"code": "123456"}, DONE | {"id"}),
        ("POST", f"{NUMBER}/register", META | {"pin": "123456", "tier": "PROD"}, DONE),
        (
            "GET",
            f"{NUMBER}/settings?include_sip_credentials=true",
            None,
            {"calling", "storage_configuration"},
        ),
        (
            "POST",
            f"{NUMBER}/settings",
            {"calling": {"status": "enabled", "video": {"status": "enabled"}}},
            DONE,
        ),
        ("GET", f"{NUMBER}/whatsapp_business_encryption", None, {"data"}),
        ("POST", f"{NUMBER}/whatsapp_business_encryption", {"business_public_key": "{key}"}, DONE),
        ("GET", f"{NUMBER}/whatsapp_business_profile?fields=about", None, {"data"}),
        ("POST", f"{NUMBER}/whatsapp_business_profile", META | {"about": "Tea"}, DONE),
        ("GET", SOMEBODY + "?fields=about,vertical", None, NOBODY),
        ("POST", SOMEBODY, META | {"about": "Tea"}, NOBODY),
        ("GET", f"{NUMBER}/whatsapp_commerce_settings", None, {"data"}),
        ("POST", f"{NUMBER}/whatsapp_commerce_settings?is_cart_enabled=true", None, DONE),
        ("GET", f"{NUMBER}/business_compliance_info", None, {"data"}),
        ("POST", f"{NUMBER}/business_compliance_info", COMPLIANCE, DONE),
        ("GET", f"{NUMBER}/official_business_account", None, {"id", "oba_status", "status_message"}),
        (
            "POST",
            f"{NUMBER}/official_business_account",
            BADGE,
            DONE | {"message", "updated_status", "tracking_id"},
        ),
        ("POST", f"{NUMBER}/conversational_automation", {"prompts": ["Where?"], "commands": []}, DONE),
        ("GET", f"{NUMBER}?fields=prompts,commands", None, {"id", "prompts", "commands"}),
    ],
    "accounts": [
        ("GET", f"{WABA}?fields=id,name,country", None, {"id", "name", "country"}),
        ("POST", WABA, {"name": "Shop", "timezone_id": "2"}, DONE | {"id"}),
        ("GET", f"{WABA}/subscribed_apps", None, {"data"}),
        ("POST", f"{WABA}/subscribed_apps", {}, DONE),
        ("DELETE", f"{WABA}/subscribed_apps", None, DONE),
        ("GET", f"{WABA}/assigned_users?business={BUSINESS}", None, {"data", "paging"}),
        ("POST", f"{WABA}/assigned_users", {"user": "2345678901234567", "tasks": '["MANAGE"]'}, DONE),
        ("DELETE", f"{WABA}/assigned_users", {"user": "2345678901234567"}, DONE),
        ("GET", f"{WABA}/activities", None, OUT),
        ("GET", f"{WABA}/schedules", None, OUT),
        ("POST", f"{WABA}/schedules", {"name": "x"}, OUT),
    ],
    "templates and Flows": [
        ("POST", f"{WABA}/message_templates", TEMPLATE, {"id", "status", "category"}),
        ("GET", f"{WABA}/message_templates?name=sale", None, {"data", "paging"}),
        ("GET", "{template}?fields=name", None, {"id", "name"}),
        ("POST", "{template}", {"components": TEMPLATE["components"]}, DONE | {"id", "name", "category"}),
        ("DELETE", f"{WABA}/message_templates?name=sale", None, DONE),
        ("POST", f"{WABA}/flows", {"name": "Form", "categories": '["OTHER"]'}, DONE | {"id"}),
        ("GET", f"{WABA}/flows", None, {"data", "paging"}),
        ("POST", f"{TRADE}/migrate_flows", {"source_waba_id": WABA}, {"migrated_flows", "failed_flows"}),
        ("GET", "{flow}?fields=data_channel_uri,preview", None, {"id", "data_channel_uri", "preview"}),
        ("POST", "{flow}", {"name": "Booking"}, DONE),
        ("GET", "{flow}/assets", None, {"data", "paging"}),
        ("POST", "{flow}/assets", "{flow json}", DONE | {"validation_errors"}),
        ("POST", "{flow}/publish", None, DONE),
        ("POST", "{flow}/deprecate", None, DONE),
        ("DELETE", "{draft}", None, DONE),
    ],
}
ROWS = [row for rows in SPECIFICATION.values() for row in rows]


async def prepared(world: World) -> dict[str, str]:
    """What the paths speak of; the ids for the braces."""
    sandbox, screens = world.sandbox, [{"id": "A", "layout": {"type": "SingleColumnLayout", "children": []}}]
    sandbox.account.wabas.append(Waba(TRADE, "Trade"))
    sandbox.reindex()
    sandbox.switches.answers.us_marketing = True
    sandbox.thread(NUMBER, "ann").call_permission_until = sandbox.now() + 3600
    sale = TEMPLATE | {"name": "sale", "category": "MARKETING"}
    asked = {"categories": ["OTHER"], "endpoint_uri": "http://127.0.0.1:9/"}
    flow_json = {"version": "7.1", "screens": screens}
    flow, draft = [
        (await world.graph("POST", f"{WABA}/flows", asked | {"name": name, "flow_json": flow_json}))[1]["id"]
        for name in ("Booking form", "Draft")
    ]
    group = Group(
        "Z3JvdXA", NUMBER, "Us", "", "approval_required", sandbox.now(), "CODE", join_requests={"6": "ann"}
    )
    sandbox.groups[group.id] = group
    sent = await world.send_text()
    template = (await world.graph("POST", f"{WABA}/message_templates", sale))[1]["id"]
    media = (await upload(world, f"{NUMBER}/media", image()))[1]["id"]
    code = (await world.graph("POST", f"{NUMBER}/message_qrdls", {"prefilled_message": "x"}))[1]["code"]
    await world.idle()
    history = (await world.graph("GET", f"{NUMBER}/message_history"))[1]["data"][0]["id"]
    address = (await world.graph("GET", media))[1]["url"]
    found = {"flow": flow, "draft": draft, "group": group.id, "join": "6", "sent": sent, "template": template}
    return found | {"media": media, "qr": code, "history": history, "bytes": address, "key": new_key()[1]}


def image() -> FormData:
    form = FormData(META)
    form.add_field("file", sample("image", "beans")[1], filename="a.jpg", content_type="image/jpeg")
    return form


def screens() -> FormData:
    form = FormData({"name": "flow.json", "asset_type": "FLOW_JSON"})
    body = b'{"version":"7.1","screens":[{"id":"A","layout":{}}]}'
    form.add_field("file", body, filename="flow.json", content_type="application/json")
    return form


async def upload(world: World, path: str, form: FormData) -> tuple[int, Any]:
    headers = {"Authorization": "Bearer sandbox-token"}
    async with world.client.post(f"{world.url}/v26.0/{path}", data=form, headers=headers) as answer:
        return answer.status, await answer.json()


def filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: ids[found.group(1)], value)
    if isinstance(value, dict):
        return {key: filled(item, ids) for key, item in value.items()}
    return [filled(item, ids) for item in value] if isinstance(value, list) else value


async def outcome(world: World, verb: str, path: str, body: Any) -> set[str] | int:
    """The keys of the answer, or the code (33 for an id that does not exist)."""
    if path.startswith("http"):
        headers = {"Authorization": "Bearer sandbox-token"}
        async with world.client.get(path, headers=headers) as answer:
            return set() if (answer.status, answer.content_type) == (200, "image/jpeg") else answer.status
    forms = {"{file}": image, "{flow json}": screens}
    form = forms.get(body) if isinstance(body, str) else None
    _, told = await (upload(world, path, form()) if form else world.graph(verb, path, body))
    error = told.get("error")
    if error is None or "block_users" in told:
        return set(told)
    return int(error.get("error_subcode") or error["code"])


@pytest.mark.parametrize("section", SPECIFICATION)
async def test_every_path_and_verb_of_the_specification(open_world: World, section: str) -> None:
    ids = await prepared(open_world)
    for verb, path, body, wanted in SPECIFICATION[section]:
        given = body if body in ("{file}", "{flow json}") else filled(body, ids)
        found = await outcome(open_world, verb, filled(path, ids), given)
        assert found == (wanted if isinstance(wanted, int) else set(wanted)), (verb, path)
    assert open_world.sandbox.counters["unforeseen"] == 0


def test_the_readme_tells_what_was_measured() -> None:
    readme = " ".join((Path(__file__).parents[1] / "README.md").read_text().split())
    out = sum(1 for row in ROWS if row[3] == OUT)
    nobody = sum(1 for row in ROWS if row[3] == NOBODY)
    figure = (
        f"of its {len(ROWS)} paths and verbs {len(ROWS) - out - nobody} are answered, {out} are not simulated"
    )
    assert figure in readme
    assert f"{nobody} speak of things of which nothing makes an id here" in readme
    assert [edge for edge in not_simulated.EDGES if f"`{edge}`" not in readme] == []
