"""Every way that sending can end: the certain yes, the certain no, the later, and the unknown."""

from __future__ import annotations

import json
import ssl
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from regulars.channels.whatsapp.error_codes import CODES, RANGES, find_code
from regulars.channels.whatsapp.error_kinds import UNREACHABLE
from regulars.channels.whatsapp.errors import classify, explain, judge_number, offer_after, read_error
from regulars.inboxes.ports import Accepted, Deferred, Identity, ProviderError, Refused, SendResult, Uncertain


def graph_error(code: int, **rest: Any) -> bytes:
    return json.dumps(
        {"error": {"message": f"(#{code}) Title", "type": "OAuthException", "code": code, **rest}}
    ).encode()


def outcome(result: SendResult) -> tuple[object, ...]:
    match result:
        case Deferred(wait=wait, pauses=pauses):
            return ("deferred", wait.total_seconds(), pauses)
        case Refused():
            return ("refused",)
        case Uncertain():
            return ("uncertain",)
        case _:
            return ("accepted",)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0, ("deferred", 15, "connection")),
        (190, ("deferred", 15, "connection")),
        (3, ("deferred", 15, "connection")),
        (10, ("deferred", 15, "connection")),
        (200, ("deferred", 15, "connection")),
        (299, ("deferred", 15, "connection")),
        (131005, ("deferred", 15, "connection")),
        (104, ("deferred", 15, "connection")),
        (1, ("uncertain",)),
        (2, ("uncertain",)),
        (131000, ("uncertain",)),
        (131016, ("uncertain",)),
        (4, ("deferred", 300, "connection")),
        (80007, ("deferred", 300, "connection")),
        (33, ("deferred", 15, "number")),
        (100, ("refused",)),
        (131031, ("deferred", 15, "connection")),
        (368, ("deferred", 15, "connection")),
        (130403, ("refused",)),
        (130429, ("deferred", 2, "number")),
        (131026, ("refused",)),
        (131047, ("refused",)),
        (131048, ("deferred", 300, "number")),
        (131049, ("refused",)),
        (131050, ("refused",)),
        (131056, ("deferred", 4, "contact")),
        (131057, ("deferred", 300, "number")),
        (131208, ("deferred", 60, "message")),
        (131209, ("refused",)),
        (132001, ("refused",)),
        (133004, ("deferred", 60, "message")),
        (133010, ("deferred", 15, "number")),
        (134101, ("deferred", 600, "message")),
        (138006, ("refused",)),
        (2494100, ("deferred", 300, "number")),
        (987654, ("refused",)),
    ],
)
def test_the_code_decides_and_the_http_status_does_not(code, expected):
    assert outcome(classify(400, graph_error(code), None)) == expected
    if find_code(code):
        assert outcome(classify(500, graph_error(code), None)) == expected


def test_waits_grow_with_every_try_and_end_at_an_hour():
    pair = [outcome(classify(400, graph_error(131056), None, attempt=attempt)) for attempt in (1, 2, 3, 99)]
    assert pair == [("deferred", seconds, "contact") for seconds in (4, 16, 64, 3600)]
    busy = [outcome(classify(400, graph_error(131208), None, attempt=attempt)) for attempt in (1, 2, 3)]
    assert busy == [("deferred", seconds, "message") for seconds in (60, 120, 240)]


def test_what_holds_up_a_number_does_not_grow_with_one_messages_tries():
    rate = [outcome(classify(400, graph_error(130429), None, attempt=attempt)) for attempt in (1, 2, 3)]
    assert rate == [("deferred", 2, "number")] * 3


@pytest.mark.parametrize("subcode", [33, 0])
def test_a_number_that_is_gone_is_told_from_a_bad_parameter(subcode):
    answer = classify(400, graph_error(100, error_subcode=subcode), None)
    gone, elsewhere = judge_number(answer), answer
    assert outcome(gone) == (("deferred", 15, "number") if subcode else ("refused",))
    assert isinstance(gone, Deferred | Refused)
    assert (gone.error.code, outcome(elsewhere)) == (33 if subcode else 100, ("refused",))


def test_only_where_it_does_no_harm_is_another_try_offered():
    codes = [*CODES, 987654]
    offers = {code: offer_after(code) for code in codes if offer_after(code) != "again"}
    assert offers == {130472: "nothing", 131047: "template", 131049: "nothing", 131050: "nothing"}


def test_an_unknown_code_that_meta_calls_transient_is_uncertain():
    assert outcome(classify(400, graph_error(987654, is_transient=True), None)) == ("uncertain",)
    assert outcome(classify(500, graph_error(987654), None)) == ("uncertain",)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (500, b"<html>", ("uncertain",)),
        (502, b"", ("uncertain",)),
        (504, None, ("uncertain",)),
        (503, b"<html>", ("deferred", 2, "connection")),
        (408, b"", ("uncertain",)),
        (200, b"<html>captive portal", ("uncertain",)),
        (200, b'{"messages": []}', ("uncertain",)),
        (200, b'{"messages": [{}]}', ("uncertain",)),
        (404, b"<html>", ("deferred", 2, "connection")),
        (301, b"", ("deferred", 2, "connection")),
        (400, b'{"error": "text"}', ("deferred", 2, "connection")),
    ],
)
def test_answers_that_are_not_graph_answers(status, body, expected):
    assert outcome(classify(status, body, None)) == expected


KEY: Any = SimpleNamespace(host="graph.example", port=443, ssl=True, is_ssl=True)


@pytest.mark.parametrize(
    ("exception", "is_written", "expected"),
    [
        (aiohttp.ClientConnectorError(KEY, OSError(111, "refused")), None, ("deferred", 2, "connection")),
        (aiohttp.ClientConnectorDNSError(KEY, OSError(-2, "name")), None, ("deferred", 2, "connection")),
        (
            aiohttp.ClientConnectorCertificateError(KEY, ssl.CertificateError("bad")),
            None,
            ("deferred", 2, "connection"),
        ),
        (aiohttp.ConnectionTimeoutError(), None, ("deferred", 2, "connection")),
        (TimeoutError(), False, ("deferred", 5, "message")),
        (TimeoutError(), True, ("uncertain",)),
        (TimeoutError(), None, ("uncertain",)),
        (aiohttp.SocketTimeoutError(), True, ("uncertain",)),
        (aiohttp.ServerDisconnectedError(), True, ("uncertain",)),
        (aiohttp.ServerDisconnectedError(), False, ("deferred", 2, "connection")),
        (ConnectionResetError(), None, ("uncertain",)),
    ],
)
def test_failures_on_the_way(exception, is_written, expected):
    assert outcome(classify(None, None, exception, is_written=is_written)) == expected


def test_an_acceptance_tells_the_id_and_whom_it_went_to():
    body = b'{"messaging_product":"whatsapp","contacts":[{"input":"+5511987654321","wa_id":"551187654321"}],'
    body += b'"messages":[{"id":"wamid.1","message_status":"accepted"}]}'
    assert classify(200, body, None) == Accepted(
        provider_id="wamid.1", recipient=(Identity("phone", "+5511987654321"),)
    )


def test_a_held_template_to_a_bsuid():
    body = b'{"contacts":[{"input":"US.1","user_id":"US.1"}],'
    body += b'"messages":[{"id":"wamid.2","message_status":"held_for_quality_assessment"}]}'
    assert classify(200, body, None) == Accepted(
        provider_id="wamid.2", held=True, recipient=(Identity("bsuid", "US.1"),)
    )


def test_errors_are_read_in_all_their_shapes():
    full = {
        "error": {
            "message": "(#131047) Re-engagement message",
            "code": 131047,
            "error_data": {"messaging_product": "whatsapp", "details": "More than 24 hours"},
        }
    }
    assert read_error(full) == ProviderError(
        code=131047,
        title="(#131047) Re-engagement message",
        details="More than 24 hours",
        meaning="window_closed",
    )
    assert read_error({"error": {"message": "(#100) bad", "error_data": "why"}}) == ProviderError(
        code=100, title="(#100) bad", details="why"
    )
    assert read_error({"error": {"message": "odd"}}) == ProviderError(code=-1, title="odd")
    no_errors: list[Any] = [None, [], {"error": None}, {"messages": []}]
    assert [read_error(answer) for answer in no_errors] == [None] * 4


def test_every_code_is_explained_in_words():
    codes = [*CODES, *(first for first, _last, _entry in RANGES), 987654]
    for code in codes:
        told = explain(code)
        assert sorted(told) == ["advice", "explanation", "title"]
        assert all(text and text.strip() == text for text in told.values())


def test_every_delay_is_a_real_one():
    deferred = [entry for entry in CODES.values() if entry.outcome == "deferred"]
    assert all(entry.wait > timedelta(0) for entry in deferred)
    assert explain(UNREACHABLE)["title"] == "WhatsApp cannot be reached"
