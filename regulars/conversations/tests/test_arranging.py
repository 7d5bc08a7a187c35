"""Several contents at once: nothing vanishes, nothing is cut; what cannot go out together is refused."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.conversations.arranging import Special, arrange, split_text
from regulars.inboxes.ports import (
    CardPhone,
    ContactCard,
    InteractiveHeader,
    OutgoingContacts,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingText,
    ReplyButton,
    files_in,
)
from regulars.kernel.errors import Invalid

PICTURE = OutgoingMedia(kind="image", media_id="picture")
VOICE = OutgoingMedia(kind="audio", media_id="voice", is_voice=True)
PAPER = OutgoingMedia(kind="document", media_id="paper", filename="sizes.pdf")
PLACE = OutgoingLocation(latitude=1, longitude=2, name="Shop")
CARD = OutgoingContacts(cards=(ContactCard(name="Jisoo", phones=(CardPhone(phone="+8210", kind="CELL"),)),))
BUTTONS = OutgoingInteractive(form="buttons", body="hello", buttons=(ReplyButton(id="1", title="Yes"),))
HEADED = OutgoingInteractive(
    form="buttons",
    body="hello",
    header=InteractiveHeader(text="Sizes"),
    buttons=(ReplyButton(id="1", title="Y"),),
)
LIST = OutgoingInteractive(form="list", body="hello", list_button="Open")
ASK = OutgoingInteractive(form="location_request", body="hello")

FILES = [(), (PICTURE,), (VOICE,), (PAPER, PICTURE), (VOICE, PAPER)]
SPECIALS = [None, PLACE, CARD, BUTTONS, HEADED, LIST, ASK]


def words(content: OutgoingContent) -> str:
    match content:
        case OutgoingText() | OutgoingInteractive():
            return content.body
        case OutgoingMedia():
            return content.caption
        case _:
            return ""


@pytest.mark.parametrize(("text", "files", "special"), list(product(["", "hello"], FILES, SPECIALS)))
def test_all_of_it_goes_out_or_nothing(
    text: str, files: tuple[OutgoingMedia, ...], special: Special | None
) -> None:
    """Every combination of the composer: each part is in exactly one message, or the whole is refused."""
    if isinstance(special, OutgoingInteractive):
        text = special.body
    try:
        contents = arrange([text] if text else [], files, special)
    except Invalid:
        return
    assert [each.media_id for content in contents for each in files_in(content)] == [
        each.media_id for each in files
    ]
    assert [words(content) for content in contents if words(content)] == ([text] if text else [])
    assert sum(isinstance(each, type(special)) for each in contents if special) == (1 if special else 0)


@pytest.mark.parametrize(
    ("files", "special"),
    [
        ((PICTURE, PAPER), BUTTONS),
        ((VOICE,), BUTTONS),
        ((PICTURE,), HEADED),
        ((PICTURE,), LIST),
        ((PAPER,), ASK),
    ],
)
def test_what_cannot_go_out_together_is_refused(files: tuple[OutgoingMedia, ...], special: Special) -> None:
    with pytest.raises(Invalid):
        arrange(["hello"], files, special)


def test_a_picture_stands_above_the_buttons() -> None:
    (made,) = arrange(["hello"], [PICTURE], BUTTONS)
    assert isinstance(made, OutgoingInteractive)
    assert made.header == InteractiveHeader(media=PICTURE)


def test_the_place_comes_after_text_and_picture() -> None:
    contents = arrange(["hello"], [PICTURE], PLACE)
    assert [type(each) for each in contents] == [OutgoingMedia, OutgoingLocation]
    assert words(contents[0]) == "hello"


@given(st.text(alphabet=st.sampled_from("ab .\n!ก็é👍🏽\u200d"), max_size=400), st.integers(5, 60))
def test_a_text_in_parts_says_the_same(text: str, longest: int) -> None:
    parts = split_text(text, longest)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(len(part) <= longest for part in parts)
    assert all(part for part in parts) or parts == [""]


def test_a_text_is_cut_where_a_reader_would_pause() -> None:
    assert split_text("One two three.\n\nFour five six.", 20) == ["One two three.", "Four five six."]
    assert split_text("One two. Three four five", 14) == ["One two.", "Three four", "five"]
    assert split_text("short", 100) == ["short"]


def test_no_character_is_torn_from_its_marks() -> None:
    assert split_text("aaa👍🏽bbb", 4) == ["aaa", "👍🏽bb", "b"]
