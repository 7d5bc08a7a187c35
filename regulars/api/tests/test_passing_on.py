"""REST: forwarding, transcripts and blocks, with the refusals that callers meet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from regulars.api.tests.client import Api, problem
from regulars.kernel import clock
from regulars.kernel.ids import new_id
from regulars.kernel.jobs.running import run_job
from tests.cast import ALICE, BORIS, CHAI, Cast

AsRole = Callable[[str], Api]


def test_a_message_is_forwarded_and_each_refusal_told(as_role: AsRole, cast: Cast) -> None:
    api = as_role("owner")
    said = cast.hears(ALICE, "we open at nine").messages.get()
    there, closed = cast.hears(BORIS, "hello"), cast.hears(CHAI, "hi", at=clock.now() - timedelta(days=2))
    wanted = [str(there.id), str(closed.id)]
    answer = api.post(f"/messages/{said.id}/forward", {"conversations": wanted}).json()["forwarded"]
    assert [each["conversation"] for each in answer] == wanted
    assert (answer[0]["message"]["text"], answer[0]["refused"]) == ("we open at nine", None)
    assert (answer[1]["message"], answer[1]["refused"]["code"]) == (None, "reply-window-closed")
    gone = api.post(f"/messages/{said.id}/forward", {"conversations": [str(new_id())]})
    assert problem(gone) == (404, "not-found")
    assert problem(api.post(f"/messages/{said.id}/forward", {"conversations": []})) == (422, "invalid")
    cast.hears(ALICE, kind="revoke", target=said.provider_id)
    refused = api.post(f"/messages/{said.id}/forward", {"conversations": wanted})
    assert problem(refused) == (409, "cannot-forward")


def test_a_conversation_is_written_out(as_role: AsRole, cast: Cast) -> None:
    api = as_role("lead")
    conversation = cast.hears(ALICE, "hello")
    job = api.post("/transcripts", {"conversation": str(conversation.id), "format": "html"}).json()
    path = f"/transcripts/{job['id']}/content"
    assert problem(api.get(path)) == (404, "not-found")
    run_job(UUID(job["id"]))
    file = api.get(path)
    assert (file["Content-Type"], file["Cache-Control"]) == ("text/html; charset=utf-8", "private, no-store")
    assert b"hello" in file.getvalue()
    refused = as_role("agent").post("/transcripts", {"conversation": str(conversation.id)})
    assert problem(refused) == (403, "not-allowed")


def test_a_contact_is_blocked_and_let_through(as_role: AsRole, cast: Cast) -> None:
    api = as_role("lead")
    conversation = cast.hears(ALICE, "buy gold")
    made = api.post(f"/conversations/{conversation.id}/block", {"reason": "spam"}).json()
    assert (made["state"], made["reason"], made["contact"]) == ("blocking", "spam", str(cast.alice.id))
    assert [each["id"] for each in api.get("/blocks", state="blocking").json()["items"]] == [made["id"]]
    sent = api.post(f"/conversations/{conversation.id}/messages", {"kind": "text", "text": "hi"})
    assert problem(sent) == (409, "contact-blocked")
    assert api.post(f"/blocks/{made['id']}/lift").json()["state"] == "unblocking"
    quiet = cast.hears(BORIS, "hello", at=clock.now() - timedelta(days=2))
    assert problem(api.post(f"/conversations/{quiet.id}/block", {})) == (409, "cannot-block")
