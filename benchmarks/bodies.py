"""Webhook bodies and whole HTTP requests, made and signed before anything is measured."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator
from dataclasses import dataclass

CONTACTS = 1_000
"""+44 7700 900000 to 900999: the mobile numbers that Ofcom keeps for drama"""
NUMBER_ID = "100000000000201"
_ACCOUNT_ID = "100000000000101"
_TEXT = (
    "Hello! I ordered the large oak desk organizer and two of the linen notebooks last week, and the parcel "
    "page has said \\u201cwith the carrier\\u201d since Tuesday. Could you look up where it is? I am away from "
    "Friday, so if it cannot come before then, please have it held at the pick-up point on Mill Lane. "
    "Also, do the notebooks come in dark green by now? My sister would like two of them for her birthday, "
    "which is on the fourteenth. Thanks a lot for your help, and have a good day! Message"
)
_BODY = (
    '{"object":"whatsapp_business_account","entry":[{"id":"%(account)s","changes":[{"value":{'
    '"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550100201",'
    '"phone_number_id":"%(number)s"},"contacts":[{"profile":{"name":"Customer %(person)03d"},'
    '"wa_id":"447700900%(person)03d","user_id":"GB.1300000000000%(person)03d"}],"messages":[{'
    '"from":"447700900%(person)03d","from_user_id":"GB.1300000000000%(person)03d","id":"%(message)s",'
    '"timestamp":"%(at)d","text":{"body":"%(text)s %(index)d"},"type":"text"}]},"field":"messages"}]}]}'
)
_HEAD = (
    "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n"
    "Content-Type: application/json\r\nContent-Length: %d\r\nX-Hub-Signature-256: sha256=%s\r\n\r\n"
)


@dataclass(frozen=True)
class Target:
    """Where requests go: a web server on this machine, the path of the webhook, and the app secret."""

    port: int
    path: str
    secret: str
    number_id: str = NUMBER_ID


def person_phone(person: int) -> str:
    return f"+447700900{person % CONTACTS:03d}"


def message_id(run: str, index: int) -> str:
    """As long as the platform's; ``run`` (hexadecimal) keeps runs apart."""
    return f"wamid.HBgMNDQ3NzAwOTAwMDAwFQIAEhgW{run}{index:08X}AA=="


def build_body(index: int, run: str, number_id: str = NUMBER_ID) -> bytes:
    """About 1,100 bytes, from one of ``CONTACTS`` people."""
    values = {
        "account": _ACCOUNT_ID,
        "number": number_id,
        "person": index % CONTACTS,
        "message": message_id(run, index),
        "at": int(time.time()),
        "text": _TEXT,
        "index": index,
    }
    return (_BODY % values).encode()


def build_requests(target: Target, run: str, count: int, first: int = 0) -> Iterator[bytes]:
    secret, host = target.secret.encode(), f"127.0.0.1:{target.port}"
    for index in range(first, first + count):
        body = build_body(index, run, target.number_id)
        signature = hmac.digest(secret, body, hashlib.sha256).hex()
        yield (_HEAD % (target.path, host, len(body), signature)).encode() + body
