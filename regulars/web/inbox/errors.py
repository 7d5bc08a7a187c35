"""What a provider's error code means, in plain words and in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.conversations.guardrails import WINDOW_CLOSED, WORDS
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import Offer
from regulars.web.inbox.view_models import ErrorView


@dataclass(frozen=True, slots=True)
class Explanation:
    title: str = ""
    explanation: str = ""
    advice: str = ""


def explanation_of(error: ErrorView | None) -> Explanation:
    if error is None:
        return Explanation()
    if error.word in WORDS:
        title, explanation = WORDS[error.word]
        return Explanation(str(title), str(explanation))
    if not error.code:
        return Explanation(title=error.title, explanation=error.details)
    return Explanation(**facts_of(error.channel).explain(error.code))


def offer_after(error: ErrorView | None) -> Offer:
    if error is None:
        return "again"
    if error.word == WINDOW_CLOSED:
        return "template"
    return facts_of(error.channel).offer_after(error.code) if error.code else "again"
