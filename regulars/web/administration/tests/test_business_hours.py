from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from regulars.workspaces.business_hours import hours_of_work
from regulars.workspaces.models import Member, User
from tests.cast import Cast

SignIn = Callable[[Member], Client]
PAGE, ACT = "/settings/business-hours", "/settings/business-hours/change"
SAID = {
    "when": "week",
    "monday": "9:00-12:30 , 13:30 – 18:00",
    "friday": "22:00–24:00",
    "holidays": "2026-12-25 Christmas Day\n\n2027-01-01",
    "time_zone": "Asia/Seoul",
    "episode_hours": "48",
}


def test_hours_are_set_and_shown(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.admin)
    assert "Every hour of every day counts" in client.get(PAGE).content.decode()
    assert client.post(ACT, SAID)["Location"] == PAGE
    html = client.get(PAGE).content.decode()
    shown = ("09:00–12:30, 13:30–18:00", "22:00–24:00", "Asia/Seoul", "Christmas Day", "48 hours", "Day off")
    assert [each for each in shown if each not in html] == []
    assert client.post(ACT, {**SAID, "when": "always"}).status_code == 302
    assert hours_of_work(cast.workspace.id).week is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"monday": "nine to five"}, "monday"),
        ({"tuesday": "18:00–09:00"}, "tuesday"),
        ({"holidays": "Christmas"}, "holidays"),
        ({"episode_hours": "-1"}, "episode_hours"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"when": ""}, "when"),
        ({"monday": "", "friday": ""}, "monday"),
    ],
)
def test_what_cannot_be_comes_back_with_its_reason(
    cast: Cast, sign_in: SignIn, wrong: dict[str, str], field: str
) -> None:
    response = sign_in(cast.admin).post(ACT, {**SAID, **wrong})
    dialog = response.context["changing"]
    assert (response.status_code, list(dialog.form.errors), dialog.is_open) == (422, [field], True)
    assert hours_of_work(cast.workspace.id).week is None


def test_a_lead_only_looks(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.lead)
    assert 'data-dialog="change-business-hours"' not in client.get(PAGE).content.decode()
    assert client.post(ACT, SAID).status_code == 403
    assert sign_in(cast.agent).get(PAGE).status_code == 403


@pytest.mark.parametrize("language", ["ko", "ru", "th"])
def test_the_page_speaks_the_members_language(cast: Cast, sign_in: SignIn, language: str) -> None:
    User.objects.filter(id=cast.admin.user_id).update(language=language)
    html = sign_in(cast.admin).get(PAGE).content.decode()
    for english in ("Every hour of every day", "Hours that count", "Days off", "The same episode within"):
        assert english not in html
