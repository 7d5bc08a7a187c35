"""What comes to the webhook door besides good deliveries, each over real HTTP, and what the door must say."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import override_settings

from regulars.kernel.crypto import encrypt
from regulars.kernel.ids import new_secret
from tests.running.bodies import AT, change, envelope, message, person, phone_of, stored_ids, written
from tests.running.ledgers import read_ledger, wait_until_read
from tests.running.product import Product
from tests.running.webhooks import encode, headers_for, post, sign

LARGEST = 4 * 1024 * 1024


pytestmark = pytest.mark.usefixtures("the_ledger_adds_up_and_nobody_died")


def rejected(product: Product, reason: str) -> int:
    return int(wait_until_read(product)["inbound"]["rejected"].get(reason, 0))


def padded(key: str, size: int) -> bytes:
    raw = encode(written(key, 1))
    return raw + b" " * (size - len(raw))


def text_of(product: Product, key: str) -> str:
    rows = product.sql("SELECT text FROM conversations_message WHERE provider_id = %s", f"wamid.{key}")
    assert len(rows) == 1
    return str(rows[0][0])


# ---------------------------------------------------------------- size


def test_four_megabytes_are_taken(product: Product):
    assert post(product, padded("largest", LARGEST)).status_code == 200
    wait_until_read(product)
    assert stored_ids(product, "largest") == ["largest"]


def test_one_byte_more_is_refused_and_counted(product: Product):
    before = rejected(product, "too-large")
    assert post(product, padded("too.large", LARGEST + 1)).status_code == 413
    assert rejected(product, "too-large") == before + 1
    assert stored_ids(product, "too.large") == []


def test_a_chunked_body_without_length_is_taken(product: Product):
    raw = encode(written("chunked", 1))
    answer = _post_chunked(product, [raw[:100], raw[100:101], raw[101:]], raw)
    assert answer == 200
    wait_until_read(product)
    assert stored_ids(product, "chunked") == ["chunked"]


def test_a_chunked_body_that_grows_too_large_is_refused(product: Product):
    before = rejected(product, "too-large")
    piece = b" " * 65_536
    try:
        assert _post_chunked(product, [piece] * (LARGEST // len(piece) + 2), b"") == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # the door answered and closed while we were still sending
    assert rejected(product, "too-large") == before + 1


def _post_chunked(product: Product, pieces: list[bytes], signed: bytes) -> int:
    url = urlsplit(product.connection["webhook_url"])
    headers = headers_for(signed, product.connection["app_secret"])
    connection = http.client.HTTPConnection(url.netloc, timeout=60)
    try:
        connection.request("POST", url.path, body=iter(pieces), headers=headers, encode_chunked=True)
        return connection.getresponse().status
    finally:
        connection.close()


# ---------------------------------------------------------------- form


@pytest.mark.parametrize(
    "raw",
    [b"", b"hello", b"{", b'{"object":', b"\xff\xfe\x00", b"<xml/>", b"{'object': 1}", b"[" * 50],
    ids=["empty", "word", "open", "cut", "bytes", "xml", "python", "brackets"],
)
def test_what_is_not_json_gets_400_and_is_counted(product: Product, raw: bytes):
    before = rejected(product, "not-json")
    assert post(product, raw).status_code == 400
    assert rejected(product, "not-json") == before + 1


@pytest.mark.parametrize(
    "body", [None, 1, "text", [], {}, [{"object": "whatsapp_business_account"}]], ids=repr
)
def test_json_that_is_no_envelope_gets_200_and_is_counted(product: Product, body: Any):
    before = rejected(product, "not-an-envelope")
    assert post(product, encode(body)).status_code == 200
    assert rejected(product, "not-an-envelope") == before + 1


@pytest.mark.parametrize("kind", ["page", "instagram", "user"])
def test_another_object_gets_200_and_is_counted(product: Product, kind: str):
    before = rejected(product, "foreign-object")
    assert post(product, encode({"object": kind, "entry": [{"id": "1", "changes": []}]})).status_code == 200
    assert rejected(product, "foreign-object") == before + 1


def test_a_number_that_is_not_ours_gets_200_and_is_counted(product: Product):
    before = rejected(product, "unknown-inbox")
    body = envelope(change("100000000000999", contacts=[person(1)], messages=[message("stranger", 1)]))
    assert post(product, encode(body)).status_code == 200
    assert rejected(product, "unknown-inbox") == before + 1


def test_nul_and_lone_surrogates_are_replaced_and_the_rest_is_kept(product: Product):
    raw = encode(written("nul", 1, content={"body": "a@b#c"})).replace(b"a@b#c", rb"a\u0000b\ud83dc")
    assert post(product, raw).status_code == 200
    wait_until_read(product)
    assert text_of(product, "nul") == "a\ufffdb\ufffdc"


def test_the_longest_text_is_kept_whole(product: Product):
    text = "สวัสดี 😀 " * 7_282
    text = text[:65_536]
    assert len(text) == 65_536
    assert post(product, encode(written("long", 1, content={"body": text}))).status_code == 200
    wait_until_read(product)
    assert text_of(product, "long") == text


@pytest.mark.parametrize("levels", [1_000, 100_000])
@pytest.mark.parametrize("opening", ["[", '{"a":'], ids=["lists", "objects"])
def test_deep_nesting_is_answered_with_200_and_takes_nothing_with_it(
    product: Product, levels: int, opening: str
):
    closing = "]" if opening == "[" else "}"
    deep = opening * levels + "1" + closing * levels
    raw = encode(written(f"deep.{levels}.{len(opening)}", 1)).replace(
        b'"type":', f'"deep":{deep},"type":'.encode()
    )
    assert post(product, raw).status_code == 200
    inbound = wait_until_read(product)["inbound"]
    assert inbound["rejected"].get("processing-failed", 0) == 0


def test_ids_longer_than_any_index_allows_are_stored(product: Product):
    """An index row holds some 2,700 bytes; what does not compress would be refused by the database."""
    noise = "".join(hashlib.sha256(str(index).encode()).hexdigest() for index in range(100))
    item = message(f"noise.{noise}", 1) | {"from": noise, "from_user_id": f"US.{noise}"}
    item["context"] = {"id": f"wamid.{noise}", "from": noise}
    reaction = message(f"react.{noise}", 1, "reaction", {"message_id": f"wamid.{noise}", "emoji": "👍"})
    group = message(f"group.{noise}", 1) | {"group_id": noise}
    said = {
        "id": f"wamid.{noise}",
        "status": "read" + noise,
        "timestamp": noise,
        "recipient_participant_id": noise,
    }
    body = envelope(
        change(contacts=[person(1)], messages=[item, reaction, group], statuses=[said]),
        change(field=noise, anything=[{"id": noise}]),
        change(field="calls", calls=[{"id": noise, "from": noise, "event": noise, "timestamp": noise}]),
        change(
            field="user_preferences", user_preferences=[{"wa_id": noise, "category": noise, "value": noise}]
        ),
        {
            "field": "message_template_status_update",
            "value": {"event": noise, "message_template_name": noise},
        },
    )
    assert post(product, encode(body)).status_code == 200
    inbound = wait_until_read(product)["inbound"]
    assert inbound["rejected"].get("processing-failed", 0) == 0
    assert product.count("SELECT count(*) FROM inboxes_delivery WHERE attempts > 0") == 0


# ---------------------------------------------------------------- many at once


def test_a_thousand_updates_in_one_delivery(product: Product):
    items = [message(f"thousand.{index}", index % 50, at=AT + index) for index in range(1_000)]
    body = envelope(change(contacts=[person(serial) for serial in range(50)], messages=items))
    assert post(product, encode(body)).status_code == 200
    wait_until_read(product)
    assert len(set(stored_ids(product, "thousand."))) == len(stored_ids(product, "thousand.")) == 1_000


def test_a_history_chunk_of_three_megabytes(product: Product):
    threads = [
        {
            "id": phone_of(thread),
            "messages": [
                message(f"history.{thread}.{index}", thread, content={"body": "x" * 430})
                | {"history_context": {"status": "READ"}}
                for index in range(100)
            ],
        }
        for thread in range(50)
    ]
    chunk = {"metadata": {"phase": 1, "chunk_order": 1, "progress": 100}, "threads": threads}
    raw = encode(envelope(change(field="history", history=[chunk])))
    assert 2_900_000 < len(raw) < 3_200_000
    assert post(product, raw).status_code == 200
    wait_until_read(product, patience=120)
    assert len(stored_ids(product, "history.")) == 5_000


# ---------------------------------------------------------------- signature


def test_signatures_that_do_not_fit_get_401_and_are_counted(product: Product):
    raw = encode(written("unsigned", 1))
    secret = product.connection["app_secret"]
    good = sign(raw, secret)
    old = hmac.new(secret.encode(), raw, hashlib.sha1).hexdigest()
    wrong: list[dict[str, str]] = [
        {},
        {"X-Hub-Signature": f"sha1={old}"},
        {"X-Hub-Signature-256": f"sha1={old}"},
        {"X-Hub-Signature-256": sign(raw, "another secret")},
        {"X-Hub-Signature-256": sign(raw + b" ", secret)},
        {"X-Hub-Signature-256": good[:-1]},
        {"X-Hub-Signature-256": good + "0"},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": "sha256="},
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature-256": "sha256=" + "é" * 32},
    ]
    before = rejected(product, "bad-signature")
    answers = [_post_raw_headers(product, raw, headers) for headers in wrong]
    assert answers == [401] * len(wrong)
    assert rejected(product, "bad-signature") == before + len(wrong)
    assert stored_ids(product, "unsigned") == []


def _post_raw_headers(product: Product, raw: bytes, headers: dict[str, str]) -> int:
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    return httpx.post(product.connection["webhook_url"], content=raw, headers=encoded, timeout=30).status_code


def test_the_old_signature_beside_the_new_one_does_no_harm(product: Product):
    raw = encode(written("both.signatures", 1))
    headers = headers_for(raw, product.connection["app_secret"]) | {"X-Hub-Signature": "sha1=" + "0" * 40}
    assert post(product, raw, headers).status_code == 200


def test_every_secret_is_good_while_they_rotate(product: Product):
    """Two secrets during rotation, then the new one alone; the door learns of it within a second."""
    old, new = product.connection["app_secret"], new_secret()
    body = written("rotation", 1)
    try:
        _set_secrets(product, f"{new}\n{old}")
        assert [_post_signed(product, body, secret) for secret in (old, new, "neither")] == [200, 200, 401]
        _set_secrets(product, new)
        assert [_post_signed(product, body, secret) for secret in (old, new)] == [401, 200]
    finally:
        _set_secrets(product, old)


def _post_signed(product: Product, body: Any, secret: str) -> int:
    raw = encode(body)
    return post(product, raw, headers_for(raw, secret)).status_code


def _set_secrets(product: Product, secrets: str) -> None:
    """As the settings write them: sealed with the product's key."""
    with override_settings(SECRET_KEY=(product.home / "secret_key").read_text().strip()):
        sealed = encrypt(secrets)
    product.sql(
        "UPDATE inboxes_connection SET app_secrets = %s WHERE key = %s", sealed, product.connection["key"]
    )
    time.sleep(1.2)


# ---------------------------------------------------------------- address and handshake


@pytest.mark.parametrize("key", ["nobody", "", "x" * 300, "a/b", "%00", "%2e%2e%2fadmin", "ключ"])
def test_an_unknown_key_gets_404(product: Product, key: str):
    raw = encode(written("nobody", 1))
    url = f"{product.url}/webhooks/whatsapp/{key}"
    answer = httpx.post(
        url, content=raw, headers=headers_for(raw, product.connection["app_secret"]), timeout=30
    )
    assert answer.status_code == 404
    assert httpx.get(url, params=_handshake(product), timeout=30).status_code == 404


def test_unknown_keys_are_counted(product: Product):
    before = _counted_at_unknown_keys(product)
    httpx.post(f"{product.url}/webhooks/whatsapp/nobody-either", content=b"{}", timeout=30)
    assert _counted_at_unknown_keys(product) == before + 1


def _counted_at_unknown_keys(product: Product) -> int:
    return product.count(
        "SELECT coalesce(sum(update_count), 0) FROM inboxes_ledgerentry WHERE reason = 'unknown-connection'"
    )


def _handshake(product: Product, **changes: str) -> dict[str, str]:
    return {
        "hub.mode": "subscribe",
        "hub.challenge": "1158201444",
        "hub.verify_token": product.connection["verify_token"],
        **{f"hub.{name}": value for name, value in changes.items()},
    }


def test_the_right_handshake_is_answered_with_the_challenge_as_plain_text(product: Product):
    answer = httpx.get(product.connection["webhook_url"], params=_handshake(product), timeout=30)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_challenge_with_markup_stays_plain_text(product: Product):
    markup = "<script>alert(1)</script>"
    answer = httpx.get(
        product.connection["webhook_url"], params=_handshake(product, challenge=markup), timeout=30
    )
    assert (answer.status_code, answer.text) == (200, markup)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_wrong_handshake_never_sees_its_challenge(product: Product):
    url = product.connection["webhook_url"]
    wrong = [
        _handshake(product, verify_token="guess"),
        _handshake(product, verify_token=""),
        _handshake(product, verify_token="é"),
        _handshake(product, mode="unsubscribe"),
        {name: value for name, value in _handshake(product).items() if name != "hub.verify_token"},
        {name: value for name, value in _handshake(product).items() if name != "hub.mode"},
        {},
    ]
    answers = [httpx.get(url, params=each, timeout=30) for each in wrong]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 400, 403, 400, 400]
    assert ["1158201444" in answer.text for answer in answers] == [False] * len(wrong)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_get_405(product: Product, method: str):
    assert httpx.request(method, product.connection["webhook_url"], timeout=30).status_code == 405


# ---------------------------------------------------------------- slow and broken senders


def test_a_slow_body_is_taken_and_holds_nobody_up(product: Product):
    raw = encode(written("slow", 1))
    with _open(product) as slow:
        slow.sendall(_request_head(product, raw) + raw[:50])
        assert post(product, encode(written("quick", 2))).status_code == 200  # before the slow one goes on
        for start in range(50, len(raw), 100):
            time.sleep(0.2)
            slow.sendall(raw[start : start + 100])
        assert slow.recv(64).split(b" ")[1] == b"200"
    wait_until_read(product)
    assert sorted(stored_ids(product, "slow") + stored_ids(product, "quick")) == ["quick", "slow"]


def test_senders_that_go_away_in_the_middle_leave_nothing_behind(product: Product):
    raw = encode(written("gone", 1))
    before = read_ledger(product)["deliveries"]["received"]
    for cut in (0, 1, 50, len(raw) - 1):
        with _open(product) as connection:
            connection.sendall(_request_head(product, raw) + raw[:cut])
    time.sleep(0.5)
    assert post(product, encode(written("after", 1))).status_code == 200
    wait_until_read(product)
    assert stored_ids(product, "gone") == []
    assert read_ledger(product)["deliveries"]["received"] == before + 1
    assert "Traceback" not in product.log_tail(400)


def _open(product: Product) -> socket.socket:
    return socket.create_connection(("127.0.0.1", product.port), timeout=30)


def _request_head(product: Product, raw: bytes) -> bytes:
    path = urlsplit(product.connection["webhook_url"]).path
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{product.port}",
        "Content-Type: application/json",
        f"Content-Length: {len(raw)}",
        f"X-Hub-Signature-256: {sign(raw, product.connection['app_secret'])}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_the_raw_body_is_kept_byte_for_byte(product: Product):
    raw = json.dumps(written("bytes", 1), indent=3).encode() + b"\n \t"
    assert post(product, raw).status_code == 200
    wait_until_read(product)
    assert product.bodies().count(raw) == 1
