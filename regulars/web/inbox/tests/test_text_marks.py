from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from time import process_time
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.web.inbox.text_marks import marked, without_marks
from regulars.web.inbox.view_models import Author, MessageView

OUTSIDE = 'class="isolate" target="_blank" rel="noopener noreferrer nofollow"'


def anchor(address: str) -> str:
    return f'<a href="{address}" {OUTSIDE}>{address}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain & <b>", "plain &amp; &lt;b&gt;"),
        ("*bold* _it_ ~gone~", "<strong>bold</strong> <i>it</i> <s>gone</s>"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        (" * not bold *", " * not bold *"),
        ("*over\nlines*", "*over\nlines*"),
        ("**twice** ~~ ___ *", "**twice** ~~ ___ *"),
        ("`x < 1` ```a *b*```", "<code>x &lt; 1</code> <code>a *b*</code>"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("*a & b*, (_c_)!", "<strong>a &amp; b</strong>, (<i>c</i>)!"),
        ("这是*重点*内容（_注意_）", "这是<strong>重点</strong>内容（<i>注意</i>）"),
        ("*a _b* c_", "<strong>a _b</strong> c_"),
        ("*a*b c*", "<strong>a*b c</strong>"),
        ("_*urgent*_ please", "<i><strong>urgent</strong></i> please"),
        ("*~_all_~*", "<strong><s><i>all</i></s></strong>"),
        ("*see `x*y` there*", "<strong>see <code>x*y</code> there</strong>"),
        ("- a\n- *b*\nend", '<ul dir="auto"><li>a</li>\n<li><strong>b</strong></li>\n</ul>end'),
        ("to buy:\n* a", 'to buy:\n<ul dir="auto"><li>a</li></ul>'),
        ("1. a\n3. <b>\n\nx", '<ol dir="auto"><li value="1">a</li>\n<li value="3">&lt;b&gt;</li>\n</ol>\nx'),
        ("> you *said*\n> so\nyes", '<blockquote dir="auto">you <strong>said</strong>\nso\n</blockquote>yes'),
        ("- ```a\n- b```\n- c", '<ul dir="auto"><li><code>a\n- b</code></li>\n<li>c</li></ul>'),
        (
            "-5 degrees\n1.5 kg\n01. no\n>no\n- \n*\n2026. yes",
            "-5 degrees\n1.5 kg\n01. no\n&gt;no\n- \n*\n2026. yes",
        ),
    ],
)
def test_marks(text: str, html: str) -> None:
    assert marked(text) == html


TAGS = {"*": "strong", "_": "i", "~": "s"}


@given(st.permutations("*_~").flatmap(lambda marks: st.sampled_from([marks[:count] for count in (1, 2, 3)])))
def test_marks_stand_in_each_other_in_any_order(marks: list[str]) -> None:
    opened = "".join(f"<{TAGS[mark]}>" for mark in marks)
    closed = "".join(f"</{TAGS[mark]}>" for mark in reversed(marks))
    before, after = "".join(marks), "".join(reversed(marks))
    for inside, html in (("word", "word"), ("two words", "two words"), (LINK, anchor(LINK))):
        assert marked(f"{before}{inside}{after}") == f"{opened}{html}{closed}"
        assert marked(f"so, {before}{inside}{after}.") == f"so, {opened}{html}{closed}."
        assert marked(f"（{before}{inside}{after}）") == f"（{opened}{html}{closed}）"


LINK = "https://shop.example/sale/42"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("*https://shop.example/sale/42*", [LINK]),
        ("*Sale: https://shop.example/sale/42*, go", [LINK]),
        ("see _https://shop.example/help_ please", ["https://shop.example/help"]),
        ("https://e.example/a_b_c_?x=1&y=2.", ["https://e.example/a_b_c_?x=1&y=2"]),
        ("我想买这个https://shop.example/p/7，还有货吗？", ["https://shop.example/p/7"]),
        ("（https://shop.example/p/10）", ["https://shop.example/p/10"]),
        ("ดูสินค้านี้ https://shop.example/p/8ครับ", ["https://shop.example/p/8"]),
        ("商品https://shop.example/p/9をください", ["https://shop.example/p/9"]),
        ("링크https://shop.example/p/7에서 샀어요", ["https://shop.example/p/7"]),
        ("《https://shop.example/》「https://shop.example/x」", ["https://shop.example/", "https://shop.example/x"]),
        ("https://shop.example/a！https://shop.example/b。", ["https://shop.example/a", "https://shop.example/b"]),
        ("https://shop.example/a,https://shop.example/b", ["https://shop.example/a", "https://shop.example/b"]),
        ("https://old.example/web/https://shop.example/", ["https://old.example/web/https://shop.example/"]),
        ("https://en.example/wiki/Foo_(bar)", ["https://en.example/wiki/Foo_(bar)"]),
        ("(https://en.example/wiki/Foo_(bar)), [https://e.example/]", ["https://en.example/wiki/Foo_(bar)", "https://e.example/"]),
        ("“https://e.example/a” ‘https://e.example/b’…", ["https://e.example/a", "https://e.example/b"]),
        ("https://магазин.рф/товар, да", ["https://магазин.рф/товар"]),
        ("https://商店.example/p", ["https://商店.example/p"]),
        ("https://e.example/a👍 https://e.example/p\u202egnp.exe", ["https://e.example/a", "https://e.example/p"]),
        ('https://e.com/"onclick="x', ["https://e.com/"]),
        ("https:// http://。 https://。好 xhttps://e.example/", []),
        ("HTTPS://E.example/A", ["HTTPS://E.example/A"]),
        ("example.co.kr/path 또는 www.example.de.", ["http://example.co.kr/path", "http://www.example.de"]),
        ("사이트example.co.kr에서, (naver.com)", ["http://example.co.kr", "http://naver.com"]),
        ("请看example.com.cn/p?a=1谢谢", ["http://example.com.cn/p?a=1"]),
        ("*shop.example/p/7* _t.me/x_ магазин.рф!", ["http://shop.example/p/7", "http://t.me/x", "http://магазин.рф"]),
        ("- EXAMPLE.COM:8080/a(b)) and bit.ly/2?x#y…", ["http://EXAMPLE.COM:8080/a(b)", "http://bit.ly/2?x#y"]),
        ("jo@e.example으로, *a@e.co.kr*, _x@e.org_", ["mailto:jo@e.example", "mailto:a@e.co.kr", "mailto:x@e.org"]),
        ("邮箱：jo@example.com。", ["mailto:jo@example.com"]),
        ("https://e.example/?to=jo@e.com mailto:jo@e.com", ["https://e.example/?to=jo@e.com", "mailto:jo@e.com"]),
        ("`example.com` ```jo@example.com```", []),
        (f"https://e.example/{'a' * 2_000}", []),
    ],
)  # fmt: skip
def test_links(text: str, links: list[str]) -> None:
    html = marked(text)
    assert [unescape(each) for each in re.findall(r'<a href="([^"]*)"', html)] == links
    shown = [unescape(each) for each in re.findall(r'<a href="[^"]*"[^>]*>([^<]*)</a>', html)]
    assert [written if written in link else "" for written, link in zip(shown, links, strict=True)] == shown


_NO_ENDINGS = [
    "it works",
    "no problem",
    "me",
    "py",
    "md",
    "pdf",
    "so",
    "de nada",
    "Thanks",
    "2",
    "50 kg",
    "is",
    "js",
    "exe",
    "in",
]


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.text("abcdefgXYZ0123456789-", min_size=1, max_size=9), st.sampled_from(_NO_ENDINGS)),
        max_size=8,
    )
)
def test_no_link_where_a_full_stop_or_a_name_of_a_file_is(words: list[tuple[str, str]]) -> None:
    text = " ".join(f"{word}.{ending}" for word, ending in words)
    assert "<a " not in marked(
        f"{text} e.g. i.e. U.S.A. v1.2.3 10.30-11.45 a@b @shop.com logo@2x.png C:\\a.com\\b $x.com"
    )


_HOSTS = st.text("abcxyz019", min_size=1, max_size=8).map("h{}z".format)
_AROUND = st.sampled_from(
    [
        "()",
        "（）",
        "看 吧",
        "ดู ครับ",
        "「」",
        "**",
        "__",
        " 。",
        "go|to|: .",
        "\u202b !",
        "사이트:| 에서",
        '""',
        ">| ,|yes",
        "-| ?",
    ]
).map(lambda signs: [each.replace("|", " ") for each in (signs.split(" ") if " " in signs else [*signs])])


@settings(max_examples=60)
@given(
    _HOSTS,
    st.sampled_from(
        [
            "https://{}.example/p/7",
            "http://{}.com",
            "{}.co.kr/path",
            "{}.com",
            "www.{}.de",
            "{}.ru",
            "{}@mail.example",
        ]
    ),
    _AROUND,
)
def test_a_link_is_found_whole_whatever_stands_around_it(
    host: str, form: str, around: tuple[str, str]
) -> None:
    written = form.format(host)
    prefix = "" if "//" in written else "mailto:" if "@" in written else "http://"
    html = marked(around[0] + written + around[1])
    assert re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', html) == [(prefix + written, written)]


_PIECES = st.sampled_from(
    ["*", "_", "~", "`", "```", " ", "\n", "a", "é", "货", "ครับ", "，", "(", ")", ".", "<b>", '"', "&", "https://",
     "http://", "e.example/", "example.com", "@", "- ", "1. ", "> ", "'", "\u202e", "👍"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_whatever_is_written_stays_written_and_every_element_ends(text: str) -> None:
    html = str(marked(text))
    opened: list[str] = []
    for closing, tag in re.findall(r"<(/?)(\w+)[^>]*>", html):
        assert not closing or opened.pop() == tag
        if not closing:
            opened.append(tag)
    assert opened == []
    signs = str.maketrans("", "", "*_~`->. 1")  # and those of lists and quotes
    words = unescape(re.sub(r"<[^>]*>", "", html))
    assert words.translate(signs) == text.translate(signs)


@pytest.mark.parametrize(
    "piece",
    [
        ",https://b",
        "https://",
        "*_~",
        "* *a",
        "`",
        "`\n",
        "_a",
        "https://a)))))) ",
        "(https://a",
        "a.",
        "a@",
        "1. a\n",
        "> ",
        "a.com/",
    ],
)
def test_a_long_text_takes_no_long_time(piece: str) -> None:
    """Four times the text takes four times as long, not sixteen times; of the processor, whatever else it does."""
    short, long = (_seconds(piece * (length // len(piece))) for length in (15_000, 60_000))
    assert long < 10 * max(short, 0.01)


def _seconds(text: str) -> float:
    def once() -> float:
        started = process_time()
        marked(text)
        return process_time() - started

    return min(once(), once())


@pytest.mark.parametrize(
    ("text", "large"),
    [("👍", True), ("❤️🙏", True), ("ok 👍", False), ("", False), ("👍" * 20, False), ("12", False)],
)
def test_only_a_few_emoji_alone_are_large(text: str, large: bool) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    view = MessageView(UUID(int=1), UUID(int=2), "in", "text", at, Author("contact"), "Postcards", text=text)
    assert view.is_emoji_only == large


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("What would *40 kg a month* cost?", "What would 40 kg a month cost?"),
        ("*a & _b_* <i> `x < 1`", "a & b <i> x < 1"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("- *milk*\n> ~gone~", "- milk\n> gone"),
        ("*see https://example.com/a_b?c=1&d=2*", "see https://example.com/a_b?c=1&d=2"),
        ("https://example.com/?a=1&b=2", "https://example.com/?a=1&b=2"),
    ],
)
def test_a_preview_says_it_without_the_marks(text: str, plain: str):
    assert without_marks(text) == plain
