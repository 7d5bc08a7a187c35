"""whatsapp-python: its synchronous methods."""

import contextlib
import io

from tally import IMAGE, NUMBER, PHONE, WORLD, call, finish, turn_requests
from whatsapp import Message, WhatsApp

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
TOLD = {"from": PHONE, "id": WORLD["told"], "timestamp": "1", "type": "text", "text": {"body": "Hi"}}
INBOUND = {
    "entry": [
        {
            "changes": [
                {
                    "field": "messages",
                    "value": {
                        "metadata": {"phone_number_id": NUMBER},
                        "contacts": [{"wa_id": PHONE, "profile": {"name": "Ann"}}],
                        "messages": [TOLD],
                    },
                }
            ]
        }
    ]
}


def walk(wa: WhatsApp) -> None:
    call("Message.send", lambda: wa.create_message(to=PHONE, content="Hello").send())
    told = Message(data=INBOUND, instance=wa)
    call("Message.reply", told.reply, "Yes")
    call("Message.react", told.react, "👍")
    call("Message.mark_as_read", told.mark_as_read)
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
    call("download_media", wa.download_media, address, "image/jpeg", WORLD["folder"] + "/pwhat")
    call("delete_media", wa.delete_media, media_id)
    call("send_button", wa.send_button, BUTTON, PHONE)
    call("send_reply_button", wa.send_reply_button, REPLIES, PHONE)
    text = {"messaging_product": "whatsapp", "to": PHONE, "type": "text", "text": {"body": "Hello"}}
    call("send_custom_json", wa.send_custom_json, text, PHONE)


turn_requests()
with contextlib.redirect_stdout(io.StringIO()):
    given = {"token": WORLD["token"], "phone_number_id": {1: NUMBER}, "version": "v20.0"}
    walk(WhatsApp(update_check=False, logger=False, debug=False, **given))
finish()
