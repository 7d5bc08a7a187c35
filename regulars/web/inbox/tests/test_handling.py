"""Snooze, priority, follow, hand-over, notes that name colleagues, and acting on what is selected, on the screens."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from regulars.attention.models import Following, Mention
from regulars.conversations.models import Conversation, Note
from regulars.conversations.operations.handling import assign_conversation
from regulars.kernel import clock
from regulars.kernel.jobs.models import Job
from regulars.workspaces.models import Member
from tests.cast import ALICE, BORIS, Cast

SignIn = Callable[[Member], Client]
FRAGMENT = {"X-Fragment": "1"}


def now(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(id=conversation.id)


def test_snooze_takes_ones_own_words_and_goes_back(cast: Cast, sign_in: SignIn) -> None:
    conversation, client = cast.hears(ALICE, "hello"), sign_in(cast.agent)
    offered = client.get("/snooze-times", headers=FRAGMENT).content.decode()
    assert len(re.findall("data-until", offered)) >= 2
    told = client.get("/snooze-times", {"text": "in 2 hours"}, headers=FRAGMENT).content.decode()
    (until,) = re.findall(r'data-until="(.*?)"', told)
    assert "data-until" not in client.get("/snooze-times", {"text": "?"}, headers=FRAGMENT).content.decode()
    path = f"/conversations/{conversation.id}/snooze"
    answer = client.post(path, {"until": until, "through": "yes"}, headers=FRAGMENT)
    after = now(conversation)
    assert (after.status, after.sleeps_through) == ("snoozed", True)
    assert after.snoozed_until
    assert timedelta(hours=1, minutes=58) < after.snoozed_until - clock.now() <= timedelta(hours=2)
    client.post(json.loads(answer["X-Toast"])["undo_url"], headers=FRAGMENT)
    assert now(conversation).status == "open"
    assert client.post(path, {"until": "tomorrow"}, headers=FRAGMENT).status_code == 422


def test_priority_follow_and_hand_over_with_a_line(cast: Cast, sign_in: SignIn) -> None:
    conversation, client = cast.hears(ALICE, "hello"), sign_in(cast.agent)
    path = f"/conversations/{conversation.id}"
    client.post(f"{path}/priority", {"priority": "urgent"}, headers=FRAGMENT)
    assert client.post(f"{path}/priority", {"priority": "x"}, headers=FRAGMENT).status_code == 422
    client.post(f"{path}/following", {"on": "yes"}, headers=FRAGMENT)
    client.post(f"{path}/team", {"team": str(cast.team.id), "line": "for you"}, headers=FRAGMENT)
    after = now(conversation)
    assert (after.priority, after.team) == ("urgent", cast.team)
    assert Following.objects.filter(member=cast.agent).count() == 1
    assert (Note.objects.get().text, Note.objects.get().mentions.get().team) == ("for you", cast.team)
    client.post(f"{path}/assignment", {"member": str(cast.mate.id), "line": "and you"}, headers=FRAGMENT)
    assert Mention.objects.filter(member=cast.mate, note__text="and you").count() == 1


def test_a_note_names_and_tells_who_was_not_told(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    assign_conversation(conversation, to=cast.agent, by=cast.actor())
    client = sign_in(cast.agent)
    path = f"/conversations/{conversation.id}"
    people = client.get(f"{path}/mentionable", headers=FRAGMENT).json()["people"]
    known = {each["mention"]: each["sees"] for each in people}
    assert (known[f"member:{cast.mate.id}"], known[f"member:{cast.owner.id}"], known["everybody"]) == (
        False,
        True,
        True,
    )
    body = {
        "text": f"@{cast.mate} <b> @{cast.owner}",
        "mention": [f"member:{cast.mate.id}", f"member:{cast.owner.id}"],
    }
    answer = client.post(f"{path}/notes", body, headers=FRAGMENT)
    html = answer.content.decode()
    assert re.findall(r'<span class="mention">(.*?)</span>', html) == [f"@{cast.mate}", f"@{cast.owner}"]
    assert "&lt;b&gt;" in html
    assert str(cast.mate) in json.loads(answer["X-Toast"])["text"]
    assert list(Mention.objects.values_list("member", flat=True)) == [cast.owner.id]
    assert client.post(f"{path}/notes", {"text": "x", "mention": "x"}, headers=FRAGMENT).status_code == 422


def test_a_mention_is_counted_until_its_conversation_was_read(cast: Cast, sign_in: SignIn) -> None:
    conversation, client = cast.hears(ALICE, "hello"), sign_in(cast.mate)
    body = {"text": "x", "mention": [f"member:{cast.mate.id}"]}
    sign_in(cast.agent).post(f"/conversations/{conversation.id}/notes", body, headers=FRAGMENT)
    html = client.get("/inbox/mentions").content.decode()
    assert re.findall(r'data-unseen="(.*?)"', html) == [str(conversation.id)]
    assert set(re.findall(r'data-counter="mentions">(\d*)<', html)) == {"1"}
    client.post(f"/conversations/{conversation.id}/reading", {"state": "read"}, headers=FRAGMENT)
    html = client.get("/inbox/mentions").content.decode()
    assert (re.findall(r'data-unseen="(.*?)"', html), html.count('id="row-')) == ([""], 1)


def test_a_note_goes_and_comes_back(cast: Cast, sign_in: SignIn) -> None:
    conversation, client = cast.hears(ALICE, "hello"), sign_in(cast.agent)
    client.post(f"/conversations/{conversation.id}/notes", {"text": "oh dear"}, headers=FRAGMENT)
    path = f"/notes/{Note.objects.get().id}/withdrawal"
    assert sign_in(cast.mate).post(path, {"state": "withdrawn"}, headers=FRAGMENT).status_code == 403
    html = client.post(path, {"state": "withdrawn"}, headers=FRAGMENT).content.decode()
    page = client.get(f"/conversations/{conversation.id}").content.decode()
    assert ("oh dear" in html, "oh dear" in page, f"note-{Note.objects.get().id}" in page) == (
        False,
        False,
        True,
    )
    assert "oh dear" in client.post(path, {"state": "restored"}, headers=FRAGMENT).content.decode()


def test_a_note_says_that_it_was_edited_and_what_it_said(cast: Cast, sign_in: SignIn) -> None:
    conversation, client = cast.hears(ALICE, "hello"), sign_in(cast.agent)
    client.post(f"/conversations/{conversation.id}/notes", {"text": "first words"}, headers=FRAGMENT)
    path = f"/notes/{Note.objects.get().id}/text"
    assert sign_in(cast.mate).post(path, {"text": "not theirs"}, headers=FRAGMENT).status_code == 403
    assert client.post(path, {"text": ""}, headers=FRAGMENT).status_code == 422
    html = client.post(path, {"text": "*other* words"}, headers=FRAGMENT).content.decode()
    page = client.get(f"/conversations/{conversation.id}").content.decode()
    for shown in (html, page):
        assert 'data-text="*other* words"' in shown
        assert shown.count("first words") == 1
        assert shown.count("data-message-history") == 1
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        assert client.post(path, {"text": "too late"}, headers=FRAGMENT).status_code == 409


def test_the_selected_are_changed_and_what_was_not_says_why(cast: Cast, sign_in: SignIn) -> None:
    first, second = cast.hears(ALICE, "hello"), cast.hears(BORIS, "hello")
    looked_at = clock.now() - timedelta(seconds=30)
    Conversation.objects.filter(id=first.id).update(last_inbound_at=looked_at - timedelta(hours=1))
    body = {
        "do": "resolve",
        "conversation": [str(first.id), str(second.id)],
        "looked_at": looked_at.isoformat(),
    }
    client = sign_in(cast.agent)
    answer = client.post("/acts", body, headers=FRAGMENT)
    assert answer.json() == {"done": 1, "refused": [str(second.id)]}
    toast = json.loads(answer["X-Toast"])
    assert toast["text"] == (
        "1 conversation changed. 1 left as it is: The contact wrote meanwhile. Read it, then decide."
    )
    client.post(toast["undo_url"], headers=FRAGMENT)
    assert now(first).status == "open"
    assert client.post("/acts", {"do": "dance"}, headers=FRAGMENT).status_code == 422


def test_all_of_a_list_is_a_job_of_ones_own(cast: Cast, sign_in: SignIn) -> None:
    cast.hears(ALICE, "hello")
    client = sign_in(cast.agent)
    answer = client.post("/acts/in/unassigned", {"do": "priority", "priority": "high"}, headers=FRAGMENT)
    assert (answer.status_code, answer.json()["status"]) == (202, "waiting")
    job = Job.objects.get()
    assert job.arguments["selection"] == {"status": "open", "assignee": "none"}
    path = f"/acts/jobs/{job.id}"
    assert client.get(path, headers=FRAGMENT).json()["id"] == str(job.id)
    assert sign_in(cast.mate).get(path, headers=FRAGMENT).status_code == 404
    client.post(f"{path}/change", {"do": "cancel"}, headers=FRAGMENT)
    assert Job.objects.get().status == "canceled"


def test_tabs_and_lists_show_what_they_say(cast: Cast, sign_in: SignIn) -> None:
    soon, later = cast.hears(ALICE, "hello"), cast.hears(BORIS, "hello")
    client = sign_in(cast.agent)
    Conversation.objects.filter(id=soon.id).update(window_closes_at=clock.now() + timedelta(hours=1))
    Conversation.objects.filter(id=later.id).update(
        status="snoozed", snoozed_until=clock.now() + timedelta(hours=1), unread_count=0
    )

    def shown(address: str) -> list[str]:
        html = client.get(address, headers={"X-Fragment": "pane"}).content.decode()
        return re.findall(r'id="row-(.*?)"', html)

    wanted = {
        "/inbox/open": [soon],
        "/inbox/open?state=waiting": [soon],
        "/inbox/open?state=snoozed": [later],
        "/inbox/open?state=done": [],
        "/inbox/unread": [soon],
        "/inbox/closing": [soon],
        "/inbox/following": [],
    }
    assert {address: shown(address) for address in wanted} == {
        address: [str(each.id) for each in rows] for address, rows in wanted.items()
    }
