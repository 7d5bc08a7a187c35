"""Another secret key: a subscription of which something cannot be opened any more holds up no other."""

from __future__ import annotations

from django.test import override_settings

from regulars.kernel.crypto import keyed_mark
from regulars.kernel.resealing import seal_anew
from regulars.notifications.models import ENDPOINT_MARK, PushSubscription
from tests.cast import Cast

LOST, BEFORE, NOW = "lost " * 10, "before " * 8, "now " * 12


def _subscription(cast: Cast, endpoint: str) -> PushSubscription:
    return PushSubscription.objects.create(
        workspace=cast.workspace,
        member=cast.agent,
        endpoint=endpoint,
        mark=keyed_mark(endpoint, ENDPOINT_MARK),
        public_key="key",
        secret=f"secret of {endpoint}",
    )


def _sealed_under_a_lost_key(row: PushSubscription) -> None:
    with override_settings(SECRET_KEY=LOST, SECRET_KEY_FALLBACKS=[]):
        PushSubscription.objects.filter(id=row.id).update(endpoint="lost")


def test_one_whose_endpoint_is_lost_keeps_its_mark_and_the_others_are_sealed_anew(cast: Cast) -> None:
    with override_settings(SECRET_KEY=BEFORE, SECRET_KEY_FALLBACKS=[]):
        half, whole = (_subscription(cast, f"https://push.example/{number}") for number in range(2))
        mark = half.mark
        _sealed_under_a_lost_key(half)
    with override_settings(SECRET_KEY=NOW, SECRET_KEY_FALLBACKS=[BEFORE]):
        *_, last = seal_anew()
        assert last.sealed["before"] == 1
    with override_settings(SECRET_KEY=NOW, SECRET_KEY_FALLBACKS=[]):
        found = PushSubscription.objects.get(id=whole.id)
        assert found.endpoint == "https://push.example/1"
        assert found.mark == keyed_mark(found.endpoint, ENDPOINT_MARK) != whole.mark
        assert PushSubscription.objects.values_list("mark", "secret").get(id=half.id) == (
            mark,
            "secret of https://push.example/0",
        )
