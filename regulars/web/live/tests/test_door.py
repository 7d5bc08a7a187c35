"""Who a stream's cookie stands for: whom the pages know, whatever else the browser sends along."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from regulars.web.live.door import viewer_of_cookie
from regulars.workspaces.models import Member
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "others", ["", 'theirs={"x":1}; ', "theirs=a b; ", "path=/; ", 'theirs="\\000"; ', "naïve=é; "]
)
def test_cookies_of_others_on_the_host_do_not_sign_out(
    cast: Cast, sign_in: Callable[[Member], Client], others: str
) -> None:
    name = settings.SESSION_COOKIE_NAME
    viewer = viewer_of_cookie(f"{others}{name}={sign_in(cast.agent).cookies[name].value}")
    assert viewer is not None
    assert viewer.actor.member_id == cast.agent.id


@pytest.mark.parametrize(
    "header", ["", "theirs=1", "{name}=", "{name}=unknown", '{name}="a\\000b"', "{name}=é"]
)
def test_nobody_is_signed_in_by_what_is_no_session(cast: Cast, header: str) -> None:
    assert viewer_of_cookie(header.format(name=settings.SESSION_COOKIE_NAME)) is None
