"""The pages: languages, policy, embedding, static files, nothing inline; and the command line."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from whatsapp_sandbox.cli import main
from whatsapp_sandbox.phone.words import LANGUAGES, WORDS, choose_language
from whatsapp_sandbox.tests.conftest import World

PHONE = Path(__file__).parent.parent / "phone"


@pytest.mark.parametrize("path", ["/", "/phones", "/phone/ann", "/mail"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_pages_in_every_language(world: World, path: str, language: str) -> None:
    async with world.client.get(
        world.url + path, headers={"Accept-Language": f"{language}-XX,en;q=0.5"}
    ) as answer:
        text = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert (answer.status, answer.headers["Content-Language"]) == (200, language)
    assert f'<html lang="{language}" data-theme="auto">' in text
    assert re.findall(r"%[a-z_]+%", text) == []
    assert re.findall(r"<style|style=|\son\w+=|<script(?![^>]* src=)", text) == []
    assert "script-src 'self'; style-src 'self'" in policy
    assert "frame-ancestors 'self' http://127.0.0.1:*" in policy


async def test_static_files_and_missing_pages(world: World) -> None:
    for path in (PHONE / "static").iterdir():
        async with world.client.get(f"{world.url}/assets/{path.name}") as answer:
            assert (answer.status, await answer.text()) == (200, path.read_text("utf-8"))
    for missing in ("/assets/none.css", "/assets/..%2fpages.py", "/phone/nobody", "/samples/none.jpg"):
        async with world.client.get(world.url + missing) as answer:
            assert answer.status == 404


def test_the_catalogue_is_complete_and_used() -> None:
    files = [*(PHONE / "static").glob("*.js"), *(PHONE / "templates").glob("*.html")]
    source = "\n".join(path.read_text("utf-8") for path in files)
    used = set(re.findall(r"words\.([a-z_]+)", source)) | set(re.findall(r"%([a-z_]+)%", source)) - {
        "lang",
        "theme",
        "words",
        "mails",
    }
    for language in LANGUAGES:
        assert used - set(WORDS[language]) == set()
        assert "" not in WORDS[language].values()


def test_language_choice() -> None:
    assert [
        choose_language(*pair) for pair in ((None, "fr, th;q=0.8"), ("ru", "ko"), (None, ""), ("xx", "ko-KR"))
    ] == [*("th", "ru", "en", "ko")]


def test_styles_are_logical() -> None:
    styles = "\n".join(path.read_text("utf-8") for path in (PHONE / "static").glob("*.css"))
    assert (
        re.findall(
            r"(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)|[;{\s](?:left|right):",
            styles,
        )
        == []
    )


async def test_command_line(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "whatsapp_sandbox",
            "--port",
            "0",
            "--customers",
            "quiet",
            "--ready-file",
            str(ready),
        ),
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(15):
        while not ready.exists():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)
    about = json.loads(ready.read_text())
    assert (about["pid"], about["control_url"]) == (process.pid, about["url"] + "/control")
    process.terminate()
    async with asyncio.timeout(5):
        await process.communicate()
    assert (process.returncode, ready.exists()) == (0, False)


def test_a_wrong_configuration_is_named(tmp_path: Path) -> None:
    config = tmp_path / "sandbox.json"
    config.write_text('{"switches": {"rates": {"tier": "HUGE"}}}')
    result = CliRunner().invoke(main, ["--config", str(config)])
    assert result.exit_code == 1
    assert result.output[:46] == "Error: rates.tier must be one of TIER_50, TIER"
