"""Opening, changing, resolving, reopening, linking, merging: what is so then, what is told, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from regulars.cases.access import access_case
from regulars.cases.events import CASE_EVENTS
from regulars.cases.models import Case, CaseActivity, CaseComment, CaseContact, CaseConversation, CaseHistory
from regulars.cases.operations.arranging import (
    change_category,
    create_category,
    remove_category,
    set_reopen_hours,
)
from regulars.cases.operations.changing import CaseChanges, change_case, change_cases, reopen_case
from regulars.cases.operations.checking import MOST_LINKS, TITLE_LENGTH
from regulars.cases.operations.commenting import comment_case
from regulars.cases.operations.linking import (
    link_contact,
    link_conversation,
    unlink_contact,
    unlink_conversation,
)
from regulars.cases.operations.merging import merge_case, unmerge_case
from regulars.cases.operations.opening import NewCase, open_case
from regulars.cases.queries.lists import CaseFilter, count_cases, count_mine, list_cases
from regulars.cases.queries.pages import cases_beside, moment_of, timeline_of
from regulars.cases.queries.settings import categories_in, usual_category
from regulars.cases.reactions import leave_removed_teams
from regulars.contacts.operations.merging import merge_contacts, undo_merge
from regulars.contacts.registry import export_of
from regulars.conversations.models import Activity
from regulars.conversations.operations.removing import remove_contact
from regulars.conversations.operations.teams import remove_team
from regulars.kernel import clock
from regulars.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotAllowed, NotFound
from regulars.kernel.events import Position, Recorded
from regulars.kernel.models import Event
from regulars.workspaces.events import TeamRemoved
from regulars.workspaces.teams import create_team
from tests.cast import ALICE, BORIS, Cast

pytestmark = pytest.mark.django_db


def told(cast: Cast) -> list[str]:
    """What was said of cases in the log."""
    kinds = [each.__name__ for each in CASE_EVENTS]
    rows = Event.objects.filter(workspace_id=cast.workspace.id, kind__in=kinds).order_by("id")
    return [kind.removeprefix("Case") for kind in rows.values_list("kind", flat=True)]


def opened(cast: Cast, title: str = "Late parcel", **more: Any) -> Case:
    return open_case(NewCase(title=title, **more), by=cast.actor(cast.admin))


def lines(case: Case) -> list[str]:
    return [each.kind for each in CaseActivity.objects.filter(case=case).order_by("at", "id")]


def numbers(cast: Cast, wanted: CaseFilter | None = None, **more: Any) -> list[int]:
    page = list_cases(cast.actor(cast.admin), wanted or CaseFilter(), **more)
    return [each.case.number for each in page.lines]


def test_a_case_opens_with_its_thread_and_whom_it_is_about(cast: Cast):
    conversation = cast.hears(ALICE, "my parcel is late")
    complaint = create_category(
        cast.workspace.id, " Complaint ", color="red", icon="complaint", by=cast.actor()
    )
    case = opened(cast, "", category=complaint, conversations=[conversation], contacts=[cast.boris])
    assert (case.number, case.title, case.status, case.version) == (1001, "Complaint", "open", "1")
    people = CaseContact.objects.filter(case=case).values_list("contact_id", flat=True)
    assert set(people) == {cast.alice.id, cast.boris.id}
    line = Activity.objects.get(conversation=conversation, kind="case_opened")
    assert (line.actor_name, line.facts) == ("Adele Admin", {"case_id": str(case.id), "number": 1001})
    assert told(cast) == ["Opened", "ConversationLinked", "ContactLinked", "ContactLinked"]
    assert lines(case) == ["opened"]
    rows = CaseHistory.objects.filter(case=case, until_at=None).values_list("fact", "value")
    assert dict(rows) == {
        "status": "open",
        "priority": "normal",
        "owner": None,
        "team": None,
        "category": str(complaint.id),
    }
    assert opened(cast).number == 1002


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * (TITLE_LENGTH + 1)}, "title"),
        ({"title": "\u200b"}, "title"),
        ({"title": "a", "about": "x" * 20_001}, "about"),
        ({"title": "a", "priority": "soon"}, "priority"),
    ],
)
def test_what_is_no_case_is_refused_and_takes_no_number(cast: Cast, wanted: dict[str, Any], field: str):
    with pytest.raises(Invalid) as refused:
        open_case(NewCase(**wanted), by=cast.actor())
    assert list(refused.value.facts["fields"]) == [field]  # type: ignore[call-overload]
    assert opened(cast).number == 1001


def test_owners_teams_and_categories_are_of_this_workspace(cast: Cast):
    case = opened(cast)
    strange = create_category(cast.stranger.workspace.id, "Theirs", by=cast.stranger.actor())
    gone = create_category(cast.workspace.id, "Gone", by=cast.actor())
    remove_category(gone, by=cast.actor())
    team = create_team(cast.stranger.workspace, "Theirs", by=cast.stranger.actor())
    for changes in (
        CaseChanges(owner=cast.stranger.owner),
        CaseChanges(team=team),
        CaseChanges(category=strange),
        CaseChanges(category=gone),
    ):
        with pytest.raises(Invalid):
            change_case(case, changes, by=cast.actor())
    assert case.version == "1"


def test_a_change_tells_what_was_and_is_and_repeating_it_nothing(cast: Cast):
    case = opened(cast)
    due = clock.now() + timedelta(days=2)
    changes = CaseChanges(
        title="Lost  parcel",
        owner=cast.agent,
        team=cast.team,
        priority="high",
        due_at=due,
        status="waiting_others",
    )
    for _twice in range(2):
        change_case(case, changes, by=cast.actor(cast.lead))
    assert told(cast)[1:] == [
        "Described",
        "StatusChanged",
        "Assigned",
        "HandedToTeam",
        "Prioritized",
        "DueChanged",
    ]
    assert (case.title, case.version) == ("Lost parcel", "2")
    assert lines(case)[1:] == ["described", "status_set", "assigned", "team_set", "priority_set", "due_set"]
    owner = CaseHistory.objects.get(case=case, fact="owner", until_at=None)
    assert (owner.value, owner.name, owner.by_name) == (str(cast.agent.id), "Ann Agent", "Leo Lead")


def test_a_change_meant_for_another_version_is_refused(cast: Cast):
    case = opened(cast)
    change_case(case, CaseChanges(priority="low"), by=cast.actor(), versions={"1"})
    with pytest.raises(ChangedMeanwhile):
        change_case(case, CaseChanges(priority="high"), by=cast.actor(), versions={"1"})
    change_case(case, CaseChanges(priority="high"), by=cast.actor(), versions={"2"})
    assert case.priority == "high"


def test_resolved_with_an_outcome_and_the_same_case_when_reopened_in_time(cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    case = opened(cast, conversations=[conversation])
    by = cast.actor(cast.agent)
    change_case(case, CaseChanges(status="resolved", outcome="withdrawn", resolution="Found it"), by=by)
    assert (case.status, case.outcome, case.resolved_at is None) == ("resolved", "withdrawn", False)
    change_case(case, CaseChanges(outcome="solved"), by=by)
    assert reopen_case(case, by=by).id == case.id
    assert (case.status, case.outcome, case.resolved_at, case.reopened_count) == ("open", "", None, 1)
    assert case.resolution == "Found it"
    with pytest.raises(Invalid):
        change_case(case, CaseChanges(outcome="solved"), by=by)
    threads = Activity.objects.filter(conversation=conversation, kind__startswith="case").order_by("at", "id")
    assert [each.kind for each in threads] == ["case_opened", "case_resolved", "case_reopened"]
    assert reopen_case(case, by=by).id == case.id
    assert case.reopened_count == 1


def test_reopened_too_late_a_new_case_follows_it(cast: Cast):
    set_reopen_hours(cast.workspace.id, 24, by=cast.actor())
    conversation = cast.hears(ALICE, "hello")
    case = opened(cast, conversations=[conversation], owner=cast.agent, priority="high")
    by = cast.actor(cast.agent)
    change_case(case, CaseChanges(status="resolved"), by=by)
    with clock.frozen_at(clock.now() + timedelta(hours=25)):
        with pytest.raises(Conflict):
            change_case(case, CaseChanges(status="open"), by=by)
        later = reopen_case(case, by=by)
    assert (later.number, later.follows_id, later.title) == (1002, case.id, "Late parcel")
    assert (later.owner_id, later.priority) == (cast.agent.id, "high")
    assert CaseConversation.objects.get(case=later).conversation_id == conversation.id
    case.refresh_from_db()
    assert case.status == "resolved"


def test_many_change_together_or_not_at_all(cast: Cast):
    one, two, gone = opened(cast), opened(cast), opened(cast)
    by = cast.actor(cast.admin)
    assert change_cases([one, two], CaseChanges(owner=cast.agent), by=by) == 2
    assert change_cases([one, two], CaseChanges(owner=cast.agent), by=by) == 0
    merge_case(gone, into=one, by=by)
    with pytest.raises(Conflict):
        change_cases([two, gone], CaseChanges(priority="low"), by=by)
    two.refresh_from_db()
    assert two.priority == "normal"
    assert count_mine([cast.actor(cast.agent), by]) == {cast.agent.id: 2}


def test_conversations_and_contacts_come_and_go(cast: Cast):
    case = opened(cast)
    conversation, by = cast.hears(ALICE, "hello"), cast.actor()
    for _twice in range(2):
        link_conversation(case, conversation, by=by)
        link_contact(case, cast.boris, by=by)
    assert CaseContact.objects.filter(case=case).count() == 2
    assert Activity.objects.filter(conversation=conversation, kind="case_linked").count() == 1
    assert [unlink_conversation(case, conversation.id, by=by) for _twice in range(2)] == [True, False]
    assert [unlink_contact(case, cast.boris.id, by=by) for _twice in range(2)] == [True, False]
    assert CaseContact.objects.get(case=case).contact_id == cast.alice.id
    assert told(cast)[1:] == [
        "ConversationLinked",
        "ContactLinked",
        "ContactLinked",
        "ConversationUnlinked",
        "ContactUnlinked",
    ]


def test_a_case_has_only_so_many_contacts(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("regulars.cases.operations.linking.MOST_LINKS", 1)
    case = opened(cast, contacts=[cast.alice])
    with pytest.raises(Invalid):
        link_contact(case, cast.boris, by=cast.actor())
    assert MOST_LINKS == 100


def test_duplicates_become_one_and_two_again(cast: Cast):
    first, second = cast.hears(ALICE, "hello"), cast.hears(BORIS, "hello")
    stays = opened(cast, conversations=[first])
    gone = opened(cast, conversations=[first, second])
    by = cast.actor(cast.admin)
    for _twice in range(2):
        merge_case(gone, into=stays, by=by)
    assert numbers(cast) == [1001]
    assert CaseConversation.objects.filter(case=stays).count() == 2
    refused_ones: tuple[Callable[[], object], ...] = (
        lambda: change_case(gone, CaseChanges(priority="low"), by=by),
        lambda: merge_case(stays, into=gone, by=by),
        lambda: link_contact(gone, cast.chai, by=by),
    )
    for refused in refused_ones:
        with pytest.raises(Conflict):
            refused()
    with pytest.raises(Invalid):
        merge_case(stays, into=stays, by=by)
    for _twice in range(2):
        unmerge_case(gone, by=by)
    assert numbers(cast) == [1002, 1001]
    links = CaseConversation.objects.filter(case=stays)
    assert [each.conversation_id for each in links] == [first.id]
    assert told(cast)[-2:] == ["Merged", "Unmerged"]


def test_what_was_merged_on_is_undone_from_the_end(cast: Cast):
    first, second, third = (opened(cast) for _each in range(3))
    by = cast.actor()
    merge_case(first, into=second, by=by)
    merge_case(second, into=third, by=by)
    with pytest.raises(Conflict, match="#1002"):
        unmerge_case(first, by=by)
    unmerge_case(second, by=by)
    unmerge_case(first, by=by)
    assert numbers(cast) == [1003, 1002, 1001]


def test_comments_and_lines_in_one_order(cast: Cast):
    start = clock.now()
    with clock.frozen_at(start):
        case = opened(cast)
    for minutes, text in ((1, "first"), (3, "second")):
        with clock.frozen_at(start + timedelta(minutes=minutes)):
            comment_case(case, f" {text} ", by=cast.actor(cast.agent))
    with clock.frozen_at(start + timedelta(minutes=2)):
        change_case(case, CaseChanges(priority="high"), by=cast.actor())

    def shown(limit: int, **more: Any) -> list[str]:
        items = timeline_of(case, limit=limit, **more).items
        return [each.text if isinstance(each, CaseComment) else each.kind for each in items]

    assert shown(10) == ["second", "priority_set", "first", "opened"]
    assert shown(2) == ["second", "priority_set"]
    last = timeline_of(case, limit=2).items[-1]
    assert shown(2, before=(moment_of(last), last.id)) == ["first", "opened"]
    for wrong in (" ", "x" * 20_001):
        with pytest.raises(Invalid):
            comment_case(case, wrong, by=cast.actor())


def test_lists_narrow_search_and_page_without_gap(cast: Cast):
    by, now = cast.actor(cast.admin), clock.now()
    dues = [None, now + timedelta(days=2), now - timedelta(hours=1), None, now + timedelta(days=2)]
    cases = [opened(cast, f"Case {place} ชุดชา", due_at=due) for place, due in enumerate(dues)]
    change_case(cases[0], CaseChanges(status="resolved", owner=cast.agent), by=by)
    link_contact(cases[3], cast.alice, by=by)
    assert numbers(cast, order="due") == [1003, 1002, 1005, 1001, 1004]
    assert numbers(cast, order="updated") == [1004, 1001, 1005, 1003, 1002]
    for order in ("newest", "due", "updated"):
        found: list[int] = []
        cursor = None
        while True:
            page = list_cases(by, CaseFilter(), order=order, limit=2, cursor=cursor)
            found += [each.case.number for each in page.lines]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert found == numbers(cast, order=order)
    assert numbers(cast, CaseFilter(is_overdue=True)) == [1003]
    assert numbers(cast, CaseFilter(owner="none", statuses=["open"])) == [1005, 1004, 1003, 1002]
    assert numbers(cast, CaseFilter(owner=str(cast.agent.id))) == [1001]
    assert numbers(cast, CaseFilter(text="#1002")) == [1002]
    assert numbers(cast, CaseFilter(text="1004")) == [1004]
    assert numbers(cast, CaseFilter(text="ชา case 3")) == [1004]
    assert numbers(cast, CaseFilter(text="Alice")) == [1004]
    assert numbers(cast, CaseFilter(person_id=cast.alice.person_id)) == [1004]
    assert count_cases(by, CaseFilter()) == {"open": 4, "resolved": 1}
    with pytest.raises(Invalid):
        list_cases(by, CaseFilter(), cursor="nonsense")
    with pytest.raises(Invalid):
        list_cases(by, CaseFilter(), order="due", cursor=list_cases(by, CaseFilter(), limit=1).next_cursor)


def test_beside_a_conversation_stand_its_cases_and_its_persons(cast: Cast):
    here, there = cast.hears(ALICE, "hello"), cast.hears(BORIS, "hello")
    own = opened(cast, conversations=[here])
    persons = opened(cast, contacts=[cast.alice])
    over = opened(cast, contacts=[cast.alice])
    change_case(over, CaseChanges(status="resolved"), by=cast.actor())
    opened(cast, conversations=[there])
    merge = merge_contacts(cast.alice, cast.boris, by=cast.actor(cast.admin), reason="by hand")
    by = cast.actor(cast.admin)

    def beside() -> list[int]:
        here.refresh_from_db()
        return [each.number for each in cases_beside(by, here, 10)]

    assert beside() == [1004, 1002, 1001, 1003]
    undo_merge(merge, by=by)
    assert beside() == [persons.number, own.number, over.number]
    assert [each.number for each in cases_beside(by, here, 1)] == [1002]


def test_whoever_is_removed_takes_along_what_was_only_about_them(cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    alone = opened(cast, "Alice and nobody else", conversations=[conversation])
    comment_case(alone, "She called twice", by=cast.actor())
    shared = opened(cast, "Both", conversations=[conversation], contacts=[cast.boris])
    told_of = export_of([cast.alice.id])
    assert [row["title"] for row in told_of["cases.Case"]] == ["Alice and nobody else"]
    assert [row["text"] for row in told_of["cases.CaseComment"]] == ["She called twice"]
    assert len(told_of["cases.CaseContact"]) == 2
    remove_contact(cast.alice, by=cast.actor(cast.admin))
    assert list(Case.objects.all()) == [shared]
    assert [each.contact_id for each in CaseContact.objects.all()] == [cast.boris.id]
    assert told(cast)[-1] == "Forgotten"


def test_a_removed_team_leaves_its_cases_and_their_history_says_so(cast: Cast):
    case = opened(cast, team=cast.team)
    remove_team(cast.team, by=cast.actor(cast.admin))
    event = TeamRemoved(cast.workspace.id, case.team_id or UUID(int=0), "Care", cast.actor(cast.admin).doer)
    for _twice in range(2):
        leave_removed_teams([Recorded(Position(), clock.now(), event)])
    row = CaseHistory.objects.get(case=case, fact="team", until_at=None)
    assert (row.value, row.by_name) == (None, "Adele Admin")
    assert lines(case) == ["opened", "team_left"]


def test_categories_have_names_of_their_own(cast: Cast):
    by = cast.actor(cast.lead)
    repair = create_category(cast.workspace.id, "Repair", icon="repair", by=by)
    with pytest.raises(Conflict):
        create_category(cast.workspace.id, "ＲＥＰＡＩＲ", by=by)
    change_category(repair, {"name": "repairs", "color": "green"}, by=by)
    for changes in ({"name": " "}, {"color": "beige"}, {"icon": "kettle"}):
        with pytest.raises(Invalid):
            change_category(repair, changes, by=by)
    case = open_case(NewCase(category=repair), by=by)
    usual = usual_category(by)
    assert usual is not None
    assert usual.name == "repairs"
    remove_category(repair, by=by)
    assert (list(categories_in(cast.workspace.id)), usual_category(by)) == ([], None)
    assert str(access_case(by, case.id).category) == "repairs"
    assert create_category(cast.workspace.id, "Repairs", by=by).id != repair.id
    with pytest.raises(NotFound):
        change_category(repair, {"color": "red"}, by=by)


def test_only_who_may_does(cast: Cast):
    case, category = opened(cast), create_category(cast.workspace.id, "A", by=cast.actor())
    reader = cast.token_actor("admin", scopes=["cases:read"])
    agent = cast.actor(cast.agent)
    for verb in (
        lambda: open_case(NewCase(title="a"), by=reader),
        lambda: change_case(case, CaseChanges(priority="low"), by=reader),
        lambda: reopen_case(case, by=reader),
        lambda: comment_case(case, "a", by=reader),
        lambda: link_contact(case, cast.alice, by=reader),
        lambda: merge_case(case, into=opened(cast), by=reader),
        lambda: create_category(cast.workspace.id, "B", by=agent),
        lambda: change_category(category, {"color": "red"}, by=agent),
        lambda: remove_category(category, by=agent),
        lambda: set_reopen_hours(cast.workspace.id, 1, by=agent),
    ):
        with pytest.raises(NotAllowed):
            verb()
    with pytest.raises(Invalid):
        set_reopen_hours(cast.workspace.id, -1, by=cast.actor())
