"""The page of the audit trail: what it shows and how it is narrowed, page by page; checked, and taken out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.conversations.models import Conversation
from regulars.kernel import clock
from regulars.kernel.jobs.models import Job
from regulars.kernel.jobs.running import run_job
from regulars.kernel.touching import looked_at
from regulars.web.administration.views.audit import PAGE_SIZE
from regulars.workspaces.models import AuditEntry, Member
from regulars.workspaces.sessions import note_sign_in
from regulars.workspaces.trail import writing
from regulars.workspaces.trail.collecting import Collector, collected
from regulars.workspaces.trail.sealing import seal_all
from regulars.workspaces.trail.writing import write_held
from tests.cast import ALICE, BORIS, Cast

SignIn = Callable[[Member], Client]
HERE, THERE = "192.0.2.7", "198.51.100.9"
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_held() -> Iterator[None]:
    writing._held.clear()
    yield
    writing._held.clear()


@pytest.fixture
def talks(cast: Cast) -> list[Conversation]:
    return [cast.hears(phone, "hello") for phone in (ALICE, BORIS)]


@pytest.fixture
def trail(cast: Cast, talks: Sequence[Conversation]) -> None:
    """One sign-in and one look of two members, a day apart."""
    AuditEntry.objects.all().delete()
    for place, (member, source) in enumerate(((cast.agent, HERE), (cast.lead, THERE))):
        with clock.frozen_at(NOON + timedelta(days=place)):
            note_sign_in(member, source)
            with collected(Collector(cast.actor(member), "screen", source=source, route="conversation")):
                looked_at("conversation", [talks[place].id])
            write_held()


def shown(client: Client, query: str = "") -> list[tuple[str, str]]:
    """Who did what, as the page has it."""
    context = client.get(f"/settings/audit{query}").context
    return [(line.entry.actor_name, line.entry.act) for line in context["lines"]]


ANN, LEO = "Ann Agent", "Leo Lead"


@pytest.mark.usefixtures("trail")
def test_it_is_narrowed_by_kind_person_day_address_and_what_was_touched(
    cast: Cast, sign_in: SignIn, talks: Sequence[Conversation]
) -> None:
    client = sign_in(cast.owner)
    everything = [(LEO, "look"), (LEO, "sign-in"), (ANN, "look"), (ANN, "sign-in")]
    assert shown(client) == everything
    assert shown(client, "?act=look") == [(LEO, "look"), (ANN, "look")]
    assert shown(client, f"?who={cast.agent.id}") == everything[2:]
    assert shown(client, "?since=2026-11-29") == everything[:2]
    assert shown(client, "?until=2026-11-28") == everything[2:]
    assert shown(client, f"?source={THERE}&act=sign-in") == [(LEO, "sign-in")]
    # the address of a conversation does as well as its id
    assert shown(client, f"?object=https://inbox.example/conversations/{talks[0].id}") == [(ANN, "look")]
    assert shown(client, f"?object={cast.stranger.workspace.id}") == []


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize(("query", "field"), [("?object=Alice", "object"), ("?source=here", "source")])
def test_what_cannot_be_looked_for_is_said_at_its_field(
    cast: Cast, sign_in: SignIn, query: str, field: str
) -> None:
    client = sign_in(cast.owner)
    context = client.get(f"/settings/audit{query}").context
    assert (list(context["form"].errors), context["lines"], bool(context["problem"])) == ([field], [], True)
    # nobody takes out everything by a slip of the hand
    assert client.post(f"/settings/audit/export{query}", {"format": "csv"}).status_code == 422
    assert not Job.objects.filter(kind="audit.export").exists()


def test_a_day_is_the_readers_own(cast: Cast, sign_in: SignIn) -> None:
    AuditEntry.objects.all().delete()
    cast.owner.user.time_zone = "Asia/Seoul"
    cast.owner.user.save()
    with clock.frozen_at(datetime(2026, 11, 28, 16, tzinfo=UTC)):  # in Seoul it is the 29th
        note_sign_in(cast.agent, HERE)
    client = sign_in(cast.owner)
    assert shown(client, "?since=2026-11-29&until=2026-11-29") == [(ANN, "sign-in")]
    assert shown(client, "?until=2026-11-28") == []


def test_the_second_page_goes_on_and_knows_the_filter(cast: Cast, sign_in: SignIn) -> None:
    AuditEntry.objects.all().delete()
    for place in range(PAGE_SIZE + 2):
        with clock.frozen_at(NOON + timedelta(seconds=place // 2)):  # two at a time: one moment, two entries
            note_sign_in(cast.agent, HERE)
    client = sign_in(cast.owner)
    first = client.get(f"/settings/audit?source={HERE}").context
    second = client.get(f"/settings/audit{first['next_url']}").context
    ids = [line.entry.id for context in (first, second) for line in context["lines"]]
    assert (len(first["lines"]), len(second["lines"]), len(set(ids))) == (PAGE_SIZE, 2, PAGE_SIZE + 2)
    assert ids == sorted(ids, reverse=True)
    assert (second["next_url"], second["asked"]) == ("", f"source={HERE}")
    refused = client.get("/settings/audit?cursor=nonsense").context
    assert (bool(refused["problem"]), refused["lines"]) == (True, [])


@pytest.mark.usefixtures("trail")
def test_an_entry_says_all_that_it_touched_and_links_what_the_reader_may_see(
    cast: Cast, sign_in: SignIn, talks: Sequence[Conversation]
) -> None:
    look = AuditEntry.objects.get(actor_id=cast.agent.id, act="look")
    page = sign_in(cast.owner).get(f"/settings/audit/{look.id}")
    assert [(kind, ids) for _word, kind, ids in page.context["touched"]] == [("conversation", [talks[0].id])]
    assert f"/conversations/{talks[0].id}" in page.content.decode()
    assert sign_in(cast.stranger.owner).get(f"/settings/audit/{look.id}").status_code == 404


def run_the_job(kind: str) -> Job:
    job = Job.objects.filter(kind=kind).latest("created_at")
    run_job(job.id)
    return job


@pytest.mark.usefixtures("trail")
def test_checking_says_that_all_is_as_it_was_sealed_and_then_what_is_not(cast: Cast, sign_in: SignIn) -> None:
    seal_all()
    client = sign_in(cast.owner)

    def checked() -> Any:
        assert client.post("/settings/audit/check").status_code == 302
        run_the_job("audit.check")
        return client.get("/settings/audit").context

    whole = checked()
    assert (whole["last_seal"].number, whole["tell_check"]) == (1, "4 entries, as they were sealed")
    AuditEntry.objects.filter(act="look", actor_id=cast.agent.id).update(actor_name="Max Mate")
    broken = checked()["tell_check"]
    assert broken == "Something was changed: hash: an entry, or the seal, is not what it was (seal 1)"


@pytest.mark.usefixtures("trail")
def test_what_is_taken_out_is_what_the_page_shows(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)
    assert client.post("/settings/audit/export?act=look", {"format": "csv"}).status_code == 302
    job = run_the_job("audit.export")
    answer = client.get(f"/settings/audit/exports/{job.id}")
    text = answer.getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["actor_name"], row["act"], row["source"]) for row in rows] == [
        (ANN, "look", HERE),
        (LEO, "look", THERE),
    ]
    assert answer["Content-Disposition"] == 'attachment; filename="audit-trail.csv"'
    assert sign_in(cast.stranger.owner).get(f"/settings/audit/exports/{job.id}").status_code == 404
    verbs = AuditEntry.objects.filter(act="export").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["audit:export", "audit:read_export"]


def test_before_anything_happened_it_says_what_will_stand_there(cast: Cast, sign_in: SignIn) -> None:
    AuditEntry.objects.all().delete()
    page = sign_in(cast.owner).get("/settings/audit")
    assert (page.context["lines"], page.context["last_seal"], page.context["is_filtered"]) == (
        [],
        None,
        False,
    )
