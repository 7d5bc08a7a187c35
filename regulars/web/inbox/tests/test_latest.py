"""A piece of the screen that several questions bring anew: an older answer never stands where a newer one stood."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.bootstrap import _wheel_node

SCRIPT = """
const { Latest } = await import(process.argv.at(-1));
let clock = 0;
globalThis.performance = { now: () => ++clock };
const questions = [];
globalThis.setTimeout = (ask) => void questions.push(ask);
globalThis.clearTimeout = () => {};
const told = [];
let isOpen = false;
let shown = { text: "at first", at: 0 };
const answers = [];
const show = (text) => {
  if (isOpen) return false;
  shown = { text, at: performance.now() };
  told.push(text);
  return true;
};
const head = new Latest({ load: () => new Promise((answer) => answers.push(answer)), show, shownAt: () => shown.at });
const settled = () => new Promise((done) => setImmediate(done));

const early = head.ask(), late = head.ask();
answers[1]("newer");
await late;
answers[0]("older");
await early;
questions.splice(0).forEach((ask) => ask());
answers[2]("asked once more");
await settled();

isOpen = true;
head.take("while its menu was open", performance.now());
head.goOn();
const whileOpen = [...told];
isOpen = false;
questions.splice(0).forEach((ask) => ask());
answers[3]("after the menu");
await settled();
head.goOn();
console.log(JSON.stringify({ told, whileOpen, left: questions.length }));
process.exit();
"""


def test_an_older_answer_never_replaces_a_newer_one(tmp_path: Path) -> None:
    node = shutil.which("node") or (str(_wheel_node()) if _wheel_node().exists() else "")
    if not node:
        pytest.skip("there is no node here")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    script = shutil.copy(Path(__file__).parents[1] / "latest.js", tmp_path)
    command = [node, "--input-type=module", "-e", SCRIPT, "--", Path(script).as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["told"] == ["newer", "asked once more", "after the menu"]
    assert told["whileOpen"] == ["newer", "asked once more"]
    assert told["left"] == 0
