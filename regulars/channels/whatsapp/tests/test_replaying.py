"""A replay has every effect that was missed, brings nothing older back, and the ledger adds up after it."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.channels.receiving import applying
from regulars.contacts.models import Consent
from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import Activity, Message
from regulars.inboxes.models import ChannelNotice, Inbox
from regulars.inboxes.operations import add_inbox
from regulars.inboxes.replaying import EVERY_DELIVERY, WhichDeliveries, replay_deliveries
from regulars.message_templates.models import MessageTemplate
from tests.cast import Cast, make_cast

from .arriving import deliver, read_everything
from .bodies import ANNA, TIMESTAMP, body, from_anna, message, value

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def replay(cast: Cast, which: WhichDeliveries = EVERY_DELIVERY) -> int:
    count = replay_deliveries(which, by=cast.actor(cast.admin))
    read_everything()
    return count


def counted(cast: Cast) -> tuple[int, int, int, dict[str, int]]:
    total, _parts = read_ledger(cast.workspace.id)
    assert total.adds_up
    side = total.inbound
    return side.received, side.stored, side.duplicate, side.rejected


def test_what_a_missing_number_kept_out_comes_in(cast):
    (first, _other) = deliver(
        cast, from_anna(message("text", {"body": "hello"})), from_anna(message("text", {}, id="b"))
    )
    Inbox.objects.filter(id=cast.inbox.id).update(address="1")
    read_everything()
    assert counted(cast) == (2, 0, 0, {"unknown-inbox": 2})
    by = cast.actor(cast.admin)
    add_inbox(cast.connection, "Late", "100000000000201", by=by)
    assert replay(cast, WhichDeliveries(ids=[first])) == 1
    assert (counted(cast), Message.objects.get().text) == ((3, 1, 0, {"unknown-inbox": 2}), "hello")
    assert replay(cast) == 2
    assert counted(cast) == (5, 2, 1, {"unknown-inbox": 2})


def test_a_known_notice_is_followed_when_it_is_read_again(cast, monkeypatch):
    wish = {"wa_id": ANNA["wa_id"], "category": "marketing_messages", "value": "stop", "timestamp": TIMESTAMP}
    call = {"id": "wacid.1", "from": ANNA["wa_id"], "direction": "USER_INITIATED", "event": "connect"}
    with monkeypatch.context() as before_it_was_understood:
        before_it_was_understood.setattr(applying, "_follow_others", lambda _batch, _fresh: None)
        deliver(
            cast,
            body(value(user_preferences=[wish]), field="user_preferences"),
            body(value(calls=[{**call, "timestamp": TIMESTAMP}]), field="calls"),
        )
        read_everything()
    told = Consent.objects.filter(source="whatsapp:user_preferences")
    assert (ChannelNotice.objects.count(), told.count(), Activity.objects.count()) == (2, 0, 0)
    for _ in range(2):
        replay(cast)
        assert (told.get().state, Activity.objects.get().kind) == ("opted_out", "call")
    assert (ChannelNotice.objects.count(), counted(cast)) == (2, (6, 2, 4, {}))


def test_a_known_notice_is_named_as_it_is_understood_now(cast):
    deliver(cast, body({"event": "DISABLED_UPDATE", "phone_number": "1"}, field="account_update", time=1))
    read_everything()
    ChannelNotice.objects.update(kind="unknown", event="", title="")
    replay(cast)
    assert list(ChannelNotice.objects.values_list("kind", "event", "title")) == [
        ("account", "DISABLED_UPDATE", "1")
    ]


def _told(event: str, time: int) -> dict[str, Any]:
    template = {"message_template_name": "offer", "message_template_language": "en", "event": event}
    return body(template, field="message_template_status_update", time=time)


def test_no_older_word_of_the_account_comes_back(cast):
    row = MessageTemplate.objects.create(
        workspace=cast.workspace, connection=cast.connection, name="offer", language="en", status="PENDING"
    )
    (older, _newer) = deliver(cast, _told("PAUSED", 1_794_990_000), _told("APPROVED", 1_794_990_060))
    read_everything()
    replay(cast, WhichDeliveries(ids=[older]))
    row.refresh_from_db()
    assert row.status == "APPROVED"
    MessageTemplate.objects.update(status="PENDING")
    replay(cast)
    row.refresh_from_db()
    assert row.status == "APPROVED"


def test_a_repetition_of_the_platform_is_no_replay(cast):
    upgrade = {"event": "THROUGHPUT_UPGRADE", "display_phone_number": "1 202"}
    quality = body(upgrade, field="phone_number_quality_update", time=1_794_990_000)
    ours = Inbox.objects.filter(id=cast.inbox.id)
    ours.update(display_address="+1 202")
    deliver(cast, quality)
    read_everything()
    ours.update(messages_per_second=80)
    deliver(cast, quality)
    read_everything()
    assert ours.get().messages_per_second == 80
    replay(cast)
    assert ours.get().messages_per_second == 1_000


def test_nothing_of_another_workspace_is_read_again(cast):
    deliver(cast.stranger, from_anna(message("text", {"body": "hello"})))
    read_everything()
    assert replay(cast) == 0
