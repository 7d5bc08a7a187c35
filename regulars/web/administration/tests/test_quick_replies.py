"""The settings page of quick replies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.quick_replies.models import QuickReply, files_of
from regulars.quick_replies.operations import ReplyDraft, count_uses, create_reply
from regulars.quick_replies.queries import is_advised
from regulars.quick_replies.wordings import Wording
from regulars.web.administration.views.quick_replies import PAGE_SIZE
from regulars.workspaces.models import Member
from tests.cast import Cast

SignIn = Callable[[Member], Client]
ROOT = "/settings/quick-replies"


def _form(**more: Any) -> dict[str, Any]:
    return {
        "shortcut": "hello",
        "name": "Greeting",
        "folder": "",
        "audience": "all",
        "texts-TOTAL_FORMS": "2",
        "texts-INITIAL_FORMS": "0",
        "texts-0-language": "en",
        "texts-0-text": "Hello {{first_name|there}}",
        "texts-1-language": "",
        "texts-1-text": "",
        **more,
    }


def _keep(cast: Cast, *shortcuts: str) -> list[QuickReply]:
    wordings = (Wording(language="en", text="Hello {{name}}"),)
    return [
        create_reply(ReplyDraft(each, each.title(), wordings), by=cast.actor(cast.lead)) for each in shortcuts
    ]


def test_one_is_written_changed_archived_and_restored(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.lead)
    assert client.get(f"{ROOT}/new").status_code == 200
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.4 a", "application/pdf")
    client.post(f"{ROOT}/add", {**_form(), "file": file})
    reply = QuickReply.objects.get()
    (kept,) = files_of([reply])[reply.id]
    assert (kept.filename, reply.version) == ("a.pdf", "1")
    path = f"{ROOT}/{reply.id}"
    assert "a.pdf" in client.get(path).content.decode()
    more = {"texts-1-language": "ko", "texts-1-text": "안녕하세요", "texts-1-button_1": "네", "version": "1"}
    assert client.post(f"{path}/change", _form(keep_file=str(kept.id), **more))["Location"] == ROOT
    reply.refresh_from_db()
    assert [(each.language, each.buttons) for each in reply.wordings] == [("en", ()), ("ko", ("네",))]
    assert files_of([reply])[reply.id] == [kept]
    late = client.post(f"{path}/change", _form(**more))
    assert (late.status_code, "Somebody else changed this" in late.content.decode()) == (422, True)
    assert client.post(f"{path}/change", _form(version="2"))["Location"] == ROOT
    reply.refresh_from_db()
    assert ([each.language for each in reply.wordings], files_of([reply])[reply.id]) == (["en"], [])
    count_uses([reply.id], by=cast.actor(cast.agent))
    assert "Ann Agent" in client.get(path).content.decode()
    client.post(f"{path}/removal")
    assert "It is archived" in client.get(path).content.decode()
    client.post(f"{path}/restoring")
    assert QuickReply.objects.get().archived_at is None


def test_what_is_wrong_comes_back_with_what_was_written(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.lead)
    _keep(cast, "hello")
    for wrong, sentence in (
        ({}, "Another quick reply has the shortcut /hello"),
        ({"shortcut": "a b"}, "and no spaces"),
        ({"shortcut": "x", "texts-0-text": "{{nmae}}"}, "Nothing is known by the name {{nmae}}"),
        ({"shortcut": "x", "texts-0-text": " "}, "Write the text"),
        ({"shortcut": "x", "audience": "teams"}, "Choose the teams that use it"),
    ):
        answer = client.post(f"{ROOT}/add", _form(**wrong))
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert QuickReply.objects.count() == 1


def test_agents_keep_their_own_and_read_the_others(cast: Cast, sign_in: SignIn) -> None:
    agent = sign_in(cast.agent)
    (shared,) = _keep(cast, "shared")
    assert agent.post(f"{ROOT}/add", _form()).status_code == 422
    agent.post(f"{ROOT}/add", _form(audience="member"))
    own = QuickReply.objects.get(key="hello")
    assert own.owner == cast.agent
    assert '<fieldset class="plain-fieldset" disabled>' in agent.get(f"{ROOT}/{shared.id}").content.decode()
    assert agent.post(f"{ROOT}/{shared.id}/removal").status_code == 403
    assert agent.post(f"{ROOT}/{own.id}/removal")["Location"] == ROOT
    assert agent.get(f"{ROOT}/import").status_code == 403
    assert sign_in(cast.stranger.owner).get(f"{ROOT}/{shared.id}").status_code == 404


def test_many_come_in_pages_and_are_narrowed(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.lead)
    assert "No quick replies yet" in client.get(ROOT).content.decode()
    first, *_rest = _keep(cast, "a0")
    with CaptureQueriesContext(connection) as few:
        client.get(ROOT)
    _keep(cast, *(f"a{place:02}" for place in range(1, PAGE_SIZE + 1)))
    with CaptureQueriesContext(connection) as many:
        html = client.get(ROOT).content.decode()
    assert len(few) == len(many)
    assert ("Next page" in html, html.count('isolate">/a')) == (True, PAGE_SIZE)
    count_uses([first.id], by=cast.actor(cast.agent))
    unused = client.get(ROOT, {"show": "unused", "q": "a0"}).content.decode()
    assert f"{ROOT}/{first.id}" not in unused
    assert "No quick reply is like this" in client.get(ROOT, {"language": "ru"}).content.decode()


def test_a_text_is_shown_as_it_is_written(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.agent)
    text = "Hi {{first_name}} {{nmae}} 👍👍👍"
    html = client.post(f"{ROOT}/preview", _form(**{"texts-0-text": text})).content.decode()
    assert "Hi Minji {{nmae}} 👍👍👍" in html
    assert "<code>{{nmae}}</code>" in html
    assert "Emoji: 3. One or two are enough." in html


def test_a_file_is_shown_first_and_then_imported(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.lead)
    _keep(cast, "hello")
    exported = client.get(f"{ROOT}/export", {"format": "csv"})
    assert exported["Content-Disposition"] == 'attachment; filename="quick-replies.csv"'
    content = exported.content + b"new,New,,all,,en,Hi,,,,,,\r\nbad word,Bad,,all,,en,Hi,,,,,,\r\n"
    planned = client.post(f"{ROOT}/import/plan", {"file": SimpleUploadedFile("a.csv", content)})
    html = planned.content.decode()
    assert (planned.context["counts"], "Import 1 quick reply" in html) == (
        {"wrong": 1, "change": 0, "create": 1, "same": 1},
        True,
    )
    assert QuickReply.objects.count() == 1
    done = client.post(
        f"{ROOT}/import/run", {"content": planned.context["content"], "format": planned.context["format"]}
    )
    assert (done.context["is_done"], QuickReply.objects.count()) == (True, 2)
    for file in (SimpleUploadedFile("a.csv", b"\xff\xfe"), SimpleUploadedFile("a.json", b"[")):
        assert client.post(f"{ROOT}/import/plan", {"file": file}).status_code == 422


def test_advice_is_switched_on_again(cast: Cast, sign_in: SignIn) -> None:
    client, agent = sign_in(cast.agent), cast.actor(cast.agent)
    client.post(f"{ROOT}/advice", {"advice": "off"})
    assert (is_advised(agent), "You are not told" in client.get(ROOT).content.decode()) == (False, True)
    client.post(f"{ROOT}/advice", {"advice": "on"})
    assert is_advised(agent)
