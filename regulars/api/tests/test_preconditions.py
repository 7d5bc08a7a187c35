"""``ETag`` and ``If-Match`` on whatever people edit: of two who change it at once, the later one is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from regulars.api.preconditions import takes_versions
from regulars.api.routes import BY_PATH, ROUTES
from regulars.api.tests.client import Api, problem
from regulars.attention.operations.mentioning import leave_note
from regulars.cases.operations.arranging import create_category
from regulars.cases.operations.opening import NewCase, open_case
from regulars.conversations.models import Conversation
from regulars.conversations.operations.composing import Composition
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import OutgoingText
from regulars.kernel import clock
from regulars.macros.operations import MacroDraft, create_macro
from regulars.quick_replies.operations import ReplyDraft, create_reply
from regulars.quick_replies.wordings import Wording
from regulars.routing.operations import Wanted, create_queue
from regulars.saved_views.operations import ViewDraft, create_view
from regulars.scheduling.operations import schedule_message
from regulars.service_levels.levels import settle
from regulars.service_levels.models import ServiceLevel
from regulars.tags.operations import create_tag
from regulars.workspaces.operations import create_api_token
from tests.cast import ALICE, BORIS, Cast

HOURS = {"episode_hours": 12}


def paths_of(cast: Cast) -> dict[str, tuple[str, dict[str, Any]]]:
    tag = create_tag(cast.workspace.id, "vip", by=cast.actor())
    conversation = cast.hears(ALICE, "hello")
    category = create_category(cast.workspace.id, "Repair", by=cast.actor())
    case = open_case(NewCase(category=category), by=cast.actor())
    queue = create_queue(cast.workspace.id, Wanted("Refunds"), by=cast.actor())
    scheduled = _scheduled(cast, conversation)
    reply = create_reply(
        ReplyDraft("hi", "Greeting", (Wording(language="en", text="Good day"),)), by=cast.actor()
    )
    note = leave_note(conversation, "Call her", by=cast.actor(cast.owner)).note
    view = create_view(ViewDraft("Urgent", audience="all"), by=cast.actor())
    macro = create_macro(MacroDraft("Refund", [{"do": "tag", "tags": ["vip"]}], "all"), by=cast.actor())
    settle(cast.workspace.id)
    level = ServiceLevel.objects.filter(workspace=cast.workspace).order_by("position")[0]
    return {
        "/me/availability": ("/me/availability", {"availability": "off_duty"}),
        "/members/{member_id}/availability": (
            f"/members/{cast.agent.id}/availability",
            {"own_capacity": 3},
        ),
        "/me/notification-settings": ("/me/notification-settings", {"is_private": True}),
        "/queues/{queue_id}": (f"/queues/{queue.id}", {"name": "Returns"}),
        "/routing": ("/routing", {"capacity": 4}),
        "/scheduled-messages/{scheduled_id}": (
            f"/scheduled-messages/{scheduled}",
            {"cancel_if_answered": True},
        ),
        "/second-factor-rule": ("/second-factor-rule", {"everybody_from": "2099-01-01T00:00:00Z"}),
        "/quick-replies/{reply_id}": (f"/quick-replies/{reply.id}", {"name": "Welcome"}),
        "/contacts/{contact_id}": (f"/contacts/{cast.alice.id}", {"about": "Comes on Fridays"}),
        "/conversations/{conversation_id}": (f"/conversations/{conversation.id}", {"priority": "high"}),
        "/members/{member_id}": (f"/members/{cast.mate.id}", {"role": "lead"}),
        "/tags/{tag_id}": (f"/tags/{tag.id}", {"color": "red"}),
        "/teams/{team_id}": (f"/teams/{cast.team.id}", {"name": "Night"}),
        "/business-hours": ("/business-hours", HOURS),
        "/protection": ("/protection", {"is_on": False}),
        "/cases/{case_id}": (f"/cases/{case.id}", {"priority": "high"}),
        "/case-categories/{category_id}": (f"/case-categories/{category.id}", {"color": "red"}),
        "/case-settings": ("/case-settings", {"reopen_hours": 12}),
        "/notes/{note_id}": (f"/notes/{note.id}", {"text": "Called her"}),
        "/views/{view_id}": (f"/views/{view.id}", {"name": "Hot"}),
        "/macros/{macro_id}": (f"/macros/{macro.id}", {"name": "Refunds"}),
        "/service-levels/{level_id}": (f"/service-levels/{level.id}", {"first_answer_minutes": 10}),
        "/service-level-settings": ("/service-level-settings", {"follow_up_hours": 24}),
        "/idle-rule": ("/idle-rule", {"idle_hours": 24}),
    }


def _scheduled(cast: Cast, conversation: Conversation) -> str:
    row = schedule_message(
        Composition(conversation, [OutgoingText(body="At nine")]),
        clock.now() + timedelta(hours=1),
        stops_on_answer=False,
        by=cast.actor(cast.agent),
        channel=facts_of(cast.connection.channel),
    )
    return str(row.id)


ELSEWHERE = {"/roles/{role_id}", "/mail/server"}
"""roles have a version of their own (``test_roles``); the server is put, not patched (``test_mail``)"""


def test_everything_that_is_edited_has_a_version():
    edited = {route.path for route in ROUTES if takes_versions(route, BY_PATH[route.path])}
    assert edited == {
        *ELSEWHERE,
        *("/contacts/{contact_id}", "/conversations/{conversation_id}", "/members/{member_id}"),
        *("/tags/{tag_id}", "/teams/{team_id}", "/business-hours", "/protection"),
        *("/cases/{case_id}", "/case-categories/{category_id}", "/case-settings"),
        *("/me/availability", "/members/{member_id}/availability", "/me/notification-settings"),
        *("/queues/{queue_id}", "/routing", "/scheduled-messages/{scheduled_id}"),
        *("/second-factor-rule", "/quick-replies/{reply_id}", "/notes/{note_id}"),
        *("/views/{view_id}", "/macros/{macro_id}"),
        *("/service-levels/{level_id}", "/service-level-settings", "/idle-rule"),
    }


@pytest.mark.parametrize(
    "route", [path for path in BY_PATH if "PATCH" in BY_PATH[path] if path not in ELSEWHERE]
)
def test_a_change_to_what_was_changed_meanwhile_is_refused(cast: Cast, route: str):
    _row, plain = create_api_token(cast.workspace, "mine", "owner", by=cast.owner)
    api = Api(plain)
    path, change = paths_of(cast)[route]
    read = api.get(path)
    changed = api.patch(path, change, if_match=read["ETag"])
    assert (changed.status_code, changed["ETag"] == read["ETag"]) == (200, False)
    assert api.get(path)["ETag"] == changed["ETag"]
    assert problem(api.patch(path, change, if_match=read["ETag"])) == (412, "changed-meanwhile")
    assert api.patch(path, change, if_match=f"{read['ETag']}, {changed['ETag']}").status_code == 200
    assert api.patch(path, change).status_code == 200
    assert problem(api.patch(path, change, if_match="loose")) == (422, "invalid")


def test_what_moves_by_itself_makes_no_other_version(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    path = f"/conversations/{conversation.id}"
    before = api.get(path)["ETag"]
    cast.hears(ALICE, "anybody there?")
    assert api.get(path)["ETag"] == before


def test_whoever_removes_what_was_changed_meanwhile_is_told(
    api: Api, as_role: Callable[[str], Api], cast: Cast
):
    cast.hears(BORIS, "hello")
    path = f"/contacts/{cast.boris.id}"
    read = api.get(path)["ETag"]
    as_role("agent").patch(path, {"about": "Moves next week"})
    assert problem(api.delete(path, if_match=read)) == (412, "changed-meanwhile")
    assert api.get(path).json()["about"] == "Moves next week"
    assert api.delete(path, if_match=api.get(path)["ETag"]).status_code == 204
    assert problem(api.delete(path, if_match=read)) == (404, "not-found")
