"""What the composer's scripts decide without a page: how a picture shrinks, what a reader sees, which emoji is it."""

from __future__ import annotations

from pathlib import Path

from regulars.quick_replies.advice import count_characters, count_emoji
from regulars.web.design.tests.node import run

SHRINK = """
const given = JSON.parse(process.argv.at(-1));
const { scaleOf, canBeSmaller } = await import(`${given.web}/inbox/shrinking.js`);
const advice = { long_side: 1280, short_side: 720 };
const sizes = given.sizes.map(([width, height]) => {
  const scale = scaleOf(width, height, advice);
  return [Math.round(width * scale), Math.round(height * scale)];
});
console.log(JSON.stringify({ sizes, files: given.files.map(([type, size]) => canBeSmaller({ type, size })) }));
"""
COUNT = """
const given = JSON.parse(process.argv.at(-1));
const { countOf } = await import(`${given.web}/inbox/counting.js`);
console.log(JSON.stringify(given.texts.map((text) => countOf(text))));
"""
FIND = """
const given = JSON.parse(process.argv.at(-1));
const { findEmoji } = await import(`${given.web}/inbox/emoji_search.js`);
const found = given.typed.map((typed) => findEmoji(given.groups, typed).map(([emoji]) => emoji).join(""));
console.log(JSON.stringify(found));
"""


def test_a_picture_shrinks_into_a_phone_lying_or_upright(tmp_path: Path) -> None:
    sizes = [[1280, 720], [2560, 1440], [1440, 2560], [3000, 3000], [100, 50], [4000, 100]]
    files = [
        ["image/jpeg", 9],
        ["image/webp", 400_000],
        ["image/webp", 600_000],
        ["image/gif", 9],
        ["video/mp4", 9],
    ]
    told = run(tmp_path, SHRINK, {"sizes": sizes, "files": files}, "inbox/shrinking.js")
    assert told["sizes"] == [[1280, 720], [1280, 720], [720, 1280], [720, 720], [100, 50], [1280, 32]]
    assert told["files"] == [True, False, True, False, False]


def test_the_browser_counts_as_the_server_does(tmp_path: Path) -> None:
    texts = [" abc ", "นี้ 👨\u200d👩\u200d👧🇰🇷é", "👍🏽👍👍", "1️⃣ ❤️ © 12 #", "배송 🎉", "❤", "a\r\nb", ""]
    told = run(tmp_path, COUNT, {"texts": texts}, "inbox/counting.js")
    assert told == [{"characters": count_characters(text), "emoji": count_emoji(text)} for text in texts]


def test_emoji_are_found_by_part_and_by_what_they_are_called(tmp_path: Path) -> None:
    groups = [
        {
            "name": "a",
            "emoji": [
                ["🍵", "teacup", "teacup tea hot ชา"],
                ["☕", "hot beverage", "hot beverage coffee tea"],
            ],
        },
        {"name": "b", "emoji": [["🔥", "fire", "fire hot"]]},
    ]
    given = {"groups": groups, "typed": ["hot", "TEA", "hot cof", "ชา", "nothing"]}
    told = run(tmp_path, FIND, given, "inbox/emoji_search.js", "design/folding.js")
    assert told == ["☕🍵🔥", "🍵☕", "☕", "🍵", ""]
