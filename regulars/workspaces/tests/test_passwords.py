"""Passwords: which are refused, and what another one does to the browsers that are signed in."""

from __future__ import annotations

from uuid import uuid4

import pytest

from regulars.kernel.errors import Invalid
from regulars.workspaces.models import BrowserSession
from regulars.workspaces.passwords import LONGEST, change_password, check_new_password
from tests.cast import PASSWORD, Cast, make_cast

KNOWN = ("ann.agent@lotus.example", "Ann Agent", "Lotus Shop")


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * (LONGEST + 1),
        "password123",
        "Password123!",
        "P@ssw0rd2026",
        "qwertyuiop12",
        "q1w2e3r4t5y6",
        "1234567890123",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabc",
        "ann.agent@lotus.example",
        "Lotus Shop 2026",
        "lotusshop2026!",
        "AnnAgent2026",
        "пароль12345",
        "любовь2026!",
        "приветпривет",
        "gfhjkm12345",
        "비밀번호1234",
        "사랑해사랑해사랑해",
        "qlalfqjsgh123",
        "รหัสผ่าน1234",
        "สวัสดีครับ123",
        "isylzjko1234",
    ],
)
def test_what_is_easy_to_guess_is_refused(password: str):
    with pytest.raises(Invalid) as caught:
        check_new_password(password, about=KNOWN)
    assert list(caught.value.facts["fields"]) == ["password"]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "рыжий кот читает газету",
        "비행기 노란 우산 감자",
        "ร่มสีฟ้าบินข้ามเขา",
        "vJ4-kqP9-wz2T",
        "an umbrella for the ninth of May" * 8,
    ],
)
def test_what_is_not_is_taken(password: str):
    check_new_password(password, about=KNOWN)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def test_another_password_leaves_only_this_browser_signed_in(cast: Cast):
    user = cast.agent.user
    here, there = (
        BrowserSession.objects.create(
            key_fingerprint=name, data="", user=user, member=cast.agent, expires_at="2099-01-01T00:00Z"
        )
        for name in ("here", "there")
    )
    change_password(user, "a tent, nine spoons and a hat", about=KNOWN, in_session=here.id)
    assert list(BrowserSession.objects.all()) == [here]
    user.refresh_from_db()
    assert user.check_password("a tent, nine spoons and a hat")
    assert there.member == cast.agent


@pytest.mark.parametrize("password", [PASSWORD, "lotusshop2026", "short"])
def test_a_password_that_is_no_better_changes_nothing(cast: Cast, password: str):
    with pytest.raises(Invalid):
        change_password(cast.agent.user, password, about=KNOWN, in_session=uuid4())
    cast.agent.user.refresh_from_db()
    assert cast.agent.user.check_password(PASSWORD)
