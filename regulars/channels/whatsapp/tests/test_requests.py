"""Request bodies, each written out by hand, and a property: what the limits accept can be sent."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.channels.whatsapp.limits import check
from regulars.channels.whatsapp.requests import (
    MediaNotUploaded,
    build_read_receipt,
    build_request,
    build_typing,
    media_ids_of,
)
from regulars.inboxes.ports import (
    CardPhone,
    ContactCard,
    Identity,
    InteractiveHeader,
    ListRow,
    ListSection,
    OutgoingContacts,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingReaction,
    OutgoingTemplate,
    OutgoingText,
    ReplyButton,
    TemplateButtonValue,
    TemplateParameter,
    ToSend,
)

MEDIA_IDS = {"file-1": "900001"}
ANNA = Identity("phone", "+12025550103")
IMAGE = OutgoingMedia(kind="image", media_id="file-1")


def to_send(
    content: OutgoingContent,
    *,
    recipient: Identity = ANNA,
    reply_to: str | None = None,
    callback_data: str = "",
) -> ToSend:
    return ToSend(
        message_id="m1",
        address="100000000000201",
        recipient=recipient,
        content=content,
        callback_data=callback_data,
        reply_to_provider_id=reply_to,
    )


def built(content: OutgoingContent) -> dict[str, Any]:
    body = build_request(to_send(content), MEDIA_IDS)
    return {body["type"]: body[body["type"]]}


def test_a_text_to_a_phone_that_quotes_a_message():
    message = to_send(OutgoingText(body="hi", preview_url=True), reply_to="wamid.Q", callback_data="m1")
    assert build_request(message, {}) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+12025550103",
        "type": "text",
        "text": {"body": "hi", "preview_url": True},
        "biz_opaque_callback_data": "m1",
        "context": {"message_id": "wamid.Q"},
    }


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        (Identity("phone", "12025550103"), {"to": "+12025550103"}),
        (Identity("bsuid", "US.aB1"), {"recipient": "US.aB1"}),
        (Identity("parent_bsuid", "US.ENT.aB1"), {"recipient": "US.ENT.aB1"}),
    ],
)
def test_the_recipient_decides_the_key(recipient, expected):
    body = build_request(to_send(OutgoingText(body="x"), recipient=recipient), {})
    assert {key: body[key] for key in ("to", "recipient") if key in body} == expected


def test_a_group_is_addressed_by_its_id():
    message = msgspec.structs.replace(to_send(OutgoingText(body="x")), group_id="Y2FwaV9n")
    body = build_request(message, {})
    assert (body["recipient_type"], body["to"]) == ("group", "Y2FwaV9n")


def test_a_recipient_of_another_channel_is_refused():
    with pytest.raises(ValueError, match="not to an identity of kind line_user"):
        build_request(to_send(OutgoingText(body="x"), recipient=Identity("line_user", "U1")), {})


GOLDEN: list[tuple[OutgoingContent, dict[str, Any]]] = [
    (
        OutgoingMedia(kind="image", media_id="file-1", caption="c"),
        {"image": {"id": "900001", "caption": "c"}},
    ),
    (
        OutgoingMedia(kind="document", link="https://f.example/a", filename="a.pdf"),
        {"document": {"link": "https://f.example/a", "filename": "a.pdf"}},
    ),
    (
        OutgoingMedia(kind="audio", media_id="file-1", is_voice=True),
        {"audio": {"id": "900001", "voice": True}},
    ),
    (OutgoingMedia(kind="sticker", media_id="file-1"), {"sticker": {"id": "900001"}}),
    (
        OutgoingLocation(latitude=1.5, longitude=2, name="N"),
        {"location": {"latitude": 1.5, "longitude": 2, "name": "N"}},
    ),
    (
        OutgoingContacts(
            cards=(
                ContactCard(
                    name="Ana B",
                    phones=(CardPhone(phone="+12025550104", kind="CELL", wa_id="12025550104"),),
                    emails=("a@example.com",),
                    organization="Org",
                    urls=("https://a.example",),
                    addresses=("Street 1",),
                    birthday="2000-01-02",
                ),
            )
        ),
        {
            "contacts": [
                {
                    "name": {"formatted_name": "Ana B", "first_name": "Ana B"},
                    "phones": [{"phone": "+12025550104", "type": "CELL", "wa_id": "12025550104"}],
                    "emails": [{"email": "a@example.com"}],
                    "org": {"company": "Org"},
                    "addresses": [{"street": "Street 1"}],
                    "urls": [{"url": "https://a.example"}],
                    "birthday": "2000-01-02",
                }
            ]
        },
    ),
    (
        OutgoingReaction(target_provider_id="wamid.T", emoji=""),
        {"reaction": {"message_id": "wamid.T", "emoji": ""}},
    ),
    (
        OutgoingInteractive(
            form="buttons",
            body="B",
            header=InteractiveHeader(media=IMAGE),
            footer="F",
            buttons=(ReplyButton(id="1", title="Yes"),),
        ),
        {
            "interactive": {
                "type": "button",
                "header": {"type": "image", "image": {"id": "900001"}},
                "body": {"text": "B"},
                "footer": {"text": "F"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Yes"}}]},
            }
        },
    ),
    (
        OutgoingInteractive(
            form="list",
            body="B",
            header=InteractiveHeader(text="H"),
            list_button="Open",
            sections=(ListSection(title="S", rows=(ListRow(id="r", title="R", description="D"),)),),
        ),
        {
            "interactive": {
                "type": "list",
                "header": {"type": "text", "text": "H"},
                "body": {"text": "B"},
                "action": {
                    "button": "Open",
                    "sections": [{"title": "S", "rows": [{"id": "r", "title": "R", "description": "D"}]}],
                },
            }
        },
    ),
    (
        OutgoingInteractive(form="cta_url", body="B", url_text="Go", url="https://a.example"),
        {
            "interactive": {
                "type": "cta_url",
                "body": {"text": "B"},
                "action": {
                    "name": "cta_url",
                    "parameters": {"display_text": "Go", "url": "https://a.example"},
                },
            }
        },
    ),
    (
        OutgoingInteractive(form="location_request", body="B"),
        {
            "interactive": {
                "type": "location_request_message",
                "body": {"text": "B"},
                "action": {"name": "send_location"},
            }
        },
    ),
    (
        OutgoingInteractive(form="request_contact_info", body="B"),
        {
            "interactive": {
                "type": "request_contact_info",
                "body": {"text": "B"},
                "action": {"name": "request_contact_info"},
            }
        },
    ),
    (
        OutgoingTemplate(
            name="sale",
            language="ko",
            header=(TemplateParameter(kind="image", media=IMAGE),),
            body=(TemplateParameter(text="A", name="who"), TemplateParameter(text="B", name="what")),
            buttons=(
                TemplateButtonValue(index=0, sub_type="quick_reply", parameter=TemplateParameter(text="P")),
                TemplateButtonValue(index=1, sub_type="url", parameter=TemplateParameter(text="U")),
                TemplateButtonValue(index=2, sub_type="copy_code", parameter=TemplateParameter(text="C")),
            ),
        ),
        {
            "template": {
                "name": "sale",
                "language": {"code": "ko"},
                "components": [
                    {"type": "header", "parameters": [{"type": "image", "image": {"id": "900001"}}]},
                    {
                        "type": "body",
                        "parameters": [
                            {"type": "text", "parameter_name": "who", "text": "A"},
                            {"type": "text", "parameter_name": "what", "text": "B"},
                        ],
                    },
                    {
                        "type": "button",
                        "sub_type": "quick_reply",
                        "index": "0",
                        "parameters": [{"type": "payload", "payload": "P"}],
                    },
                    {
                        "type": "button",
                        "sub_type": "url",
                        "index": "1",
                        "parameters": [{"type": "text", "text": "U"}],
                    },
                    {
                        "type": "button",
                        "sub_type": "copy_code",
                        "index": "2",
                        "parameters": [{"type": "coupon_code", "coupon_code": "C"}],
                    },
                ],
            }
        },
    ),
    (
        OutgoingTemplate(name="hello", language="en_US"),
        {"template": {"name": "hello", "language": {"code": "en_US"}}},
    ),
]


@pytest.mark.parametrize(("content", "expected"), GOLDEN)
def test_each_content_becomes_its_body(content, expected):
    assert built(content) == expected


def test_a_reaction_never_quotes():
    message = to_send(OutgoingReaction(target_provider_id="w", emoji="👍"), reply_to="w")
    assert sorted(build_request(message, {})) == [
        "messaging_product",
        "reaction",
        "recipient_type",
        "to",
        "type",
    ]


def test_a_file_without_a_copy_at_whatsapp_is_named():
    with pytest.raises(MediaNotUploaded, match="file-9"):
        build_request(to_send(OutgoingMedia(kind="image", media_id="file-9")), MEDIA_IDS)


def test_the_files_that_need_a_copy_are_found_everywhere():
    button = OutgoingInteractive(form="buttons", body="B", header=InteractiveHeader(media=IMAGE))
    template = OutgoingTemplate(
        name="a", language="en", header=(TemplateParameter(kind="image", media=IMAGE),)
    )
    linked = OutgoingMedia(kind="image", media_id="file-1", link="https://a.example/x")
    found = [media_ids_of(content) for content in (IMAGE, button, template, linked, OutgoingText(body="x"))]
    assert found == [("file-1",), ("file-1",), ("file-1",), (), ()]


def test_read_receipts_and_typing():
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"}
    assert build_read_receipt("wamid.1") == read
    assert build_typing("wamid.1") == {**read, "typing_indicator": {"type": "text"}}


short = st.text(max_size=30)
media = st.builds(
    OutgoingMedia,
    kind=st.sampled_from(["image", "video", "audio", "document", "sticker"]),
    media_id=st.sampled_from(["", "file-1"]),
    link=st.sampled_from(["", "https://a.example/x", "nowhere"]),
    caption=st.sampled_from(["", "c", "x" * 1025]),
    filename=short,
    is_voice=st.booleans(),
)
coordinates = st.floats(-200, 200) | st.just(math.nan)
location = st.builds(OutgoingLocation, latitude=coordinates, longitude=coordinates, name=short, address=short)
header = st.none() | st.builds(InteractiveHeader, text=short, media=st.none() | media)
parameter = st.builds(
    TemplateParameter,
    kind=st.sampled_from(["text", "image", "video", "document", "location", "payload", "coupon_code"]),
    text=short,
    name=st.sampled_from(["", "a", "b"]),
    media=st.none() | media,
    location=st.none() | location,
)
contents = st.one_of(
    st.builds(OutgoingText, body=short, preview_url=st.booleans()),
    media,
    location,
    st.builds(
        OutgoingContacts,
        cards=st.lists(st.builds(ContactCard, name=short, birthday=short), max_size=3).map(tuple),
    ),
    st.builds(OutgoingReaction, target_provider_id=short, emoji=st.sampled_from(["", "👍", "no"])),
    st.builds(
        OutgoingInteractive,
        form=st.sampled_from(["buttons", "list", "cta_url", "location_request", "request_contact_info"]),
        body=short,
        header=header,
        footer=short,
        buttons=st.lists(st.builds(ReplyButton, id=short, title=short), max_size=4).map(tuple),
        list_button=short,
        sections=st.lists(
            st.builds(
                ListSection,
                title=short,
                rows=st.lists(st.builds(ListRow, id=short, title=short, description=short), max_size=3).map(
                    tuple
                ),
            ),
            max_size=3,
        ).map(tuple),
        url_text=short,
        url=st.sampled_from(["https://a.example", ""]),
    ),
    st.builds(
        OutgoingTemplate,
        name=st.sampled_from(["a_b", "A"]),
        language=st.sampled_from(["en_US", ""]),
        header=st.lists(parameter, max_size=2).map(tuple),
        body=st.lists(parameter, max_size=3).map(tuple),
        buttons=st.lists(
            st.builds(
                TemplateButtonValue,
                index=st.integers(-1, 11),
                sub_type=st.sampled_from(["quick_reply", "url", "copy_code"]),
                parameter=parameter,
            ),
            max_size=3,
        ).map(tuple),
    ),
)


@settings(max_examples=2000, deadline=None)
@given(contents)
def test_whatever_the_limits_accept_becomes_json(content):
    if check(content):
        return
    body = build_request(to_send(content), MEDIA_IDS)
    assert orjson.loads(orjson.dumps(body)) == body
    assert None not in body[body["type"]]


def test_a_values_kind_says_what_is_sent():
    both = TemplateParameter(text="A", media=IMAGE, location=OutgoingLocation(latitude=1, longitude=2))
    template = OutgoingTemplate(name="a", language="en", body=(both,))
    (body,) = build_request(to_send(template), MEDIA_IDS)["template"]["components"]
    assert body["parameters"] == [{"type": "text", "text": "A"}]


@settings(max_examples=300, deadline=None)
@given(contents)
def test_contents_survive_storing(content):
    stored = msgspec.json.encode(content)
    if b"null" not in stored:  # NaN has no JSON form; the limits refuse it
        assert msgspec.json.decode(stored, type=OutgoingContent) == content
