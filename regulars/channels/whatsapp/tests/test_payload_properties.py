"""Whatever Meta sends: nothing raises, nothing is dropped, and the count is the count."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.channels.whatsapp.parsing.counting import count_plain
from regulars.channels.whatsapp.parsing.plain_text import read_plain_text
from regulars.channels.whatsapp.payloads import (
    UNEXPECTED,
    count_payload,
    count_updates,
    load_body,
    parse_body,
    parse_payload,
    parse_whole,
)
from regulars.inboxes.ports import Rejected

from .bodies import RECEIVED_AT, seeds

SEEDS = seeds()
KEYS = sorted(
    {
        key
        for seed in SEEDS
        for key in json.dumps(seed).replace('"', " ").replace(":", " ").split()
        if key.isidentifier()
    }
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**25), 10**25),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            "0",
            "\x00",
            "\ufffd",
            "1794990000",
            "99999999999999",
            "text",
            "DE.1",
            "9" * 400,
            "²",
            "٣٤٥",
            "1e5",
            "-1",
            "inf",
            "{}",
            "[[1]]",
            "+1202",
        ]
    ),
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=4),
    ),
    max_leaves=8,
)


def nodes(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every node below the root."""
    items: Any = ()
    if isinstance(tree, dict):
        items = tree.items()
    elif isinstance(tree, list):
        items = enumerate(tree)
    return [found for key, child in items for found in [(*path, key), *nodes(child, (*path, key))]]


def change(tree: Any, path: tuple[Any, ...], how: str, replacement: Any) -> None:
    holder = tree
    for key in path[:-1]:
        holder = holder[key]
    last = path[-1]
    node = holder[last]
    if how == "delete":
        del holder[last]
    elif how == "replace":
        holder[last] = replacement
    elif how == "wrap":
        holder[last] = [node]
    elif how == "retype":
        holder[last] = str(node) if not isinstance(node, str) else {"body": node}
    elif isinstance(holder, list):
        holder.insert(last, copy.deepcopy(node))
    elif isinstance(node, list):
        holder[last] = node + copy.deepcopy(node)
    else:
        holder[last] = [node, copy.deepcopy(node)]


@st.composite
def mutated(draw: st.DrawFn, seeds: Sequence[Any] = tuple(SEEDS)) -> Any:
    """A seed with one to four nodes deleted, replaced, retyped, wrapped or doubled."""
    tree = copy.deepcopy(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        paths = nodes(tree)
        if not paths:
            break
        path = draw(st.sampled_from(paths))
        how = draw(st.sampled_from(["delete", "replace", "wrap", "retype", "double"]))
        change(tree, path, how, draw(anything) if how == "replace" else None)
    return tree


def assert_read_whole(body: Any) -> None:
    """Counting and reading agree, per address, and every result can be stored as JSON."""
    counts = count_updates(body)
    updates = parse_body(body, RECEIVED_AT)
    assert dict(Counter(update_address(update) for update in updates)) == counts
    assert sum(counts.values()) >= 1
    for update in updates:
        msgspec.json.encode(update).decode("utf-8")
        assert not (isinstance(update, Rejected) and update.details.startswith(UNEXPECTED))


def update_address(update: Any) -> str:
    """The number an update is counted under; template changes belong to the account."""
    return str(getattr(update, "address", ""))


@settings(max_examples=3500, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_mutated_bodies_are_read_whole(tree):
    assert_read_whole(tree)


@settings(max_examples=800, deadline=None, suppress_health_check=list(HealthCheck))
@given(anything)
def test_any_json_is_read_whole(tree):
    assert_read_whole(tree)
    assert_read_whole({"object": "whatsapp_business_account", "entry": tree})
    assert_read_whole(
        {
            "object": "whatsapp_business_account",
            "entry": [{"changes": [{"field": "messages", "value": tree}]}],
        }
    )


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_reading_survives_the_way_over_the_wire(tree):
    raw = json.dumps(tree).encode()
    assert parse_payload(raw, RECEIVED_AT) == parse_body(load_body(raw), RECEIVED_AT)
    again = orjson.dumps(load_body(raw), option=orjson.OPT_NON_STR_KEYS) if fits_orjson(tree) else raw
    assert parse_payload(again, RECEIVED_AT) == parse_payload(raw, RECEIVED_AT)


def fits_orjson(tree: Any) -> bool:
    """Whether orjson can write the tree: no integers above 64 bits, no lone surrogates."""
    try:
        orjson.dumps(tree)
    except TypeError:
        return False
    return True


def read_counts(raw: bytes) -> dict[str, int]:
    return dict(Counter(update_address(update) for update in parse_payload(raw, RECEIVED_AT)))


@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_the_short_count_is_the_count(tree):
    raw = json.dumps(tree).encode()
    assert count_payload(raw) == read_counts(raw)


PLAIN = [raw for seed in SEEDS if count_plain(raw := orjson.dumps(seed))]


def test_plain_deliveries_take_the_short_way():
    for seed in SEEDS:
        values = [change["value"] for entry in seed["entry"] for change in entry["changes"]]
        kinds = {frozenset(value) - {"messaging_product", "metadata", "contacts"} for value in values}
        is_plain = kinds <= {frozenset({"messages"}), frozenset({"statuses"})}
        assert (count_plain(orjson.dumps(seed)) is not None) == is_plain, seed
    assert PLAIN


PIECES = [
    b'"',
    b",",
    b":",
    b"[]",
    b"{}",
    b"[",
    b"]",
    b"}",
    b"\\",
    rb"\ud800",
    rb"\u0000",
    b"\xff",
    b"\x00",
    b"1e999",
]
PIECES += [
    b"NaN",
    b"null",
    b'"errors":[1],',
    b'"messages":[1,2],',
    b'"metadata":{},',
    b'"field":"history",',
    b"9" * 30,
]


def broken(seeds: list[bytes], pieces: list[bytes] = PIECES) -> st.SearchStrategy[bytes]:
    """Bodies with pieces put in or over their bytes in one to three places."""

    def put_in(raw: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
        for place, length, piece in edits:
            at = int(place * len(raw))
            raw = raw[:at] + piece + raw[at + length :]
        return raw

    edit = st.tuples(st.floats(0, 1), st.integers(0, 3), st.sampled_from(pieces))
    return st.builds(put_in, st.sampled_from(seeds), st.lists(edit, min_size=1, max_size=3))


@settings(max_examples=3000, deadline=None, suppress_health_check=list(HealthCheck))
@given(broken(PLAIN))
def test_the_short_count_of_broken_bytes_is_the_count(raw):
    counts = count_plain(raw)
    assert counts is None or counts == read_counts(raw)


def test_the_short_count_leaves_depth_to_the_long_way():
    raw = orjson.dumps(plain := json.loads(PLAIN[0]))
    assert count_plain(raw) is not None
    for change in plain["entry"][0]["changes"]:
        change["value"]["messages"] = ["DEEP"]
    deep = orjson.dumps(plain).replace(b'"DEEP"', b"[" * 2000 + b"]" * 2000)
    assert count_plain(deep) is None


PLAIN_TEXT: dict[str, Any] = {
    "object": "whatsapp_business_account",
    "entry": [
        {
            "id": "100000000000101",
            "time": 1_794_990_001,
            "changes": [
                {
                    "field": "messages",
                    "value": {
                        "messaging_product": "whatsapp",
                        "metadata": {
                            "display_phone_number": "15550100201",
                            "phone_number_id": "100000000000201",
                        },
                        "contacts": [
                            {
                                "profile": {"name": "Ploy", "username": "ploy"},
                                "wa_id": "5511987654321",
                                "user_id": "TH.13",
                            }
                        ],
                        "messages": [
                            {
                                "from": "5511987654321",
                                "from_user_id": "TH.13",
                                "id": "wamid.HBgM",
                                "timestamp": "1794990000",
                                "type": "text",
                                "text": {"body": "มีสีฟ้าไหมคะ \U0001f642"},
                            }
                        ],
                    },
                }
            ],
        }
    ],
}


def assert_same_as_the_long_way(raw: bytes) -> None:
    plain = read_plain_text(raw)
    assert plain is None or [plain] == parse_whole(raw, RECEIVED_AT)


def test_a_plain_text_takes_the_short_way():
    for raw in (orjson.dumps(PLAIN_TEXT), json.dumps(PLAIN_TEXT, indent=2).encode()):
        plain = read_plain_text(raw)
        assert plain is not None
        assert [plain] == parse_whole(raw, RECEIVED_AT) == parse_payload(raw, RECEIVED_AT)


@settings(max_examples=2500, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated([PLAIN_TEXT]))
def test_the_short_way_reads_what_the_long_way_reads(tree):
    assert_same_as_the_long_way(json.dumps(tree).encode())


@settings(max_examples=3000, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    broken(
        [json.dumps(PLAIN_TEXT, ensure_ascii=escaped).encode() for escaped in (True, False)],
        [
            *PIECES,
            b"\x7f",
            b"+",
            b"0",
            b"\\n",
            rb"\udc00",
            b'"group_id":"1",',
            b'"text":1,',
            b'"from":"491",',
        ],
    )
)
def test_the_short_way_reads_broken_bytes_as_the_long_way_does(raw):
    assert_same_as_the_long_way(raw)


@settings(max_examples=500, deadline=None)
@given(
    st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_give_at_least_one_update(raw):
    assert len(parse_payload(raw, RECEIVED_AT)) >= 1
