"""Whether a message may leave, by table; and every refusal has words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regulars.conversations import leaving
from regulars.conversations.guardrails import words_of
from regulars.conversations.leaving import Circumstances, Refusal, check_leaving, useful_until
from regulars.inboxes.ports import OutgoingTemplate, OutgoingText

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
SOON, JUST_NOW = NOW + timedelta(seconds=1), NOW - timedelta(seconds=1)
TEXT, TEMPLATE = OutgoingText(body="Hello"), OutgoingTemplate(name="order_ready", language="en")
CODES = [value for name, value in vars(leaving).items() if name.isupper() and isinstance(value, str)]


@pytest.mark.parametrize(
    ("circumstances", "content", "is_unwanted", "code"),
    [
        (Circumstances("", SOON), TEXT, False, None),
        (Circumstances("", NOW), TEXT, False, "reply-window-closed"),
        (Circumstances("", None), TEXT, False, "reply-window-closed"),
        (Circumstances("", None), TEMPLATE, False, None),
        (Circumstances("", None, useful_until=SOON), TEMPLATE, False, None),
        (Circumstances("", None, useful_until=NOW), TEMPLATE, False, "no-longer-useful"),
        (Circumstances("", SOON, useful_until=JUST_NOW), TEXT, False, "no-longer-useful"),
        (Circumstances("", None), TEMPLATE, True, "opted-out"),
        (Circumstances("", None, is_group=True), TEMPLATE, True, "promotion-in-group"),
        (Circumstances("", SOON), TEXT, True, None),
        (Circumstances("the bill was not paid", SOON), TEXT, False, "inbox-paused"),
        (Circumstances("the bill was not paid", None), TEMPLATE, True, "inbox-paused"),
    ],
)
def test_what_may_leave(circumstances, content, is_unwanted, code):
    refusal = check_leaving(circumstances, content, at=NOW, is_unwanted=is_unwanted)
    assert (refusal.code if refusal else None) == code


def test_a_template_is_of_use_for_as_long_as_its_category():
    assert useful_until(TEXT, "", NOW) is None
    assert useful_until(TEMPLATE, "authentication", NOW) == NOW + timedelta(minutes=10)
    assert useful_until(TEMPLATE, "MARKETING", NOW) == NOW + timedelta(days=1)


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_has_words(code):
    title, explanation = words_of(Refusal(code, reason="the bill was not paid"))
    assert str(title)
    assert explanation == "the bill was not paid"


def test_there_are_as_many_codes_as_words():
    assert len(CODES) == 12
