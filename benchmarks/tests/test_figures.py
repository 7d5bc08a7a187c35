"""The arithmetic of figures and the cutting of answers."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from benchmarks.bodies import Target, build_requests
from benchmarks.figures import Figure, table
from benchmarks.load import Answers, percentile


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("rate", 400, "/s", 100, "B", at_least=4), True),
        (Figure("rate", 399, "/s", 100, "B", at_least=4), False),
        (Figure("rate", 1000, "/s", at_least=1000), True),
        (Figure("p50", 201, "ms", at_most=200), False),
        (Figure("backlog", 5, "messages"), None),
    ],
)
def test_a_target_holds_for_the_ratio_where_there_is_a_floor(figure: Figure, met: bool | None) -> None:
    assert figure.met is met


def test_the_table_names_floor_ratio_and_target() -> None:
    lines = table([Figure("accepted", 4200, "/s", 1000, "B", at_least=4)]).splitlines()
    assert [cell.strip() for cell in lines[2].strip("|").split("|")] == [
        *("accepted", "4,200 /s", "1,000 /s (B)", "4.20", "≥ 4 × floor", "yes")
    ]


def test_answers_are_cut_wherever_the_network_cuts_them() -> None:
    stream = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"
    for cut in range(len(stream)):
        answers = Answers()
        assert answers.feed(stream[:cut]) + answers.feed(stream[cut:]) == [200, 503]


def test_requests_are_signed_and_distinct() -> None:
    target = Target(8000, "/webhooks/whatsapp/key", "secret")
    made = list(build_requests(target, "0123456789AB", 3))
    heads, bodies = zip(*(request.split(b"\r\n\r\n") for request in made), strict=True)
    signature = hmac.new(b"secret", bodies[0], hashlib.sha256).hexdigest()
    assert f"X-Hub-Signature-256: sha256={signature}" in heads[0].decode().split("\r\n")
    messages = [json.loads(body)["entry"][0]["changes"][0]["value"]["messages"][0] for body in bodies]
    assert len({message["id"] for message in messages}) == 3
    assert [1000 <= len(body) <= 1200 for body in bodies] == [True] * 3


def test_percentiles_are_nearest_ranks() -> None:
    assert [percentile([4.0, 1.0, 3.0, 2.0], percent) for percent in (50, 99)] == [3.0, 4.0]
