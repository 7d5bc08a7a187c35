"""An independent client, pywa, sends every kind it knows through the sandbox and manages templates, media and groups.

pywa fixes its base address in its constructor, so the transport of its session is turned to the sandbox instead;
that also catches the one call that goes to another host of the platform.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from whatsapp_sandbox.pictures import sample
from whatsapp_sandbox.tests.conftest import NUMBER, WABA, World

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pywa: Any = pytest.importorskip("pywa", reason="pywa is a test-only client and is not installed")
    errors: Any = pytest.importorskip("pywa.errors")
    types: Any = pytest.importorskip("pywa.types")
    t: Any = pytest.importorskip("pywa.types.templates")

PHONE = "12025550117"
IMAGE = "https://example.com/a.jpg"


class Turned(httpx.HTTPTransport):
    """Sends requests for any host to the sandbox."""

    def __init__(self, url: str) -> None:
        super().__init__(verify=False)  # plain HTTP on the loopback; loading certificates takes half a second
        self._target = httpx.URL(url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host=self._target.host, port=self._target.port)
        request.headers["Host"] = f"{self._target.host}:{self._target.port}"
        return super().handle_request(request)


@pytest.fixture
async def wa(open_world: World) -> AsyncIterator[Any]:
    await open_world.switch(
        rates={"messages_per_second": None, "pair_seconds": None}, answers={"us_marketing": True}
    )
    session = httpx.Client(transport=Turned(open_world.url))
    client = pywa.WhatsApp(
        phone_id=NUMBER, token="sandbox-token", waba_id=WABA, session=session, app_id="100000000000001"
    )
    yield client
    await asyncio.to_thread(session.close)


def rows() -> Any:
    row = types.SectionRow(title="One", callback_data="r1", description="first")
    return types.SectionList(button_title="Open", sections=[types.Section(title="All", rows=[row])])


def person() -> Any:
    name = types.Contact.Name(formatted_name="Ann B", first_name="Ann")
    return types.Contact(name=name, phones=[types.Contact.Phone(phone="+12025550117", type="WORK")])


def cards() -> list[Any]:
    button = types.URLButton(title="Open", url="https://a.example")
    return [types.ImageCarouselCard(image=IMAGE, body=f"Card {index}", buttons=button) for index in range(2)]


SENDS: dict[str, Callable[[Any], Any]] = {
    "text": lambda wa: wa.send_message(PHONE, "Hello", preview_url=True, tracker="ours"),
    "buttons": lambda wa: wa.send_message(
        PHONE, "Choose", header="H", footer="F", buttons=[types.Button("A", "a")]
    ),
    "list": lambda wa: wa.send_message(PHONE, "Choose", buttons=rows()),
    "link button": lambda wa: wa.send_message(
        PHONE, "See", buttons=types.URLButton(title="Go", url="https://a.example")
    ),
    "voice call": lambda wa: wa.send_message(PHONE, "Call us", buttons=types.VoiceCallButton(title="Call")),
    "call permission": lambda wa: wa.send_message(
        PHONE, "May we call?", buttons=types.CallPermissionRequestButton()
    ),
    "flow": lambda wa: wa.send_message(
        PHONE,
        "Fill in",
        buttons=types.FlowButton(
            title="Start",
            flow_id="1",
            flow_token="t",
            flow_action_type=types.FlowActionType.NAVIGATE,
            flow_action_screen="A",
        ),
    ),
    "image": lambda wa: wa.send_image(PHONE, IMAGE, caption="Look"),
    "image by bytes": lambda wa: wa.send_image(PHONE, sample("image", "kettle")[1], mime_type="image/jpeg"),
    "image with buttons": lambda wa: wa.send_image(
        PHONE, IMAGE, caption="Look", buttons=[types.Button("A", "a")]
    ),
    "video": lambda wa: wa.send_video(PHONE, sample("video", "")[1], mime_type="video/mp4", caption="Pour"),
    "document": lambda wa: wa.send_document(
        PHONE, sample("document", "")[1], filename="a.pdf", mime_type="application/pdf"
    ),
    "audio": lambda wa: wa.send_audio(PHONE, "https://example.com/a.mp3"),
    "voice": lambda wa: wa.send_voice(PHONE, sample("audio", "voice-en")[1], mime_type="audio/ogg"),
    "sticker": lambda wa: wa.send_sticker(PHONE, sample("sticker", "thanks")[1], mime_type="image/webp"),
    "location": lambda wa: wa.send_location(PHONE, 37.5, 127.0, name="Here"),
    "ask location": lambda wa: wa.request_location(PHONE, "Where are you?"),
    "ask number": lambda wa: wa.request_contact_info(PHONE, "Your number?"),
    "contact": lambda wa: wa.send_contact(PHONE, person()),
    "catalog": lambda wa: wa.send_catalog(PHONE, "Our shop"),
    "product": lambda wa: wa.send_product(PHONE, catalog_id="1", sku="p1", body="This one"),
    "products": lambda wa: wa.send_products(
        PHONE, "1", [types.ProductsSection(title="A", skus=["p1", "p2"])], title="Shop", body="All"
    ),
    "carousel with quick replies": lambda wa: wa.send_carousel(
        PHONE,
        body="Swipe",
        cards=[
            types.ImageCarouselCard(image=IMAGE, buttons=[types.Button("Yes", f"y{index}")])
            for index in range(2)
        ],
    ),
    "carousel": lambda wa: wa.send_carousel(PHONE, body="Swipe", cards=cards()),
}


@pytest.mark.parametrize("name", SENDS)
async def test_every_kind_is_sent_delivered_and_read(open_world: World, wa: Any, name: str) -> None:
    sent = await asyncio.to_thread(SENDS[name], wa)
    await open_world.idle()
    message = await open_world.control("GET", f"messages/{sent.id}")
    assert (message["customer"], message["status"] in ("read", "played")) == ("ann", True)
    names = [status["status"] for status in open_world.receiver.statuses(sent.id)]
    assert names[:3] == ["sent", "delivered", "read"]


async def test_reactions_receipts_and_replies(open_world: World, wa: Any) -> None:
    told = (await open_world.say("hello"))["id"]
    await asyncio.to_thread(wa.send_reaction, PHONE, "👍", told)
    assert (await open_world.control("GET", f"messages/{told}"))["reactions"] == {"business": "👍"}
    await asyncio.to_thread(wa.remove_reaction, PHONE, told)
    assert (await asyncio.to_thread(wa.indicate_typing, told)).success is True
    assert (await open_world.control("GET", f"messages/{told}"))["status"] == "read"
    reply = await asyncio.to_thread(lambda: wa.send_message(PHONE, "Yes", reply_to_message_id=told))
    assert (await open_world.control("GET", f"messages/{reply.id}"))["context"] == {"message_id": told}


async def test_templates(open_world: World, wa: Any) -> None:
    body = t.BodyText("Hello {{name}}, your order is ready for you.", name="Ann")
    template = t.Template(
        name="pywa_hello",
        language=t.TemplateLanguage.ENGLISH,
        category=t.TemplateCategory.UTILITY,
        components=[body],
        parameter_format=t.ParamFormat.NAMED,
    )
    made = await asyncio.to_thread(wa.create_template, template)
    await open_world.idle()
    found = await asyncio.to_thread(wa.get_template, made.id)
    assert (found.name, found.status) == ("pywa_hello", t.TemplateStatus.APPROVED)
    sent = await asyncio.to_thread(
        lambda: wa.send_template(
            PHONE, name="pywa_hello", language=t.TemplateLanguage.ENGLISH, params=[body.params(name="Bo")]
        )
    )
    shown = await open_world.control("GET", f"messages/{sent.id}")
    assert shown["template"]["body"] == "Hello Bo, your order is ready for you."
    listed = await asyncio.to_thread(wa.get_templates)
    assert listed.total_count == len(open_world.sandbox.templates)
    assert len(list(await asyncio.to_thread(wa.get_flows))) == 0
    assert (await asyncio.to_thread(wa.delete_template, "pywa_hello")).success is True


async def test_media(open_world: World, wa: Any) -> None:
    data = sample("image", "beans")[1]
    media = await asyncio.to_thread(lambda: wa.upload_media(data, mime_type="image/jpeg", filename="a.jpg"))
    about = await asyncio.to_thread(wa.get_media_url, media.id)
    assert about.file_size == len(data)
    assert await asyncio.to_thread(wa.get_media_bytes, about.url) == data
    assert (await asyncio.to_thread(wa.delete_media, media.id)).success is True


async def test_account_and_profile(open_world: World, wa: Any) -> None:
    number = await asyncio.to_thread(wa.get_business_phone_number)
    assert number.id == NUMBER
    await asyncio.to_thread(lambda: wa.update_business_profile(about="Coffee"))
    assert (await asyncio.to_thread(wa.get_business_profile)).about == "Coffee"
    made = await asyncio.to_thread(lambda: wa.create_qr_code("Hi there"))
    assert (await asyncio.to_thread(wa.get_qr_code, made.code)).prefilled_message == "Hi there"
    blocked = await asyncio.to_thread(lambda: wa.block_users([PHONE]))
    assert [user.wa_id for user in blocked.added_users] == [PHONE]


async def test_errors_arrive_as_typed_errors(open_world: World, wa: Any) -> None:
    await open_world.control("POST", "faults", {"code": 131056, "remaining": 1})
    with pytest.raises(errors.WhatsAppError) as refusal:
        await asyncio.to_thread(wa.send_message, PHONE, "x")
    assert refusal.value.code == 131056
