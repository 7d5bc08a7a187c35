"""An act on a whole list: step by step, once however often it is begun, and taken back as one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.acts.actions import Action, Prioritize, PutTags, Resolve
from regulars.acts.operations import in_bulk
from regulars.acts.operations.in_bulk import start_act_on_all
from regulars.acts.selection import Selection
from regulars.conversations.models import Activity, Conversation
from regulars.conversations.operations.handling import set_priority
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed
from regulars.kernel.jobs.models import Job
from regulars.kernel.jobs.running import run_job
from regulars.workspaces.jobs import undo_job
from tests.cast import Cast

pytestmark = pytest.mark.django_db

NUMBERS = [f"+1202555{number:04}" for number in range(5)]


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_bulk, "STEP", 2)


def ended(job: Job) -> Job:
    run_job(job.id)
    return Job.objects.get(id=job.id)


def test_a_list_is_gone_through_though_it_empties_meanwhile(cast: Cast):
    listed = [cast.hears(number, "hello") for number in NUMBERS]
    by = cast.actor(cast.owner)
    looked_at = clock.now() + timedelta(seconds=1)
    actions: list[Action] = [PutTags(tags=["done"]), Resolve()]
    job = ended(start_act_on_all(Selection(status="open"), actions, by=by, looked_at=looked_at))
    assert (job.status, job.done, job.total, job.result) == ("done", 5, 5, {"done": 5, "refused": {}})
    assert {each.status for each in Conversation.objects.filter(workspace=cast.workspace)} == {"resolved"}
    last = Conversation.objects.get(id=listed[0].id)
    undone = ended(undo_job(job, by=by))
    assert (undone.status, undone.result) == ("done", {"done": 5, "refused": {}})
    for before in listed:
        now = Conversation.objects.get(id=before.id)
        assert (now.status, now.waiting_since, now.unread_count) == ("open", before.waiting_since, 1)
    assert last.status == "resolved"


def test_what_others_changed_since_is_kept_and_counted_by_why(cast: Cast):
    first, second = (cast.hears(number, "hello") for number in NUMBERS[:2])
    by = cast.actor(cast.owner)
    job = ended(start_act_on_all(Selection(), [Prioritize(priority="high")], by=by))
    set_priority(Conversation.objects.get(id=first.id), "low", by=cast.actor(cast.admin))
    undone = ended(undo_job(job, by=by))
    why = f"{cast.admin} changed this in the meantime. It stays as it is."
    assert undone.result == {"done": 1, "refused": {why: 1}}
    assert [Conversation.objects.get(id=each.id).priority for each in (first, second)] == ["low", "normal"]


def test_where_contacts_wrote_since_nothing_is_put_away(cast: Cast):
    cast.hears(NUMBERS[0], "hello")
    long_ago = clock.now() - timedelta(hours=1)
    Conversation.objects.update(created_at=long_ago - timedelta(hours=1))
    job = ended(start_act_on_all(Selection(), [Resolve()], by=cast.actor(cast.owner), looked_at=long_ago))
    assert job.result == {"done": 0, "refused": {"The contact wrote meanwhile. Read it, then decide.": 1}}
    assert not Activity.objects.filter(kind="resolved").exists()


def test_with_the_right_that_whoever_asked_has_by_then(cast: Cast):
    cast.hears(NUMBERS[0], "hello")
    with pytest.raises(NotAllowed):
        start_act_on_all(
            Selection(), [Resolve()], by=cast.token_actor("agent", scopes=["conversations:read"])
        )
    job = start_act_on_all(Selection(), [Resolve()], by=cast.actor(cast.agent))
    cast.agent.is_active = False
    cast.agent.save()
    assert ended(job).status == "failed"
    assert Conversation.objects.get().status == "open"
