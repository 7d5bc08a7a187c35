"""heyoo: its methods, in the order of its README."""

import contextlib
import io

from heyoo import WhatsApp
from tally import IMAGE, NUMBER, PHONE, WORLD, call, finish, turn_requests

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


def walk(wa: WhatsApp) -> None:
    call("send_message", wa.send_message, "Hello", PHONE)
    call("reply_to_message", wa.reply_to_message, WORLD["told"], PHONE, "Yes")
    call("send_reaction", wa.send_reaction, "👍", WORLD["told"], PHONE)
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
    call("download_media", wa.download_media, address, "image/jpeg", WORLD["folder"] + "/heyoo")
    call("delete_media", wa.delete_media, media_id)
    call("mark_as_read", wa.mark_as_read, WORLD["told"])
    call("send_button", wa.send_button, BUTTON, PHONE)
    call("send_reply_button", wa.send_reply_button, REPLIES, PHONE)
    text = {"messaging_product": "whatsapp", "to": PHONE, "type": "text", "text": {"body": "Hello"}}
    call("send_custom_json", wa.send_custom_json, text, PHONE)


turn_requests()
with contextlib.redirect_stdout(io.StringIO()):
    walk(WhatsApp(WORLD["token"], NUMBER))
finish()
