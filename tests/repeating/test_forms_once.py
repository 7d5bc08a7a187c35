"""Every form several times at once, and once more after its answer was lost: one effect.

A new route must be put into one of the tables, or the test fails.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from regulars.kernel.ids import new_id
from regulars.web.doors import methods_of
from regulars.web.intents import REPEATED_HEADER
from regulars.workspaces.models import AuditEntry, WrongGuesses
from regulars.workspaces.trail.acts import SIGN_IN
from tests.cast import make_cast

from .effects import TIMES, at_once, census, change_since, effect_of_one
from .of_quick_replies import FILES
from .screens import (
    COUNTS_GUESSES,
    FORMS,
    FORMS_OTHERWISE,
    PROVED_BY_THEMSELVES,
    REFUSED_AGAIN,
    SHOWN_ONLY,
    SHOWN_THOUGH_POSTED,
    Form,
    Stage,
    set_stage,
)

pytestmark = pytest.mark.django_db(transaction=True)


def _views(patterns: list[URLPattern | URLResolver]) -> dict[str, Callable[..., Any]]:
    """By the name of the route."""
    found: dict[str, Callable[..., Any]] = {}
    for each in patterns:
        if isinstance(each, URLResolver):
            found |= _views(each.url_patterns)
        elif each.callback.__module__.startswith("regulars.web"):
            found[each.name or str(each.pattern)] = each.callback
    return found


def test_every_route_of_the_screens_is_in_a_table():
    assert set(_views(get_resolver().url_patterns)) == {*FORMS, *SHOWN_ONLY, *PROVED_BY_THEMSELVES}
    assert {name.partition(",")[0] for name in FORMS_OTHERWISE} <= set(FORMS)


def test_what_is_only_shown_can_only_be_asked_for():
    views = _views(get_resolver().url_patterns)
    assert {frozenset(methods_of(views[name])) for name in SHOWN_ONLY} == {frozenset({"GET", "HEAD"})}


def browser_of(stage: Stage, form: Form) -> Client:
    client = Client()
    if form.is_signed_in:
        client.force_login(stage.cast.owner.user)
    return client


def post(client: Client, form: Form, intent: str) -> Any:
    """Send a form as the page does; every browser tab has the same cookies."""
    tab = Client()
    tab.cookies.update(client.cookies)
    said = deepcopy(form.values)  # files that are sent at once are not read by turns
    identified = {**said, **({"id": intent} if form.is_signed_in else {})}
    return tab.post(form.path, identified, headers={"X-Fragment": "1"})


def told(answer: Any) -> tuple[Any, ...]:
    """Everything of an answer that a page or its script goes by."""
    headers = {name: value for name, value in answer.items() if name == "Location" or name.startswith("X-")}
    headers.pop(REPEATED_HEADER, None)
    return answer.status_code, answer.content, sorted(headers.items())


@pytest.mark.parametrize("name", sorted(COUNTS_GUESSES))
def test_a_form_with_a_password_has_its_effect_once(name: str):
    """All but the note of each time that somebody signed in: three times are three entries of the audit trail."""
    stage = set_stage(make_cast())
    form = FORMS[name](stage)
    client, before = browser_of(stage, form), census()
    assert post(client, form, str(new_id())).status_code < 400
    entries = AuditEntry.objects.filter(act=SIGN_IN).count()
    assert entries == (name == "sign-in")
    effect = change_since(before)
    at_once(lambda: post(client, form, str(new_id())))
    if name == "sign-in":
        effect["workspaces.AuditEntry.rows"] += TIMES
    assert change_since(before) == effect


ALL_FORMS = FORMS | FORMS_OTHERWISE


@pytest.mark.parametrize("name", [name for name in ALL_FORMS if name not in COUNTS_GUESSES])
def test_a_form_at_once_and_again_has_one_effect(name: str):
    def single(stage: Stage) -> Callable[[], Any]:
        form = ALL_FORMS[name](stage)
        client = browser_of(stage, form)
        return lambda: post(client, form, str(new_id()))

    expected = effect_of_one(single)
    stage = set_stage(make_cast())
    form, intent = ALL_FORMS[name](stage), str(new_id())
    client = browser_of(stage, form)
    before = census()
    answers = at_once(lambda: post(client, form, intent))
    assert change_since(before) == expected
    assert (name in SHOWN_THOUGH_POSTED) <= (expected == {})
    answers.append(post(client, form, intent))  # the answer was lost
    assert change_since(before) == expected
    if form.is_signed_in and name not in REFUSED_AGAIN:
        assert [told(answer) for answer in answers] == [told(answers[0])] * len(answers)


def test_an_id_with_other_words_is_refused_and_changes_nothing():
    stage, intent = set_stage(make_cast()), str(new_id())
    client = browser_of(stage, Form("/"))
    path = f"/conversations/{stage.conversation.id}/notes"
    assert post(client, Form(path, {"text": "one"}), intent).status_code == 201
    before = census()
    assert post(client, Form(path, {"text": "two"}), intent).status_code == 409
    assert post(client, Form(path, {"text": "one"}), "no id").status_code == 422
    assert change_since(before) == {}


def test_an_id_with_another_file_among_several_is_refused():
    stage, intent = set_stage(make_cast()), str(new_id())
    form = FORMS_OTHERWISE["add-quick-reply, with files"](stage)
    client = browser_of(stage, form)
    assert post(client, form, intent).status_code == 302
    other = SimpleUploadedFile("sizes.pdf", b"%PDF-1.4 of this year", "application/pdf")
    changed = Form(form.path, {**form.values, "file": [other, FILES[-1]]})
    assert post(client, changed, intent).status_code == 409


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
