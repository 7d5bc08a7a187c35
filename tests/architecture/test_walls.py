"""Walls that no import shows: doors on routes, workspaces on tables, names that exist once."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from config.screens import TOPICS
from config.wiring import JOB_KINDS, PERIODIC_JOBS, REACTIONS
from regulars.api.routes import ROUTES
from regulars.kernel.events import Event
from regulars.web.doors import PUBLIC, SIGNED_IN, methods_of
from regulars.web.live.rights import RIGHTS_EVENTS
from regulars.web.settings.register import PAGES
from regulars.workspaces.models import Workspace
from regulars.workspaces.permissions import ALL_PERMISSIONS

ROOT = Path(__file__).parents[2]

UNSCOPED = {
    "kernel.Event": "carries its workspace as a plain id: the kernel knows no other room",
    "kernel.ReactionCursor": "the house's own: how far a reaction has read",
    "kernel.ParkedEvent": "an event that was set aside, with its workspace as the log has it",
    "kernel.LogGeneration": "the house's own: whose transaction ids are counted",
    "kernel.Heartbeat": "the house's own: which processes live",
    "kernel.PeriodicRun": "the house's own: when jobs ran",
    "kernel.ServerKey": "the house's own: which secret key the database belongs to",
    "kernel.Job": "carries its workspace as a plain id: the kernel knows no other room",
    "kernel.JobSchedule": "likewise",
    "search.SearchKey": "the house's own: what sealed texts are found by",
    "notifications.PushKey": "the house's own: by which push services know it",
    "media.MediaPlace": "the house's own: which directory holds the files",
    "kernel.KeptAnswer": "carries its member or token as a plain id, and is only ever found by it",
    "workspaces.Workspace": "the wall itself",
    "workspaces.User": "a person, who may be a member of several workspaces",
    "workspaces.BrowserSession": "a person's; its member, where there is one, is in a workspace",
    "workspaces.PasswordReset": "a person's, as their password is",
    "workspaces.SecondFactor": "likewise",
    "workspaces.RecoveryCode": "likewise",
    "workspaces.AuditExportPart": "carries its job as a plain id, which has its workspace",
    "workspaces.ResetAsked": "asked before anybody is known",
    "workspaces.WrongGuesses": "counts of wrong passwords, before anybody is known",
}
"""tables that have no workspace, and why that is right"""

PARENTS = {
    "tags.TagUse": "tag",
    "workspaces.Member_teams": "member",
    "contacts.MergedContact": "merge",
    "contacts.PersonExportPart": "export",
    "transcripts.TranscriptPart": "transcript",
    "inboxes.Delivery": "connection",
    "inboxes.LedgerEntry": "connection",
    "inboxes.Inbox_teams": "inbox",
    "conversations.MessageStatus": "message",
    "conversations.ProviderMessageId": "inbox",
    "conversations.UnmatchedStatus": "inbox",
    "conversations.OutgoingMessage": "message",
    "conversations.Draft": "conversation",
    "notifications.Push": "subscription",
    "quick_replies.QuickReply_teams": "quickreply",
    "quick_replies.QuickReplyFile": "quick_reply",
    "quick_replies.QuickReplyUse": "quick_reply",
    "quick_replies.UnadvisedMember": "member",
    "routing.Queue_teams": "queue",
    "macros.Macro_teams": "macro",
    "macros.MacroUse": "macro",
    "saved_views.SavedView_teams": "savedview",
    "saved_views.ViewPlace": "view",
    "answering.Hold": "conversation",
}
"""tables that are only ever reached through a scoped parent"""

FOLLOWED: set[type[Event]] = {event for topic in TOPICS for event in topic.events} | set(RIGHTS_EVENTS)
"""what open screens are told of"""
CHANGES_NO_SCREEN = {
    "ActUndone": "each change that it takes back is told by itself",
    "RoutingLookedOver": "counted, for whoever keeps the house",
    "SpecialistWaitEnded": "whom it is given to then is told by itself",
    "MacroRun": "each change that it makes is told by itself",
    "MemberTyping": "the contact's phone shows it",
    "WordsProtected": "whoever may read it reads the same; who may not sees so when they look again",
    "PasswordChanged": "a mail tells it to whom it concerns",
}
CHANGED_BY_NOBODY_ELSE = {
    "notification-settings": "one's own choices",
    "audit": "looked at, it would note that it was looked at, and follow itself",
    "keyboard": "one's own; other windows hear of it from the one that changed it",
    "account": "one's own; a browser that is signed out elsewhere closes by its session",
}


def _routes(patterns: Iterable[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, object]]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, prefix + str(each.pattern))
        else:
            yield prefix + str(each.pattern), each.callback


def _is_permission(word: str) -> bool:
    return word in ALL_PERMISSIONS or word in {PUBLIC, SIGNED_IN, "any-token"}


def test_every_route_names_a_permission_that_exists():
    wrong = {}
    for route, view in _routes(get_resolver().url_patterns):
        words = str(getattr(view, "permission", "")).split(", ")
        if not all(_is_permission(word.split(" ")[-1]) for word in words):
            wrong[route] = words
    assert wrong == {}


def test_every_route_declares_its_methods():
    undeclared = [route for route, view in _routes(get_resolver().url_patterns) if not methods_of(view)]
    assert undeclared == []


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.mark.django_db
def test_a_route_refuses_the_methods_that_it_does_not_declare():
    client, answered = Client(), {}
    for route, view in _routes(get_resolver().url_patterns):
        if declared := set(methods_of(view)) - {"ANY"}:
            address = "/" + re.sub(r"<\w+:\w+>", "1", route)
            for method in sorted(set(METHODS) - declared):
                answered[method, route] = client.generic(method, address).status_code
    assert {key: status for key, status in answered.items() if status != 405} == {}
    assert ("GET", "conversations/<str:conversation_id>/status") in answered


def _changing(wanted: Callable[[str], bool]) -> set[str]:
    """The routes that may change something, by permission: ``METHOD permission`` for REST, the permission for pages."""
    return {
        route
        for route, view in _routes(get_resolver().url_patterns)
        for word in str(getattr(view, "permission", "")).split(", ")
        if set(methods_of(view)) & set(METHODS[1:]) and not word.startswith("GET ")
        if wanted(word.split(" ")[-1])
    }


def test_what_changes_something_is_public_only_where_people_come_in():
    doors = {"sign-in", "set-up", "invitations/<str:secret>", "language"}
    doors |= {"sign-in/second-step", "sign-in/passkey", "sign-in/passkey/question"}
    doors |= {"password/forgotten", "password/new/<str:secret>", "notifications/mail/<str:word>/stop"}
    doors |= {"share/received"}  # reads nothing: what it is sent stays on the device
    assert _changing(lambda permission: permission == PUBLIC) == doors


MAY_READ_MAY_DO = {
    "conversations/<str:conversation_id>/reading": "whoever reads marks as read",
    "conversations/<str:conversation_id>/draft": "one's own unsent words",
    "conversations/<str:conversation_id>/presence": "whoever looks is there, and writing asks for more",
    "conditions/<str:subject>/form": "draws the form of what was posted, and keeps nothing",
    "media/<str:media_id>/retry": "fetching again what the platform still has",
    "api/v1/media/<str:media_id>/retry": "likewise",
    "api/v1/segments/preview": "a question with a long body: it counts and shows, and keeps nothing",
    "notifications/read": "one's own: what one has seen",
    "conversations/<str:conversation_id>/muting": "one's own: what one is told of",
    "api/v1/notifications/read": "the token maker's own",
    "api/v1/me/notification-settings": "likewise",
    "api/v1/conversations/<str:conversation_id>/follow": "likewise",
    "api/v1/conversations/<str:conversation_id>/unfollow": "likewise",
    "api/v1/conversations/<str:conversation_id>/mute": "likewise",
    "api/v1/conversations/<str:conversation_id>/unmute": "likewise",
    "api/v1/conversations/<str:conversation_id>": "each part of a PATCH asks for its own permission",
    "conversations/<str:conversation_id>/following": "a list of one's own",
    "api/v1/routing/preview": "a question with a long body: it shows what would be, and keeps nothing",
    "settings/audit/check": "looks whether the trail is whole, as a job, and changes nothing of it",
    "api/v1/audit/checks": "likewise",
    "settings/audit/export": "a copy for whoever may read it",
    "api/v1/audit/exports": "likewise",
    "settings/quick-replies/add": "one's own; those of others ask for the permission to manage them",
    "settings/quick-replies/<str:reply_id>/change": "likewise",
    "settings/quick-replies/<str:reply_id>/removal": "likewise",
    "settings/quick-replies/<str:reply_id>/restoring": "likewise",
    "settings/quick-replies/preview": "draws what was posted, and keeps nothing",
    "settings/quick-replies/advice": "one's own: whether one is advised",
    "api/v1/quick-replies": "one's own; those of others ask for the permission to manage them",
    "api/v1/quick-replies/<str:reply_id>": "likewise",
    "api/v1/quick-replies/<str:reply_id>/restore": "likewise",
    "api/v1/quick-replies/<str:reply_id>/preview": "shows how it would read, and keeps nothing",
    "settings/views/add": "one's own; those of others ask for the permission to manage them",
    "settings/views/<str:view_id>/change": "likewise",
    "settings/views/<str:view_id>/removal": "likewise",
    "settings/views/<str:view_id>/restoration": "likewise",
    "api/v1/views": "one's own; those of others ask for the permission to manage them",
    "api/v1/views/<str:view_id>": "likewise",
    "api/v1/views/<str:view_id>/restore": "likewise",
    "settings/macros/add": "one's own; those of others ask for the permission to manage them",
    "settings/macros/<str:macro_id>/change": "likewise",
    "settings/macros/<str:macro_id>/removal": "likewise",
    "settings/macros/<str:macro_id>/restoration": "likewise",
    "api/v1/macros": "one's own; those of others ask for the permission to manage them",
    "api/v1/macros/<str:macro_id>": "likewise",
    "api/v1/macros/<str:macro_id>/restore": "likewise",
    "settings/views/<str:view_id>/move": "one's own order",
    "settings/views/<str:view_id>/count": "one's own counts",
    "api/v1/views/<str:view_id>/place": "one's own order and counts",
    "api/v1/macros/<str:macro_id>/run": "each step asks for its own permission",
    "conversations/<str:conversation_id>/macro": "likewise",
    "macros/run": "likewise",
    "macros/in/<str:view>": "likewise, when the job is asked for and while it runs",
    "acts": "each action asks for its own permission",
    "acts/in/<str:view>": "likewise, when the job is asked for and while it runs",
    "acts/jobs/<str:job_id>/change": "a job of one's own, with the permissions of what it does",
    "acts/<str:act_id>/undo": "one's own act; what is restored asks for the permission of doing it",
    "api/v1/acts": "each action asks for its own permission",
    "api/v1/acts/on-all": "likewise, when the job is asked for and while it runs",
    "api/v1/acts/<str:act_id>/undo": "one's own act; what is restored asks for the permission of doing it",
}
"""routes that change something for everybody who may read it, and why that is right"""


def test_what_changes_something_asks_for_more_than_reading():
    assert _changing(lambda permission: permission.endswith(":read")) == MAY_READ_MAY_DO.keys()


def test_every_rest_route_is_there_once():
    places = Counter((route.method, route.path) for route in ROUTES)
    assert [place for place, count in places.items() if count > 1] == []


def _own_models() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("regulars.")
    ]


def _name(model: type[Model]) -> str:
    return f"{model._meta.app_label}.{model.__name__}"


def _is_scoped(model: type[Model]) -> bool:
    return any(
        field.name == "workspace" and field.related_model is Workspace and not field.null
        for field in model._meta.fields
    )


def test_every_table_is_in_a_workspace_or_says_why_not():
    by_name = {_name(model): model for model in _own_models()}
    unexplained = [
        name for name, model in by_name.items() if not _is_scoped(model) and name not in UNSCOPED | PARENTS
    ]
    assert unexplained == []
    assert sorted((UNSCOPED | PARENTS).keys() - by_name.keys()) == []


def test_every_parent_is_scoped():
    by_name = {_name(model): model for model in _own_models()}
    for name, field_name in PARENTS.items():
        parent = by_name[name]._meta.get_field(field_name).related_model
        assert isinstance(parent, type)
        assert issubclass(parent, Model)
        assert _is_scoped(parent), f"{name}.{field_name} leads to {parent.__name__}, which has no workspace"


def test_names_on_the_wiring_page_are_unique():
    for names in ([each.name for each in REACTIONS], [each.name for each in PERIODIC_JOBS], list(JOB_KINDS)):
        assert sorted(names) == sorted(set(names))


def test_whatever_is_waited_for_can_happen():
    wanted = {event for reaction in REACTIONS for event in reaction.events} | FOLLOWED
    assert {each.__name__ for each in wanted} - Event.kinds.keys() == set()


def test_every_event_changes_a_screen_or_says_why_not():
    own = {cls for cls in Event.kinds.values() if ".tests." not in cls.__module__}
    assert {cls.__name__ for cls in own - FOLLOWED} == CHANGES_NO_SCREEN.keys()


def test_every_page_of_the_settings_follows_what_changes_it_or_says_why_not():
    assert {page.key for page in PAGES if page.topic is None} == CHANGED_BY_NOBODY_ELSE.keys()
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)


def test_nobody_records_the_events_of_older_versions():
    calls = {
        f"{path.relative_to(ROOT)}: {node.func.id}"
        for path in (ROOT / "regulars").rglob("*.py")
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in Event.past_kinds
    }
    assert calls == set()


def test_every_event_begins_with_its_workspace():
    own = {name: cls for name, cls in Event.kinds.items() if ".tests." not in cls.__module__}
    assert [name for name, cls in own.items() if fields(cls)[0].name != "workspace_id"] == []  # type: ignore[arg-type]


def test_the_protocol_is_there_before_django_is_set_up():
    """The server takes the web process's protocol first, so nothing that the door needs may need a table."""
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-c", "import config.protocol"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
