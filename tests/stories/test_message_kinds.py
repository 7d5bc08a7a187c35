"""Every kind of message as an agent sees it, and what can be done when an answer did not arrive."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from regulars.media.tests.making import png_bomb
from tests.running.product import Product

from .customers import Customer
from .desks import OWNER, Desk, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CARD = {
    "name": {"formatted_name": "Dana Brooks", "first_name": "Dana"},
    "phones": [{"phone": "+1 202-555-0177", "wa_id": "12025550177", "type": "CELL"}],
    "emails": [{"email": "dana@example.com", "type": "WORK"}],
    "org": {"company": "Brooks & Co"},
}
PLACE = {"latitude": 59.3293, "longitude": 18.0686, "name": "Roastery", "address": "Harbor street 4"}
ORDER = {
    "catalog_id": "500000000000001",
    "text": "Two of these",
    "product_items": [
        {"product_retailer_id": "beans-1kg", "quantity": 2, "item_price": 24.5, "currency": "EUR"}
    ],
}
LOADED = "img => img.complete && img.naturalWidth > 0"


@pytest.fixture(scope="module")
def sender(product: Product) -> Customer:
    customer = Customer(product, "Noor Everything")
    customer.says("plain *bold* _slanted_ https://example.com/a")
    customer.sends("image", {"sample": "parcel", "caption": "the parcel"})
    customer.sends("image", {"sample": "beans"})
    customer.sends("video", {"sample": "pour-over"})
    customer.sends("audio", {"sample": "voice-en"})
    customer.sends(
        "document", {"sample": "purchase-order", "filename": "PO-2207.pdf", "caption": "our order"}
    )
    customer.sends("sticker", {"sample": "thanks"})
    customer.sends("location", PLACE)
    customer.sends("contacts", [CARD])
    customer.sends("order", ORDER)
    customer.sends("unsupported", None, subtype="poll_creation")
    customer.sends("hologram", {"depth": 3})
    edited = customer.says("we need 3")
    customer.sends("edit", _edit(edited, "we need 4"))
    gone = customer.says("wrong chat, sorry")
    customer.sends("revoke", {"original_message_id": gone})
    liked = customer.says("please react to me")
    customer.sends("reaction", {"message_id": liked, "emoji": "🎉"})
    customer.quotes(liked, "with a cake, please")
    customer.says("passed on", context={"forwarded": True})
    return customer


def _edit(target: str, text: str) -> dict[str, Any]:
    return {"original_message_id": target, "message": {"type": "text", "text": {"body": text}}}


@pytest.fixture
def desk(desks: Desks, sender: Customer) -> Desk:
    opened = desks.open(OWNER)
    opened.choose(sender)
    expect(opened.bubbles("passed on")).to_have_count(1)
    return opened


def _kind(desk: Desk, kind: str) -> Locator:
    return desk.page.locator(f"message-thread .message[data-kind='{kind}']")


def test_every_kind_is_shown(desk: Desk):
    text = desk.page.locator(".bubble", has_text="plain bold slanted").locator(".text")
    assert text.locator("strong, i").all_inner_texts() == ["bold", "slanted"]
    expect(text.locator("a")).to_have_attribute("href", "https://example.com/a")
    expect(_kind(desk, "image").locator("[data-lightbox] img")).to_have_count(2)
    for picture in _kind(desk, "image").locator("img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate(LOADED) is True
    expect(_kind(desk, "image").filter(has_text="the parcel")).to_have_count(1)
    expect(_kind(desk, "video").locator("video")).to_have_attribute("controls", "")
    expect(_kind(desk, "sticker").locator("img")).to_have_js_property("complete", True)
    expect(_kind(desk, "location").locator("a")).to_have_attribute(
        "href", re.compile(r"mlat=59\.3293&mlon=18\.0686")
    )
    expect(_kind(desk, "location")).to_contain_text("Roastery")
    expect(_kind(desk, "contacts")).to_contain_text("Dana Brooks")
    expect(_kind(desk, "contacts")).to_contain_text("+1 202-555-0177")
    expect(_kind(desk, "contacts")).to_contain_text("dana@example.com")
    expect(_kind(desk, "order").locator(".order-lines tbody")).to_have_text(
        re.compile(r"2 × beans-1kg\s*€24.50 each\s*€49.00")
    )
    expect(_kind(desk, "order")).to_contain_text("Two of these")
    expect(desk.page.locator(".message", has_text="poll_creation")).to_contain_text("(131051)")
    expect(desk.page.locator(".message", has_text="hologram")).to_have_count(1)


def test_a_bomb_is_a_card_to_download_and_never_a_picture(desks: Desks, product: Product):
    customer = Customer(product, "Bo Bomb")
    customer.says("what does it look like?")
    desk = desks.open(OWNER)
    desk.choose(customer)
    bomb = {"file": ("plan.png", png_bomb(50_000), "image/png")}
    media_id = product.api("POST", "/media", files=bomb).json()["id"]
    (conversation,) = product.api("GET", "/conversations?q=Bo+Bomb").json()["items"][:1]
    product.api(
        "POST", f"/conversations/{conversation['id']}/messages", json={"kind": "image", "media_id": media_id}
    ).raise_for_status()
    card = desk.page.locator("message-thread [data-unshown]")
    expect(card).to_contain_text("50000 × 50000")
    expect(card).to_have_attribute("href", f"/media/{media_id}?download=1")
    expect(desk.page.locator(f"img[src*='{media_id}']")).to_have_count(0)


def test_media_can_be_looked_at_and_taken(desk: Desk):
    first = _kind(desk, "image").locator("[data-lightbox]").first
    first.click()
    box = desk.page.locator("dialog.lightbox")
    expect(box).to_be_visible()
    shown = box.locator("img")
    expect(shown).to_have_js_property("complete", True)
    one = shown.get_attribute("src")
    desk.page.keyboard.press("ArrowRight")
    assert shown.get_attribute("src") != one
    desk.page.keyboard.press("ArrowRight")
    assert shown.get_attribute("src") == one
    desk.page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    with desk.page.expect_download() as taken:
        _kind(desk, "document").locator("a").click()
    assert taken.value.suggested_filename == "PO-2207.pdf"
    assert taken.value.path().read_bytes()[:5] == b"%PDF-"


def test_a_voice_note_plays_and_changes_its_speed(desk: Desk):
    note = _kind(desk, "audio").locator("voice-note")
    note.scroll_into_view_if_needed()
    expect(note.locator(".voice-time")).not_to_have_text("0:00")
    note.get_by_role("button", name="Play").click()
    expect(note.get_by_role("button", name="Pause")).to_be_visible()
    note.locator(".speed").click()
    expect(note.locator(".speed")).to_have_text("1.5×")
    note.get_by_role("button", name="Pause").click()
    expect(note.get_by_role("button", name="Play")).to_be_visible()


def test_what_changed_later_shows_its_history(desk: Desk):
    edited = desk.bubbles("we need 4")
    expect(edited).to_have_count(1)
    edited.get_by_role("button", name="edited").click()
    expect(edited.locator(".earlier-texts")).to_contain_text("we need 3")
    gone = desk.page.locator("message-thread .message.deleted")
    expect(gone).to_contain_text("Deleted by the contact")
    expect(gone).to_contain_text("wrong chat, sorry")
    expect(desk.bubbles("please react to me").locator(".reaction")).to_contain_text("🎉")
    expect(desk.page.locator(".message", has_text="passed on")).to_contain_text("Forwarded")


def test_a_thread_is_walked_by_quotes_and_days_and_leaves_out_what_nobody_wants(desk: Desk):
    answer = desk.bubbles("with a cake, please")
    expect(answer.locator(".quote-text")).to_have_text("please react to me")
    answer.locator(".quote").click()
    expect(desk.bubbles("please react to me")).to_be_focused()
    desk.page.keyboard.press("Escape")
    expect(answer).to_be_focused()

    shows = desk.page.get_by_role("button", name="What the thread shows")
    shows.click()
    desk.page.keyboard.press("Tab")
    day = desk.page.get_by_label("Go to a day")
    day.fill(day.get_attribute("max") or "")
    day.press("Enter")
    expect(desk.page.locator("message-thread .message").first).to_be_focused()

    thread = desk.page.locator("message-thread")
    thread.evaluate(_TELL_CHANGES)
    run = thread.get_by_role("button", name="3 changes")
    expect(run).to_have_attribute("aria-expanded", "false")
    expect(thread.get_by_text("change 2")).to_be_hidden()
    run.click()
    expect(thread.get_by_text("change 2")).to_be_visible()
    expect(run).to_be_focused()
    shows.click()
    desk.page.get_by_role("menuitemradio", name="Messages only").click()
    expect(run).to_be_hidden()
    expect(thread.get_by_text("change 2")).to_be_hidden()
    expect(answer).to_be_visible()


_TELL_CHANGES = """thread => [1, 2, 3].forEach((each) => thread.receive(
  `<li class="system-line" id="activity-${each}" data-kind="activity" data-at="2999-01-01T00:00:00Z"
    data-position="2999010100000000000${each}-">change ${each}</li>`))"""


def test_a_failed_answer_says_why_and_what_to_do(desks: Desks, product: Product):
    sami = Customer(product, "Sami Berg")
    sami.says("Hello")
    product.control("PATCH", f"customers/{sami.id}", {"refuse_code": 131026})
    desk = desks.open(OWNER)
    desk.choose(sami)
    failed = desk.reply("Are you there?")
    problem = failed.locator(".message-problem")
    expect(problem.locator("strong")).to_have_text(re.compile("^Not delivered: .+"))
    expect(problem.locator(".message-explanation")).to_have_text(re.compile(r"\w+ .*\. \w+"))
    expect(failed.locator(".ticks")).to_have_attribute("data-status", "failed")
    problem.locator("summary").click()
    expect(problem.locator("details")).to_contain_text("131026")
    product.control("PATCH", f"customers/{sami.id}", {"refuse_code": None})
    problem.get_by_role("button", name="Send again").click()
    sami.gets("Are you there?")
    expect(desk.page.locator("message-thread .message.out:not(.failed) .ticks")).to_have_attribute(
        "data-status", "delivered"
    )
    expect(problem.get_by_role("button")).to_have_count(1)


def test_an_unknown_result_waits_for_a_decision(desks: Desks, product: Product):
    tara, ugo = Customer(product, "Tara Singh"), Customer(product, "Ugo Bianchi")
    desk = desks.open(OWNER)
    product.control("POST", "faults", {"kind": "html", "on": "messages"})
    try:
        for customer in (tara, ugo):
            customer.says("Hello")
            desk.choose(customer)
            unknown = desk.reply("Did this arrive?")
            problem = unknown.locator(".message-problem strong")
            expect(problem).to_have_text("It is not known whether this was sent")
            expect(desk.ticks("Did this arrive?")).to_have_attribute("data-status", "unknown")
            assert customer.received() == []
    finally:
        product.control("DELETE", "faults")
    unknown = desk.bubbles("Did this arrive?")
    unknown.get_by_role("button", name="Mark as sent").click()
    expect(desk.ticks("Did this arrive?")).to_have_attribute("data-status", re.compile("accepted|sent"))
    expect(desk.page.locator("message-thread .message-problem")).to_have_count(0)
    assert ugo.received() == []

    desk.choose(tara)
    desk.page.locator("message-thread").get_by_role("button", name="Send again").click()
    tara.gets("Did this arrive?")
    expect(desk.page.locator("message-thread .message.out .ticks").last).to_have_attribute(
        "data-status", "delivered"
    )
    expect(desk.page.locator("message-thread .message-problem")).to_have_count(0)
    assert tara.texts() == ["Did this arrive?"]


@pytest.mark.parametrize(
    ("extra", "values", "shown"),
    [
        ("buttons", {"button": "Tomorrow"}, "Tomorrow"),
        (
            "list",
            {"list_button": "Choose a day", "row": "Monday", "row_description": "early"},
            "Choose a day",
        ),
        ("cta_url", {"url_text": "See the shop", "url": "https://example.com/"}, "See the shop"),
    ],
)
def test_what_can_be_tapped_reaches_the_phone(
    desks: Desks, product: Product, extra: str, values: dict[str, str], shown: str
):
    wei = Customer(product, f"Wei Lin ({extra})")
    wei.says("When can I come?")
    desk = desks.open(OWNER)
    desk.choose(wei)
    desk.page.get_by_role("button", name="Buttons, list, location, contact").click()
    desk.page.locator(f"[data-extra={extra}]").click()
    for name, value in values.items():
        desk.page.locator(f".composer-extra [name={name}]").first.fill(value)
    for _ in ("to the text", "to the list"):
        desk.page.keyboard.press("Escape")
    expect(desk.page.locator(".composer-extra")).to_have_count(0)
    desk.choose(wei)
    desk.reply("Which day?")
    phone = desks.stranger()
    phone.goto(wei.phone_url)
    expect(phone.page.locator(".choices")).to_have_text(shown)
    expect(phone.page.locator(".msg:not(.msg-mine) .text")).to_have_text("Which day?")
    if extra == "buttons":
        phone.page.locator(".choices button").click()
        expect(desk.page.locator("message-thread .message.in .text").last).to_have_text("Tomorrow")


def test_a_file_goes_to_the_phone_and_one_too_large_is_refused_at_once(desks: Desks, product: Product):
    zara = Customer(product, "Zara Iqbal")
    zara.says("May I see the roast?")
    desk = desks.open(OWNER)
    desk.choose(zara)
    chooser = desk.page.locator("message-composer input[type=file]").first
    picture = {"name": "too large.png", "mimeType": "image/png", "buffer": bytes(5 * 1024 * 1024 + 1)}
    chooser.set_input_files(picture)  # type: ignore[arg-type]  # its fields are those that it wants
    expect(desk.page.locator(".composer-problem").first).to_contain_text("may have up to 5 MB")
    expect(desk.page.locator(".attachment")).to_have_count(0)
    desk.attach(product_picture())
    desk.composer.fill("Here it is")
    desk.composer.press("Enter")
    image = desk.page.locator("message-thread .message.out[data-kind=image]")
    expect(image.locator("img")).to_have_count(1)
    expect(image.locator(".ticks")).to_have_attribute("data-status", "delivered")
    phone = desks.stranger()
    phone.goto(zara.phone_url)
    expect(phone.page.locator(".msg:not(.msg-mine) img.picture")).to_have_js_property("complete", True)
    expect(phone.page.locator(".msg:not(.msg-mine) .text")).to_have_text("Here it is")


def product_picture() -> str:
    """A real photo, from the sandbox's samples."""
    from whatsapp_sandbox.pictures import __file__ as pictures

    return str(pictures).replace("pictures.py", "samples/kettle.jpg")
