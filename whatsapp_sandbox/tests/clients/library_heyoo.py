"""heyoo: its methods."""

import contextlib
import io

from heyoo import WhatsApp
from heyoo_family import walk_shared
from tally import NUMBER, PHONE, WORLD, call, finish, turn_requests


def walk(wa: WhatsApp) -> None:
    call("send_message", wa.send_message, "Hello", PHONE)
    call("reply_to_message", wa.reply_to_message, WORLD["told"], PHONE, "Yes")
    call("send_reaction", wa.send_reaction, "👍", WORLD["told"], PHONE)
    call("mark_as_read", wa.mark_as_read, WORLD["told"])
    walk_shared(wa)


turn_requests()
with contextlib.redirect_stdout(io.StringIO()):
    walk(WhatsApp(WORLD["token"], NUMBER))
finish()
