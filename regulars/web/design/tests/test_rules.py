"""House rules of the screens, read from their sources."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

WEB = Path(__file__).parent.parent.parent
STYLES = sorted(path for path in WEB.rglob("*.css") if "static_built" not in path.parts)
TEMPLATES = sorted(WEB.rglob("*.html"))
SCRIPTS = sorted(path for path in WEB.rglob("*.js") if "static_built" not in path.parts)
ICONS = {
    *json.loads((WEB / "design/icons.json").read_text()),
    *(path.stem for path in (WEB / "design/icons").glob("*.svg")),
}


def name_of(path: Path) -> str:
    return str(path.relative_to(WEB))


@pytest.mark.parametrize("path", STYLES, ids=name_of)
def test_styles_know_no_left_and_right(path: Path) -> None:
    styles = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    physical = r"(?:margin|padding|border)-(?:left|right)|(?<![\w-])(?:left|right)(?![\w-])"
    assert re.findall(physical, styles) == []


@pytest.mark.parametrize("path", [*STYLES], ids=name_of)
def test_colors_live_in_tokens(path: Path) -> None:
    if path.name == "tokens.css":
        return
    bare = re.findall(
        r"(?<!light-dark\()#[0-9a-f]{3,8}\b", re.sub(r"light-dark\([^)]*\)", "", path.read_text())
    )
    allowed = {"#ffffff", "#000000b3", "#ffffff1f", "#0b0c0ef2"}
    assert set(bare) <= allowed


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_icon_exists(path: Path) -> None:
    used = set(re.findall(r'{% icon "([\w-]+)"', path.read_text())) | set(
        re.findall(r'icon_button icon="([\w-]+)"', path.read_text())
    )
    assert used - ICONS == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_every_icon_of_the_scripts_exists(path: Path) -> None:
    text = path.read_text()
    used = set(re.findall(r'\bicon\("([\w-]+)"\)', text)) | set(re.findall(r'\bicon: "([\w-]+)"', text))
    assert used - ICONS == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_nothing_inline(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_icon_buttons_have_names(path: Path) -> None:
    buttons = re.findall(r"<button[^>]*icon-only[^>]*>", path.read_text())
    assert [button for button in buttons if "aria-label" not in button] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_form_of_a_member_carries_its_intent(path: Path) -> None:
    """Pressed twice, it has one effect (``web.intents``); at the doors nobody is known yet."""
    if path.parent.name == "sign_in" or path.name in {"signed_out.html", "stop_mail.html"}:
        return
    forms = re.findall(r'<form[^>]*method="post"[^>]*>\s*(.{0,60})', path.read_text(), re.DOTALL)
    assert [form for form in forms if not re.match(r"{% csrf_token %}\s*{% intent %}", form)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_words_outside_the_catalogue(path: Path) -> None:
    """Text between tags goes through gettext; names of products, units and code are the exception."""
    if path.name == "gallery.html":
        return
    text = re.sub(
        r"{% (?:blocktranslate|comment).*?{% end(?:blocktranslate|comment) %}",
        "",
        path.read_text(),
        flags=re.DOTALL,
    )
    text = re.sub(
        r"{% block (?:body_class|body_attributes|root_attributes|page_kind|follows) %}.*?{% endblock \w+ %}",
        "",
        text,
        flags=re.DOTALL,
    )
    text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", text, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", "\n", text, flags=re.DOTALL)
    words = {line.strip() for line in text.splitlines() if re.search(r"[A-Za-z]{2,}", line)}
    assert words <= {"Regulars", "· Regulars", "WhatsApp ·", "CSV", "JSON", "Esc"}


def test_no_two_commands_share_a_key() -> None:
    rows = re.findall(
        r'command: "([\w-]+)", keys: (\[.*?\]), group: "(\w+)"',
        (WEB / "design/keyboard/keymap.js").read_text(),
    )
    seen: dict[str, str] = {}
    doubles = []
    for command, keys, group in rows:
        if group in {"message", "composer"}:
            continue
        for key in json.loads(keys):
            if key in seen:
                doubles.append((key, seen[key], command))
            seen[key] = command
    assert (len(rows) > 20, doubles) == (True, [])
