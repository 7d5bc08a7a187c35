"""whatsapp-python: its synchronous methods."""

import contextlib
import io

from heyoo_family import walk_shared
from tally import NUMBER, PHONE, WORLD, call, finish, turn_requests
from whatsapp import Message, WhatsApp

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
    walk_shared(wa)


turn_requests()
with contextlib.redirect_stdout(io.StringIO()):
    given = {"token": WORLD["token"], "phone_number_id": {1: NUMBER}, "version": "v20.0"}
    walk(WhatsApp(update_check=False, logger=False, debug=False, **given))
finish()
