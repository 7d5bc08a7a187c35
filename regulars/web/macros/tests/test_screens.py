"""The screens of macros, without a browser."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.test import Client

from regulars.conversations.models import Conversation
from regulars.macros.models import Macro
from regulars.macros.operations import MacroDraft, create_macro
from regulars.quick_replies.operations import ReplyDraft, create_reply
from regulars.quick_replies.wordings import Wording
from regulars.workspaces.models import Member
from tests.cast import ALICE, BORIS, Cast

SignIn = Callable[[Member], Client]
ROWS = {
    "step": ["tag", "assign", "open_case", "resolve"],
    "value": ["refund, late", "me", "Money back", ""],
    "more": ["", "", "", ""],
}


def test_a_macro_is_made_of_rows_and_shown_as_it_was_written(cast: Cast, sign_in: SignIn):
    screen = sign_in(cast.owner)
    made = screen.post("/settings/macros/add", {"name": "Refund", "audience": "all", **ROWS})
    macro = Macro.objects.get()
    assert (made.status_code, made.headers["Location"]) == (302, "/settings/macros")
    assert macro.steps == [
        {"do": "tag", "tags": ["refund", "late"]},
        {"do": "assign", "member": "me"},
        {"do": "open_case", "title": "Money back", "category": None},
        {"do": "resolve"},
    ]
    assert "Put tags on → Assign → Open a case → Resolve" in screen.get("/settings/macros").content.decode()
    rows = screen.get(f"/settings/macros/{macro.id}").context["rows"]
    assert [(row.do, row.value) for row in rows] == [
        ("tag", "refund, late"),
        ("assign", "me"),
        ("open_case", "Money back"),
        ("resolve", ""),
    ]


def test_what_is_wrong_is_said_and_nothing_is_lost(cast: Cast, sign_in: SignIn):
    rows = {"step": ["tag", "note"], "value": ["", "Hello"], "more": ["", ""]}
    refused = sign_in(cast.agent).post("/settings/macros/add", {"name": "Refund", **rows})
    text = refused.content.decode()
    assert (refused.status_code, "Step 1: Name a tag" in text, ">Hello</textarea>" in text) == (
        422,
        True,
        True,
    )


def test_it_is_run_on_the_open_conversation_and_on_the_selected(cast: Cast, sign_in: SignIn):
    owner = cast.actor(cast.owner)
    heard = [cast.hears(phone, "hello") for phone in (ALICE, BORIS)]
    reply = create_reply(ReplyDraft("hi", "Hi", (Wording(language="en", text="Hello!"),)), by=owner)
    steps = [{"do": "priority", "priority": "high"}, {"do": "insert_reply", "reply": str(reply.id)}]
    one = create_macro(MacroDraft("Greet", steps, "all"), by=owner)
    many = create_macro(MacroDraft("Done", [{"do": "resolve"}], "all"), by=owner)
    screen = sign_in(cast.agent)
    assert "Greet" in screen.get("/macros/choices").content.decode()
    ran = screen.post(f"/conversations/{heard[0].id}/macro", {"macro": str(one.id)})
    assert (ran.headers["X-Insert"], "undo" in ran.headers["X-Toast"]) == (str(reply.id), True)
    body = {"macro": str(many.id), "conversation": [str(each.id) for each in heard]}
    assert json.loads(screen.post("/macros/run", body).content) == {"done": 2, "refused": []}
    assert set(Conversation.objects.values_list("status", flat=True)) == {"resolved"}
    job = screen.post("/macros/in/open", {"macro": str(many.id), "query": ""})
    assert job.status_code == 202


def test_it_is_changed_removed_and_brought_back(cast: Cast, sign_in: SignIn):
    macro = create_macro(MacroDraft("Done", [{"do": "resolve"}], "all"), by=cast.actor(cast.owner))
    screen, path = sign_in(cast.lead), f"/settings/macros/{macro.id}"
    sent = {"name": "Done now", "audience": "all", "version": "1", **ROWS}
    assert screen.post(f"{path}/change", sent).status_code == 302
    assert screen.post(f"{path}/change", sent).status_code == 422
    gone = screen.post(f"{path}/removal", headers={"X-Fragment": "1"})
    assert (gone.status_code, gone.headers["X-Next"]) == (204, "/settings/macros")
    assert screen.get(path).status_code == 404
    assert screen.post(f"{path}/restoration").status_code == 204
    assert f"{path}/removal" not in sign_in(cast.agent).get("/settings/macros").content.decode()
