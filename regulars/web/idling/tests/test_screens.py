"""The screen of idle conversations, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from regulars.conversations.models import Activity, Conversation
from regulars.idling.models import IdleRule
from regulars.idling.resolving import resolve_idle
from regulars.idling.tests.test_idling import answered
from regulars.kernel import clock
from regulars.workspaces.models import Member
from tests.cast import ALICE, Cast

SignIn = Callable[[Member], Client]
PAGE = "/settings/idle-conversations"
RULE = {"is_on": "on", "idle_hours": "24", "counted_by": "calendar"}


def text_of(client: Client, page: str) -> str:
    return " ".join(client.get(page).content.decode().split())


def test_it_is_looked_at_turned_on_and_said_in_the_thread(cast: Cast, sign_in: SignIn):
    lead, agent = sign_in(cast.lead), sign_in(cast.agent)
    assert agent.get(PAGE).status_code == 403
    admin = sign_in(cast.admin)
    long_ago = clock.now() - timedelta(days=2)
    found = answered(cast, ALICE, long_ago)
    Activity.objects.filter(conversation=found).update(at=long_ago)
    assert "the rule resolves 0 conversations now" in text_of(admin, PAGE)
    assert lead.post(f"{PAGE}/change", {**RULE, "idle_hours": "0"}).status_code == 422
    assert admin.post(f"{PAGE}/change", {**RULE, "is_on": ""}).headers["Location"] == PAGE
    assert 'value="24"' in text_of(admin, f"{PAGE}/rule")
    assert "the rule resolves 1 conversation now" in text_of(admin, PAGE)
    assert "Alice" in text_of(admin, "/inbox/idle")
    stale = admin.post(f"{PAGE}/change", {**RULE, "version": "1"})
    assert (stale.status_code, IdleRule.objects.get().is_on) == (422, False)
    admin.post(f"{PAGE}/change", RULE)
    assert resolve_idle() == 1
    assert Conversation.objects.get(id=found.id).status == "resolved"
    assert "Resolved by rule: 24 hours without an answer" in text_of(admin, f"/conversations/{found.id}")
    assert "No conversation is idle" in text_of(admin, "/inbox/idle")
