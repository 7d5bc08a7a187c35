"""What heyoo and the libraries that grew out of it have in common. See run.py."""

from typing import Any

from tally import IMAGE, PHONE, WORLD, call

BUTTON = {
    "header": "Header",
    "body": "Choose one",
    "footer": "Footer",
    "action": {"button": "Open", "sections": [{"title": "All", "rows": [{"id": "r1", "title": "One"}]}]},
}
REPLIES = {
    "type": "button",
    "body": {"text": "Choose one"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "A"}}]},
}
CONTACT = {"name": {"formatted_name": "Ann B", "first_name": "Ann"}, "phones": [{"phone": "+12025550117"}]}


def walk_shared(wa: Any) -> None:
    """The methods that go by the same name and take the same."""
    call("send_template", wa.send_template, "hello_world", PHONE, components=[], lang="en_US")
    call("send_location", wa.send_location, "37.5", "127.0", "Here", "Street 1", PHONE)
    call("send_image", wa.send_image, IMAGE, PHONE, caption="Look")
    call("send_sticker", wa.send_sticker, "https://example.com/a.webp", PHONE)
    call("send_audio", wa.send_audio, "https://example.com/a.mp3", PHONE)
    call("send_video", wa.send_video, "https://example.com/a.mp4", PHONE, caption="Pour")
    call("send_document", wa.send_document, "https://example.com/a.pdf", PHONE, caption="Read")
    call("send_contacts", wa.send_contacts, [CONTACT], PHONE)
    media = call("upload_media", wa.upload_media, WORLD["image"])
    media_id = (media or {}).get("id", "0")
    call("send_image by id", wa.send_image, media_id, PHONE, link=False)
    address = call("query_media_url", wa.query_media_url, media_id)
    call("download_media", wa.download_media, address, "image/jpeg", WORLD["folder"] + "/family")
    call("delete_media", wa.delete_media, media_id)
    call("send_button", wa.send_button, BUTTON, PHONE)
    call("send_reply_button", wa.send_reply_button, REPLIES, PHONE)
    text = {"messaging_product": "whatsapp", "to": PHONE, "type": "text", "text": {"body": "Hello"}}
    call("send_custom_json", wa.send_custom_json, text, PHONE)
