"""What every process logs has one form, with level and logger, and none of it is what people said."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from regulars.api.tests.client import Api
from regulars.conversations.models import Message
from regulars.kernel import reactions
from regulars.kernel.events import Page, Position
from regulars.kernel.loops import Loop
from regulars.kernel.periodic import run_if_due
from regulars.kernel.reactions import Reaction, ensure_cursors
from regulars.supervision.output import Output
from regulars.workspaces.events import TeamChanged
from regulars.workspaces.teams import create_team
from tests.cast import ALICE, Cast, make_cast
from whatsapp_sandbox.logs import LineFormatter

SECRET = "my door code is 4471"
LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 (INFO|WARNING|ERROR|CRITICAL) [a-z_]+(\.\w+)* \S.*"
)
FORMS = ["text", "json"]


@pytest.mark.django_db
@pytest.mark.parametrize("form", FORMS)
def test_what_goes_wrong_is_logged_by_place_and_kind(form: str, monkeypatch: pytest.MonkeyPatch):
    cast = make_cast()
    token = cast.token("admin")
    with _log(form) as written:
        for fail in (
            _fail_in_rest,
            _fail_in_page,
            _fail_in_a_row,
            _fail_in_reaction,
            _fail_in_job,
            _fail_in_loop,
        ):
            fail(cast, token, monkeypatch)
    text = written.getvalue()
    lines = [
        line for line in text.splitlines() if not line.startswith((" ", "Traceback", "builtins.")) and line
    ]
    loggers = set()
    for line in lines:
        if form == "json":
            told = json.loads(line)
            assert {"time", "level", "logger", "message"} <= set(told)
            loggers.add(told["logger"])
        elif LINE.fullmatch(line):
            loggers.add(line.split()[2])
    assert loggers >= {
        "regulars.api.dispatch",
        "django.request",
        "regulars.kernel.shielding",
        "regulars.kernel.reactions",
        "regulars.kernel.periodic",
        "regulars.worker",
    }
    said = [word for word in (SECRET, "4471", ALICE, ALICE[1:], token, "Alice") if word in text]
    assert said == []


@pytest.mark.parametrize("form", FORMS)
async def test_a_task_for_which_nobody_waited_is_logged_by_place_and_kind(form: str):
    """The event loop adds the task itself, which quotes its exception in full."""
    with _log(form) as written:
        await asyncio.wait([asyncio.create_task(asyncio.to_thread(_break))])
        gc.collect()
    text = written.getvalue()
    assert "Task exception was never retrieved" in text
    assert "builtins.ValueError" in text
    assert [word for word in (SECRET, ALICE) if word in text] == []


@pytest.mark.parametrize("form", FORMS)
def test_the_sandbox_logs_in_the_same_form(form: str):
    record = logging.LogRecord(
        "whatsapp_sandbox.clock", logging.WARNING, __file__, 1, "a %s failed", ("job",), None
    )
    ours = _formatter(form)
    assert LineFormatter(as_json=form == "json").format(record) == ours.format(record)
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        record.exc_info = (ValueError, error, None)
    assert SECRET not in LineFormatter(as_json=form == "json").format(record)


@pytest.mark.parametrize(
    ("process", "text", "level", "logger"),
    [
        ("supervisor", "Regulars is ready.", "info", "regulars.supervision"),
        ("postgres", "2026-11-30 FATAL:  the database system is shutting down", "critical", "postgres"),
        ("worker", "Traceback (most recent call last):", "error", "worker"),
        (
            "web",
            '{"time": "t", "level": "warning", "logger": "uvicorn.error", "message": "m"}',
            "warning",
            "uvicorn.error",
        ),
    ],
)
def test_each_line_of_the_supervisor_says_process_level_and_logger(
    process: str, text: str, level: str, logger: str
):
    written: list[str] = []
    Output("json", written.append).line(process, text)
    told = json.loads(written[0])
    assert (told["process"], told["level"], told["logger"]) == (process, level, logger)


def _formatter(form: str) -> logging.Formatter:
    logs: dict[str, Any] = settings.LOGGING
    made: logging.Formatter = import_string(logs["formatters"][form]["()"])()
    return made


@contextmanager
def _log(form: str) -> Iterator[io.StringIO]:
    """The root's log as ``REGULARS_LOG`` has it written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(form))
    logging.getLogger().addHandler(handler)
    try:
        yield stream
    finally:
        logging.getLogger().removeHandler(handler)


def _break(*_args: object, **_more: object) -> None:
    raise ValueError(f"{SECRET} of {ALICE}")


def _fail_in_rest(_cast: Cast, token: str, patch: pytest.MonkeyPatch) -> None:
    with patch.context() as broken:
        broken.setattr("regulars.api.resources.tokens.access_workspace", _break)
        assert Api(token).get("/me").status_code == 500


def _fail_in_page(_cast: Cast, _token: str, patch: pytest.MonkeyPatch) -> None:
    with patch.context() as broken:
        broken.setattr("regulars.web.metrics.read_totals", _break)
        assert Client(raise_request_exception=False).get("/metrics?q=4471").status_code == 500


def _fail_in_a_row(cast: Cast, token: str, _patch: pytest.MonkeyPatch) -> None:
    conversation = cast.hears(ALICE, SECRET)
    Message.objects.update(kind="hologram")
    assert Api(token).get(f"/conversations/{conversation.id}/messages").json()["items"][0]["is_unreadable"]


def _fail_in_reaction(cast: Cast, _token: str, _patch: pytest.MonkeyPatch) -> None:
    ensure_cursors([failing := Reaction("failing", (TeamChanged,), _break)])
    create_team(cast.workspace, "Night", by=cast.actor())
    page = Page([object()], Position(1, 1, 1), has_more=False)  # type: ignore[list-item]
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(
            reactions, "read_after", lambda *_args: page
        )  # a test's own transaction hides its events
        reactions.run_reaction(failing)


def _fail_in_job(_cast: Cast, _token: str, _patch: pytest.MonkeyPatch) -> None:
    run_if_due("failing", timedelta(0), _break)


def _fail_in_loop(_cast: Cast, _token: str, patch: pytest.MonkeyPatch) -> None:
    loop = Loop("failing", _break)  # type: ignore[arg-type]
    with patch.context() as broken:
        broken.setattr("regulars.kernel.loops.connection.close", loop.stop, raising=False)
        loop.run()
