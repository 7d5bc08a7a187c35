"""What a provider's error code means, in plain words and in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.web.channels import facts_of
from regulars.web.inbox.view_models import ErrorView


@dataclass(frozen=True, slots=True)
class Explanation:
    title: str = ""
    explanation: str = ""
    advice: str = ""


def explanation_of(error: ErrorView | None) -> Explanation:
    """The channel's own explanation; what the provider said when there is no code."""
    if error is None:
        return Explanation()
    if not error.code:
        return Explanation(title=error.title, explanation=error.details)
    return Explanation(**facts_of(error.channel).explain(error.code))
