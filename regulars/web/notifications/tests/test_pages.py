"""The bell's list, the page of choices, and what open screens are told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.conversations.access import read_staffing
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import assign_conversation
from regulars.kernel import clock
from regulars.notifications.choosing import choice_of
from regulars.notifications.digesting import stop_word
from regulars.notifications.events import MemberNotified, NotificationsRead
from regulars.notifications.models import MutedConversation, Notification, PushSubscription
from regulars.notifications.operations import choose_ways
from regulars.web.live.topics import Eyes, Looker, Piece
from regulars.web.notifications.lists import PAGE_SIZE
from regulars.web.notifications.live import NOTIFICATIONS
from regulars.workspaces.models import Member
from regulars.workspaces.sessions import end_sessions, sessions_of
from tests.cast import ALICE, BORIS, Cast

SignIn = Callable[[Member], Client]
ENDPOINT = "https://push.example.org/one"
POINT, SECRET = "B" + "A" * 86, "A" * 21 + "Q"
"""as long as a browser's"""


def told_of(cast: Cast, phone: str, kind: str = "reply", minutes: int = 0) -> Conversation:
    conversation = cast.hears(phone, f"from {phone}")
    assign_conversation(conversation, to=cast.agent, by=cast.actor(cast.owner))
    Notification.objects.create(
        workspace=cast.workspace,
        member=cast.agent,
        conversation_id=conversation.id,
        kind=kind,
        at=clock.now() - timedelta(minutes=minutes),
    )
    return conversation


def names(response: object) -> list[str]:
    return [line.row.name for line in response.context["lines"]]  # type: ignore[attr-defined]


def test_the_newest_stands_on_top_and_what_was_seen_is_under_all(cast: Cast, sign_in: SignIn):
    seen = told_of(cast, ALICE, minutes=5)
    told_of(cast, BORIS)
    here = sign_in(cast.agent)
    assert names(here.get("/notifications")) == ["Борис", "Alice"]
    assert here.get("/notifications/count").json() == {"count": 2}
    here.post(f"/conversations/{seen.id}/reading", {"state": "read"})
    assert names(here.get("/notifications")) == ["Борис"]
    assert names(here.get("/notifications", {"show": "all"})) == ["Борис", "Alice"]
    assert here.get("/notifications/count").json() == {"count": 1}
    assert here.post("/notifications/read").status_code == 302
    page = here.get("/notifications", headers={"X-Fragment": "1"})
    assert names(page) == []


def test_nobody_sees_what_others_are_told(cast: Cast, sign_in: SignIn):
    told_of(cast, ALICE)
    for member in (cast.mate, cast.owner, cast.stranger.owner):
        here = sign_in(member)
        assert (names(here.get("/notifications")), here.get("/notifications/count").json()) == (
            [],
            {"count": 0},
        )


def test_pages_follow_without_gap_or_repetition_and_cost_the_same(cast: Cast, sign_in: SignIn):
    at = clock.now()
    for number in range(PAGE_SIZE + 2):
        told_of(cast, f"+1202555{number:04}")
    Notification.objects.update(at=at)
    here = sign_in(cast.agent)
    with CaptureQueriesContext(connection) as many:
        first = here.get("/notifications")
    second = here.get(first.context["next_url"])
    ids = [line.notification.id for page in (first, second) for line in page.context["lines"]]
    assert (len(ids), len(set(ids)), second.context["next_url"]) == (PAGE_SIZE + 2, PAGE_SIZE + 2, "")
    assert names(here.get("/notifications", {"before": "no place"})) == names(first)
    Notification.objects.exclude(id=ids[0]).delete()
    with CaptureQueriesContext(connection) as one:
        here.get("/notifications")
    assert len(one) == len(many)


def test_a_conversation_is_muted_and_heard_again(cast: Cast, sign_in: SignIn):
    conversation = told_of(cast, ALICE)
    here = sign_in(cast.agent)
    address = f"/conversations/{conversation.id}/muting"
    assert "Tell me of this conversation again" in here.post(address, {"state": "muted"}).content.decode()
    assert here.get("/notifications").context["lines"][0].is_muted
    here.post(address, {"state": "heard"})
    assert not MutedConversation.objects.exists()
    assert sign_in(cast.stranger.owner).post(address, {"state": "muted"}).status_code == 404


def test_what_is_chosen_is_kept_and_what_is_no_choice_refused(cast: Cast, sign_in: SignIn):
    here = sign_in(cast.agent)
    here.post(
        "/settings/notifications/ways", {"has-reply": "1", "reply": ["badge", "mail"], "has-assigned": "1"}
    )
    here.post("/settings/notifications/quiet", {"start": "22:00", "end": "07:00"})
    here.post("/settings/notifications/privacy", {"private": "on"})
    choice = choice_of(cast.agent)
    assert choice.levels["reply"] == {"badge", "mail"}
    assert choice.levels["assigned"] == frozenset()
    assert choice.levels["mention"] == {"badge", "sound", "desktop", "push"}
    assert choice.quiet is not None
    assert (choice.quiet.start.hour, choice.quiet.end.hour, choice.is_private) == (22, 7, True)
    half = here.post("/settings/notifications/quiet", {"start": "22:00", "end": ""})
    assert half.status_code == 422
    assert "Quiet hours have a beginning and an end" in half.content.decode()
    here.post("/settings/notifications/quiet", {"start": "", "end": ""})
    here.post("/settings/notifications/privacy", {})
    choice = choice_of(cast.agent)
    assert (choice.quiet, choice.is_private) == (None, False)


def test_a_preset_is_chosen_and_shown(cast: Cast, sign_in: SignIn):
    client = sign_in(cast.agent)
    page = client.get("/settings/notifications").content.decode()
    assert re.findall(r'value="(\w+)"\s+aria-pressed="true"', page) == ["usual"]
    client.post("/settings/notifications/preset", {"preset": "mentions"})
    page = client.get("/settings/notifications").content.decode()
    assert re.findall(r'value="(\w+)"\s+aria-pressed="true"', page) == ["mentions"]
    assert client.post("/settings/notifications/preset", {"preset": "loud"}).status_code == 422


def test_a_browser_is_told_of_listed_removed_and_goes_with_its_sign_in(cast: Cast):
    here = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Firefox/146.0"})
    here.force_login(cast.agent.user)
    given = {"endpoint": ENDPOINT, "public_key": POINT, "secret": SECRET}
    assert here.post("/settings/notifications/browsers", given).status_code == 204
    assert here.post("/settings/notifications/browsers", {**given, "id": ""}).status_code == 204
    (line,) = here.get("/settings/notifications").context["browsers"]
    assert line.name == "Firefox · Linux"
    gone = f"/settings/notifications/browsers/{line.row.id}/remove"
    assert Client().post(gone).status_code == 302
    assert PushSubscription.objects.count() == 1
    here.post(gone)
    assert PushSubscription.objects.count() == 0
    here.post("/settings/notifications/browsers", given)
    end_sessions(sessions_of(cast.agent.user_id))
    assert PushSubscription.objects.count() == 0


def test_a_link_in_a_mail_ends_the_mails_of_one_member_alone(cast: Cast):
    choose_ways(cast.agent, {"reply": ["badge", "mail"]})
    choose_ways(cast.mate, {"reply": ["badge", "mail"]})
    address = f"/notifications/mail/{stop_word(cast.agent.id)}/stop"
    nobody = Client(enforce_csrf_checks=True)
    assert nobody.get(address).status_code == 200
    assert choice_of(cast.agent).levels["reply"] == {"badge", "mail"}
    assert nobody.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert choice_of(cast.agent).levels["reply"] == {"badge"}
    assert choice_of(cast.mate).levels["reply"] == {"badge", "mail"}
    for word in (f"{cast.mate.id}:forged", "nothing"):
        assert nobody.post(f"/notifications/mail/{word}/stop").status_code == 404


def test_screens_of_the_member_alone_are_told(cast: Cast):
    conversation = told_of(cast, ALICE)
    told = MemberNotified(cast.workspace.id, cast.agent.id, conversation.id, "reply", ("badge", "sound"))
    seen = NotificationsRead(cast.workspace.id, cast.agent.id, (conversation.id,))
    eyes = Eyes(frozenset({cast.workspace.id}), ("en", "th"), frozenset())
    cleared, news = NOTIFICATIONS.draw([told, seen], eyes)
    assert (cleared.name, cleared.facts) == ("seen", {"conversation_ids": [str(conversation.id)]})
    assert news.facts == {
        "conversation_id": str(conversation.id),
        "kind": "reply",
        "ways": ["badge", "sound"],
    }
    assert "Alice" in news.html["th"]
    for piece in (cleared, news):
        assert [reaches(piece, cast, member) for member in (cast.agent, cast.mate, cast.owner)] == [
            True,
            False,
            False,
        ]


def reaches(piece: Piece, cast: Cast, member: Member) -> bool:
    return piece.is_for(Looker(cast.actor(member), None, read_staffing(cast.workspace.id)))


@pytest.mark.parametrize(
    "path", ["/manifest.webmanifest", "/service-worker.js", "/offline", "/app-icon-192.png"]
)
def test_the_app_of_a_device_is_the_same_for_everybody(db: None, cast: Cast, sign_in: SignIn, path: str):
    known, unknown = sign_in(cast.agent).get(path), Client().get(path)
    assert (known.status_code, known.content) == (200, unknown.content)
    assert "Ann Agent" not in known.content.decode("latin-1")
    assert Client().get("/app-icon-7.png").status_code == 404
