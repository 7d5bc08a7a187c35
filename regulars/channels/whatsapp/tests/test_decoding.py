"""From bytes to a tree that is safe to store."""

from __future__ import annotations

import json

import orjson
import pytest

from regulars.channels.whatsapp.payloads import (
    NotJSON,
    TooDeep,
    load_body,
    parse_payload,
)
from regulars.inboxes.ports import (
    InboundMessage,
    Rejected,
)

from .bodies import (
    ANNA_REF,
    RECEIVED_AT,
    body,
    from_anna,
    message,
    only,
)


def test_nul_and_lone_surrogates_are_replaced_in_the_copy():
    raw = orjson.dumps(from_anna(message("text", {"body": "BODY"}))).replace(
        b"BODY", rb"a\u0000b\ud83dc\ud83d\ude00"
    )
    (update,) = parse_payload(raw, RECEIVED_AT)
    assert isinstance(update, InboundMessage)
    assert update.text == "a\ufffdb\ufffdc😀"


def test_nul_in_keys_and_numbers_beyond_json_are_stored_safely():
    assert load_body(rb'{"a\u0000": NaN, "b": [1e999, "\u0000"], "c": -Infinity}') == {
        "a\ufffd": None,
        "b": [float("inf"), "\ufffd"],
        "c": None,
    }


def test_integers_are_never_rounded():
    assert load_body(b'{"id": 123456789012345678901234567890}') == {"id": 123456789012345678901234567890}
    assert load_body(b'{"id": ' + b"9" * 5000 + b"}") == {"id": "9" * 5000}


@pytest.mark.parametrize("raw", [b"", b"not json", b"{", b"\xff\xfe", b"[1,]"])
def test_no_json_is_said_so(raw):
    with pytest.raises(NotJSON):
        load_body(raw)
    assert [type(update) for update in parse_payload(raw, RECEIVED_AT)] == [Rejected]


@pytest.mark.parametrize("inner", [b"1", rb'"\ud800"'])
def test_bottomless_json_is_said_so(inner):
    raw = b"[" * 2000 + inner + b"]" * 2000
    with pytest.raises(TooDeep):
        load_body(raw)
    (update,) = parse_payload(raw, RECEIVED_AT)
    assert isinstance(update, Rejected)
    assert update.reason == "too_deep"


def test_deep_but_readable_bodies_are_read():
    deep = json.loads("[" * 900 + "]" * 900)
    update = only(body({"deep": deep}, field="brand_new"))
    assert (update.kind, len(update.dedup_key)) == ("unknown", 64)


def test_a_byte_order_mark_is_no_reason_to_lose_a_message():
    raw = b"\xef\xbb\xbf" + json.dumps(from_anna(message("text"))).encode()
    (update,) = parse_payload(raw, RECEIVED_AT)
    assert isinstance(update, InboundMessage)
    assert update.contact == ANNA_REF
