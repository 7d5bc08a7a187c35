"""A merged person shows as one; what becomes one is seen before, and parted from a toast, a panel or a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.contacts.events import ContactsMerged, MergeUndone
from regulars.contacts.models import Contact, Merge, MergeSuggestion
from regulars.contacts.operations.merging import merge_contacts
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.handling import assign_conversation
from regulars.kernel import clock
from regulars.web.inbox.live import draw_pieces
from regulars.web.live.topics import Eyes
from regulars.workspaces.models import Member
from tests.cast import ALICE, BORIS, CHAI, Cast

SignIn = Callable[[Member], Client]
FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def suggestion(cast: Cast) -> MergeSuggestion:
    return MergeSuggestion.objects.create(
        workspace=cast.workspace, first=cast.alice, second=cast.boris, reason="same_phone"
    )


def _threads(cast: Cast) -> tuple[Conversation, Conversation]:
    hour = timedelta(hours=1)
    now = clock.now()
    first = cast.hears(ALICE, "first from Alice", at=now - 4 * hour)
    cast.hears(BORIS, "then from Boris", inbox=cast.second_inbox, at=now - 3 * hour)
    cast.hears(ALICE, "again from Alice", at=now - 2 * hour)
    second = cast.hears(BORIS, "and again from Boris", inbox=cast.second_inbox, at=now - hour)
    return first, second


def _merge(cast: Cast) -> Merge:
    return merge_contacts(cast.alice, cast.boris, by=cast.actor(cast.admin))


def _html(client: Client, path: str, **more: Any) -> str:
    response = client.get(path, **more)
    assert response.status_code == 200
    return str(response.content.decode())


def _toast(response: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(response["X-Toast"])
    return told


def test_the_list_names_the_person_and_finds_all_their_threads(cast: Cast, sign_in: SignIn) -> None:
    first, second = _threads(cast)
    client = sign_in(cast.agent)
    assert "Борис" in _html(client, f"/conversations/{second.id}/row")
    _merge(cast)
    row = _html(client, f"/conversations/{second.id}/row")
    assert "Alice" in row
    assert "Борис" not in row
    found = _html(client, "/inbox/open?q=Борис", headers=FRAGMENT)
    assert [f"row-{each.id}" in found for each in (first, second)] == [True, True]


def test_the_panel_and_the_head_of_each_thread_lead_to_all_of_the_person(cast: Cast, sign_in: SignIn) -> None:
    first, second = _threads(cast)
    client = sign_in(cast.agent)
    _merge(cast)
    for here, there in ((first, second), (second, first)):
        panel = _html(client, f"/conversations/{here.id}/context")
        assert [number in panel for number in (ALICE, BORIS)] == [True, True]
        head = _html(client, f"/conversations/{here.id}/head")
        for html in (panel, head):
            assert f'href="/conversations/{there.id}"' in html
            assert f'href="/conversations/{here.id}/person"' in html


def test_threads_that_the_member_may_not_see_stay_out_of_sight(cast: Cast, sign_in: SignIn) -> None:
    first, second = _threads(cast)
    _merge(cast)
    assign_conversation(second, to=cast.mate, by=cast.actor())
    client = sign_in(cast.agent)
    for part in ("context", "head", "person"):
        html = _html(client, f"/conversations/{first.id}/{part}")
        assert str(second.id) not in html
        assert "from Boris" not in html


def test_all_threads_are_read_as_one_in_the_order_of_time_with_their_numbers(
    cast: Cast, sign_in: SignIn
) -> None:
    first, second = _threads(cast)
    _merge(cast)
    html = _html(sign_in(cast.agent), f"/conversations/{first.id}/person")
    said = ["first from Alice", "then from Boris", "again from Alice", "and again from Boris"]
    places = [html.index(f">{text}") for text in said]
    assert places == sorted(places)
    assert html.count('class="together-number"') == 4
    assert "message-composer" not in html
    assert all(f'data-open-conversation="{each.id}"' in html for each in (first, second))


def test_what_was_said_in_one_second_stands_in_the_order_of_arrival(cast: Cast, sign_in: SignIn) -> None:
    """Whoever was processed first has the lower id; the platform's clock tells them apart no more."""
    at = clock.now().replace(microsecond=0) - timedelta(hours=1)
    last = cast.hears(ALICE, "came second", at=at)
    cast.hears(BORIS, "came first", inbox=cast.second_inbox, at=at)
    for delivery, said in enumerate(("came first", "came second"), 1):
        Message.objects.filter(text=said).update(delivery_id=delivery)
    _merge(cast)
    html = _html(sign_in(cast.agent), f"/conversations/{last.id}/person")
    assert 0 < html.index(">came first") < html.index(">came second")


def test_earlier_lines_follow_without_gap_or_repetition(
    cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now() - timedelta(days=1)
    last = cast.hears(ALICE, "before")
    for number in range(21):
        phone, inbox = (ALICE, cast.inbox) if number % 3 else (BORIS, cast.second_inbox)
        last = cast.hears(phone, f"line {number:02}.", inbox=inbox, at=now + timedelta(minutes=number))
    _merge(cast)
    monkeypatch.setattr("regulars.web.people.together.MOST_LINES", 4)
    client, path, read = sign_in(cast.agent), f"/conversations/{last.id}/person", list[int]()
    while path:
        html = _html(client, path, headers=FRAGMENT)
        lines = [number for number in range(21) if f">line {number:02}." in html]
        read = lines + read
        _head, _mark, rest = html.partition("?before=")
        path = f"/conversations/{last.id}/person?before={rest.partition(chr(34))[0]}" if rest else ""
    assert read == list(range(21))


def test_a_suggestion_is_seen_merged_and_parted_from_the_toast(
    cast: Cast, sign_in: SignIn, suggestion: MergeSuggestion
) -> None:
    first, _second = _threads(cast)
    client = sign_in(cast.agent)
    panel = _html(client, f"/conversations/{first.id}/context")
    address = f"/contacts/{cast.alice.id}/merge?with={cast.boris.id}"
    assert f'href="{address}"' in panel
    preview = _html(client, address)
    for words in ("Alice", "Борис", "Shop", "Support", "30 days"):
        assert words in preview
    answer = client.post(f"/contacts/{cast.boris.id}/merges", {"with": str(cast.alice.id)}, headers=FRAGMENT)
    assert (answer.status_code, answer["X-Next"].startswith("/conversations/")) == (204, True)
    merge = Merge.objects.get()
    assert (merge.kept_id, merge.reason) == (cast.boris.id, "same_phone")
    assert "Perhaps the same person" not in _html(client, f"/conversations/{first.id}/context")
    undone = client.post(_toast(answer)["undo_url"], headers=FRAGMENT)
    assert undone.status_code == 204
    assert Contact.objects.get(id=cast.alice.id).person_id == cast.alice.id
    assert "Perhaps the same person" in _html(client, f"/conversations/{first.id}/context")


def test_a_suggestion_is_dismissed_in_the_panel_and_that_is_undone(
    cast: Cast, sign_in: SignIn, suggestion: MergeSuggestion
) -> None:
    first, _second = _threads(cast)
    client = sign_in(cast.agent)
    answer = client.post(
        f"/merge-suggestions/{suggestion.id}",
        {"state": "dismissed", "conversation": str(first.id)},
        headers=FRAGMENT,
    )
    assert 'id="context"' in answer.content.decode()
    assert "Perhaps the same person" not in answer.content.decode()
    told = _toast(answer)
    assert client.post(told["undo_url"], told["undo_values"], headers=FRAGMENT).status_code == 204
    suggestion.refresh_from_db()
    assert suggestion.decided_at is None


def test_somebody_is_found_to_merge_with(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.admin)
    html = _html(client, f"/contacts/{cast.alice.id}/merge?q=Борис")
    assert f"?with={cast.boris.id}" in html
    assert f"?with={cast.alice.id}" not in html
    _merge(cast)
    assert "one person already" in _html(client, f"/contacts/{cast.alice.id}/merge?with={cast.boris.id}")


def test_the_page_lists_suggestions_and_merges_and_notices_lead_there(
    cast: Cast, sign_in: SignIn, suggestion: MergeSuggestion
) -> None:
    client = sign_in(cast.admin)
    assert "1 pair of contacts may be one person" in _html(client, "/settings/notices")
    page = _html(client, "/settings/merges")
    assert f"/contacts/{cast.alice.id}/merge?with={cast.boris.id}" in page
    merge = _merge(cast)
    page = _html(client, "/settings/merges")
    assert f"/merges/{merge.id}/undo" in page
    assert f"/merge-suggestions/{suggestion.id}" not in page
    Merge.objects.update(made_at=clock.now() - timedelta(days=31))
    assert f"/merges/{merge.id}/undo" not in _html(client, "/settings/merges")
    refused = client.post(f"/merges/{merge.id}/undo", headers=FRAGMENT)
    assert (refused.status_code, "30 days" in _toast(refused)["text"]) == (409, True)


def test_nobody_reaches_people_that_they_do_not_see(
    cast: Cast, sign_in: SignIn, suggestion: MergeSuggestion
) -> None:
    first, _second = _threads(cast)
    merge = _merge(cast)
    stranger = sign_in(cast.stranger.owner)
    for path in (
        f"/contacts/{cast.alice.id}/merge",
        f"/conversations/{first.id}/person",
    ):
        assert stranger.get(path).status_code == 404
    for path, values in (
        (f"/contacts/{cast.alice.id}/merges", {"with": str(cast.chai.id)}),
        (f"/merges/{merge.id}/undo", {}),
        (f"/merge-suggestions/{suggestion.id}", {"state": "dismissed"}),
    ):
        assert stranger.post(path, values, headers=FRAGMENT).status_code == 404
    agent = sign_in(cast.agent)
    unseen = agent.post(f"/contacts/{cast.alice.id}/merges", {"with": str(cast.chai.id)}, headers=FRAGMENT)
    assert unseen.status_code == 404
    assert Contact.objects.get(id=cast.chai.id).person_id == cast.chai.id


def test_the_list_asks_as_much_for_people_of_several_contacts(cast: Cast, sign_in: SignIn) -> None:
    _threads(cast)
    cast.hears(CHAI, "hello")
    client = sign_in(cast.agent)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            _html(client, "/inbox/open", headers=FRAGMENT)
        return len(captured)

    before = queries()
    _merge(cast)
    assert queries() == before


def test_open_screens_are_told_of_both_threads_and_their_panels(cast: Cast) -> None:
    first, second = _threads(cast)
    merge, by, both = _merge(cast), cast.actor(cast.admin).doer, (cast.alice.id, cast.boris.id)
    facts = (cast.workspace.id, merge.id, merge.kept_id, merge.absorbed_id, both)
    eyes = Eyes(frozenset({cast.workspace.id}), ("en",), frozenset({first.id, second.id}))
    for told in (ContactsMerged(*facts, "by_hand", by), MergeUndone(*facts, by)):
        pieces = draw_pieces([told], eyes)
        for name in ("row", "panel"):
            ids = {piece.facts["conversation_id"] for piece in pieces if piece.name == name}
            assert ids == {str(first.id), str(second.id)}
