from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from regulars.web.inbox.text_marks import marked
from regulars.web.inbox.view_models import Author, MessageView

OUTSIDE = 'class="isolate" target="_blank" rel="noopener noreferrer nofollow"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain & <b>", "plain &amp; &lt;b&gt;"),
        ("*bold* _it_ ~gone~", "<strong>bold</strong> <i>it</i> <s>gone</s>"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("* not bold *", "* not bold *"),
        ("*over\nlines*", "*over\nlines*"),
        ("`x < 1` ```a *b*```", "<code>x &lt; 1</code> <code>a *b*</code>"),
        (
            "see https://example.com/a_b_c?x=1&y=2.",
            f'see <a href="https://example.com/a_b_c?x=1&amp;y=2" {OUTSIDE}>https://example.com/a_b_c?x=1&amp;y=2</a>.',
        ),
        (
            'https://e.com/"onclick="x',
            f'<a href="https://e.com/" {OUTSIDE}>https://e.com/</a>&quot;onclick=&quot;x',
        ),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_marks(text: str, html: str) -> None:
    assert marked(text) == html


@pytest.mark.parametrize(
    ("text", "large"),
    [("👍", True), ("❤️🙏", True), ("ok 👍", False), ("", False), ("👍" * 20, False), ("12", False)],
)
def test_only_a_few_emoji_alone_are_large(text: str, large: bool) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    view = MessageView(UUID(int=1), UUID(int=2), "in", "text", at, Author("contact"), text=text)
    assert view.is_emoji_only == large
