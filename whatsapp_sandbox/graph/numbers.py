"""Phone number edges: fields, registration, profile, user name, commerce, conversational components."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from whatsapp_sandbox.account import BusinessNumber
from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.graph.call import Call, flag_of, page, pick_fields, text_of, texts_of
from whatsapp_sandbox.graph.subscriptions import set_override
from whatsapp_sandbox.identifiers import new_number_id
from whatsapp_sandbox.state import country_of, dial_code_of, digits_of, is_possible
from whatsapp_sandbox.webhooks.envelope import Update

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]
DEFAULT_FIELDS = [
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
]
PROFILE_LONGEST = {"about": 139, "address": 256, "description": 256, "email": 128}
PROFILE_FIELDS = (*PROFILE_LONGEST, "vertical", "websites")
WEBSITE_LONGEST = 256
NAME_LONGEST = 256
NUMBERS_MOST = 25
"""Per account; ``business_capability_update`` tells the same."""
PROMPTS_MOST, PROMPT_LONGEST = 4, 80
COMMANDS_MOST, COMMAND_LONGEST, HINT_LONGEST = 30, 32, 256
VERTICALS = frozenset(
    (
        *(
            "UNDEFINED",
            "OTHER",
            "AUTO",
            "BEAUTY",
            "APPAREL",
            "EDU",
            "ENTERTAIN",
            "EVENT_PLAN",
            "FINANCE",
            "GROCERY",
        ),
        *(
            "GOVT",
            "HOTEL",
            "HEALTH",
            "NONPROFIT",
            "PROF_SERVICES",
            "RETAIL",
            "TRAVEL",
            "RESTAURANT",
            "ALCOHOL",
        ),
        *("ONLINE_GAMBLING", "PHYSICAL_GAMBLING", "OTC_DRUGS", "NOT_A_BIZ", "MATRIMONY_SERVICE"),
    )
)
_USERNAME = re.compile(r"[a-z0-9._]{3,35}")


def describe(sandbox: Sandbox, number: BusinessNumber) -> Json:
    health = "BLOCKED" if sandbox.switches.answers.locked_code else "AVAILABLE"
    return {
        "id": number.id,
        "display_phone_number": number.display,
        "verified_name": number.verified_name,
        "quality_rating": number.quality,
        "quality_score": {"score": number.quality},
        "status": "CONNECTED" if number.registered else "DISCONNECTED",
        "platform_type": "CLOUD_API" if number.registered else "NOT_APPLICABLE",
        "throughput": {"level": number.throughput},
        "name_status": number.name_status,
        "new_name_status": "NONE",
        "code_verification_status": "VERIFIED" if number.verified else "NOT_VERIFIED",
        "is_on_biz_app": number.coexistence,
        "is_official_business_account": number.official == "APPROVED",
        "is_pin_enabled": number.pin is not None,
        "is_preverified_number": False,
        "country_code": country_of(number.digits),
        "country_dial_code": dial_code_of(number.digits),
        "eligibility_for_api_business_global_search": "NON_ELIGIBLE_UNDEFINED_COUNTRY",
        "account_mode": "SANDBOX",
        "certificate": "",
        "new_certificate": "",
        "host_platform": None,
        "last_onboarded_time": None,
        "search_visibility": number.search_visibility,
        "conversational_automation": {"id": number.id} | number.automation,
        "prompts": number.automation.get("prompts", []),
        "commands": number.automation.get("commands", []),
        "enable_welcome_message": False,  # welcome messages ended in March 2026
        "webhook_configuration": {"application": next(iter(number.overrides.values()), "")},
        "messaging_limit_tier": sandbox.switches.rates.tier,
        "whatsapp_business_manager_messaging_limit": sandbox.switches.rates.tier,
        "username": number.username,
        "health_status": {
            "can_send_message": health,
            "entities": [
                {"entity_type": "PHONE_NUMBER", "id": number.id, "can_send_message": health},
                {"entity_type": "WABA", "id": number.waba_id, "can_send_message": health},
            ],
        },
    }


def number_of(call: Call) -> BusinessNumber:
    return call.sandbox.numbers[call.object_id]


async def get(call: Call) -> Json:
    values = await call.parameters()
    return pick_fields(describe(call.sandbox, number_of(call)), values.get("fields"), DEFAULT_FIELDS)


async def update(call: Call) -> Json:
    """``POST /{phone_number_id}``: webhook override, display name, user name, visibility, PIN of two-step verification.

    The PIN also as v23 has it, in ``whatsapp_business_api_data``.
    """
    values = await call.parameters()
    data = values.get("whatsapp_business_api_data")
    pin = _new_pin(values if data is None else data)
    visibility = text_of(values, "search_visibility", 20) or number_of(call).search_visibility
    if visibility not in ("VISIBLE", "NON_VISIBLE"):
        raise GraphError(100, "Param search_visibility must be one of {VISIBLE, NON_VISIBLE}.")
    name = text_of(values, "new_display_name", NAME_LONGEST)
    if "webhook_configuration" in values:
        configuration = values["webhook_configuration"]
        if not isinstance(configuration, dict):
            raise GraphError(100, "webhook_configuration must be an object.")
        await set_override(call, number_of(call).overrides, configuration)
    if pin is not None:
        number_of(call).pin = pin
    if "username" in values:
        await set_username(call)
    number_of(call).search_visibility = visibility
    if name:
        number_of(call).name_status = "PENDING_REVIEW"
    return {"success": True}


def _new_pin(values: Any) -> str | None:
    if not isinstance(values, dict):
        raise GraphError(100, "Param whatsapp_business_api_data must be an object.")
    return check_pin(values["pin"]) if "pin" in values else None


async def list_numbers(call: Call) -> Json:
    values = await call.parameters()
    mine = [n for n in call.sandbox.account.numbers if n.waba_id == call.object_id and not n.deleted]
    fields = values.get("fields")
    return await page(call, [pick_fields(describe(call.sandbox, n), fields, DEFAULT_FIELDS) for n in mine])


async def create(call: Call) -> Json:
    """``POST /{waba_id}/phone_numbers {cc, phone_number, verified_name}``: a number to be verified and registered."""
    call.require("whatsapp_business_management")
    values = await call.parameters()
    country = str(values.get("cc", "")).lstrip("+")
    rest = without_country(country, digits_of(str(values.get("phone_number", ""))))
    name = text_of(values, "verified_name", NAME_LONGEST)
    if not re.fullmatch(r"[0-9]{1,3}", country) or not 4 <= len(rest) <= 14:
        raise GraphError(
            100, "Params cc and phone_number must be a country calling code and the digits after it."
        )
    if not name:
        raise GraphError(100, "The parameter verified_name is required.")
    account = call.sandbox.account
    if any(number.digits == country + rest and not number.deleted for number in account.numbers):
        raise GraphError(100, "The phone number is in use already.")
    mine = [number for number in account.numbers if number.waba_id == call.object_id and not number.deleted]
    if len(mine) >= NUMBERS_MOST:
        raise GraphError(100, f"An account has at most {NUMBERS_MOST} phone numbers.")
    number = BusinessNumber(
        new_number_id("1"),
        f"+{country} {rest}",
        name,
        waba_id=call.object_id,
        registered=False,
        verified=False,
        name_status="PENDING_REVIEW",
    )
    account.numbers.append(number)
    call.sandbox.numbers[number.id] = number
    return {"id": number.id}


def without_country(country: str, digits: str) -> str:
    """``1`` and ``16315551000`` to ``6315551000``: both ways of writing ``phone_number`` are documented."""
    if not digits.startswith(country) or is_possible(country + digits):
        return digits
    return digits.removeprefix(country)


async def register(call: Call) -> Json:
    values = await call.parameters()
    number, pin = number_of(call), check_pin(values.get("pin"))
    if number.pin is not None and number.pin != pin:
        raise GraphError(133005, "Two step verification PIN mismatch.")
    if not number.verified:
        raise GraphError(133006, "Verify the phone number with a code first.")
    number.pin, number.registered = pin, True
    return {"success": True}


def check_pin(value: Any) -> str:
    pin = str(value) if isinstance(value, (str, int)) else ""
    if not re.fullmatch(r"[0-9]{6}", pin):
        raise GraphError(100, "Param pin must be 6 digits.")
    return pin


async def deregister(call: Call) -> Json:
    number_of(call).registered = False
    return {"success": True}


async def request_code(call: Call) -> Json:
    values = await call.parameters()
    language = values.get("language")
    if values.get("code_method") not in ("SMS", "VOICE") or not isinstance(language, str) or not language:
        raise GraphError(136024, "code_method (SMS or VOICE) and language are required.")
    return {"success": True}


async def verify_code(call: Call) -> Json:
    code = str((await call.parameters()).get("code", "")).replace("-", "")
    if not re.fullmatch(r"\d{6}", code) or code == "000000":
        raise GraphError(136024, "The code is not valid.")
    number_of(call).verified = True
    return {"success": True, "id": call.object_id}


async def get_profile(call: Call) -> Json:
    empty = dict.fromkeys((*PROFILE_FIELDS, "profile_picture_url"))
    profile = empty | {"messaging_product": "whatsapp", "vertical": "OTHER"} | number_of(call).profile
    chosen = pick_fields(profile, (await call.parameters()).get("fields"), list(PROFILE_FIELDS))
    return {"data": [chosen | {"messaging_product": "whatsapp"}]}


async def set_profile(call: Call) -> Json:
    values = await call.parameters()
    if values.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required and must be 'whatsapp'.")
    for key, longest in PROFILE_LONGEST.items():
        text_of(values, key, longest)
    texts_of(values, "websites", 2, WEBSITE_LONGEST)
    if text_of(values, "vertical", 100) not in ("", *VERTICALS):
        raise GraphError(100, f"Param vertical must be one of {{{', '.join(sorted(VERTICALS))}}}.")
    handle = text_of(values, "profile_picture_handle", 10_000)
    number = number_of(call)
    number.profile |= {key: value for key, value in values.items() if key in PROFILE_FIELDS}
    if handle:
        number.profile["profile_picture_url"] = f"{call.sandbox.base_url}/assets/shop.svg"
    return {"success": True}


async def get_commerce(call: Call) -> Json:
    return {"data": [{"id": call.object_id} | number_of(call).commerce]}


async def set_commerce(call: Call) -> Json:
    values = await call.parameters()
    keys = [key for key in ("is_cart_enabled", "is_catalog_visible") if key in values]
    number_of(call).commerce |= {key: flag_of(values, key) for key in keys}
    return {"success": True}


async def set_automation(call: Call) -> Json:
    values = await call.parameters()
    changes: Json = {}
    if "prompts" in values:
        changes["prompts"] = texts_of(values, "prompts", PROMPTS_MOST, PROMPT_LONGEST)
    if "commands" in values:
        changes["commands"] = _commands(values["commands"])
    number_of(call).automation |= changes
    return {"success": True}


async def get_automation(call: Call) -> Json:
    return {"id": call.object_id} | number_of(call).automation


def _commands(value: Any) -> list[Json]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise GraphError(100, "Param commands must be a list of objects.")
    if len(value) > COMMANDS_MOST:
        raise GraphError(100, f"At most {COMMANDS_MOST} commands.")
    names = [command.get("command_name") for command in value]
    if any(names.count(name) > 1 for name in names):
        raise GraphError(100, "Command names must be unique.")
    for command in value:
        for key, longest in (("command_name", COMMAND_LONGEST), ("command_description", HINT_LONGEST)):
            if not text_of(command, key, longest):
                raise GraphError(100, f"Each command needs a {key}.")
    return value


async def get_username(call: Call) -> Json:
    username = number_of(call).username
    return {"username": username, "status": "approved"} if username else {}


async def set_username(call: Call) -> Json:
    values = await call.parameters()
    name = text_of(values, "username", 1_000)
    if not _USERNAME.fullmatch(name):
        raise GraphError(100, "Param username must be 3 to 35 characters of a-z, 0-9, dot and underscore.")
    holder = next(
        (n for n in call.sandbox.account.numbers if n.username == name and n.id != call.object_id), None
    )
    if holder is not None and values.get("transfer_action", "none") != "force_transfer":
        raise GraphError(147001, "The user name is used by another number.")
    if holder is not None:
        holder.username = None
    number = number_of(call)
    number.username = name
    value = {"display_phone_number": number.digits, "username": name, "status": "approved"}
    call.sandbox.outbox.add(
        Update(number.waba_id, "business_username_updates", value, number.id, int(call.sandbox.now()))
    )
    return {"success": True, "status": "approved"}


async def delete_username(call: Call) -> Json:
    number_of(call).username = None
    return {"success": True}


async def suggest_usernames(call: Call) -> Json:
    plain = re.sub(r"[^a-z0-9]+", ".", number_of(call).verified_name.lower()).strip(".")
    return {"data": [{"username_suggestions": [plain, f"{plain}.shop", f"{plain.replace('.', '_')}"]}]}


async def forget_contact(call: Call) -> Json:
    """The number is hidden again for people with a user name."""
    bsuid = str((await call.parameters()).get("bsuid", ""))
    customer = call.sandbox.find_customer(bsuid)
    if customer is None:
        return {"success": True, "deleted": False}
    call.sandbox.thread(call.object_id, customer.id).phone_shared_at = 0.0
    return {"success": True, "deleted": True}
