"""Browser push over real HTTP: what a browser opens of it, what becomes of one that is gone, what is refused."""

from __future__ import annotations

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection
from py_vapid import Vapid02
from pytest_django.fixtures import Settings

from config.wiring import NOTIFIES
from regulars.conversations.models import Conversation
from regulars.conversations.notifying import described, seen_among
from regulars.conversations.operations.handling import assign_conversation
from regulars.kernel import clock
from regulars.kernel.errors import Invalid, NotFound
from regulars.kernel.events import Position, recorded_at
from regulars.kernel.models import Event
from regulars.notifications import pushing
from regulars.notifications.keys import key_pair
from regulars.notifications.lookers import Lookers
from regulars.notifications.models import Push, PushSubscription
from regulars.notifications.notifying import notifying
from regulars.notifications.operations import choose_privacy, choose_ways, read_notifications
from regulars.notifications.pushing import MOST_TRIES, PushSender
from regulars.notifications.services import SENT, Answer
from regulars.notifications.subscribing import browsers_of, remove_browser, subscribe, unsubscribe
from tests.cast import ALICE, BORIS, Cast, make_cast

pytestmark = pytest.mark.django_db
AUTH = b"sixteen bytes ok"
SENDER = PushSender(seen_among, described)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Service:
    """A push service on this machine, and the browser behind it, which opens what comes by RFC 8291."""

    url: str = ""
    status: int = 201
    more: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> str:
        return _text(self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def opened(self) -> list[dict[str, Any]]:
        return [
            json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=AUTH, version="aes128gcm"))
            for _headers, body in self.taken
        ]


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.taken.append((dict(self.headers), body))
            self.send_response(service.status)
            for name, value in service.more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    service.url = settings.PUSH_SERVICE = f"http://127.0.0.1:{server.server_port}"
    yield service
    server.shutdown()
    server.server_close()
    thread.join()


def join(cast: Cast, service: Service, path: str = "/push/one") -> PushSubscription:
    return subscribe(
        cast.agent, endpoint=service.url + path, public_key=service.public_key, secret=_text(AUTH)
    )


def given(cast: Cast, phone: str = ALICE) -> Conversation:
    """The agent gets a conversation and is told of it."""
    choose_ways(cast.agent, {"assigned": ["badge", "push"]})
    conversation = cast.hears(phone, "สวัสดีครับ 😀")
    assign_conversation(conversation, to=cast.agent, by=cast.actor(cast.owner))
    run()
    return conversation


def run() -> None:
    reaction = notifying(NOTIFIES, seen_among, Lookers())
    rows = Event.objects.filter(kind__in=reaction.kinds).order_by("id")
    reaction.run(
        [
            recorded_at(Position(1, 1, row.id), row.happened_at, row.workspace_id, row.kind, row.body)
            for row in rows
        ]
    )
    Event.objects.filter(kind__in=reaction.kinds).delete()


def send() -> None:
    Push.objects.update(due_at=clock.now())
    SENDER.send_due()


def test_a_browser_opens_what_was_sealed_for_it(cast: Cast, service: Service):
    join(cast, service)
    conversation = given(cast)
    cast.hears(ALICE, "แพ็กเกจมาถึงหรือยัง")
    run()
    send()
    (told,) = service.opened()
    assert (told["title"], told["body"]) == ("Alice", "Wrote to you · แพ็กเกจมาถึงหรือยัง")
    assert (told["tag"], told["url"]) == (str(conversation.id), f"/conversations/{conversation.id}")
    assert (told["count"], told["unread"]) == (1, [str(conversation.id)])
    ((headers, _body),) = service.taken
    assert (headers["TTL"], headers["Topic"]) == ("86400", _text(conversation.id.bytes))
    assert headers["Content-Encoding"] == "aes128gcm"
    assert Vapid02.verify(headers["Authorization"])
    assert headers["Authorization"].endswith(key_pair().public)
    assert not Push.objects.exists()
    assert browsers_of(cast.agent).get().last_sent_at is not None


def test_it_rests_for_a_moment_and_what_was_seen_meanwhile_is_not_sent(cast: Cast, service: Service):
    join(cast, service)
    conversation = given(cast)
    SENDER.send_due()
    assert service.taken == []
    assert Push.objects.count() == 1
    read_notifications(cast.agent, [conversation.id])
    send()
    assert (service.taken, Push.objects.count()) == ([], 0)


def test_who_may_not_see_it_any_more_is_not_told(cast: Cast, service: Service):
    join(cast, service)
    conversation = given(cast)
    assign_conversation(conversation, to=cast.lead, by=cast.actor(cast.owner))
    send()
    assert (service.taken, Push.objects.count()) == ([], 0)


def test_in_private_nobody_is_named_and_nothing_repeated(cast: Cast, service: Service):
    join(cast, service)
    choose_privacy(cast.agent, True)
    given(cast)
    cast.hears(ALICE, "my card number")
    run()
    send()
    (told,) = service.opened()
    assert (told["title"], told["body"]) == ("Something new in Regulars", "Wrote to you")


def test_each_browser_is_told_once_and_two_conversations_are_two(cast: Cast, service: Service):
    join(cast, service)
    join(cast, service, "/push/two")
    join(cast, service, "/push/two")
    given(cast)
    given(cast, BORIS)
    send()
    assert sorted(each["title"] for each in service.opened()) == ["Alice", "Alice", "Борис", "Борис"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(cast: Cast, service: Service, status: int):
    join(cast, service)
    given(cast)
    service.status = status
    send()
    assert (browsers_of(cast.agent).count(), Push.objects.count()) == (0, 0)


def test_a_service_that_is_busy_is_asked_again_when_it_says(cast: Cast, service: Service):
    join(cast, service)
    given(cast)
    service.status, service.more = 429, {"Retry-After": "1800"}
    send()
    (push,) = Push.objects.all()
    assert push.tries == 1
    assert timedelta(minutes=29) < push.due_at - clock.now() <= timedelta(minutes=30)
    service.status, service.more = 201, {}
    send()
    assert (len(service.opened()), Push.objects.count()) == (2, 0)


def test_after_so_many_tries_it_is_given_up(cast: Cast, service: Service):
    join(cast, service)
    given(cast)
    service.status = 503
    for _ in range(MOST_TRIES):
        send()
    assert (len(service.taken), Push.objects.count(), browsers_of(cast.agent).count()) == (MOST_TRIES, 0, 1)


def test_what_is_refused_is_not_tried_again(cast: Cast, service: Service):
    join(cast, service)
    given(cast)
    service.status = 413
    send()
    assert (Push.objects.count(), browsers_of(cast.agent).count()) == (0, 1)


def test_something_newer_that_came_while_it_was_sent_goes_out_too(cast: Cast, service: Service):
    join(cast, service)
    given(cast)
    Push.objects.update(due_at=clock.now())
    claimed = pushing._claim()
    cast.hears(ALICE, "once more")
    run()
    pushing._settle(claimed, {each.id: Answer(each.id, SENT) for each in claimed})
    send()
    assert [each["body"] for each in service.opened()] == ["Wrote to you · once more"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/one",
        "https://127.0.0.1/one",
        "https://10.0.0.7/one",
        "https://[::1]/one",
        "https://2130706433/one",
        "ftp://push.example.org/one",
        "push",
        "",
        "https://push.example.org/" + "x" * 3000,
    ],
)
def test_no_address_inside_of_the_house_is_taken(cast: Cast, endpoint: str):
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    public_key = _text(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    with pytest.raises(Invalid) as refused:
        subscribe(cast.agent, endpoint=endpoint, public_key=public_key, secret=_text(AUTH))
    assert list(refused.value.facts["fields"]) == ["endpoint"]  # type: ignore[call-overload]


def test_no_key_that_is_none_is_taken(cast: Cast):
    with pytest.raises(Invalid) as refused:
        subscribe(cast.agent, endpoint="https://push.example.org/1", public_key="x y", secret="c2hvcnQ")
    assert sorted(refused.value.facts["fields"]) == ["public_key", "secret"]  # type: ignore[call-overload]


def test_a_browser_belongs_to_whoever_signed_in_last(cast: Cast, service: Service):
    row = join(cast, service)
    subscribe(
        cast.mate, endpoint=f"{service.url}/push/one", public_key=service.public_key, secret=_text(AUTH)
    )
    assert (browsers_of(cast.agent).count(), browsers_of(cast.mate).get().id) == (0, row.id)
    with pytest.raises(NotFound):
        remove_browser(cast.agent, row.id)
    unsubscribe(cast.agent, f"{service.url}/push/one")
    remove_browser(cast.mate, row.id)
    assert browsers_of(cast.mate).count() == 0


def test_keys_and_addresses_lie_sealed(cast: Cast, service: Service):
    join(cast, service)
    key_pair()
    with connection.cursor() as cursor:
        cursor.execute("SELECT endpoint || secret FROM notifications_pushsubscription")
        ((sealed,),) = cursor.fetchall()
        cursor.execute("SELECT private FROM notifications_pushkey")
        ((private,),) = cursor.fetchall()
    assert service.url not in sealed
    assert "PRIVATE KEY" not in private
    assert key_pair() == key_pair()
