"""Whoever may not see numbers finds none anywhere: every page and every path of REST, walked with every other right."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import get_resolver

from regulars.conversations.events import ConversationAssigned
from regulars.conversations.models import Conversation
from regulars.inboxes.models import ChannelNotice, Delivery
from regulars.inboxes.ports import (
    CardPhone,
    ContactCard,
    Identity,
    IdentityChange,
    MessageContent,
    SystemNotice,
)
from regulars.kernel.events import Event
from regulars.search.filling import fill_workspace
from regulars.web.inbox.live import INBOX
from regulars.web.live.drawing import draw_all
from regulars.web.live.topics import Eyes
from regulars.workspaces.models import Member
from regulars.workspaces.operations import change_role
from regulars.workspaces.permissions import ALL_PERMISSIONS, THINGS
from regulars.workspaces.roles import create_role
from regulars.workspaces.sight import NUMBERS, sight_of
from tests.architecture.test_safe_requests import fill, ids_of_everything
from tests.attacks.test_role_matrix import Ask, pages, rest
from tests.cast import ALICE, CHAI, Cast

NAMELESS, CALLED_BY_ONE, ON_A_CARD, BEFORE = "+821055500143", "+4915550001", "+13125550177", "+12025550188"
"""nobody knows a name of the first; the second has their number for a name"""
NUMBERS_OF_PEOPLE = (ALICE, CHAI, NAMELESS, CALLED_BY_ONE, ON_A_CARD, BEFORE)
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[\s().\-/]+(?=[0-9])")


@pytest.fixture
def clerk(cast: Cast) -> Member:
    """With every right and all in reach, but for numbers."""
    role = create_role(
        cast.workspace,
        "Clerk",
        permissions=ALL_PERMISSIONS - {NUMBERS},
        reach=dict.fromkeys(THINGS, "all"),
        by=cast.actor(cast.owner),
    )
    change_role(cast.agent, role.handle, by=cast.actor(cast.owner))
    return cast.agent


@pytest.fixture
def ids(cast: Cast) -> dict[str, str]:
    cast.token("owner")
    client = Client()
    client.force_login(cast.owner.user)
    client.get("/inbox")
    found = ids_of_everything(cast)
    raw = f'{{"wa_id": "{ALICE[1:]}"}}'.encode()
    Delivery.objects.filter(id=found["delivery_id"]).update(body=raw)
    return found


@pytest.fixture
def threads(cast: Cast) -> list[Conversation]:
    """Everywhere that a number comes from."""
    card = ContactCard(name="Cafe", phones=(CardPhone(phone="+1 312-555-0177", wa_id=ON_A_CARD[1:]),))
    change = IdentityChange(
        reason="number_changed",
        previous=(Identity("phone", BEFORE),),
        current=(Identity("phone", ALICE),),
        provider_address=ALICE[1:],
    )
    ChannelNotice.objects.create(
        workspace=cast.workspace,
        connection=cast.connection,
        kind="contact_identity",
        field="user_changed_number",
        title=f"{BEFORE[1:]} changed",
        details=f"from {BEFORE} to {ALICE}",
        dedup_key="one",
        at=cast.workspace.created_at,
    )
    cast.hears(ALICE, kind="contacts", content=MessageContent(cards=(card,)))
    notice = MessageContent(system=SystemNotice(event="user_changed_number", identity_change=change))
    return [
        cast.hears(ALICE, f"Alice changed from {BEFORE[1:]} to {ALICE[1:]}", kind="system", content=notice),
        cast.hears(NAMELESS, "안녕하세요"),
        cast.hears(CALLED_BY_ONE, "Hallo", name=CALLED_BY_ONE),
        cast.hears(NAMELESS, "for all", group="group-1"),
    ]


def addresses(asks: list[Ask], ids: dict[str, str], threads: list[Conversation]) -> Iterator[str]:
    for ask in asks:
        if ask.method != "GET" or ask.is_provider:
            continue
        yield fill(ask.path, ids)
        for each in threads:
            names = ids | {"conversation_id": str(each.id), "contact_id": str(each.contact_id)}
            if ask.names & {"conversation_id", "contact_id"} and each.contact_id:
                yield fill(ask.path, names)


def told(client: Client, address: str) -> tuple[int, str]:
    answer = client.get(address)
    return answer.status_code, answer.getvalue().decode(errors="replace") + str(answer.headers)


def numbers_in(body: str) -> list[str]:
    """By their subscriber's digits, however they are set."""
    joined = _BETWEEN_DIGITS.sub("", body)
    return [each for each in NUMBERS_OF_PEOPLE if each[-8:] in joined]


def shown_to(client: Client, asked: list[str]) -> tuple[dict[str, list[str]], int]:
    """Where which numbers are, and how many addresses answered."""
    answers = {address: told(client, address) for address in dict.fromkeys(asked)}
    found = {address: numbers for address, (_, body) in answers.items() if (numbers := numbers_in(body))}
    return found, sum(status == 200 for status, _ in answers.values())


def test_no_page_shows_a_number_to_who_may_not_see_any(
    cast: Cast, ids: dict[str, str], threads: list[Conversation], clerk: Member
) -> None:
    fill_workspace(cast.workspace.id)
    client = Client(raise_request_exception=False)
    client.force_login(clerk.user)
    asked = list(addresses(list(pages(get_resolver().url_patterns)), ids, threads))
    asked += [f"/search?q={digits}" for digits in ("82105550", "555", NAMELESS[1:])]
    asked += [f"/inbox?q={NAMELESS[1:7]}", f"/search/suggestions?q={NAMELESS[1:]}"]
    found, answered = shown_to(client, asked)
    assert {address: numbers for address, numbers in found.items() if "?q=" not in address} == {}
    assert answered > 60
    thread = told(client, f"/conversations/{threads[1].id}")[1]
    assert "+82 ••• 0143" in thread
    client.force_login(cast.owner.user)
    assert numbers_in(told(client, f"/conversations/{threads[1].id}")[1]) == [NAMELESS, CALLED_BY_ONE]


def test_rest_shows_no_number_to_who_may_not_see_any(
    cast: Cast, ids: dict[str, str], threads: list[Conversation], clerk: Member
) -> None:
    fill_workspace(cast.workspace.id)
    secret = cast.token("owner", scopes=sorted(ALL_PERMISSIONS - {NUMBERS}))
    script = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})
    asked = list(addresses(list(rest()), ids, threads))
    asked += [f"/api/v1/conversations/{each.id}/messages?raw=1" for each in threads]
    found, answered = shown_to(script, asked)
    assert found == {}
    assert answered > 60
    contact = script.get(f"/api/v1/contacts/{threads[1].contact_id}").json()
    assert (contact["name"], contact["identities"][0]["value"]) == ("+82 ••• 0143", "+82 ••• 0143")


def test_a_row_of_an_open_screen_is_drawn_as_each_may_see(cast: Cast, threads: list[Conversation]) -> None:
    doer = cast.actor().doer
    happened: list[Event] = [
        ConversationAssigned(cast.workspace.id, threads[1].id, None, None, "", None, doer)
    ]
    eyes = Eyes(frozenset({cast.workspace.id}), ("en",), frozenset())
    sights = (sight_of(cast.actor(cast.owner)), sight_of(cast.actor(cast.owner)) - {NUMBERS})
    drawn = draw_all([(INBOX, sight, happened, eyes) for sight in sights])
    whole, hidden = ("".join(piece.html.get("en", "") for piece in made) for _topic, _sight, made in drawn)
    assert (numbers_in(whole), numbers_in(hidden), "+82 ••• 0143" in hidden) == ([NAMELESS], [], True)


def test_a_number_is_found_by_the_whole_of_it_alone(cast: Cast, threads: list[Conversation]) -> None:
    """No digit can be guessed after the other, in no list and not by conditions."""
    fill_workspace(cast.workspace.id)
    secret = cast.token("owner", scopes=sorted(ALL_PERMISSIONS - {NUMBERS}))
    script = Client(headers={"Authorization": f"Bearer {secret}"})
    sees = Client(headers={"Authorization": f"Bearer {cast.token('owner')}"})
    nameless = str(threads[1].contact_id)

    def found(client: Client, path: str) -> list[str]:
        answer = client.get(path).json()
        assert "items" in answer, answer
        return [each["id"] for each in answer["items"]]

    part, whole = NAMELESS[1:-1], NAMELESS[1:]
    assert found(script, f"/api/v1/contacts?q={part}") == []
    assert found(script, f"/api/v1/contacts?q=%2B{part}") == []
    assert found(script, f"/api/v1/contacts?q=%2B{whole}") == [nameless]
    assert found(sees, f"/api/v1/contacts?q={part}") == [nameless]
    assert found(script, f"/api/v1/search?q={part}") == []
    assert found(script, f"/api/v1/contacts?q={CALLED_BY_ONE[1:6]} 5") == []
