"""Every form and every call twice at once, and once more after its answer was lost: one effect.

A new route must be put into one of the tables, or the test fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from regulars.api import rate_limits
from regulars.api.routes import ROUTES
from regulars.kernel.ids import new_id
from regulars.workspaces.models import WrongGuesses
from regulars.workspaces.operations import create_api_token
from tests.cast import make_cast

from .rest import REST, TALKS_TO_PROVIDER, Call
from .screens import (
    COUNTS_GUESSES,
    FORMS,
    PROVED_BY_THEMSELVES,
    REFUSED_AGAIN,
    SHOWN_ONLY,
    Form,
    Stage,
    set_stage,
)

TIMES = 3
_BOOKKEEPING = {"kernel.KeptAnswer", "workspaces.BrowserSession", "workspaces.WrongGuesses"}
"""tables that note that something was asked, and from where, not that it was done"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quiet(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_HOME = tmp_path
    monkeypatch.setattr(rate_limits, "buckets", rate_limits.Buckets(1_000_000, 1_000_000))


def census() -> dict[str, int]:
    own = [model for model in apps.get_models(include_auto_created=True) if "regulars." in model.__module__]
    counted = {model._meta.label: model._default_manager.count() for model in own}
    return {label: count for label, count in counted.items() if label not in _BOOKKEEPING}


def change_since(before: dict[str, int]) -> dict[str, int]:
    return {label: count - before[label] for label, count in census().items() if count != before[label]}


def effect_of_one(prepare: Callable[[Stage], Callable[[], Any]]) -> dict[str, int]:
    """What a single request changes; all of it is rolled back."""
    with transaction.atomic():
        send = prepare(set_stage(make_cast()))
        before = census()
        assert send().status_code < 400
        change = change_since(before)
        transaction.set_rollback(True)
    return change


def at_once(send: Callable[[], Any]) -> list[Any]:
    barrier = Barrier(TIMES)

    def once(_number: int) -> Any:
        barrier.wait()
        try:
            return send()
        finally:
            connection.close()

    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(once, range(TIMES)))


# --- screens ---------------------------------------------------------------------------------------


def _routes(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns)
        elif each.callback.__module__.startswith("regulars.web"):
            yield each.name or str(each.pattern)


def test_every_route_of_the_screens_is_in_a_table():
    assert set(_routes(get_resolver().url_patterns)) == {*FORMS, *SHOWN_ONLY, *PROVED_BY_THEMSELVES}


def browser_of(stage: Stage, form: Form) -> Client:
    client = Client()
    if form.is_signed_in:
        client.force_login(stage.cast.owner.user)
    return client


def post(client: Client, form: Form, intent: str) -> Any:
    """Send a form as the page does; every browser tab has the same cookies."""
    tab = Client()
    tab.cookies.update(client.cookies)
    identified = {**form.values, **({"id": intent} if form.is_signed_in else {})}
    for value in identified.values():
        if hasattr(value, "seek"):
            value.seek(0)
    return tab.post(form.path, identified, headers={"X-Fragment": "1"})


@pytest.mark.parametrize("name", sorted(COUNTS_GUESSES))
def test_a_form_with_a_password_has_its_effect_once(name: str):
    stage = set_stage(make_cast())
    form = FORMS[name](stage)
    client, before = browser_of(stage, form), census()
    assert post(client, form, str(new_id())).status_code < 400
    effect = change_since(before)
    at_once(lambda: post(client, form, str(new_id())))
    assert change_since(before) == effect


@pytest.mark.parametrize("name", [name for name in FORMS if name not in COUNTS_GUESSES])
def test_a_form_at_once_and_again_has_one_effect(name: str):
    def single(stage: Stage) -> Callable[[], Any]:
        form = FORMS[name](stage)
        client = browser_of(stage, form)
        return lambda: post(client, form, str(new_id()))

    expected = effect_of_one(single)
    stage = set_stage(make_cast())
    form, intent = FORMS[name](stage), str(new_id())
    client = browser_of(stage, form)
    before = census()
    answers = at_once(lambda: post(client, FORMS[name](stage) if name == "upload" else form, intent))
    assert change_since(before) == expected
    answers.append(post(client, form, intent))  # the answer was lost
    assert change_since(before) == expected
    if form.is_signed_in and name not in REFUSED_AGAIN:
        assert {answer.status_code for answer in answers} == {answers[0].status_code}
        assert len({answer.content for answer in answers}) == 1


def test_an_id_with_other_words_is_refused_and_changes_nothing():
    stage, intent = set_stage(make_cast()), str(new_id())
    client = browser_of(stage, Form("/"))
    path = f"/conversations/{stage.conversation.id}/notes"
    assert post(client, Form(path, {"text": "one"}), intent).status_code == 201
    before = census()
    assert post(client, Form(path, {"text": "two"}), intent).status_code == 409
    assert post(client, Form(path, {"text": "one"}), "no id").status_code == 422
    assert change_since(before) == {}


def test_a_refused_form_may_come_again_with_its_id():
    stage, intent = set_stage(make_cast()), str(new_id())
    client = browser_of(stage, Form("/"))
    path = f"/conversations/{stage.conversation.id}/template"
    form = Form(path, {"template": str(stage.template.id)})
    stage.template.status = "PAUSED"
    stage.template.save()
    assert post(client, form, intent).status_code == 409
    stage.template.status = "APPROVED"
    stage.template.save()
    assert [post(client, form, intent).status_code for _ in range(2)] == [201, 201]


def test_wrong_guesses_are_counted_though_the_form_is_refused():
    stage, intent = set_stage(make_cast()), str(new_id())
    form = Form("/settings/account/password", {"password": "not mine", "new_password": "x"})
    assert post(browser_of(stage, form), form, intent).status_code == 422
    assert WrongGuesses.objects.exists()


# --- REST ------------------------------------------------------------------------------------------


def test_every_change_through_rest_is_in_the_table():
    changes = {f"{route.method} {route.path}" for route in ROUTES if route.method != "GET"}
    assert changes == {*REST, *TALKS_TO_PROVIDER}


def _token(stage: Stage) -> str:
    """A member's: what is theirs alone can be asked for, too."""
    _row, plain = create_api_token(stage.cast.workspace, "script", "owner", by=stage.cast.owner)
    return plain


def ask(method: str, token: str, call: Call, key: str) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    client = Client(raise_request_exception=False)
    send = getattr(client, method.lower())
    if isinstance(call.body, bytes):
        form = {"file": SimpleUploadedFile("sizes.pdf", call.body, "application/pdf")}
        return send(f"/api/v1{call.path}", form, headers=headers)
    return send(f"/api/v1{call.path}", call.body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("name", REST)
def test_a_call_at_once_and_again_has_one_effect(name: str):
    method = name.partition(" ")[0]

    def single(stage: Stage) -> Callable[[], Any]:
        token, call = _token(stage), REST[name](stage)
        return lambda: ask(method, token, call, str(new_id()))

    expected = effect_of_one(single)
    stage = set_stage(make_cast())
    token, call, key = _token(stage), REST[name](stage), str(new_id())
    before = census()
    answers = at_once(lambda: ask(method, token, call, key))
    answers.append(ask(method, token, call, key))
    assert change_since(before) == expected
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
