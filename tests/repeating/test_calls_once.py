"""Every call through REST several times at once, and once more after its answer was lost: one effect.

A new route must be put into one of the tables, or the test fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.api.routes import ROUTES
from regulars.kernel.ids import new_id
from regulars.workspaces.operations import create_api_token
from tests.cast import make_cast

from .building import SCRIPT
from .effects import at_once, census, change_since, effect_of_one
from .rest import REST, REST_OTHERWISE, TALKS_TO_PROVIDER, Call
from .screens import Stage, set_stage

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_change_through_rest_is_in_the_table():
    changes = {f"{route.method} {route.path}" for route in ROUTES if route.method != "GET"}
    assert changes == {*REST, *TALKS_TO_PROVIDER}
    assert {name.partition(",")[0] for name in REST_OTHERWISE} <= set(REST)


def _token(stage: Stage) -> str:
    """A member's: what is theirs alone can be asked for, too."""
    _row, plain = create_api_token(stage.cast.workspace, SCRIPT, "owner", by=stage.cast.owner)
    return plain


def ask(method: str, token: str, call: Call, key: str) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    client = Client(raise_request_exception=False)
    send = getattr(client, method.lower())
    if isinstance(call.body, bytes):
        form = {"file": SimpleUploadedFile("sizes.pdf", call.body, "application/pdf")}
        return send(f"/api/v1{call.path}", form, headers=headers)
    return send(f"/api/v1{call.path}", call.body, content_type="application/json", headers=headers)


CALLS = REST | REST_OTHERWISE


@pytest.mark.parametrize("name", CALLS)
def test_a_call_at_once_and_again_has_one_effect(name: str):
    method = name.partition(" ")[0]

    def single(stage: Stage) -> Callable[[], Any]:
        token, call = _token(stage), CALLS[name](stage)
        return lambda: ask(method, token, call, str(new_id()))

    expected = effect_of_one(single)
    stage = set_stage(make_cast())
    token, call, key = _token(stage), CALLS[name](stage), str(new_id())
    before = census()
    answers = at_once(lambda: ask(method, token, call, key))
    answers.append(ask(method, token, call, key))
    assert change_since(before) == expected
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
