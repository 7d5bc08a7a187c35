"""The screens of service levels, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from regulars.conversations.operations.handling import assign_conversation
from regulars.kernel import clock
from regulars.service_levels.levels import levels_in_order
from regulars.service_levels.models import ServiceLevel, ServiceLevelSettings
from regulars.service_levels.tests.rings import hear, ring
from regulars.workspaces.models import Member
from tests.cast import ALICE, BORIS, Cast

SignIn = Callable[[Member], Client]
PAGE = "/settings/service-levels"
GOLD = {
    "name": "Gold",
    "first_answer_minutes": "10",
    "next_answer_minutes": "90",
    "night_answer_minutes": "",
    "counted_by": "business",
    "warn_percent": "70",
    "c.join": "all",
    "c.0.field": "contact.tier",
    "c.0.op": "is",
    "c.0.value": "Gold",
}


def test_one_is_made_and_said_in_a_sentence(cast: Cast, sign_in: SignIn):
    admin = sign_in(cast.admin)
    assert admin.post(f"{PAGE}/add", GOLD).headers["Location"] == PAGE
    made = levels_in_order(cast.workspace.id)[-1]
    assert (made.first_answer, made.night_answer) == (timedelta(minutes=10), None)
    text = " ".join(admin.get(PAGE).content.decode().split())
    assert "Tier is “Gold”" in text
    assert "First answer within 10 minutes, every further one within 90 minutes." in text
    assert "Every answer within 15 minutes. At night within 30 minutes." in text
    refused = admin.post(f"{PAGE}/{made.id}/change", {**GOLD, "name": "Tier A"})
    assert refused.status_code == 422
    late = admin.post(f"{PAGE}/{made.id}/change", {**GOLD, "warn_percent": "60", "version": "7"})
    assert (late.status_code, ServiceLevel.objects.get(id=made.id).warn_percent) == (422, 70)
    admin.post(f"{PAGE}/{made.id}/move", {"place": "0"})
    assert levels_in_order(cast.workspace.id)[0].id == made.id
    admin.post(f"{PAGE}/{made.id}/removal")
    assert len(levels_in_order(cast.workspace.id)) == 3


def test_the_night_and_the_follow_up_window_are_set(cast: Cast, sign_in: SignIn):
    admin = sign_in(cast.admin)
    said = {"night_from": "21:00", "night_to": "24:00", "follow_up_hours": "24"}
    assert admin.post(f"{PAGE}/change", said).status_code == 422
    assert admin.post(f"{PAGE}/change", {**said, "night_to": "07:30"}).status_code == 302
    kept = ServiceLevelSettings.objects.get()
    assert (kept.night_start, kept.night_end, kept.follow_up_within) == (1260, 450, timedelta(days=1))
    assert "21:00–07:30" in admin.get(PAGE).content.decode()


def test_who_may_not_set_them_does_not_see_them(cast: Cast, sign_in: SignIn):
    agent = sign_in(cast.agent)
    assert agent.get(PAGE).status_code == 403
    assert agent.post(f"{PAGE}/add", GOLD).status_code == 403


def test_lists_show_what_is_promised_and_the_lead_whose_it_is(cast: Cast, sign_in: SignIn):
    now = clock.now()
    late = hear(cast, ALICE, "A", now - timedelta(minutes=50))
    batch = hear(cast, BORIS, "C", now)
    assign_conversation(late, to=cast.agent, by=cast.actor())
    ring()
    owner = sign_in(cast.owner)
    shown = owner.get("/inbox/at_risk").content.decode()
    assert 'state="breached"' in shown
    assert f"row-{late.id}" in shown
    assert f"row-{batch.id}" not in shown
    told = " ".join(owner.get("/inbox/batch").content.decode().split())
    assert f"row-{batch.id}" in told
    assert "1 conversation <" in told
    by_due = owner.get("/inbox/open?order=sla").content.decode()
    assert by_due.index(f"row-{late.id}") < by_due.index(f"row-{batch.id}")
    assert "No follow-up is overdue" in owner.get("/inbox/overdue").content.decode()
    right_now = owner.get("/now").content.decode()
    assert str(cast.agent) in right_now[right_now.index('id="promises"') : right_now.index("now-tables")]
    assert "<answer-clock" in owner.get(f"/conversations/{late.id}").content.decode()
