"""What the documents say to type, press and open exists: commands, options, variables, targets, paths, screens."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from babel.messages.pofile import read_po

from regulars.commands import regulars as command_line
from regulars.demo.seed import PEOPLE

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GUIDES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((DOCS / "start").glob("*.md")),
    *sorted((DOCS / "how-to").glob("*.md")),
]
PAGES = [
    *GUIDES,
    ROOT / "ARCHITECTURE.md",
    *sorted(DOCS.rglob("decisions/*.md")),
    *sorted(DOCS.rglob("reference/*.md")),
]
FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
EMPHASIS = re.compile(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[\w-]*)?\)")
SETTING = re.compile(r"\b((?:REGULARS|WHATSAPP)_[A-Z_]+|DATABASE_URL|FORWARDED_ALLOW_IPS)\b")
IN_ROOMS = (
    "",
    "regulars/",
    "docs/",
    "regulars/channels/whatsapp/",
    "regulars/conversations/",
    "regulars/channels/",
)
"""where a path of the documents may begin"""
WORDS_OF_PAGES = {"ok", "set up the first owner"}
"""what commands print"""


def _named(pages: list[Path]) -> list[object]:
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages]


def _code(page: Path) -> Iterator[str]:
    """Every line of code of a page: in blocks, and in spans."""
    text = page.read_text()
    for block in FENCED.findall(text):
        yield from block.replace("\\\n", " ").splitlines()
    yield from SPAN.findall(FENCED.sub("", text))


@pytest.mark.parametrize("page", _named(PAGES))
def test_commands_exist_with_their_options(page: Path) -> None:
    calls = [(line, words) for line in _code(page) for words in _calls(line)]
    assert [(line, unknown) for line, words in calls if (unknown := _unknown_in(words))] == []


def test_commands_are_found_where_they_are_written() -> None:
    """Whoever changes how calls are found hears of it here: without any, the test above would ask nothing."""
    called = {words[0] for page in PAGES for line in _code(page) for words in _calls(line) if words}
    assert called >= {"doctor", "serve", "token"}


def _calls(line: str) -> Iterator[list[str]]:
    """The words after each `regulars` that is a command and no folder, account or file."""
    for match in re.finditer(r"(?:^|[\s=])(?:\S*/)?bin/regulars(?=\s|$)|^regulars(?=\s)", line):
        rest = line[match.end() :].split("#", maxsplit=1)[0].split("|", maxsplit=1)[0]
        try:
            yield [word for word in shlex.split(rest) if not word.startswith(("<", "…", "$", "("))]
        except ValueError:
            yield rest.split()


def _unknown_in(words: list[str]) -> list[str]:
    """The command that there is not, or the options that it does not have."""
    command: click.Command = command_line
    rest = list(words)
    while rest and isinstance(command, click.Group) and not rest[0].startswith("-"):
        name = rest.pop(0)
        found = command.get_command(click.Context(command), name)
        if found is None:
            return [name]
        command = found
    known = {name for option in command.params for name in option.opts} | {"--help", "--version"}
    return [word for word in rest if word.startswith("--") and word not in known]


def test_commands_can_be_typed_as_they_stand() -> None:
    """`regulars` is on nobody's path after `make setup`; the page about production puts it there first."""
    for page in GUIDES:
        defines_it = "/usr/local/bin/regulars" in page.read_text()
        bare = [line for line in _code(page) if re.match(r"regulars \w", line)]
        assert defines_it or bare == [], page.name


@pytest.mark.parametrize("page", _named(PAGES))
def test_make_targets_modules_and_settings_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    settings = set(SETTING.findall((DOCS / "reference" / "environment.md").read_text())) | _of_the_sandbox()
    for line in _code(page):
        if match := re.match(r"make (?:-C \S+ )?([a-z]+)", line):
            assert match[1] in targets, f"{page.name}: {line}"
        for module in re.findall(r"-m ([a-z_.]+)", line):
            assert find_spec(module), f"{page.name}: {line}"
        assert set(SETTING.findall(line)) <= settings, f"{page.name}: {line}"


@cache
def _of_the_sandbox() -> set[str]:
    return set(SETTING.findall((ROOT / "whatsapp_sandbox" / "README.md").read_text())) | {
        "REGULARS_OWNER_PASSWORD"
    }


@pytest.mark.parametrize("page", _named(PAGES))
def test_paths_and_links_lead_somewhere(page: Path) -> None:
    text = FENCED.sub("", page.read_text())
    for target in LINK.findall(text):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"
    for span in SPAN.findall(text):
        if re.fullmatch(r"\w[\w./*-]+\.(?:py|md|js|html|css|toml|mjs)", span) and "/" in span:
            assert _exists(span), f"{page.name}: {span}"


def _exists(path: str) -> bool:
    return any((ROOT / start / path).exists() for start in IN_ROOMS)


@pytest.mark.parametrize("page", _named(GUIDES))
def test_names_on_screens_are_on_screens(page: Path) -> None:
    """Words in italics are what somebody reads on a screen, each part of a way (*Settings → Teams*) by itself."""
    people = {f"{name}" for _email, name, *_rest in PEOPLE}
    for words in EMPHASIS.findall(FENCED.sub("", page.read_text())):
        for part in words.split(" → "):
            assert part in _on_screens() | people | WORDS_OF_PAGES, f"{page.name}: {words}"


@cache
def _on_screens() -> set[str]:
    words: set[str] = set()
    for path in (ROOT / "regulars" / "locale" / "ko" / "LC_MESSAGES").glob("*.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                words.update([message.id] if isinstance(message.id, str) else message.id)
    return words


def test_routes_of_the_rest_api_exist() -> None:
    routes = (DOCS / "reference" / "routes.md").read_text()
    for page in GUIDES:
        for line in _code(page):
            for path in re.findall(r"/api/v1/[\w./-]+", line):
                parts = path.rstrip("/").removesuffix("/messages" if "$" in line else "\0")
                assert parts in routes, f"{page.name}: {line}"
