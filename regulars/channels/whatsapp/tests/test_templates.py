"""Templates as Meta lists them: what is in them, what they need, and what the customer will see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.channels.whatsapp.limits import check
from regulars.channels.whatsapp.templates import build_outgoing, parse_template, render, validate
from regulars.inboxes.ports import (
    OutgoingLocation,
    OutgoingMedia,
    OutgoingTemplate,
    RenderedTemplate,
    Template,
    TemplateButton,
    TemplateButtonValue,
    TemplateParameter,
    TemplateVariable,
)
from regulars.inboxes.ports.templates import Value

ORDER: dict[str, Any] = {
    "id": 700000000000001,
    "name": "order_shipped",
    "language": "pt-BR",
    "status": "APPROVED",
    "category": "UTILITY",
    "quality_score": {"score": "GREEN", "date": 1},
    "parameter_format": "POSITIONAL",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["4711"]}},
        {
            "type": "BODY",
            "text": "Hi {{1}}, {{2}} parcels. Bye {{1}}!",
            "example": {"body_text": [["Ana", "two"]]},
        },
        {"type": "FOOTER", "text": "Shop"},
        {
            "type": "BUTTONS",
            "buttons": [
                {
                    "type": "URL",
                    "text": "Track",
                    "url": "https://shop.example/t/{{1}}",
                    "example": ["https://shop.example/t/abc"],
                },
                {"type": "QUICK_REPLY", "text": "Stop"},
                {"type": "COPY_CODE", "example": "SAVE10"},
                {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+12025550100"},
            ],
        },
    ],
}
VALUES = {
    "header.1": "99",
    "body.1": "Bo",
    "body.2": "3",
    "button.0": "xyz",
    "button.1": "STOP",
    "button.2": "CODE",
}


def test_a_listed_template_is_read_whole():
    template = parse_template(ORDER)
    assert (template.provider_id, template.language, template.quality) == (
        "700000000000001",
        "pt_BR",
        "GREEN",
    )
    assert template.is_sendable
    assert template.variables == (
        TemplateVariable(key="header.1", kind="text", sample="4711"),
        TemplateVariable(key="body.1", kind="text", sample="Ana"),
        TemplateVariable(key="body.2", kind="text", sample="two"),
        TemplateVariable(key="button.0", kind="url", sample="abc", address="https://shop.example/t/"),
        TemplateVariable(key="button.1", kind="payload", is_optional=True),
        TemplateVariable(key="button.2", kind="coupon_code", sample="SAVE10"),
    )


def test_the_preview_shows_samples_before_anything_is_filled_in():
    template = parse_template(ORDER)
    rendered = render(template, template.samples)
    assert (rendered.header, rendered.body) == ("Order 4711", "Hi Ana, two parcels. Bye Ana!")
    assert render(template, {}).body == "Hi {{1}}, {{2}} parcels. Bye {{1}}!"


def test_the_preview_and_the_stored_rendering_are_one():
    outgoing = build_outgoing(parse_template(ORDER), VALUES)
    assert outgoing == OutgoingTemplate(
        name="order_shipped",
        language="pt_BR",
        header=(TemplateParameter(text="99"),),
        body=(TemplateParameter(text="Bo"), TemplateParameter(text="3")),
        buttons=(
            TemplateButtonValue(index=0, sub_type="url", parameter=TemplateParameter(text="xyz")),
            TemplateButtonValue(
                index=1, sub_type="quick_reply", parameter=TemplateParameter(kind="payload", text="STOP")
            ),
            TemplateButtonValue(
                index=2, sub_type="copy_code", parameter=TemplateParameter(kind="coupon_code", text="CODE")
            ),
        ),
        rendered={
            "header_kind": "text",
            "header": "Order 99",
            "media": None,
            "location": None,
            "offer": "",
            "offer_expires_at": None,
            "body": "Hi Bo, 3 parcels. Bye Bo!",
            "footer": "Shop",
            "buttons": (
                {"kind": "url", "text": "Track", "url": "https://shop.example/t/xyz", "phone": ""},
                {"kind": "quick_reply", "text": "Stop", "url": "", "phone": ""},
                {"kind": "copy_code", "text": "", "url": "", "phone": ""},
                {"kind": "phone_number", "text": "Call", "url": "", "phone": "+12025550100"},
            ),
            "cards": (),
        },
    )
    assert check(outgoing) == []


def test_named_variables_are_sent_by_name():
    template = parse_template(
        {
            "name": "hi",
            "language": "en",
            "status": "APPROVED",
            "components": [
                {
                    "type": "BODY",
                    "text": "Hi {{ first_name }}",
                    "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Ana"}]},
                }
            ],
        }
    )
    assert template.samples == {"body.first_name": "Ana"}
    outgoing = build_outgoing(template, {"body.first_name": "Bo"})
    assert outgoing.body == (TemplateParameter(text="Bo", name="first_name"),)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("IMAGE", OutgoingMedia(kind="image", media_id="1")),
        ("VIDEO", OutgoingMedia(kind="video", media_id="1")),
        ("DOCUMENT", OutgoingMedia(kind="document", media_id="1", filename="a.pdf")),
        ("LOCATION", OutgoingLocation(latitude=1, longitude=2)),
    ],
)
def test_a_header_can_be_a_file_or_a_place(kind, value):
    template = parse_template(
        {"name": "a", "language": "en", "components": [{"type": "HEADER", "format": kind}]}
    )
    assert [problem.code for problem in validate(template, {})] == ["missing"]
    assert [problem.code for problem in validate(template, {"header.media": "text"})] == ["invalid"]
    outgoing = build_outgoing(template, {"header.media": value})
    assert check(outgoing) == []
    assert outgoing.rendered["header_kind"] == kind.lower()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"body.1": ""}, [("body.1", "missing")]),
        ({"body.1": "  "}, [("body.1", "missing")]),
        ({"body.1": "two\nlines"}, [("body.1", "invalid")]),
        ({"body.3": "x"}, [("body.3", "not_allowed")]),
        ({"button.1": ""}, []),
        ({"button.2": "C" * 21}, [("button.2", "too_long")]),
        ({"header.1": "x" * 60}, [("header", "too_long")]),
        ({"body.2": "x" * 1024}, [("body", "too_long")]),
        ({"body.1": OutgoingMedia(kind="image", media_id="1")}, [("body.1", "invalid")]),
    ],
)
def test_values_that_do_not_fit_are_named(changes, expected):
    problems = validate(parse_template(ORDER), {**VALUES, **changes})
    assert [(problem.field, problem.code) for problem in problems] == expected


def test_missing_values_are_never_sent():
    with pytest.raises(ValueError, match=r"body\.1 \(missing\)"):
        build_outgoing(parse_template(ORDER), {})


def _card(text: str) -> dict[str, Any]:
    return {
        "components": [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
            {"type": "BODY", "text": text, "example": {"body_text": [["24 euros"]]}},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Order"},
                    {
                        "type": "URL",
                        "text": "See",
                        "url": "https://shop.example/{{1}}",
                        "example": ["https://shop.example/light"],
                    },
                ],
            },
        ]
    }


BOXES: dict[str, Any] = {
    "name": "boxes",
    "language": "en",
    "status": "APPROVED",
    "category": "MARKETING",
    "parameter_format": "POSITIONAL",
    "components": [
        {"type": "BODY", "text": "Hi {{1}}, swipe", "example": {"body_text": [["Ana"]]}},
        {"type": "CAROUSEL", "cards": [_card("Light for {{1}} a box"), _card("Dark for {{1}} a box")]},
    ],
}
LIGHT, DARK = OutgoingMedia(kind="image", media_id="1"), OutgoingMedia(kind="image", media_id="2")
BOX_VALUES: dict[str, Value] = {
    "body.1": "Bo",
    "card.0.header.media": LIGHT,
    "card.0.body.1": "24",
    "card.0.button.1": "light",
    "card.1.header.media": DARK,
    "card.1.body.1": "22",
    "card.1.button.1": "dark",
}


def test_a_carousel_is_filled_in_card_by_card():
    template = parse_template(BOXES)
    assert template.is_sendable
    needed = {each.key for each in template.variables if not each.is_optional}
    assert needed == BOX_VALUES.keys()
    assert [card.body for card in render(template, template.samples).cards] == [
        "Light for 24 euros a box",
        "Dark for 24 euros a box",
    ]
    outgoing = build_outgoing(template, BOX_VALUES)
    assert check(outgoing) == []
    assert outgoing.files == (LIGHT, DARK)
    assert outgoing.body == (TemplateParameter(text="Bo"),)
    assert [card["body"] for card in outgoing.rendered["cards"]] == [
        "Light for 24 a box",
        "Dark for 22 a box",
    ]
    assert outgoing.rendered["cards"][1]["buttons"][1]["url"] == "https://shop.example/dark"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"card.1.header.media": None}, [("card.1.header.media", "missing")]),
        ({"card.0.body.1": " "}, [("card.0.body.1", "missing")]),
        ({"card.0.body.1": "x" * 160}, [("card.0.body", "too_long")]),
        ({"card.2.body.1": "x"}, [("card.2.body.1", "not_allowed")]),
    ],
)
def test_values_of_a_card_that_do_not_fit_are_named(changes, expected):
    values = {key: value for key, value in {**BOX_VALUES, **changes}.items() if value is not None}
    problems = validate(parse_template(BOXES), values)
    assert [(problem.field, problem.code) for problem in problems] == expected


OFFER: dict[str, Any] = {
    "name": "offer",
    "language": "en",
    "status": "APPROVED",
    "components": [
        {
            "type": "LIMITED_TIME_OFFER",
            "limited_time_offer": {"text": "Free shipping", "has_expiration": True},
        },
        {"type": "BODY", "text": "Only now"},
    ],
}
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_an_offer_ends_when_it_was_told_to():
    template = parse_template(OFFER)
    assert [(each.field, each.code) for each in validate(template, {})] == [("offer.expires", "missing")]
    outgoing = build_outgoing(template, {"offer.expires": NOON})
    assert (outgoing.offer_expires_at, outgoing.rendered["offer"]) == (NOON, "Free shipping")
    assert validate(template, {"offer.expires": NOON}, NOON - timedelta(minutes=1)) == []
    over = validate(template, {"offer.expires": NOON}, NOON)
    assert [(each.field, each.code) for each in over] == [("offer.expires", "over")]


def test_an_offer_without_an_end_needs_nothing():
    endless = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Free", "has_expiration": False}}
    template = parse_template({**OFFER, "components": [endless, OFFER["components"][1]]})
    assert (template.variables, render(template, {}).offer) == ((), "Free")


@pytest.mark.parametrize(
    "button",
    [
        {"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"},
        {"type": "URL", "text": "Copy code", "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}"},
    ],
)
def test_a_one_time_code_is_asked_for_once(button):
    template = parse_template(
        {
            "name": "code",
            "language": "en",
            "status": "APPROVED",
            "category": "AUTHENTICATION",
            "components": [
                {"type": "BODY", "text": "*{{1}}* is your verification code."},
                {"type": "BUTTONS", "buttons": [button]},
            ],
        }
    )
    assert [(each.key, each.kind) for each in template.variables] == [("body.1", "code")]
    outgoing = build_outgoing(template, {"body.1": "481516"})
    assert outgoing.body == (TemplateParameter(text="481516"),)
    assert outgoing.buttons == (
        TemplateButtonValue(index=0, sub_type="url", parameter=TemplateParameter(text="481516")),
    )
    assert outgoing.rendered["buttons"] == ({"kind": "otp", "text": "Copy code", "url": "", "phone": ""},)
    assert [each.code for each in validate(template, {"body.1": "4" * 16})] == ["too_long"]


def test_parts_that_we_cannot_fill_in_are_named():
    template = parse_template(
        {
            "status": "APPROVED",
            "components": [
                {"type": "CAROUSEL", "cards": []},
                {"type": "HEADER", "format": "GIF"},
                {
                    "type": "BUTTONS",
                    "buttons": [{"type": "MPM", "text": "Shop"}, {"type": "FLOW", "text": "Form"}],
                },
            ],
        }
    )
    assert template.unsupported == ("carousel", "header:gif", "button:mpm")
    assert not template.is_sendable


def test_a_template_without_anything_is_still_a_template():
    template = parse_template({})
    assert render(template, {}) == RenderedTemplate()
    assert template.buttons == ()


def test_buttons_keep_their_order():
    kinds = [button.kind for button in parse_template(ORDER).buttons]
    assert kinds == ["url", "quick_reply", "copy_code", "phone_number"]
    assert parse_template(ORDER).buttons[3] == TemplateButton(
        kind="phone_number", text="Call", phone="+12025550100"
    )


WORDS = [
    *("BODY", "HEADER", "TEXT", "IMAGE", "BUTTONS", "URL", "CAROUSEL"),
    *("Hi {{1}}", "https://a.example/{{1}}"),
]

nodes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "format", "example", "buttons", "url", "cards", "components"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@settings(max_examples=500, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["id", "name", "components", "status", "quality_score"]), nodes) | nodes
)
def test_any_json_is_read(node):
    """Into the types that are promised; what has to be filled in, or cannot be, is named and stays visible."""
    template = parse_template(node)
    assert msgspec.json.decode(msgspec.json.encode(template), type=Template) == template
    named = [(problem.field, problem.code) for problem in validate(template, {})]
    asked = [(each.key, "missing") for each in template.variables if not each.is_optional]
    assert [each for each in named if each[1] != "too_long"] == [
        *asked,
        *((part, "unsupported") for part in template.unsupported),
    ]
    assert render(template, {}).body == template.body
    assert not {problem.field for problem in validate(template, template.samples)} & {*template.samples}


LINKED = {
    "name": "parcel",
    "language": "en",
    "status": "APPROVED",
    "components": [
        {"type": "BODY", "text": "On its way"},
        {
            "type": "BUTTONS",
            "buttons": [{"type": "URL", "text": "Track", "url": "https://shop.example/t/{{1}}"}],
        },
    ],
}


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("A-7", "A-7"),
        ("  A-7 ", "A-7"),
        ("A 7/blue", "A%207/blue"),
        ("สีแดง", "%E0%B8%AA%E0%B8%B5%E0%B9%81%E0%B8%94%E0%B8%87"),
        ("A%207", "A%207"),
        ("100%", "100%25"),
        ("a?b=c&d#e", "a?b=c&d#e"),
        ("https://shop.example/t/A-7", "A-7"),
        ("HTTPS://Shop.example/t/A-7", "A-7"),
        ("shop.example/t/A-7", "A-7"),
    ],
)
def test_the_ending_of_a_link_is_what_follows_its_address(written: str, sent: str):
    template = parse_template(LINKED)
    outgoing = build_outgoing(template, {"button.0": written})
    assert outgoing.buttons[0].parameter.text == sent
    assert outgoing.rendered["buttons"][0]["url"] == f"https://shop.example/t/{sent}"
    assert render(template, {"button.0": written}).buttons[0].url == f"https://shop.example/t/{sent}"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("https://other.example/x", "whole_address"),
        ("http://shop.example/t/A-7", "whole_address"),
        ("//other.example", "whole_address"),
        ("www.other.example", "whole_address"),
        ("A\nB", "line_break"),
        ("A\tB", "line_break"),
        ("A\u2028B", "line_break"),
        ("https://shop.example/t/", "missing"),
        ("   ", "missing"),
    ],
)
def test_what_cannot_be_the_ending_of_a_link_is_refused(written: str, code: str):
    problems = validate(parse_template(LINKED), {"button.0": written})
    assert [(each.field, each.code) for each in problems] == [("button.0", code)]


@given(st.text(min_size=1, max_size=60))
def test_whatever_is_sent_as_the_ending_of_a_link_is_ascii_without_spaces(written: str):
    template = parse_template(LINKED)
    if not validate(template, {"button.0": written}):
        sent = build_outgoing(template, {"button.0": written}).buttons[0].parameter.text
        assert sent.isascii()
        assert sent.isprintable()
        assert " " not in sent
        assert build_outgoing(template, {"button.0": sent}).buttons[0].parameter.text == sent
