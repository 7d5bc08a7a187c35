"""Every method of pywa that asks the platform something, called once or more against the sandbox.

``Walk.go`` calls a method of either client, sync or async, and notes what became of it: ``works``, or the code that the
sandbox refused it with. The whole is one story, so that each call finds what it needs.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import warnings
from typing import Any

import pytest

from whatsapp_sandbox.account import Waba
from whatsapp_sandbox.pictures import sample
from whatsapp_sandbox.tests.conftest import NUMBER, WABA, World, new_key

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pywa: Any = pytest.importorskip("pywa", reason="pywa is a test-only client and is not installed")
    errors: Any = pytest.importorskip("pywa.errors")
    types: Any = pytest.importorskip("pywa.types")
    t: Any = pytest.importorskip("pywa.types.templates")
    calls: Any = pytest.importorskip("pywa.types.calls")
    flows: Any = pytest.importorskip("pywa.types.flows")
    groups: Any = pytest.importorskip("pywa.types.groups")

PHONE = "12025550117"
IMAGE = "https://example.com/a.jpg"
OTHER_WABA, PORTFOLIO, APP = "100000000000102", "100000000000011", "100000000000001"
FLOW_JSON = {
    "version": "7.1",
    "screens": [{"id": "FIRST", "layout": {"type": "SingleColumnLayout", "children": []}}],
}
LOCAL = frozenset(
    (
        *("add_flow_request_handler", "add_handlers", "get_flow_request_handler", "listen"),
        *("load_handlers_modules", "remove_callbacks", "remove_handlers", "run", "stop_listening"),
        *("webhook_challenge_handler", "webhook_update_handler", "webhook_update_validator"),
    )
)
"""Methods that ask nobody; with those whose name begins with ``on_``."""


def surface(client: type[Any]) -> set[str]:
    """Public methods of the client class that speak to the platform."""
    return {
        name
        for name, member in inspect.getmembers(client)
        if callable(member) and not name.startswith(("_", "on_")) and name not in LOCAL
    }


class Walk:
    """One walk through the client's methods."""

    def __init__(self, world: World, wa: Any) -> None:
        self.world, self.wa = world, wa
        self.sync = not inspect.iscoroutinefunction(wa.send_message)
        self.calls: list[dict[str, Any]] = []
        self.sent: list[str] = []
        self.wrong: list[str] = []

    async def go(
        self,
        method: str,
        *given: Any,
        refused: int | None = None,
        mistake: int | str | None = None,
        **named: Any,
    ) -> Any:
        """Call it. ``refused`` is the code that it is to be answered with, ``mistake`` what comes of pywa's own.

        A mistake is a code, or the name of the exception that pywa raises over an answer of the documented shape.
        """
        try:
            answer = await self._call(method, given, named)
        except errors.WhatsAppError as error:
            outcome, answer, why = str(error.code), None, f" {error.message} {error.details}"
        except Exception as error:  # noqa: BLE001 - whatever the client does with our answer is the result
            outcome, answer, why = type(error).__name__, None, f" {error}"
        else:
            outcome, why = "works", ""
        self.calls.append({"call": method, "outcome": outcome} | ({"meant": True} if refused else {}))
        if outcome != str(refused or mistake or "works"):
            self.wrong.append(f"{method}: {outcome}{why}")
        return answer

    async def _call(self, method: str, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        asked = getattr(self.wa, method)
        if inspect.isasyncgenfunction(asked):
            return [chunk async for chunk in asked(*given, **named)]
        if self.sync:
            answer = await asyncio.to_thread(asked, *given, **named)
            return await asyncio.to_thread(list, answer) if inspect.isgenerator(answer) else answer
        answer = asked(*given, **named)
        return await answer if inspect.isawaitable(answer) else answer

    async def send(self, method: str, *given: Any, **named: Any) -> Any:
        sent = await self.go(method, PHONE, *given, **named)
        if sent is not None:
            self.sent.append(sent.id)
        return sent


async def walk(world: World, wa: Any) -> Walk:
    """All of it, in an order in which each call finds what it needs."""
    done = Walk(world, wa)
    world.sandbox.account.wabas.append(Waba(OTHER_WABA, "Harbor & Pine Trade"))
    world.sandbox.reindex()
    for part in (_texts, _pictures, _shop, _answers, _media, _templates, _more_templates, _flows):
        await part(done)
    for part in (_account, _numbers, _people, _calls, _groups, _signups):
        await part(done)
    return done


async def _texts(w: Walk) -> None:
    row = types.SectionRow(title="One", callback_data="r1", description="first")
    rows = types.SectionList(button_title="Open", sections=[types.Section(title="All", rows=[row])])
    flow = types.FlowButton(
        title="Start",
        flow_id="1",
        flow_token="t",
        flow_action_type=types.FlowActionType.NAVIGATE,
        flow_action_screen="A",
    )
    await w.send("send_message", "Hello", preview_url=True, tracker="ours")
    await w.send("send_text", "Hello again")
    await w.send("send_message", "Choose", header="H", footer="F", buttons=[types.Button("A", "a")])
    for buttons in (rows, flow, types.URLButton(title="Go", url="https://a.example")):
        await w.send("send_message", "Choose", buttons=buttons)
    for buttons in (types.VoiceCallButton(title="Call"), types.CallPermissionRequestButton()):
        await w.send("send_message", "Call us", buttons=buttons)
    await w.send("send_location", 37.5, 127.0, name="Here")
    await w.send("request_location", "Where are you?")
    await w.send("request_contact_info", "Your number?")
    name = types.Contact.Name(formatted_name="Ann B", first_name="Ann")
    phones = [types.Contact.Phone(phone="+12025550117", type="WORK")]
    await w.send("send_contact", types.Contact(name=name, phones=phones))
    await w.go("send_message", PHONE, "x" * 4_097, refused=100)


async def _pictures(w: Walk) -> None:
    await w.send("send_image", IMAGE, caption="Look")
    await w.send("send_image", sample("image", "kettle")[1], mime_type="image/jpeg")
    await w.send("send_image", IMAGE, caption="Look", buttons=[types.Button("A", "a")])
    await w.send("send_video", sample("video", "")[1], mime_type="video/mp4", caption="Pour")
    await w.send("send_document", sample("document", "")[1], filename="a.pdf", mime_type="application/pdf")
    await w.send("send_audio", "https://example.com/a.mp3")
    await w.send("send_voice", sample("audio", "voice-en")[1], mime_type="audio/ogg")
    await w.send("send_sticker", sample("sticker", "thanks")[1], mime_type="image/webp")
    buttons = types.URLButton(title="Open", url="https://a.example")
    cards = [types.ImageCarouselCard(image=IMAGE, body=f"Card {i}", buttons=buttons) for i in range(2)]
    await w.send("send_carousel", body="Swipe", cards=cards)
    replies = [types.ImageCarouselCard(image=IMAGE, buttons=[types.Button("Yes", f"y{i}")]) for i in range(2)]
    await w.send("send_carousel", body="Swipe", cards=replies)


async def _shop(w: Walk) -> None:
    await w.send("send_catalog", "Our shop")
    await w.send("send_product", catalog_id="1", sku="p1", body="This one")
    section = types.ProductsSection(title="A", skus=["p1", "p2"])
    await w.send("send_products", "1", [section], title="Shop", body="All")


async def _answers(w: Walk) -> None:
    told = (await w.world.say("hello"))["id"]
    await w.go("send_reaction", PHONE, "👍", told)
    assert (await w.world.control("GET", f"messages/{told}"))["reactions"] == {"business": "👍"}
    await w.go("remove_reaction", PHONE, told)
    await w.go("mark_message_as_read", told)
    await w.go("indicate_typing", told)
    assert (await w.world.control("GET", f"messages/{told}"))["status"] == "read"
    reply = await w.send("send_message", "Yes", reply_to_message_id=told)
    assert (await w.world.control("GET", f"messages/{reply.id}"))["context"] == {"message_id": told}


async def _media(w: Walk) -> None:
    data = sample("image", "beans")[1]
    media = await w.go("upload_media", data, mime_type="image/jpeg", filename="a.jpg")
    about = await w.go("get_media_url", media.id)
    assert about.file_size == len(data)
    assert await w.go("get_media_bytes", about.url) == data
    assert b"".join(await w.go("stream_media", about.url)) == data
    saved = await w.go("download_media", url=about.url, path=w.world.sandbox.media_dir)
    assert saved.read_bytes() == data
    await w.go("delete_media", media.id)
    await w.go("get_media_url", media.id, refused=100)


async def _templates(w: Walk) -> None:
    body = t.BodyText("Hello {{name}}, your order is ready for you.", name="Ann")
    template = t.Template(
        name="pywa_hello",
        language=t.TemplateLanguage.ENGLISH,
        category=t.TemplateCategory.UTILITY,
        components=[body],
        parameter_format=t.ParamFormat.NAMED,
    )
    made = await w.go("create_template", template)
    await w.world.idle()
    found = await w.go("get_template", made.id)
    assert (found.name, found.status) == ("pywa_hello", t.TemplateStatus.APPROVED)
    english, params = t.TemplateLanguage.ENGLISH, [body.params(name="Bo")]
    sent = await w.send("send_template", name="pywa_hello", language=english, params=params)
    shown = await w.world.control("GET", f"messages/{sent.id}")
    assert shown["template"]["body"] == "Hello Bo, your order is ready for you."
    await w.go("send_template", PHONE, name="nothing", language=english, params=[], refused=132001)
    listed = await w.go("get_templates")
    assert listed.total_count == len(w.world.sandbox.templates)
    now = dt.datetime.now(dt.UTC)
    compared: dict[str, Any] = {"start": now - dt.timedelta(days=7), "end": now}
    await w.go("compare_templates", made.id, listed[0].id, **compared)
    await w.go(
        "update_template",
        made.id,
        new_components=[t.BodyText("Hello {{name}}, come and get it.", name="Ann")],
    )
    await w.world.idle()
    await w.go("unpause_template", made.id)
    await w.go("archive_templates", [made.id])
    await w.go("unarchive_templates", [made.id])


async def _more_templates(w: Walk) -> None:
    library = t.LibraryTemplate(
        name="pywa_parcel",
        library_template_name="parcel_on_its_way",
        category=t.TemplateCategory.UTILITY,
        language=t.TemplateLanguage.ENGLISH_US,
        library_template_button_inputs=[
            t.URLButton.library_input(
                base_url="https://a.example/{{1}}", url_suffix_example="https://a.example/7"
            )
        ],
    )
    await w.go("create_template", library)
    languages = [t.TemplateLanguage.ENGLISH_US, t.TemplateLanguage.KOREAN]
    button = t.CopyCodeOTPButton(text="Copy")
    code = {"name": "pywa_code", "languages": languages, "otp_button": button}
    # a mistake of the sync client's: its body is JSON of JSON
    mistake = 100 if w.sync else None
    await w.go("upsert_authentication_template", code_expiration_minutes=5, mistake=mistake, **code)
    await w.world.idle()
    templates = w.world.sandbox.templates
    for template in [one for one in templates.values() if one.status != "APPROVED"]:
        del templates[template.id]
    moved = await w.go("migrate_templates", WABA, destination_waba_id=OTHER_WABA)
    assert len(moved.migrated) >= 2
    again: dict[str, Any] = {"destination_waba_id": OTHER_WABA}
    await w.go("migrate_templates", WABA, mistake="TypeError", **again)  # pywa's: what failed is a map
    await w.go("delete_template", "pywa_hello")
    await w.go("delete_template", "pywa_hello", refused=100)


async def _flows(w: Walk) -> None:
    made = await w.go("create_flow", "Booking", [flows.FlowCategory.APPOINTMENT_BOOKING])
    await w.go("publish_flow", made.id, refused=139002)
    assert (await w.go("update_flow_json", made.id, FLOW_JSON)).success
    assert (await w.go("update_flow_json", made.id, {"version": "7.1"})).validation_errors
    await w.go("update_flow_json", made.id, FLOW_JSON)
    await w.go("update_flow_metadata", made.id, name="Bookings", endpoint_uri="https://a.example/flow")
    about = await w.go("get_flow", made.id)
    assert (about.name, about.status, about.json_version) == ("Bookings", "DRAFT", "7.1")
    assert [asset.type for asset in await w.go("get_flow_assets", made.id)] == ["FLOW_JSON"]
    await w.go("publish_flow", made.id)
    await w.go("delete_flow", made.id, refused=139004)
    count, day = flows.FlowMetricName.ENDPOINT_REQUEST_COUNT, flows.FlowMetricGranularity.DAY
    await w.go("get_flow_metrics", made.id, count, day)
    moved = await w.go("migrate_flows", WABA, ["Bookings", "None"], destination_waba_id=OTHER_WABA)
    assert (len(moved.migrated_flows), len(moved.failed_flows)) == (1, 1)
    await w.go("deprecate_flow", made.id)
    await w.go("deprecate_flow", made.id, refused=139003)
    second = await w.go("create_flow", "Survey", ["SURVEY"], flow_json=FLOW_JSON)
    assert len(list(await w.go("get_flows"))) == 2
    await w.go("delete_flow", second.id)


async def _account(w: Walk) -> None:
    address = w.world.receiver.url
    assert (await w.go("get_business_account")).id == WABA
    await w.go("update_business_account_settings", disable_marketing_messages_on_cloud_api=False)
    owned = await w.go("get_owned_business_accounts", business_portfolio_id=PORTFOLIO)
    assert [waba.id for waba in owned] == [WABA, OTHER_WABA]
    await w.go("get_shared_business_accounts", business_portfolio_id=PORTFOLIO)
    token = await w.go("get_app_access_token", int(APP), "sandbox-app-secret")
    given = (int(APP), token, address, "sandbox-verify-token")
    await w.go("set_app_callback_url", *given, ["messages", "flows"])
    await w.go("override_waba_callback_url", address, "sandbox-verify-token")
    await w.go("delete_waba_callback_url")
    await w.go("override_phone_callback_url", address, "sandbox-verify-token")
    await w.go("delete_phone_callback_url")


async def _numbers(w: Walk) -> None:
    wanted: dict[str, Any] = {"phone_number": "2025550188", "verified_name": "Harbor"}
    # a mistake of pywa's: the platform calls it cc, pywa country_code
    await w.go("create_phone_number", country_calling_code=1, **wanted, mistake=100)
    _, made = await w.world.graph("POST", f"{WABA}/phone_numbers", {"cc": "1"} | wanted)
    await w.go("register_phone_number", "123456", phone_id=made["id"], refused=133006)
    code: dict[str, Any] = {"code_method": "SMS", "language_code": "en_US"}
    await w.go("request_verification_code", phone_id=made["id"], **code)
    await w.go("verify_phone_number", "123456", phone_id=made["id"])
    await w.go("register_phone_number", "123456", phone_id=made["id"])
    await w.go("deregister_phone_number", phone_id=made["id"])
    assert (await w.go("get_business_phone_number")).id == NUMBER
    assert len(list(await w.go("get_business_phone_numbers"))) == 3
    calling = calls.CallingSettings(status=calls.CallingSettingsStatus.ENABLED)
    await w.go("update_business_phone_number_settings", calling=calling)
    assert (await w.go("get_business_phone_number_settings")).calling.status == "ENABLED"
    await w.go("update_display_name", "Harbor & Pine Coffee")
    await w.go("update_business_profile", about="Coffee", industry=types.Industry.RETAIL)
    picture = sample("image", "beans")[1]
    await w.go("update_business_profile", profile_picture=picture)
    assert (await w.go("get_business_profile")).about == "Coffee"
    await w.go("update_commerce_settings", is_cart_enabled=False)
    assert (await w.go("get_commerce_settings")).is_cart_enabled is False
    commands = [types.Command(name="hours", description="Opening hours")]
    await w.go("update_conversational_automation", ["Where are you?"], commands)
    await w.go("set_business_public_key", new_key()[1])
    await w.go("set_username", "harbor.pine")
    assert (await w.go("get_current_username")).username == "harbor.pine"
    await w.go("get_reserved_usernames")
    await w.go("delete_username")


async def _people(w: Walk) -> None:
    made = await w.go("create_qr_code", "Hi there")
    assert (await w.go("get_qr_code", made.code)).prefilled_message == "Hi there"
    await w.go("update_qr_code", made.code, "Hello there")
    assert len(list(await w.go("get_qr_codes"))) == 1
    await w.go("delete_qr_code", made.code)
    blocked = await w.go("block_users", [PHONE])
    assert [user.wa_id for user in blocked.added_users] == [PHONE]
    await w.go("send_message", PHONE, "Are you there?", refused=130403)
    assert len(list(await w.go("get_blocked_users"))) == 1
    await w.go("unblock_users", [PHONE])


async def _calls(w: Walk) -> None:
    offer = calls.SessionDescription(sdp_type="offer", sdp="v=0")
    answer = calls.SessionDescription(sdp_type="answer", sdp="v=0")
    await w.go("get_call_permissions", PHONE, mistake="TypeError")  # a mistake of pywa's, before it asks
    await w.go("initiate_call", PHONE, offer, refused=138006)
    rung = await w.world.control("POST", "customers/ann/calls", {"permit": True, "number": NUMBER})
    await w.go("pre_accept_call", rung["id"], answer)
    await w.go("accept_call", rung["id"], answer)
    await w.go("terminate_call", rung["id"])
    again = await w.world.control("POST", "customers/ann/calls", {"number": NUMBER})
    await w.go("reject_call", again["id"])
    await w.go("initiate_call", PHONE, offer, mistake="KeyError")  # a mistake of pywa's: it looks for success


async def _groups(w: Walk) -> None:
    approval = groups.GroupJoinApprovalMode.APPROVAL_REQUIRED
    await w.go("create_group", subject="Tasters", join_approval_mode=approval)
    await w.world.idle()
    await w.go("get_groups", mistake="TypeError")  # a mistake of pywa's: the list is in data.groups
    _, listed = await w.world.graph("GET", f"{NUMBER}/groups")
    group = await w.go("get_group", listed["data"]["groups"][0]["id"])
    await w.go("get_group_invite_link", group.id)
    await w.go("reset_group_invite_link", group.id)
    for way in ("reject_group_join_requests", "approve_group_join_requests"):
        await w.world.control("POST", f"groups/{group.id}", {"do": "join", "customer": "ann"})
        asked = list(await w.go("get_group_join_requests", group.id))
        await w.go(way, group.id, [asked[0].id], mistake="KeyError")  # pywa's: the answer has no request_id
    sent = await w.go("send_message", group.id, "Welcome")
    await w.go("pin_message", group.id, sent.id, expiration_days=7)
    await w.go("unpin_message", group.id, sent.id)
    picture = sample("image", "beans")[1]
    await w.go("update_group_settings", group.id, subject="Tasting", profile_picture=picture)
    await w.go("remove_group_participants", group.id, [PHONE])
    await w.go("delete_group", group.id)


async def _signups(w: Walk) -> None:
    texts: dict[str, Any] = {
        "message": "News?",
        "confirmation_message": "Welcome",
        "privacy_policy_url": "https://a.example/p",
    }
    await w.go("create_signup", **texts, refused=100)
    made = await w.go("create_signup", **texts, accept_policy=True)
    await w.go(
        "get_signups", refused=100
    )  # a mistake of pywa's: it asks for a field that is called otherwise
    await w.go("update_signup", made.id, status="DISABLED", display_name="Autumn")
    assert (await w.go("get_signup", made.id)).display_name == "Autumn"
