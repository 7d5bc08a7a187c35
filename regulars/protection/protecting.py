"""What somebody said, marked as protected if it has a word of a watch in it."""

from __future__ import annotations

from typing import Any, TypeVar

from regulars.protection.fields import Opened, OpenedContent, OpenedList
from regulars.protection.matching import Watch, texts_in

Said = TypeVar("Said", dict[str, Any], list[Any])


def protected_text(text: str, watch: Watch) -> str:
    return Opened(text) if watch.covers(text) else text


def protected(text: str, content: Said, watch: Watch) -> tuple[str, Said]:
    """Both or neither, whichever of them has the word."""
    if not watch.covers(text, *texts_in(content)):
        return text, content
    return Opened(text), _opened(content)


def _opened(content: Said) -> Said:
    return OpenedContent(content) if isinstance(content, dict) else OpenedList(content)
