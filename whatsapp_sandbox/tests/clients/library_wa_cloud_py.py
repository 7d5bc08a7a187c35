"""wa-cloud-py: its methods."""

from tally import IMAGE, NUMBER, PHONE, WORLD, call, finish, turn_requests
from wa_cloud_py import WhatsApp
from wa_cloud_py.components.conversational import Command
from wa_cloud_py.components.messages import CatalogSection, ImageHeader, ListSection, ReplyButton, SectionRow


def walk(wa: WhatsApp) -> None:
    call("send_text", wa.send_text, PHONE, "Hello")
    call("send_text as a reply", wa.send_text, PHONE, "Yes", context_message_id=WORLD["told"])
    call("send_reaction", wa.send_reaction, PHONE, WORLD["told"], "👍")
    call("send_location", wa.send_location, PHONE, "Here", "Street 1", 37.5, 127.0)
    call("send_location_request", wa.send_location_request, PHONE, "Where?")
    call("send_image", wa.send_image, PHONE, IMAGE, caption="Look")
    call("send_video", wa.send_video, PHONE, "https://example.com/a.mp4", caption="Pour")
    call("send_audio", wa.send_audio, PHONE, "https://example.com/a.mp3")
    call(
        "send_document",
        wa.send_document,
        PHONE,
        "https://example.com/a.pdf",
        caption="Read",
        filename="a.pdf",
    )
    call("download_media", wa.download_media, WORLD["media"], "beans", save_path=WORLD["folder"])
    buttons = [ReplyButton(id="a", title="A")]
    call("send_interactive_buttons", wa.send_interactive_buttons, PHONE, "Choose", buttons)
    with_picture = {"header": ImageHeader(url=IMAGE), "footer": "Footer"}
    call(
        "send_interactive_buttons with a picture",
        wa.send_interactive_buttons,
        PHONE,
        "?",
        buttons,
        **with_picture,
    )
    sections = [ListSection(title="All", rows=[SectionRow(id="r1", title="One", description="first")])]
    call("send_interactive_list", wa.send_interactive_list, PHONE, "Choose", "Open", sections)
    call("send_cta_url", wa.send_cta_url, PHONE, "Go", "https://a.example", "See")
    call("send_catalog", wa.send_catalog, PHONE, "Shop")
    call("send_catalog_product", wa.send_catalog_product, PHONE, "p1", "1", "This one")
    shelves = [CatalogSection(title="A", retailer_product_ids=["p1"])]
    call("send_catalog_product_list", wa.send_catalog_product_list, PHONE, "1", "Shop", "All", shelves)
    call("mark_as_read", wa.mark_as_read, WORLD["told"])
    profile = {"about": "Coffee", "email": "us@shop.example", "vertical": "RETAIL"}
    call("update_business_profile", wa.update_business_profile, websites=["https://shop.example"], **profile)
    call("update_cart_status", wa.update_cart_status, False)
    call("update_catalog_status", wa.update_catalog_status, True)
    call("get_commerce_settings", wa.get_commerce_settings)
    commands = [Command(name="hours", description="Opening hours")]
    automation = {"prompts": ["Where?"], "commands": commands}
    call("update_conversational_automation", wa.update_conversational_automation, **automation)
    call("get_conversational_automation", wa.get_conversational_automation)


turn_requests()
walk(WhatsApp(WORLD["token"], NUMBER, verbose=False))
finish()
