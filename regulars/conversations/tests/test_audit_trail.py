"""The audit trail: one entry for each request, sealed so that whatever happens to it later is found."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed
from regulars.kernel.events import record
from regulars.kernel.jobs.running import run_job
from regulars.workspaces.models import AuditEntry, AuditSeal, Member
from regulars.workspaces.operations import audit, change_role
from regulars.workspaces.tasks import prepare_parts, purge_audit_trail
from regulars.workspaces.trail import writing
from regulars.workspaces.trail.collecting import Collector, collected
from regulars.workspaces.trail.jobs import (
    CHECK,
    ExportArguments,
    export_text,
    open_export,
    start_check,
    start_export,
)
from regulars.workspaces.trail.reading import WhichEntries, read_entries, touched_in
from regulars.workspaces.trail.sealing import NOTHING_BEFORE, canonical, ranges_of, seal_all, within
from regulars.workspaces.trail.verifying import KEPT, verify_trail
from regulars.workspaces.trail.writing import TrailWriter, write_held
from tests.cast import ALICE, BORIS, Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def _nothing_held() -> Iterator[None]:
    writing._held.clear()
    yield
    writing._held.clear()


def signed_in(member: Member) -> Client:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(member.user)
    return client


def told(entry: AuditEntry) -> dict[str, list[str]]:
    return {kind: sorted(str(each) for each in ids) for kind, ids in touched_in(entry)}


def looks() -> list[AuditEntry]:
    write_held()
    return list(AuditEntry.objects.filter(act="look").order_by("id"))


def test_a_list_is_one_entry_with_all_that_it_shows(cast: Cast) -> None:
    shown = [cast.hears(phone, "hello") for phone in (ALICE, BORIS)]
    signed_in(cast.owner).get("/inbox/open")
    (entry,) = looks()
    assert (entry.actor_id, entry.actor_name, entry.verb, entry.face, entry.route, entry.source) == (
        cast.owner.id,
        str(cast.owner),
        "data:look",
        "screen",
        "inbox-view",
        "192.0.2.7",
    )
    ids = told(entry)
    assert ids["conversation"] == sorted(str(each.id) for each in shown)
    assert ids["contact"] == sorted(str(each.contact_id) for each in shown)


def test_reading_by_rest_is_one_entry(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "hello")
    headers = {"Authorization": f"Bearer {cast.token('owner')}"}
    client = Client(headers=headers)
    for address in (
        "/api/v1/contacts",
        f"/api/v1/contacts/{conversation.contact_id}",
        f"/api/v1/conversations/{conversation.id}/messages",
    ):
        assert client.get(address).status_code == 200
    entries = looks()
    assert [(each.face, each.route, each.actor_kind) for each in entries] == [
        ("rest", "GET /contacts", "token"),
        ("rest", "GET /contacts/{contact_id}", "token"),
        ("rest", "GET /conversations/{conversation_id}/messages", "token"),
    ]
    assert str(conversation.contact_id) in told(entries[0])["contact"]
    assert told(entries[1]) == {"contact": [str(conversation.contact_id)]}
    assert told(entries[2])["conversation"] == [str(conversation.id)]
    assert len(told(entries[2])["message"]) == 1


def test_who_may_not_see_it_has_not_looked(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "hello")
    assert signed_in(cast.stranger.owner).get(f"/conversations/{conversation.id}").status_code == 404
    assert looks() == []


def test_what_shows_nothing_is_no_look(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "hello")
    client = signed_in(cast.owner)
    form = {"state": "looking"}
    assert client.post(f"/conversations/{conversation.id}/presence", form).status_code == 204
    assert looks() == []


def test_a_page_without_customers_is_no_entry(cast: Cast) -> None:
    signed_in(cast.owner).get("/settings/members")
    assert looks() == []


def test_a_change_is_in_the_trail_with_the_change(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "hello")
    url = f"/conversations/{conversation.id}/status"
    assert signed_in(cast.owner).post(url, {"status": "resolved"}).status_code in {200, 302}
    entry = AuditEntry.objects.get(act="change", face="screen")
    assert (entry.verb, entry.details) == ("data:change", {"events": ["ConversationResolved"]})
    assert told(entry)["conversation"] == [str(conversation.id)]
    (looked,) = looks()  # what the answer showed besides
    assert "conversation" not in told(looked)


def test_a_change_that_is_taken_back_is_not_in_the_trail(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "hello")
    headers = {"Authorization": f"Bearer {cast.token('owner')}"}
    body = json.dumps({"status": "resolved", "assignee": str(uuid4())})
    answer = Client(headers=headers).patch(
        f"/api/v1/conversations/{conversation.id}", body, content_type="application/json"
    )
    assert (answer.status_code, AuditEntry.objects.filter(act="change", face="rest").count()) == (422, 0)


def test_what_a_room_calls_by_a_name_is_said_by_it_once(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "hello")
    headers = {"Authorization": f"Bearer {cast.token('owner')}"}
    client = Client(headers=headers)
    client.patch(
        f"/api/v1/contacts/{conversation.contact_id}", '{"name": "Al"}', content_type="application/json"
    )
    entry = AuditEntry.objects.get(face="rest")
    assert (entry.verb, entry.object_kind, entry.object_id, entry.route) == (
        "contacts:edit",
        "contact",
        str(conversation.contact_id),
        "PATCH /contacts/{contact_id}",
    )
    assert "Al" not in json.dumps(entry.details)


def test_one_request_that_changes_in_two_transactions_is_told_for_each(cast: Cast) -> None:
    from regulars.conversations.events import ConversationMarkedUnread

    def change(conversation_id: UUID) -> None:
        with transaction.atomic():
            record(ConversationMarkedUnread(cast.workspace.id, conversation_id, cast.actor(cast.owner).doer))

    first, second = (cast.hears(phone, "hello").id for phone in (ALICE, BORIS))
    with collected(Collector(cast.actor(cast.owner), "screen")), connection.cursor():
        change(first)
        change(second)
    entries = AuditEntry.objects.filter(act="change", face="screen").order_by("id")
    assert str(second) in told(entries[len(entries) - 1])["conversation"]


def test_a_job_is_an_entry_of_whoever_asked_for_it(cast: Cast) -> None:
    from regulars.conversations.operations.exporting import start_export as start_person_export

    conversation = cast.hears(ALICE, "hello")
    assert conversation.contact
    job = start_person_export(conversation.contact, by=cast.actor(cast.owner))
    run_job(job.id)
    entry = looks()[-1]
    assert (entry.face, entry.route, entry.actor_id) == ("job", "contacts.export", cast.owner.id)
    assert told(entry)["contact"] == [str(conversation.contact_id)]


def test_no_words_and_no_numbers(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "a secret word", name="Alice Liddell")
    client = signed_in(cast.owner)
    for path in ("/inbox/open", f"/conversations/{conversation.id}", "/inbox/open?q=Liddell"):
        client.get(path)
    client.post(f"/conversations/{conversation.id}/notes", {"text": "another secret"})
    write_held()
    kept = json.dumps([canonical(each).decode() for each in AuditEntry.objects.all()])
    words = ("secret", "Liddell", ALICE, ALICE.removeprefix("+"))
    assert [word for word in words if word in kept] == []


# --- seals ------------------------------------------------------------------------------------------------


def entries(cast: Cast, count: int = 5) -> list[AuditEntry]:
    for number in range(count):
        audit(cast.actor(cast.owner), "tags:create", "tag", str(uuid4()), name=f"tag {number}")
    return list(AuditEntry.objects.filter(workspace=cast.workspace).order_by("id"))


def sealed(cast: Cast, batches: int = 3) -> None:
    for _number in range(batches):
        entries(cast)
        seal_all()


def flaws(cast: Cast) -> set[str]:
    with clock.frozen_at(clock.now() + timedelta(minutes=30)):
        return {each.kind for each in verify_trail(cast.workspace.id).flaws}


def test_seals_hang_on_each_other_and_nothing_is_in_two(cast: Cast) -> None:
    sealed(cast)
    assert seal_all() == 0
    seals = list(AuditSeal.objects.filter(workspace=cast.workspace).order_by("number"))
    assert [each.number for each in seals] == [1, 2, 3]
    assert [each.previous_hash for each in seals] == [NOTHING_BEFORE, *(each.hash for each in seals[:-1])]
    verdict = verify_trail(cast.workspace.id)
    every = AuditEntry.objects.filter(workspace=cast.workspace).count()
    assert (verdict.is_whole, verdict.seals, verdict.entries, verdict.last_hash) == (
        True,
        3,
        every,
        seals[-1].hash,
    )
    assert flaws(cast) == set()


def test_the_hash_is_what_the_documents_say(cast: Cast) -> None:
    sealed(cast, 1)
    seal = AuditSeal.objects.get(workspace=cast.workspace)
    of_it = AuditEntry.objects.filter(within(seal.ranges)).order_by("id")
    lines = [
        "regulars audit seal 1",
        f"{cast.workspace.id} 1 {'0' * 64}",
        *(canonical(each).decode().rstrip("\n") for each in of_it),
    ]
    written = "".join(f"{line}\n" for line in lines).encode()
    assert hashlib.sha256(written).hexdigest() == seal.hash
    assert list(json.loads(lines[2])) == sorted(json.loads(lines[2]))


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("UPDATE workspaces_auditentry SET actor_name = 'Nobody' WHERE id = %(id)s", {"hash"}),
        ("UPDATE workspaces_auditentry SET details = '{}' WHERE id = %(id)s", {"hash"}),
        (
            "UPDATE workspaces_auditentry SET at = at - interval '1 microsecond' WHERE id = %(id)s",
            {"count", "unsealed"},
        ),
        ("DELETE FROM workspaces_auditentry WHERE id = %(id)s", {"count"}),
        (
            "UPDATE workspaces_auditentry SET object_ids = '{}' WHERE id IN (%(id)s, %(next)s)",
            {"hash"},
        ),
        (
            """INSERT INTO workspaces_auditentry (id, workspace_id, actor_kind, verb, at)
            SELECT 1000000, workspace_id, 'member', 'x', at FROM workspaces_auditentry WHERE id = %(id)s""",
            {"unsealed"},
        ),
        ("UPDATE workspaces_auditseal SET hash = repeat('a', 64) WHERE number = 2", {"hash", "chain"}),
        ("DELETE FROM workspaces_auditseal WHERE number = 2", {"chain", "unsealed"}),
        ("UPDATE workspaces_auditseal SET number = number + 10 WHERE number = 3", {"chain", "hash"}),
        (
            "UPDATE workspaces_auditseal SET ranges = '[]', entry_count = 0 WHERE number = 2",
            {"hash", "unsealed"},
        ),
    ],
)
def test_whatever_is_done_to_it_is_found(cast: Cast, what: str, found: set[str]) -> None:
    sealed(cast)
    middle = AuditSeal.objects.get(workspace=cast.workspace, number=2)
    with connection.cursor() as cursor:
        cursor.execute(what, {"id": middle.first_id, "next": middle.first_id + 1})
    assert flaws(cast) == found


def test_two_entries_that_change_places_are_found(cast: Cast) -> None:
    sealed(cast)
    first, second = AuditEntry.objects.filter(workspace=cast.workspace).order_by("id")[:2]
    for row, other in ((first, second), (second, first)):
        AuditEntry.objects.filter(id=row.id).update(object_id=other.object_id, details=other.details)
    assert flaws(cast) == {"hash"}


def test_what_is_written_late_comes_into_a_later_seal(cast: Cast) -> None:
    some = entries(cast)
    late = some[2]
    AuditEntry.objects.filter(id=late.id).delete()
    seal_all()
    AuditEntry.objects.bulk_create([late])
    assert seal_all() == 1
    assert AuditSeal.objects.get(workspace=cast.workspace, number=2).ranges == [[late.id, late.id]]
    assert flaws(cast) == set()


def test_what_nobody_seals_is_told(cast: Cast) -> None:
    sealed(cast, 1)
    entries(cast)
    assert flaws(cast) == {"unsealed"}


def test_workspaces_have_chains_of_their_own(cast: Cast) -> None:
    entries(cast)
    audit(cast.stranger.actor(cast.stranger.owner), "tags:create", "tag", str(uuid4()))
    entries(cast)
    seal_all()
    theirs = AuditSeal.objects.get(workspace=cast.stranger.workspace)
    ours = AuditSeal.objects.get(workspace=cast.workspace)
    assert (theirs.number, ours.number) == (1, 1)
    assert [
        flaw for each in (cast.workspace, cast.stranger.workspace) for flaw in verify_trail(each.id).flaws
    ] == []


def test_past_their_time_entries_go_and_seals_stay(cast: Cast) -> None:
    long_ago = clock.now() - KEPT - timedelta(days=120)
    AuditEntry.objects.all().delete()
    with clock.frozen_at(long_ago):
        entries(cast)
        seal_all()
    sealed(cast, 2)
    purge_audit_trail()
    assert not AuditEntry.objects.filter(at__lt=clock.now() - KEPT).exists()
    verdict = verify_trail(cast.workspace.id)
    assert (verdict.is_whole, verdict.seals, verdict.expired) == (True, 3, 1)


@given(ids=st.sets(st.integers(1, 60)).map(sorted))
@settings(max_examples=60)
def test_ranges_hold_what_they_were_made_of(ids: list[int]) -> None:
    ranges = ranges_of(ids)
    assert [each for first, last in ranges for each in range(first, last + 1)] == ids
    assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(ranges))


# --- reading ----------------------------------------------------------------------------------------------


def test_filters_find_what_they_say_and_pages_leave_nothing_out(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "hello")
    signed_in(cast.lead).get(f"/conversations/{conversation.id}")
    write_held()
    entries(cast, 7)
    by = cast.actor(cast.owner)

    def count(**wanted: Any) -> int:
        return len(read_entries(by, WhichEntries(**wanted), limit=200).entries)

    every = AuditEntry.objects.filter(workspace=cast.workspace).count()
    assert count() == every
    assert count(actor_id=cast.lead.id) == 1
    assert count(object_id=conversation.id) == 1
    assert count(act="look") == 1
    assert count(source="192.0.2.7") == 1
    assert count(verb="tags:create") == 7
    assert count(since=clock.now() + timedelta(minutes=1)) == 0
    assert count(until=clock.now() + timedelta(minutes=1)) == every
    read, cursor = [], None
    while True:
        page = read_entries(by, WhichEntries(), limit=3, cursor=cursor)
        read += [each.id for each in page.entries]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert read == list(
        AuditEntry.objects.filter(workspace=cast.workspace)
        .order_by("-at", "-id")
        .values_list("id", flat=True)
    )


def test_only_who_may_reads_it(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        read_entries(cast.actor(cast.agent), WhichEntries(), limit=3)
    assert (
        read_entries(cast.stranger.actor(cast.stranger.owner), WhichEntries(act="look"), limit=3).entries
        == []
    )


def test_it_is_taken_out_whole(cast: Cast) -> None:
    change_role(cast.agent, "lead", by=cast.actor(cast.owner))
    entries(cast, 3)
    Member.objects.filter(id=cast.owner.id).update()
    by = cast.actor(cast.owner)
    for form in ("csv", "json"):
        job = start_export(ExportArguments(format=form), by=by)
        expected = list(AuditEntry.objects.filter(workspace=cast.workspace).order_by("id"))
        run_job(job.id)
        text = "".join(export_text(open_export(job.id, by=by)))
        if form == "csv":
            rows = list(csv.DictReader(io.StringIO(text)))
            assert [row["id"] for row in rows] == [str(each.id) for each in expected]
            assert {row["verb"] for row in rows} == {each.verb for each in expected}
        else:
            assert text.encode() == b"".join(canonical(each) for each in expected)
    assert AuditEntry.objects.filter(act="export").count() == 4


def test_a_name_is_no_formula(cast: Cast) -> None:
    cast.owner.user.name = "=1+1"
    cast.owner.user.save()
    by = cast.actor(Member.objects.get(id=cast.owner.id))
    job = start_export(ExportArguments(), by=by)
    run_job(job.id)
    rows = list(csv.DictReader(io.StringIO("".join(export_text(open_export(job.id, by=by))))))
    assert {row["actor_name"] for row in rows if row["verb"] == "audit:export"} == {"'=1+1"}


def test_the_check_as_a_job(cast: Cast) -> None:
    sealed(cast)
    job = start_check(by=cast.actor(cast.owner))
    run_job(job.id)
    job.refresh_from_db()
    assert job.result
    assert (job.status, job.result["seals"], job.result["flaws"]) == ("done", 3, [])
    assert CHECK.tell
    assert CHECK.tell(job.result) == f"{job.result['entries']} entries, as they were sealed"


# --- writing ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_writer_writes_and_a_clean_stop_loses_nothing() -> None:
    cast = make_cast()
    writer = TrailWriter()
    writer.start()
    threads = [threading.Thread(target=_look, args=(cast, 50)) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.stop()
    assert (AuditEntry.objects.filter(act="look").count(), writing.held_count()) == (200, 0)


def _look(cast: Cast, times: int) -> None:
    actor = cast.actor(cast.owner)
    for _number in range(times):
        with collected(Collector(actor, "screen")) as collector:
            collector.looked_at("conversation", [uuid4()])
    connection.close()


def test_parts_are_made_ahead(cast: Cast) -> None:
    prepare_parts()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'workspaces_auditentry'::regclass")
        assert cursor.fetchone()[0] >= 3
