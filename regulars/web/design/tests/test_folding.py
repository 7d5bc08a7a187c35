"""Searches on the page find words in any script, also while they are being written."""

from __future__ import annotations

from pathlib import Path

from regulars.web.design.tests import node

PAIRS = {
    "case": ("Größe", "GRÖßE", True),
    "accents": ("Número", "numero", True),
    "width": ("ｍｅｎｕ ﾒﾆｭｰ", "menu メニュー", True),
    "a syllable begun": ("설정", "설저", True),
    "another syllable": ("설정", "설마", False),
    "Thai vowels": ("ปี", "ปู", False),
    "Thai without a vowel": ("ปี", "ป", True),
}
SCRIPT = """
const given = JSON.parse(process.argv.at(-1));
const { folded } = await import(`${given.web}/design/folding.js`);
console.log(JSON.stringify(given.pairs.map(([said, typed]) => folded(said).includes(folded(typed)))));
"""


def test_a_search_finds_what_is_meant(tmp_path: Path) -> None:
    pairs = [(said, typed) for said, typed, _found in PAIRS.values()]
    found = node.run(tmp_path, SCRIPT, {"pairs": pairs}, "design/folding.js")
    assert dict(zip(PAIRS, found, strict=True)) == {name: found for name, (*_pair, found) in PAIRS.items()}
