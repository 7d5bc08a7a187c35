"""Repeating a POST with its key: one effect, one answer; also from many threads at once and over time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import close_old_connections, connection, transaction

from regulars.api.tests.client import Api, problem
from regulars.contacts.models import Contact
from regulars.conversations.models import Conversation, Message
from regulars.kernel import clock, intents
from regulars.kernel.models import KeptAnswer
from regulars.workspaces.models import ApiToken
from tests.cast import ALICE, Cast, make_cast

TEXT = {"kind": "text", "text": "hi"}


@pytest.fixture
def path(cast: Cast) -> str:
    return f"/conversations/{cast.hears(ALICE, 'hello').id}/messages"


def sent_count() -> int:
    return Message.objects.filter(direction="out").count()


def test_the_same_request_has_one_effect_and_one_answer(api: Api, path: str):
    first, second = api.post(path, TEXT, key="k-1"), api.post(path, TEXT, key="k-1")
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert ("Idempotency-Replayed" in first, second["Idempotency-Replayed"]) == (False, "true")
    assert sent_count() == 1


def test_without_a_key_every_request_counts(api: Api, path: str):
    api.post(path, TEXT)
    api.post(path, TEXT)
    assert (sent_count(), KeptAnswer.objects.count()) == (2, 0)


@pytest.mark.parametrize(
    "other", [{"kind": "text", "text": "other"}, {"kind": "text", "text": "hi", "reply_to": None}]
)
def test_a_key_names_one_request(api: Api, path: str, other: dict[str, Any]):
    api.post(path, TEXT, key="k-1")
    assert problem(api.post(path, other, key="k-1")) == (422, "idempotency-key-reused")
    assert problem(api.post("/contacts", {"identities": []}, key="k-2")) == (422, "invalid")
    assert problem(api.post("/contacts", {"identities": []}, key="k-1")) == (422, "idempotency-key-reused")
    assert sent_count() == 1


def test_keys_of_different_tokens_are_different(api: Api, cast: Cast, path: str):
    api.post(path, TEXT, key="k-1")
    Api(cast.token("admin")).post(path, TEXT, key="k-1")
    assert sent_count() == 2


def test_a_refusal_keeps_nothing(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello", at=clock.now() - timedelta(hours=25))
    path = f"/conversations/{conversation.id}/messages"
    assert problem(api.post(path, TEXT, key="k-1")) == (409, "reply-window-closed")
    cast.hears(ALICE, "back again")
    assert api.post(path, TEXT, key="k-1").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "ключ", "a\tb"])
def test_a_key_must_be_keepable(api: Api, path: str, key: str):
    refused = api.post(path, TEXT, key=key)
    assert problem(refused) == (422, "invalid")
    assert list(refused.json()["fields"]) == ["Idempotency-Key"]


def test_a_key_is_forgotten_after_a_day(api: Api, path: str):
    api.post(path, TEXT, key="k-1")
    KeptAnswer.objects.update(created_at=clock.now() - timedelta(hours=24, seconds=1))
    assert api.post(path, {"kind": "text", "text": "other"}, key="k-1").status_code == 201
    assert (sent_count(), KeptAnswer.objects.count()) == (2, 1)


def test_old_records_are_purged(api: Api, path: str):
    api.post(path, TEXT, key="k-1")
    api.post(path, TEXT, key="k-2")
    moment = clock.now()
    KeptAnswer.objects.filter(intent="k-1").update(created_at=moment - timedelta(hours=25))
    assert intents.purge_answers(moment) == 1
    assert [kept.intent for kept in KeptAnswer.objects.all()] == ["k-2"]


def test_a_kept_secret_is_sealed(api: Api, cast: Cast):
    made = api.post("/tokens", {"name": "n", "role": "agent"}, key="k-1").json()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM kernel_keptanswer")
        (stored,) = cursor.fetchone()
    assert made["token"] not in stored
    assert api.post("/tokens", {"name": "n", "role": "agent"}, key="k-1").json() == made
    assert ApiToken.objects.filter(name="n").count() == 1


# --- at once: real transactions --------------------------------------------------------------------


def together(count: int, api: Api, path: str, body: object, key: str) -> list[Any]:
    """The same POST from many threads at the same moment."""
    barrier = Barrier(count)

    def once(_number: int) -> Any:
        caller = Api(None)
        caller.headers = api.headers
        barrier.wait()
        try:
            return caller.post(path, body, key=key)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(once, range(count)))


@pytest.mark.django_db(transaction=True)
def test_threads_with_one_key_send_one_message():
    cast = make_cast()
    api = Api(cast.token("admin"))
    path = f"/conversations/{cast.hears(ALICE, 'hello').id}/messages"
    for round_number in range(3):
        answers = together(6, api, path, TEXT, f"k-{round_number}")
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        assert sum("Idempotency-Replayed" in answer for answer in answers) == 5
    assert (sent_count(), KeptAnswer.objects.count()) == (3, 3)


@pytest.mark.django_db(transaction=True)
def test_threads_writing_to_one_new_number_make_one_contact():
    cast = make_cast()
    api = Api(cast.token("admin"))
    body = {"identities": [{"kind": "phone", "value": "+12025550166"}]}
    answers = []
    barrier = Barrier(4)

    def once(_number: int) -> Any:
        caller = Api(None)
        caller.headers = api.headers
        barrier.wait()
        try:
            return caller.post("/contacts", body)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(once, range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert Contact.objects.filter(phone="+12025550166").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_first_request_that_does_not_end_gives_409(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(intents, "LONGEST_WAIT_SECONDS", 1)
    cast = make_cast()
    api = Api(cast.token("admin"))
    path = f"/conversations/{cast.hears(ALICE, 'hello').id}/messages"
    token = ApiToken.objects.get(workspace=cast.workspace)

    def second() -> Any:
        try:
            return api.post(path, TEXT, key="k-1")
        finally:
            connection.close()

    with transaction.atomic():
        assert intents.claim(token.id, "k-1", "x" * 64) is None
        with ThreadPoolExecutor(1) as pool:
            refused = pool.submit(second).result()
    assert problem(refused) == (409, "idempotency-in-progress")
    assert refused["Retry-After"] == "1"
    assert sent_count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_crash_after_the_effect_leaves_neither_effect_nor_record(monkeypatch: pytest.MonkeyPatch):
    cast = make_cast()
    api = Api(cast.token("admin"))
    conversation: Conversation = cast.hears(ALICE, "hello")
    path = f"/conversations/{conversation.id}/messages"

    def crash(*_arguments: object) -> None:
        raise RuntimeError("killed between effect and record")

    with monkeypatch.context() as patched:
        patched.setattr(intents, "keep", crash)
        assert problem(api.post(path, TEXT, key="k-1")) == (500, "internal-error")
    assert (sent_count(), KeptAnswer.objects.count()) == (0, 0)
    assert api.post(path, TEXT, key="k-1").status_code == 201
    assert sent_count() == 1
    close_old_connections()
