"""A conversation as a file: what stands in it, who may have it, and that a job that was stopped goes on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO
from typing import Any, NamedTuple

import pypdfium2
import pytest
from django.utils import translation
from pypdf import PdfReader

from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.handling import withdraw_note, write_note
from regulars.conversations.operations.removing import remove_contact
from regulars.inboxes.ports import ContactCard, Location, MessageContent, Reaction
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed, NotFound
from regulars.kernel.jobs.queue import Later
from regulars.kernel.jobs.running import run_job
from regulars.transcripts import making
from regulars.transcripts.making import Format
from regulars.transcripts.models import Transcript
from regulars.transcripts.operations import (
    content_of,
    open_transcript,
    purge_transcripts,
    start_transcript,
    transcripts_there,
)
from regulars.workspaces.models import AuditEntry
from regulars.workspaces.sight import NUMBERS
from tests.cast import ALICE, Cast

DAY = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
DOT = 1.5
KOREAN, THAI, ARABIC = (
    "주문한 상품이 아직 도착하지 않았어요",
    "สินค้าที่สั่งซื้อไปเมื่อวานนี้จะจัดส่งเมื่อไหร่",
    "متى ستصل طلبيتي",
)


def _written(
    cast: Cast, conversation: Conversation, form: Format = "html", *, with_notes: bool = False
) -> bytes:
    by = cast.actor(cast.owner)
    job = start_transcript(conversation, form, with_notes=with_notes, by=by)
    run_job(job.id)
    return b"".join(content_of(open_transcript(job.id, by=by)))


def _words(document: bytes) -> list[str]:
    """The texts of a document, without its head."""
    body = document.decode().partition("<main>")[2]
    return [unescape(each) for each in re.split(r"<[^>]*>", body) if each.strip()]


def _zone(cast: Cast, name: str) -> None:
    cast.workspace.time_zone = name
    cast.workspace.save()


def test_what_was_said_stands_there_in_the_zone_of_the_workspace(cast: Cast) -> None:
    _zone(cast, "Asia/Seoul")
    cast.hears(ALICE, "hello <b>", name="Alice", at=DAY, provider_id="first")
    conversation = cast.hears(ALICE, "next day", at=DAY + timedelta(hours=1), reply_to="first")
    cast.hears(
        ALICE,
        kind="reaction",
        at=DAY + timedelta(hours=1, minutes=1),
        target="first",
        content=MessageContent(reaction=Reaction(emoji="👍")),
    )
    assert _words(_written(cast, conversation)) == [
        "Friday, Nov. 20, 2026",
        *("Alice", "23:30", "hello <b>", "👍 Alice"),
        "Saturday, Nov. 21, 2026",
        *("Alice", "00:30", "Alice", "hello <b>", "next day"),
    ]


def test_a_deleted_message_leaves_its_place_and_not_its_words(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "my card is 4242", name="Alice", at=DAY, provider_id="first")
    cast.hears(ALICE, kind="revoke", at=DAY + timedelta(minutes=1), target="first")
    assert _words(_written(cast, conversation))[1:] == ["Alice", "14:30", "Deleted by the contact"]


def test_places_and_cards_stand_there_in_words(cast: Cast) -> None:
    cast.hears(
        ALICE,
        kind="location",
        at=DAY,
        content=MessageContent(location=Location(latitude=37.5512, longitude=126.9882, name="N Seoul Tower")),
    )
    conversation = cast.hears(
        ALICE,
        kind="contacts",
        at=DAY + timedelta(minutes=1),
        content=MessageContent(cards=(ContactCard(name="Bob"),)),
    )
    words = _words(_written(cast, conversation))
    assert [each for each in words if each not in {"Alice", "14:30", "14:31"}][1:] == [
        *("Location", "N Seoul Tower · 37.551200, 126.988200"),
        *("Contact card", "Bob"),
    ]


def test_a_card_called_by_its_number_keeps_it_from_who_may_not_see_it(cast: Cast) -> None:
    card = MessageContent(cards=(ContactCard(name="+1 202-556-0173"),))
    conversation = cast.hears(
        ALICE, "+1 202-556-0173", name="Alice", kind="contacts", content=card, provider_id="wamid.card"
    )
    cast.hears(ALICE, "that is hers", reply_to="wamid.card")
    owner = cast.actor(cast.owner)
    blind = replace(owner, permissions=owner.permissions - {NUMBERS})
    job = start_transcript(conversation, "html", by=blind)
    run_job(job.id)
    body = b"".join(content_of(open_transcript(job.id, by=blind))).decode()
    assert (body.count("that is hers"), body.count("0173") > 0, "556" in body) == (1, True, False)
    assert "202-556-0173" in _written(cast, conversation).decode()


def test_notes_only_stand_there_when_they_are_asked_for_and_allowed(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "hello", name="Alice", at=DAY)
    with clock.frozen_at(DAY + timedelta(minutes=1)):
        write_note(conversation, "a hard one", by=cast.actor(cast.agent))
        taken = write_note(conversation, "never mind", by=cast.actor(cast.agent))
        withdraw_note(taken, by=cast.actor(cast.agent))
    assert _words(_written(cast, conversation))[1:] == ["Alice", "14:30", "hello"]
    assert _words(_written(cast, conversation, with_notes=True))[1:] == [
        *("Alice", "14:30", "hello"),
        *("Ann Agent", "14:31", "Private note", "a hard one"),
        *("Ann Agent", "14:31", "This note was taken back"),
    ]
    noteless = cast.token_actor("owner", scopes=["conversations:read", "conversations:export"])
    with pytest.raises(NotAllowed):
        start_transcript(conversation, "pdf", with_notes=True, by=noteless)


def test_every_script_has_its_letters_in_the_pdf(cast: Cast) -> None:
    conversation = cast.hears(ALICE, f"{KOREAN}\n{THAI}\n{ARABIC}\n你好 😀", name="Alice", at=DAY)
    reader = PdfReader(BytesIO(_written(cast, conversation, "pdf")))
    assert _fonts_of(reader) == {
        "NotoSans",
        "NotoSansArabic",
        "NotoSansCJKkr",
        "NotoSansThai",
        "NotoEmoji",
    }
    assert [each for each in reader.pages[0].extract_text().splitlines() if each == KOREAN] == [KOREAN]


def _fonts_of(reader: PdfReader) -> set[str]:
    fonts = reader.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    return {str(each["/BaseFont"]).rpartition("+")[2].partition("-")[0] for each in fonts.values()}


def test_arabic_joins_its_letters_and_runs_from_the_right(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "ببب\nب ج د", name="Alice", at=DAY)
    drawn = _drawn(_written(cast, conversation, "pdf"))
    # from the right: its first form and its middle form, each narrower than half of it where it stands alone
    first, middle, _last, lone = _of(drawn, "ب")
    assert max(first.width, middle.width) < lone.width / 2
    assert first.left > middle.left
    (jeem,), (dal,) = _of(drawn, "ج"), _of(drawn, "د")
    assert lone.left > jeem.left > dal.left


def test_marks_piled_upon_a_letter_cost_no_more_than_a_page(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "a" + "\u0301" * 20_000, name="z" + "\u0301" * 1_000)
    assert len(_written(cast, conversation, "pdf")) < 100_000


def test_thai_breaks_between_words_and_not_in_them(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "ประเทศไทย" * 40, name="Alice", at=DAY)
    drawn = [each for each in _drawn(_written(cast, conversation, "pdf")) if "ก" <= each.letter <= "ๆ"]
    lines = {round(each.bottom) // 12: each for each in sorted(drawn, key=lambda each: -each.left)}
    first = {each.letter for each in lines.values()}
    assert (len(lines) > 3, first <= {"ป", "ไ"}) == (True, True)


class Drawn(NamedTuple):
    """A letter where it stands on the page, in points."""

    letter: str
    left: float
    bottom: float
    width: float


def _drawn(pdf: bytes) -> list[Drawn]:
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    return [
        Drawn(page.get_text_range(place, 1), left, bottom, right - left)
        for place in range(page.count_chars())
        for left, bottom, right, _top in [page.get_charbox(place)]
    ]


def _of(drawn: list[Drawn], letter: str) -> list[Drawn]:
    """The topmost and rightmost first; the dots of a letter are glyphs of their own."""
    found = [each for each in drawn if each.letter == letter and each.width > DOT]
    return sorted(found, key=lambda each: (-round(each.bottom), -each.left))


def test_a_job_that_died_goes_on_and_nothing_stands_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MESSAGES_AT_ONCE", 2)
    conversation = cast.hears(ALICE, "number 0", at=DAY)
    for number in range(1, 7):
        cast.hears(ALICE, f"number {number}", at=DAY + timedelta(minutes=number))
    forms: tuple[Format, ...] = ("html", "pdf")
    for form in forms:
        by, usual, left = cast.actor(cast.owner), making._write, [3]

        def dies(*values: Any, usual: Any = usual, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise ConnectionError
            usual(*values)

        monkeypatch.setattr(making, "_write", dies)
        job = start_transcript(conversation, form, by=by)
        with pytest.raises(Later):
            run_job(job.id)
        with clock.frozen_at(clock.now() + timedelta(hours=1)):
            run_job(job.id)
            whole = b"".join(content_of(open_transcript(job.id, by=by)))
        monkeypatch.setattr(making, "_write", usual)
        text = whole.decode() if form == "html" else _text_of(whole)
        assert re.findall(r"number \d", text) == [f"number {number}" for number in range(7)]


def _text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_who_has_it(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "hello", at=DAY)
    owner, lead, agent = (cast.actor(each) for each in (cast.owner, cast.lead, cast.agent))
    with pytest.raises(NotAllowed):
        start_transcript(conversation, "pdf", by=agent)
    job = start_transcript(conversation, "html", by=owner)
    with pytest.raises(NotFound):
        open_transcript(job.id, by=owner)  # not whole yet
    run_job(job.id)
    assert transcripts_there(lead, [job.id]) == {job.id}
    assert transcripts_there(agent, [job.id]) == set()
    with pytest.raises(NotFound):
        open_transcript(job.id, by=cast.stranger.actor(cast.stranger.owner))
    open_transcript(job.id, by=lead)
    verbs = AuditEntry.objects.filter(verb__startswith="conversations:").order_by("id")
    assert [*verbs.values_list("verb", "act")] == [
        ("conversations:export", "export"),
        ("conversations:read_export", "export"),
    ]


def test_it_goes_after_a_week_and_with_the_contact(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "hello", at=DAY)
    by = cast.actor(cast.owner)
    start_transcript(conversation, "html", by=by)
    with clock.frozen_at(clock.now() + timedelta(days=8)):
        purge_transcripts()
    assert Transcript.objects.count() == 0
    job = start_transcript(conversation, "pdf", by=by)
    remove_contact(cast.alice, by=by)
    run_job(job.id)
    job.refresh_from_db()
    assert (job.status, Transcript.objects.count(), Message.objects.count()) == ("failed", 0, 0)


def test_words_are_in_the_language_of_whoever_asked(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "안녕", name="Alice", at=DAY)
    with translation.override("ko"):
        by = cast.actor(cast.owner)
        job = start_transcript(conversation, "html", by=by)
    run_job(job.id)
    assert _words(b"".join(content_of(open_transcript(job.id, by=by))))[0] == "금요일, 2026년 11월 20일"
