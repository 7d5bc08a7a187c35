from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from regulars.conversations.models import Conversation, Message, OutgoingMessage
from regulars.conversations.operations.claiming import claim_batch
from regulars.conversations.operations.settling import record_results
from regulars.inboxes.ports import Deferred, ProviderError
from regulars.inboxes.problems import note_problem
from regulars.kernel import clock
from regulars.media.models import MediaFile
from regulars.workspaces.models import Member
from tests.cast import ALICE, BORIS, Cast

SignIn = Callable[[Member], Client]
FRAGMENT = {"X-Fragment": "1"}


ROWS = {
    "section": ["Week", "Weekend"],
    "row": ["Monday", "", "Sunday"],
    "row_description": ["early", "", ""],
    "row_section": ["0", "0", "1"],
}


def sent(conversation: Conversation) -> list[Message]:
    return list(Message.objects.filter(conversation=conversation, direction="out").order_by("id"))


def test_a_reply_is_queued_and_shown(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    response = sign_in(cast.agent).post(
        f"/conversations/{conversation.id}/messages", {"text": "Good *day*"}, headers=FRAGMENT
    )
    (message,) = sent(conversation)
    assert (response.status_code, message.text, message.status, message.author_member) == (
        201,
        "Good *day*",
        "queued",
        cast.agent,
    )
    assert f'id="message-{message.id}"' in response.content.decode()
    assert "Good <strong>day</strong>" in response.content.decode()


def test_lines_go_out_with_line_feeds_alone(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    sign_in(cast.agent).post(
        f"/conversations/{conversation.id}/messages", {"text": "one\r\ntwo"}, headers=FRAGMENT
    )
    assert [message.text for message in sent(conversation)] == ["one\ntwo"]


def test_a_repeated_request_sends_once(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    client = sign_in(cast.agent)
    form = {"text": "once", "id": str(uuid4())}
    answers = [
        client.post(f"/conversations/{conversation.id}/messages", form, headers=FRAGMENT) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [str(message.id) for message in sent(conversation)] == [form["id"]]
    assert OutgoingMessage.objects.count() == 1


def test_nothing_leaves_through_a_closed_window(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "long ago", at=clock.now() - timedelta(hours=25))
    response = sign_in(cast.agent).post(
        f"/conversations/{conversation.id}/messages", {"text": "too late"}, headers=FRAGMENT
    )
    assert (response.status_code, response["X-Refusal"], sent(conversation)) == (
        409,
        "reply-window-closed",
        [],
    )


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"text": "x" * 4097}, "Text: at most 4096 characters, this has 4097."),
        (
            {"text": "Choose", "extra": "buttons", "button": ["x" * 21]},
            "Label: at most 20 characters, this has 21.",
        ),
        (
            {"text": "Choose", "extra": "buttons", "button": [str(n) for n in range(4)]},
            "Buttons: at most 3, this has 4.",
        ),
    ],
)
def test_limits_are_named(cast: Cast, sign_in: SignIn, form: dict[str, object], said: str) -> None:
    conversation = cast.hears(ALICE, "hello")
    response = sign_in(cast.agent).post(f"/conversations/{conversation.id}/messages", form, headers=FRAGMENT)
    assert (response.status_code, response["X-Refusal"], response.content.decode()) == (
        409,
        "limit-exceeded",
        said,
    )


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"text": "  "}, 422),
        ({"text": "x", "extra": "nonsense"}, 422),
        ({"extra": "location", "pin": "north"}, 422),
        ({"text": "x", "media": [str(uuid4())]}, 422),
    ],
)
def test_a_form_that_says_nothing_sendable(
    cast: Cast, sign_in: SignIn, form: dict[str, object], status: int
) -> None:
    conversation = cast.hears(ALICE, "hello")
    response = sign_in(cast.agent).post(f"/conversations/{conversation.id}/messages", form, headers=FRAGMENT)
    assert (response.status_code, sent(conversation)) == (status, [])


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ({"text": "Choose", "extra": "buttons", "button": ["Yes", "No", ""]}, "interactive"),
        (
            {"text": "Choose", "extra": "list", "list_button": "Open", **ROWS},
            "interactive",
        ),
        (
            {"text": "Look", "extra": "cta_url", "url_text": "Open", "url": "https://example.com"},
            "interactive",
        ),
        ({"text": "Where?", "extra": "location_request"}, "interactive"),
        ({"extra": "location", "pin": "37.55, 126.92", "place": "Shop"}, "location"),
        ({"extra": "contact", "card_name": "Jisoo", "card_phone": "+82 10 5550 0143"}, "contacts"),
    ],
)
def test_every_kind_of_the_composer_goes_out(
    cast: Cast, sign_in: SignIn, form: dict[str, object], kind: str
) -> None:
    conversation = cast.hears(ALICE, "hello")
    response = sign_in(cast.agent).post(f"/conversations/{conversation.id}/messages", form, headers=FRAGMENT)
    assert (response.status_code, [message.kind for message in sent(conversation)]) == (201, [kind])


@pytest.mark.parametrize(
    ("form", "shown", "problems"),
    [
        (
            {"text": "Which *day*?", "extra": "list", "list_button": "Open", **ROWS},
            ["Which <strong>day</strong>?", "Open", "Week", "Monday", "early", "Weekend", "Sunday"],
            [],
        ),
        ({"text": "Choose", "extra": "buttons", "button": ["x" * 21]}, ["x" * 21], ["at most 20 characters"]),
        ({"extra": "location", "pin": "37.55, 126.92", "place": "Shop"}, ["Shop", "37.55"], []),
        (
            {"extra": "location", "pin": "https://maps.app.goo.gl/Ab1"},
            [],
            ["does not say where the place is"],
        ),
        (
            {"text": "Look", "extra": "cta_url", "url_text": "Open", "url": "javascript:alert(1)"},
            ["Open"],
            ["not in a form that can be sent"],
        ),
    ],
)
def test_the_preview_shows_what_would_go_out_and_sends_nothing(
    cast: Cast, sign_in: SignIn, form: dict[str, object], shown: list[str], problems: list[str]
) -> None:
    conversation = cast.hears(ALICE, "hello")
    response = sign_in(cast.agent).post(f"/conversations/{conversation.id}/preview", form, headers=FRAGMENT)
    page = response.content.decode()
    assert (response.status_code, [words for words in [*shown, *problems] if words not in page]) == (200, [])
    assert len(response.context["problems"]) == len(problems)
    assert "javascript:" not in page
    assert sent(conversation) == []


def test_an_answer_quotes_its_question(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "which size?", provider_id="wamid.question")
    question = conversation.messages.get()
    form = {"text": "M", "reply_to": str(question.id)}
    response = sign_in(cast.agent).post(f"/conversations/{conversation.id}/messages", form, headers=FRAGMENT)
    assert sent(conversation)[0].reply_to_provider_id == "wamid.question"
    assert f'data-jump="{question.id}"' in response.content.decode()


def test_what_is_quoted_stands_in_the_same_conversation(cast: Cast, sign_in: SignIn) -> None:
    secret = cast.hears(BORIS, "my door code is 4711")
    conversation = cast.hears(ALICE, "hello")
    form = {"text": "M", "reply_to": str(Message.objects.get(conversation=secret).id)}
    refused = sign_in(cast.agent).post(f"/conversations/{conversation.id}/messages", form, headers=FRAGMENT)
    assert (refused.status_code, sent(conversation)) == (422, [])


def test_a_reaction_shows_on_its_message(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "thanks")
    question = conversation.messages.get()
    response = sign_in(cast.agent).post(
        f"/messages/{question.id}/reaction", {"emoji": "👍"}, headers=FRAGMENT
    )
    assert (response.status_code, response.content.decode().count('class="reaction"')) == (201, 1)


def test_a_reaction_that_never_was_is_not_taken_back(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "thanks")
    address = f"/messages/{conversation.messages.get().id}/reaction"
    refused = sign_in(cast.agent).post(address, {"emoji": ""}, headers=FRAGMENT)
    assert (refused.status_code, refused.content.decode()) == (409, "We have not reacted to this message")
    assert sent(conversation) == []


def test_an_unknown_result_waits_for_a_person(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    client = sign_in(cast.agent)
    client.post(f"/conversations/{conversation.id}/messages", {"text": "there?"}, headers=FRAGMENT)
    (message,) = sent(conversation)
    path = f"/messages/{message.id}/decision"
    assert client.post(path, {"decision": "was_sent"}, headers=FRAGMENT).status_code == 409
    Message.objects.filter(id=message.id).update(status="unknown")
    OutgoingMessage.objects.filter(message=message).update(state="unknown")
    assert client.post(path, {"decision": "perhaps"}, headers=FRAGMENT).status_code == 422
    assert client.post(path, {"decision": "send_again"}, headers=FRAGMENT).status_code == 201
    assert OutgoingMessage.objects.get(message=message).state == "queued"


def test_only_what_failed_is_sent_again(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    client = sign_in(cast.agent)
    client.post(f"/conversations/{conversation.id}/messages", {"text": "again"}, headers=FRAGMENT)
    (message,) = sent(conversation)
    assert client.post(f"/messages/{message.id}/retry", headers=FRAGMENT).status_code == 409
    Message.objects.filter(id=message.id).update(
        status="failed", error={"code": 131026, "title": "x", "details": ""}
    )
    assert client.post(f"/messages/{message.id}/retry", headers=FRAGMENT).status_code == 201
    assert [each.text for each in sent(conversation)] == ["again", "again"]


@pytest.mark.parametrize(
    ("code", "offered"),
    [(131049, []), (131047, ["template"]), (131026, ["again"]), ("reply-window-closed", ["template"])],
)
def test_a_failure_offers_one_thing_to_do_or_none(
    cast: Cast, sign_in: SignIn, code: int | str, offered: list[str]
) -> None:
    conversation = cast.hears(ALICE, "hello")
    client = sign_in(cast.agent)
    client.post(f"/conversations/{conversation.id}/messages", {"text": "again"}, headers=FRAGMENT)
    (message,) = sent(conversation)
    Message.objects.filter(id=message.id).update(
        status="failed", error={"code": code, "title": "x", "details": "", "waited_for": {"code": 131057}}
    )
    page = client.get(f"/conversations/{conversation.id}", headers=FRAGMENT).content.decode()
    bubble = page.partition(f'id="message-{message.id}"')[2].partition("</li>")[0]
    marks = {"again": f"/messages/{message.id}/retry", "template": 'data-command="template"'}
    shown = [what for what, mark in marks.items() if mark in bubble]
    assert (shown, "Number under maintenance" in bubble) == (offered, True)
    again = client.post(f"/messages/{message.id}/retry", headers=FRAGMENT)
    assert again.status_code == (201 if offered == ["again"] else 409)


def test_a_bubble_says_why_it_waits_and_can_be_stopped(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    client = sign_in(cast.agent)
    path = f"/conversations/{conversation.id}/messages"
    client.post(path, {"text": "first"}, headers=FRAGMENT)
    (claimed,) = claim_batch(conversation.inbox_id, 5)
    limit = Deferred(error=ProviderError(code=4, title="x"), wait=timedelta(minutes=5))
    record_results([(claimed, limit)])
    behind = client.post(path, {"text": "second"}, headers=FRAGMENT).content.decode()
    assert "Waiting behind an earlier message: Too many requests" in behind
    page = client.get(f"/conversations/{conversation.id}", headers=FRAGMENT).content.decode()
    assert page.count("Next try:") == page.count("At the latest until:") == 2
    first, _second = sent(conversation)
    stopped = client.post(f"/messages/{first.id}/stop", headers=FRAGMENT)
    assert (stopped.status_code, "Not delivered: Stopped" in stopped.content.decode()) == (201, True)


def test_a_problem_of_the_number_shows_on_what_waits_for_it(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    gone = Deferred(error=ProviderError(code=33, title="x"), wait=timedelta(seconds=15), pauses="number")
    note_problem(cast.inbox.id, cast.connection.id, gone)
    path = f"/conversations/{conversation.id}/messages"
    answer = sign_in(cast.agent).post(path, {"text": "first"}, headers=FRAGMENT)
    assert (answer.status_code, "Waiting: Number not found" in answer.content.decode()) == (201, True)
    numbers = sign_in(cast.owner).get(reverse("connections")).content.decode()
    assert ("Number not found" in numbers, "Next check:" in numbers) == (True, True)


def test_a_file_goes_up_and_out_and_can_be_fetched(
    cast: Cast, sign_in: SignIn, settings: object, tmp_path: Path
) -> None:
    settings.MEDIA_HOME = tmp_path  # type: ignore[attr-defined]  # pytest-django's settings
    conversation = cast.hears(ALICE, "hello")
    client = sign_in(cast.agent)
    file = SimpleUploadedFile("sizes.pdf", b"%PDF-1.4 sizes", "application/pdf")
    uploaded = client.post("/media", {"file": file}, headers=FRAGMENT)
    assert (uploaded.status_code, uploaded.json()["kind"]) == (201, "document")
    form = {"text": "Sizes", "media": [uploaded.json()["id"]]}
    assert (
        client.post(f"/conversations/{conversation.id}/messages", form, headers=FRAGMENT).status_code == 201
    )
    shown = client.get(f"/media/{uploaded.json()['id']}")
    assert b"".join(shown) == b"%PDF-1.4 sizes"
    assert (shown["Content-Security-Policy"], shown["X-Content-Type-Options"]) == (
        "default-src 'none'; sandbox",
        "nosniff",
    )
    assert shown["Content-Disposition"] == 'attachment; filename="sizes.pdf"'
    assert sign_in(cast.stranger.owner).get(f"/media/{uploaded.json()['id']}").status_code == 404


def test_a_file_over_the_limit_is_refused_with_the_limit(cast: Cast, sign_in: SignIn) -> None:
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    content = picture.getvalue() + bytes(5 * 1024 * 1024)
    file = SimpleUploadedFile("big.png", content, "image/png")
    response = sign_in(cast.agent).post("/media", {"file": file}, headers=FRAGMENT)
    assert (response.status_code, response.content.decode()) == (
        422,
        "File size: at most 5 MB, this has 5 MB.",
    )
    assert MediaFile.objects.count() == 0
