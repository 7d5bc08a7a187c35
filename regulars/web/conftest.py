"""What the tests of screens share: the cast, and a signed-in browser without a browser.

Django is set up after this file is read, so the product is imported inside the fixtures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from regulars.workspaces.models import Member
    from tests.cast import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    from tests.cast import make_cast

    return make_cast()


@pytest.fixture
def sign_in(cast: Cast) -> Callable[[Member], Client]:
    from django.test import Client

    def signed_in(member: Member) -> Client:
        client = Client()
        client.force_login(member.user)
        return client

    return signed_in
