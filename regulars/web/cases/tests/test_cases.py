"""Cases on the screens: found, moved, changed in place, opened beside a conversation; what colleagues hear of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.cases.events import CaseOpened, CasePrioritized
from regulars.cases.models import Case, CaseComment, CaseContact, CaseConversation
from regulars.cases.operations.arranging import create_category
from regulars.cases.operations.changing import CaseChanges, change_case
from regulars.cases.operations.commenting import comment_case
from regulars.cases.operations.merging import merge_case
from regulars.cases.operations.opening import NewCase, open_case
from regulars.cases.queries.settings import reopen_hours
from regulars.conversations.access import read_staffing
from regulars.conversations.events import MessageReceived
from regulars.conversations.models import Conversation
from regulars.kernel import clock
from regulars.kernel.events import Event
from regulars.web.cases.live import CASE_LISTS, CASE_PAGE
from regulars.web.inbox.live import draw_pieces
from regulars.web.live.counting import count_everything
from regulars.web.live.topics import Eyes, Looker, Topic
from regulars.workspaces.models import Member
from tests.cast import ALICE, BORIS, Cast

SignIn = Callable[[Member], Client]
FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    return cast.hears(ALICE, "my parcel is late")


def opened(cast: Cast, title: str = "Late parcel", **more: object) -> Case:
    return open_case(NewCase(title=title, **more), by=cast.actor(cast.admin))  # type: ignore[arg-type]


def shown(client: Client, url: str) -> list[str]:
    page = client.get(url)
    assert page.status_code == 200
    return [line.case.title for line in page.context["lines"]]


def test_the_list_narrows_by_its_address(cast: Cast, sign_in: SignIn):
    by, now = cast.actor(cast.admin), clock.now()
    kind = create_category(cast.workspace.id, "Repair", by=by)
    opened(cast, "overdue", due_at=now - timedelta(hours=1), owner=cast.admin)
    opened(cast, "nobody's", category=kind)
    done = opened(cast, "done", contacts=[cast.alice])
    change_case(done, CaseChanges(status="resolved"), by=by)
    client = sign_in(cast.admin)
    assert shown(client, "/cases") == ["overdue", "nobody's"]
    assert shown(client, "/cases?owner=me") == ["overdue"]
    assert shown(client, "/cases?owner=none") == ["nobody's"]
    assert shown(client, "/cases?overdue=1") == ["overdue"]
    assert shown(client, f"/cases?category={kind.id}") == ["nobody's"]
    assert shown(client, "/cases?status=resolved&order=updated") == ["done"]
    assert shown(client, "/cases?status=all&q=alice") == ["done"]
    assert shown(client, "/cases?status=all&order=newest") == ["done", "nobody's", "overdue"]
    assert shown(client, "/cases?status=nonsense&owner=x&category=y&order=z") == ["overdue", "nobody's"]
    nothing = client.get("/cases?q=%231077").content.decode()
    assert "No case is like that" in nothing


def test_a_second_page_goes_on(cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("regulars.web.cases.views.lists.PAGE_SIZE", 2)
    for title in "abc":
        opened(cast, title)
    client = sign_in(cast.admin)
    first = client.get("/cases?order=newest")
    assert [line.case.title for line in first.context["lines"]] == ["c", "b"]
    assert shown(client, first.context["next_url"]) == ["a"]


def test_a_page_costs_the_same_for_one_and_three(cast: Cast, sign_in: SignIn, conversation: Conversation):
    client = sign_in(cast.admin)
    first = opened(cast, owner=cast.agent, conversations=[conversation])
    paths = ("/cases", "/cases/board", f"/cases/{first.id}", f"/conversations/{conversation.id}/context")

    def queries() -> list[int]:
        counted = []
        for path in paths:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200
            counted.append(len(captured))
        return counted

    comment_case(first, "one", by=cast.actor(cast.agent))
    few = queries()
    other = cast.hears(BORIS, "hello")
    for _more in range(2):
        opened(cast, owner=cast.mate, conversations=[conversation, other])
        comment_case(first, "more", by=cast.actor(cast.mate))
    assert queries() == few


def test_several_change_together(cast: Cast, sign_in: SignIn):
    cases = [opened(cast, title) for title in "ab"]
    client = sign_in(cast.agent)
    said = {"case": [str(each.id) for each in cases], "status": "waiting_others", "owner": "me"}
    done = client.post("/cases/several", {**said, "next": "/cases?order=newest"})
    assert (done.status_code, done["Location"]) == (302, "/cases?order=newest")
    assert (
        client.post("/cases/several", {**said, "next": "https://elsewhere.example/"})["Location"] == "/cases"
    )
    assert {(each.status, each.owner_id) for each in Case.objects.all()} == {
        ("waiting_others", cast.agent.id)
    }
    client.post("/cases/several", {"case": said["case"], "owner": "none"})
    assert {(each.status, each.owner_id) for each in Case.objects.all()} == {("waiting_others", None)}
    assert client.post("/cases/several", {"status": "open"}, headers=FRAGMENT).status_code == 422


def test_the_board_counts_pages_and_moves(cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("regulars.web.cases.views.lists.COLUMN_SIZE", 2)
    cases = [opened(cast, title) for title in "abc"]
    client = sign_in(cast.agent)
    columns = client.get("/cases/board").context["board"]
    assert [(each.status, each.count, len(each.lines)) for each in columns] == [
        ("open", 3, 2),
        ("waiting_customer", 0, 0),
        ("waiting_others", 0, 0),
        ("resolved", 0, 0),
    ]
    more = client.get(columns[0].more_url).context["board"][0]
    assert (len(more.lines), more.more_url) == (3, "")
    move = {"status": "resolved", "version": "1", "from": "board"}
    moved = client.post(f"/cases/{cases[0].id}/change", move, headers=FRAGMENT)
    toast = json.loads(moved["X-Toast"])
    assert (moved.status_code, toast["undo_values"]) == (204, {"status": "open", "from": "board"})
    assert client.post(f"/cases/{cases[0].id}/change", move, headers=FRAGMENT).status_code == 412
    client.post(toast["undo_url"], toast["undo_values"], headers=FRAGMENT)
    cases[0].refresh_from_db()
    assert (cases[0].status, cases[0].reopened_count) == ("open", 1)


def test_facts_are_changed_in_place_and_the_second_is_told(cast: Cast, sign_in: SignIn):
    case = opened(cast)
    client, path = sign_in(cast.admin), f"/cases/{case.id}/change"
    for name, value in (
        ("owner", cast.mate.id),
        ("team", cast.team.id),
        ("priority", "urgent"),
        ("owner", ""),
    ):
        case.refresh_from_db()
        answer = client.post(path, {name: str(value), "version": case.version}, headers=FRAGMENT)
        assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.id}")
    refused = client.post(path, {"priority": "low", "version": "1"}, headers=FRAGMENT)
    assert (refused.status_code, refused["X-Refusal"]) == (412, "changed-meanwhile")
    case.refresh_from_db()
    assert (case.owner, case.team, case.priority) == (None, cast.team, "urgent")
    change_case(case, CaseChanges(team=None), by=cast.actor())
    given = sign_in(cast.agent).post(path, {"owner": str(cast.mate.id)}, headers=FRAGMENT)
    assert given["Location"] == "/cases"


def test_what_is_written_down_is_changed_in_the_time_zone_of_the_workspace(cast: Cast, sign_in: SignIn):
    cast.workspace.time_zone = "Asia/Bangkok"
    cast.workspace.save()
    case = opened(cast)
    client = sign_in(cast.agent)
    said = {"title": "Lost", "about": "Since Monday", "due_at": "2026-12-24T10:30", "version": "1"}
    assert client.post(f"/cases/{case.id}/description", said).status_code == 302
    case.refresh_from_db()
    assert (case.title, case.about) == ("Lost", "Since Monday")
    assert (case.due_at.isoformat() if case.due_at else "") == "2026-12-24T03:30:00+00:00"
    page = client.get(f"/cases/{case.id}").content.decode()
    assert 'value="2026-12-24T10:30"' in page
    late = client.post(f"/cases/{case.id}/description", said)
    assert (late.status_code, "data-open" in late.content.decode()) == (422, True)
    empty = client.post(f"/cases/{case.id}/description", {**said, "title": " ", "version": "2"})
    assert empty.status_code == 422


def test_resolved_reopened_and_followed(cast: Cast, sign_in: SignIn):
    case = opened(cast)
    client = sign_in(cast.agent)
    said = {"outcome": "not_solved", "resolution": "Nobody knows", "version": "1"}
    assert client.post(f"/cases/{case.id}/resolution", said).status_code == 302
    page = client.get(f"/cases/{case.id}").content.decode()
    assert [word in page for word in ("Not solved", "Nobody knows", "Reopen")] == [True] * 3
    assert client.post(f"/cases/{case.id}/reopening")["Location"] == f"/cases/{case.id}"
    client.post(f"/cases/{case.id}/resolution", {**said, "version": "3"})
    Case.objects.update(resolved_at=clock.now() - timedelta(hours=reopen_hours(cast.workspace.id) + 1))
    following = client.post(f"/cases/{case.id}/reopening")["Location"]
    assert following != f"/cases/{case.id}"
    assert client.get(following).context["case"].follows_id == case.id
    assert client.post(f"/cases/{case.id}/resolution", {"outcome": "x", "version": "1"}).status_code == 422


def test_duplicates_comments_and_people(cast: Cast, sign_in: SignIn):
    stays, gone = opened(cast, "stays"), opened(cast, "gone")
    client = sign_in(cast.agent)
    assert client.post(f"/cases/{gone.id}/merge", {"number": "#1099"}).status_code == 422
    assert client.post(f"/cases/{gone.id}/merge", {"number": "x"}).status_code == 422
    assert client.post(f"/cases/{gone.id}/merge", {"number": " #1001 "})["Location"] == f"/cases/{stays.id}"
    page = client.get(f"/cases/{gone.id}")
    assert (page.context["may_edit"], "Merged into #1001" in page.content.decode()) == (False, True)
    assert client.post(f"/cases/{gone.id}/parting").status_code == 302
    client.post(f"/cases/{gone.id}/comments", {"text": "on its own *again*"})
    assert CaseComment.objects.get().author_name == "Ann Agent"
    cast.hears(ALICE, "hello")
    assert client.post(f"/cases/{gone.id}/contacts", {"person": "Alice"}).status_code == 302
    assert CaseContact.objects.get().contact_id == cast.alice.id
    for nobody in ("Zoe", " "):
        assert client.post(f"/cases/{gone.id}/contacts", {"person": nobody}).status_code == 422
    drop = f"/cases/{gone.id}/contacts/drop"
    toast = json.loads(client.post(drop, {"contact": str(cast.alice.id)}, headers=FRAGMENT)["X-Toast"])
    assert CaseContact.objects.count() == 0
    client.post(toast["undo_url"], toast["undo_values"], headers=FRAGMENT)
    assert CaseContact.objects.count() == 1


def test_a_long_story_has_pages(cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("regulars.web.cases.views.case.SHOWN", 2)
    case = opened(cast)
    for text in ("one", "two"):
        comment_case(case, text, by=cast.actor(cast.agent))
    client = sign_in(cast.agent)
    first = client.get(f"/cases/{case.id}")
    rest = client.get(f"/cases/{case.id}?before={first.context['older_than']}")
    assert [len(each.context["timeline"]) for each in (first, rest)] == [2, 1]
    assert rest.context["older_than"] == ""


def test_a_case_is_opened_beside_a_conversation(cast: Cast, sign_in: SignIn, conversation: Conversation):
    kind = create_category(cast.workspace.id, "Complaint", by=cast.actor())
    client, path = sign_in(cast.agent), f"/conversations/{conversation.id}/cases"
    dialog = client.get(f"{path}/form", headers=FRAGMENT).content.decode()
    assert f'<option value="{cast.agent.id}" selected>' in dialog
    refused = client.post(path, {"title": ""}, headers=FRAGMENT)
    assert (refused.status_code, "data-open" in refused.content.decode()) == (422, True)
    made = client.post(path, {"category": str(kind.id), "owner": str(cast.agent.id)}, headers=FRAGMENT)
    assert (made.status_code, json.loads(made["X-Toast"])["text"]) == (204, "Opened the case #1001")
    case = Case.objects.get()
    assert (case.title, case.owner_id) == ("Complaint", cast.agent.id)
    again = client.get(f"{path}/form", headers=FRAGMENT).content.decode()
    assert f'<option value="{kind.id}" selected>' in again
    page = client.get(f"/conversations/{conversation.id}").content.decode()
    links = re.findall(rf'href="/cases/{case.id}"', page)
    assert len(links) == 2  # the quiet line and the panel
    found = client.get("/search/suggestions?q=%231001").json()["items"]
    assert [(each["group"], each["label"], each["url"]) for each in found] == [
        ("case", "#1001 Complaint", f"/cases/{case.id}")
    ]


def test_a_conversation_is_added_to_a_case_and_taken_out(
    cast: Cast, sign_in: SignIn, conversation: Conversation
):
    case = opened(cast)
    client = sign_in(cast.agent)
    offered = f"/conversations/{conversation.id}/cases/offered"
    assert "#1001" in client.get(offered, headers=FRAGMENT).content.decode()
    added = client.post(f"/cases/{case.id}/conversations", {"conversation": str(conversation.id)})
    toast = json.loads(added["X-Toast"])
    assert CaseConversation.objects.count() == 1
    assert "#1001" not in client.get(offered, headers=FRAGMENT).content.decode()
    client.post(toast["undo_url"], toast["undo_values"], headers=FRAGMENT)
    assert CaseConversation.objects.count() == 0


def test_what_is_out_of_sight_is_not_there(cast: Cast, sign_in: SignIn, conversation: Conversation):
    case = opened(cast, owner=cast.mate)
    for member in (cast.agent, cast.stranger.owner):
        client = sign_in(member)
        assert client.get(f"/cases/{case.id}").status_code == 404
        assert (
            client.post(f"/cases/{case.id}/change", {"priority": "low"}, headers=FRAGMENT).status_code == 404
        )
        assert shown(client, "/cases") == []
    assert sign_in(cast.stranger.owner).get(f"/conversations/{conversation.id}/cases/form").status_code == 404
    hidden = opened(cast, conversations=[conversation], owner=cast.mate)
    conversation.assignee = cast.admin
    conversation.save()
    page = sign_in(cast.mate).get(f"/cases/{hidden.id}")
    assert (page.context["threads"], page.context["hidden_count"]) == ([], 1)


def test_categories_and_hours_are_set(cast: Cast, sign_in: SignIn):
    client = sign_in(cast.lead)
    client.post("/settings/cases/new", {"name": "Repair", "color": "green", "icon": "repair"})
    assert (
        client.post("/settings/cases/new", {"name": "REPAIR", "color": "green", "icon": "case"}).status_code
        == 422
    )
    (row,) = client.get("/settings/cases").context["rows"]
    change = {"name": "Repairs", "color": "blue", "icon": "star"}
    assert client.post(f"/settings/cases/{row.category.id}/change", change).status_code == 302
    assert client.post("/settings/cases/reopening", {"reopen_hours": "24"}).status_code == 302
    assert client.post("/settings/cases/reopening", {"reopen_hours": "-1"}).status_code == 422
    assert "within 24 hours" in client.get("/settings/cases").content.decode()
    agent = sign_in(cast.agent)
    assert agent.get("/settings/cases").context["rows"][0].changing is None
    assert agent.post(f"/settings/cases/{row.category.id}/removal", headers=FRAGMENT).status_code == 403
    assert client.post(f"/settings/cases/{row.category.id}/removal").status_code == 302
    assert "No categories yet" in client.get("/settings/cases").content.decode()


def test_open_screens_hear_of_cases(cast: Cast, conversation: Conversation):
    case, other = opened(cast, conversations=[conversation]), opened(cast)
    merged = opened(cast)
    merge_case(merged, into=other, by=cast.actor())
    staffing, by = read_staffing(cast.workspace.id), cast.actor().doer
    eyes = Eyes(frozenset({cast.workspace.id}), ("en",), frozenset({case.id}))

    def hears(topic: Topic, happened: Event, member: Member, subject: UUID | None = None) -> bool:
        house = cast.stranger if member == cast.stranger.owner else cast
        looker = Looker(house.actor(member), subject, staffing)
        return any(piece.is_for(looker) for piece in topic.draw([happened], eyes))

    happened = CasePrioritized(cast.workspace.id, case.id, case.number, "normal", "high", by)
    said = MessageReceived(cast.workspace.id, conversation.id, cast.alice.id, conversation.id, "text", "in")
    assert [hears(CASE_LISTS, happened, each) for each in (cast.agent, cast.stranger.owner)] == [True, False]
    assert [hears(CASE_PAGE, happened, cast.agent, each.id) for each in (case, other)] == [True, False]
    assert [hears(CASE_PAGE, said, cast.agent, each.id) for each in (case, other)] == [True, False]
    watched = Eyes(frozenset({cast.workspace.id}), ("en",), frozenset({conversation.id}))
    pieces = draw_pieces([CaseOpened(cast.workspace.id, case.id, case.number, None, by)], watched)
    assert [piece.name for piece in pieces] == ["row", "panel"]


def test_the_counter_says_how_many_are_mine(cast: Cast, sign_in: SignIn):
    done = opened(cast, owner=cast.agent)
    opened(cast, owner=cast.agent)
    change_case(done, CaseChanges(status="resolved"), by=cast.actor())
    work = sign_in(cast.agent).get("/cases").context["navigation"].work
    assert {each.key: each.count for each in work}["cases"] == 1
    told = count_everything([cast.actor(cast.agent), cast.actor(cast.mate)])
    assert [each["cases"] for each in told] == [1, 0]
