"""The screens of saved views, without a browser."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from regulars.conversations.operations.handling import assign_conversation, set_priority
from regulars.saved_views.arranging import count_view
from regulars.saved_views.models import SavedView
from regulars.saved_views.operations import ViewDraft, create_view
from regulars.workspaces.models import Member
from tests.cast import ALICE, BORIS, CHAI, Cast

SignIn = Callable[[Member], Client]
URGENT = {"all": [{"field": "conversation.priority", "op": "is", "value": "urgent"}]}
FIELDS = {
    "name": "Urgent",
    "order": "newest",
    "c.join": "all",
    "c.0.field": "conversation.priority",
    "c.0.op": "is",
    "c.0.value": "urgent",
}


def test_a_list_is_saved_as_a_view_and_opened_by_its_link(cast: Cast, sign_in: SignIn):
    owner = cast.actor(cast.owner)
    heard = cast.hears(ALICE, "I wait")
    cast.hears(BORIS, "so do I")
    set_priority(heard, "urgent", by=owner)
    screen = sign_in(cast.owner)
    start = screen.get("/settings/views/new?from=unassigned&state=waiting&order=newest").content.decode()
    assert ("conversation.assignee" in start, "conversation.waiting_minutes" in start) == (True, True)
    made = screen.post("/settings/views/add", {**FIELDS, "audience": "all"})
    view = SavedView.objects.get()
    assert made.headers["Location"] == f"/inbox/{view.id}"
    assert (view.conditions, view.order, view.audience) == (URGENT, "newest", "all")
    shown = screen.get(f"/inbox/{view.id}").content.decode()
    assert (shown.count('class="conversation-row'), f"row-{heard.id}" in shown) == (1, True)
    assert 'data-order="newest"' in shown


def test_what_a_list_narrows_is_the_condition_that_it_begins_with(cast: Cast, sign_in: SignIn):
    screen = sign_in(cast.agent)
    inbox = f"&inbox={cast.inbox.id}"
    for address, fields in {
        "closing": ["status", "waiting_minutes", "window_closes_minutes"],
        f"mine&state=snoozed{inbox}": ["status", "assignee", "inbox"],
        "unread": ["status", "unread"],
        "resolved": ["status"],
    }.items():
        context = screen.get(f"/settings/views/new?from={address}").context
        written = context["conditions"].written
        assert [each["field"].removeprefix("conversation.") for each in written["all"]] == fields


def test_only_what_is_in_the_view_is_told_of_what_changed(cast: Cast, sign_in: SignIn):
    owner = cast.actor(cast.owner)
    heard = [cast.hears(phone, "hello") for phone in (ALICE, BORIS, CHAI)]
    for each in heard[:2]:
        set_priority(each, "urgent", by=owner)
    assign_conversation(heard[1], to=cast.owner, by=owner)
    view = create_view(ViewDraft("Urgent", URGENT, audience="all"), by=owner)
    query = "&".join(f"among={each.id}" for each in heard)
    answer = sign_in(cast.agent).get(f"/inbox/{view.id}?{query}", headers={"X-Fragment": "among"})
    assert [f"row-{each.id}" in answer.content.decode() for each in heard] == [True, False, False]


def test_a_view_of_somebody_else_is_nothing_and_a_conversation_still_opens(cast: Cast, sign_in: SignIn):
    heard = cast.hears(ALICE, "hello")
    own = create_view(ViewDraft("Own", URGENT), by=cast.actor(cast.owner))
    agent = sign_in(cast.agent)
    assert agent.get(f"/inbox/{own.id}").status_code == 404
    assert agent.get(f"/conversations/{heard.id}?view={own.id}").status_code == 200


def test_the_page_orders_counts_removes_and_brings_back(cast: Cast, sign_in: SignIn):
    owner = cast.actor(cast.owner)
    set_priority(cast.hears(ALICE, "hello"), "urgent", by=owner)
    first, second = (create_view(ViewDraft(name, URGENT), by=owner) for name in ("One", "Two"))
    screen = sign_in(cast.owner)
    path = f"/settings/views/{second.id}"
    assert screen.post(f"{path}/move", {"place": "0"}).status_code == 302
    assert screen.post(f"{path}/count", {"counted": "yes"}).status_code == 302
    page = screen.get("/settings/views").content.decode()
    assert page.index("Two") < page.index("One")
    assert f'data-counter="view-{second.id}">1<' in page
    gone = screen.post(f"{path}/removal", headers={"X-Fragment": "1"})
    assert (gone.status_code, gone.headers["X-Next"]) == (204, "/settings/views")
    assert f"{path}/restoration" in gone.headers["X-Toast"]
    assert second.name not in screen.get("/settings/views").context["rows"][0]["view"].name
    assert screen.post(f"{path}/restoration").status_code == 204
    assert SavedView.objects.filter(removed_at=None).count() == 2
    assert first.id != second.id


def test_who_saves_over_another_is_told_and_who_may_not_change_is_not_offered_it(cast: Cast, sign_in: SignIn):
    owner = cast.actor(cast.owner)
    view = create_view(ViewDraft("Urgent", URGENT, audience="all"), by=owner)
    count_view(view, by=owner, is_counted=True)
    path = f"/settings/views/{view.id}"
    lead = sign_in(cast.lead)
    sent = {**FIELDS, "name": "Hot", "audience": "all", "version": "1"}
    assert lead.post(f"{path}/change", sent).status_code == 302
    assert lead.post(f"{path}/change", {**sent, "name": "Late"}).status_code == 422
    agent = sign_in(cast.agent)
    assert f"{path}/change" in agent.get(path).content.decode()
    assert f"{path}/removal" not in agent.get(path).content.decode()
    assert agent.post(f"{path}/change", sent).status_code in {403, 422}
    assert SavedView.objects.get().name == "Hot"
