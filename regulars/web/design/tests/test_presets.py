"""Keys of other programs: each names a command that can have another key, and no two commands have the same one."""

from __future__ import annotations

from pathlib import Path

from regulars.web.design.tests import node

SCRIPT = """
const given = JSON.parse(process.argv.at(-1));
const { keymap, presets } = await import(`${given.web}/design/keyboard/keymap.js`);
const told = presets.map(({ name, keys }) => {
  const strange = Object.keys(keys).filter((command) => !keymap.some((row) => row.command === command && !row.native));
  const pressed = keymap.filter((row) => !row.native).flatMap((row) =>
    [...new Set([keys[row.command] ?? row.keys[0], ...row.keys.slice(1)])]);
  const twice = pressed.filter((key, place) => pressed.indexOf(key) !== place);
  return { name, strange, twice };
});
console.log(JSON.stringify(told));
"""


def test_no_key_of_a_preset_stands_for_two_commands(tmp_path: Path) -> None:
    told = node.run(tmp_path, SCRIPT, {}, "design/keyboard/keymap.js", "design/strings.js")
    assert told == [
        {"name": name, "strange": [], "twice": []}
        for name in ("Regulars", "Chatwoot", "Mail", "WhatsApp Web")
    ]
