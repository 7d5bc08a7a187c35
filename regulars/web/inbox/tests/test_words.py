"""Figures and codes in words, in the reader's language."""

from __future__ import annotations

import pytest
from django.utils import translation

from regulars.inboxes.ports import LimitProblem
from regulars.web.administration.tags import template_reason_words
from regulars.web.design.tags import file_size, strings_url
from regulars.web.inbox.limit_words import limit_sentence
from regulars.web.inbox.tags import failure_title
from regulars.web.strings import strings_version


@pytest.mark.parametrize(("language", "size"), [("en", "2.4 MB"), ("ru", "2,4 МБ")])
def test_a_file_size_has_the_languages_decimal_mark(language: str, size: str) -> None:
    with translation.override(language):
        assert file_size(2_400_000) == size


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "File size: at most 5 MB, this has 6.5 MB."),
        ("ru", "Размер файла: не больше 5 МБ, сейчас 6,5 МБ."),
    ],
)
def test_a_limit_has_the_languages_decimal_mark(language: str, sentence: str) -> None:
    problem = LimitProblem(field="size", code="too_large", limit=5 * 1024 * 1024, actual=6_815_744)
    with translation.override(language):
        assert limit_sentence(problem) == sentence


@pytest.mark.parametrize(
    ("code", "found", "words"),
    [
        ("not_allowed", "image/gif", "image/gif"),
        ("not_allowed", "", "cannot be sent here"),
        ("wrong_colors", "cmyk", "8-bit RGB colors only, this one has cmyk"),
        ("wrong_codec", "hevc", "this has hevc"),
        ("no_voice", "opus, stereo", "one channel (mono); this has opus, stereo"),
        ("damaged", "image/jpeg", "damaged"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong_and_what_would_be_right(
    code: str, found: str, words: str
) -> None:
    assert words in limit_sentence(LimitProblem(field="mime_type", code=code, found=found))


@pytest.mark.parametrize(
    ("reason", "words"), [("131026", "Cannot be delivered"), ("left the company", "left the company")]
)
def test_an_unreachable_contact_has_a_reason_in_words(reason: str, words: str) -> None:
    assert failure_title(reason, "whatsapp") == words


@pytest.mark.parametrize(("reason", "words"), [("SCAM", "It looks like a scam"), ("NEW_ONE", "NEW_ONE")])
def test_a_rejected_template_has_a_reason_in_words(reason: str, words: str) -> None:
    assert template_reason_words(reason) == words


def test_the_strings_address_names_their_content() -> None:
    assert strings_url("ru") == f"/strings/ru.js?v={strings_version('ru')}"
    assert len({strings_version(language) for language in ("en", "ko", "ru", "th")}) == 4
