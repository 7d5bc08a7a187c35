"""What is found by a keyed hash is found after another secret key, too."""

from __future__ import annotations

import pytest
from django.test import override_settings

from regulars.kernel.crypto import keyed_mark
from regulars.kernel.resealing import seal_anew
from regulars.notifications.models import ENDPOINT_MARK, PushSubscription
from regulars.notifications.subscribing import knows, subscribe
from tests.cast import make_cast

BEFORE, NOW = "before " * 8, "now " * 12
ENDPOINT = "https://push.example.org/one"


@pytest.mark.django_db
def test_a_browser_is_still_known_by_its_address() -> None:
    cast = make_cast()
    with override_settings(SECRET_KEY=BEFORE, SECRET_KEY_FALLBACKS=[]):
        subscribe(cast.owner, endpoint=ENDPOINT, public_key="B" + "A" * 86, secret="A" * 21 + "Q")
    with override_settings(SECRET_KEY=NOW, SECRET_KEY_FALLBACKS=[BEFORE]):
        assert not knows(cast.owner, ENDPOINT)
        list(seal_anew())
    with override_settings(SECRET_KEY=NOW, SECRET_KEY_FALLBACKS=[]):
        row = PushSubscription.objects.get()
        assert (row.mark, row.endpoint) == (keyed_mark(ENDPOINT, ENDPOINT_MARK), ENDPOINT)
        assert knows(cast.owner, ENDPOINT)
