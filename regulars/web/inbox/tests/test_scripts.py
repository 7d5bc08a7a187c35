"""What the inbox's scripts decide without a page: which of two answers stands, and what a second press means."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools.bootstrap import _wheel_node

INBOX = Path(__file__).parents[1]
ANSWERS = """
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


PRESSES = """
const { Presses } = await import(process.argv.at(-1));
const moments = [];
globalThis.setTimeout = (act) => void moments.push(act);
const settled = () => new Promise((done) => setImmediate(done));
const presses = new Presses();
const answers = [];
const done = [];
const act = (name) => (done.push(name), new Promise((...answer) => answers.push(answer)));
const press = (name) => presses.once(name, () => act(name)).catch(() => {});

press("resolve one");
press("resolve one");
press("resolve two");
answers[0][0]();
await settled();
press("resolve one");
const inAHurry = [...done];
moments.splice(0).forEach((act) => act());
press("resolve one");
answers[2][1](new Error("no connection"));
await settled();
moments.splice(0).forEach((act) => act());
press("resolve one");
console.log(JSON.stringify({ inAHurry, done }));
process.exit();
"""


def _run(script: str, module: str, directory: Path) -> Any:
    """What a script prints that is given one of the inbox's modules."""
    node = shutil.which("node") or (str(_wheel_node()) if _wheel_node().exists() else "")
    if not node:
        pytest.skip("there is no node here")
    (directory / "package.json").write_text(
        '{"type": "module"}'
    )  # scripts of a page are modules by their tag
    copied = Path(shutil.copy(INBOX / module, directory))
    command = [node, "--input-type=module", "-e", script, "--", copied.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_older_answer_never_replaces_a_newer_one(tmp_path: Path) -> None:
    told = _run(ANSWERS, "latest.js", tmp_path)
    assert told["told"] == ["newer", "asked once more", "after the menu"]
    assert told["whileOpen"] == ["newer", "asked once more"]
    assert told["left"] == 0


def test_two_presses_in_a_hurry_are_one(tmp_path: Path) -> None:
    """Before its answer, and so soon after it that nobody has seen it; another one's press is another press."""
    told = _run(PRESSES, "presses.js", tmp_path)
    assert told["inAHurry"] == ["resolve one", "resolve two"]
    assert told["done"] == ["resolve one", "resolve two", "resolve one", "resolve one"]
