"""Quick replies made, changed, offered, counted, archived."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from regulars.kernel import clock
from regulars.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotAllowed, NotFound
from regulars.media.operations import store_upload
from regulars.quick_replies.access import access_quick_reply, files_visible_to
from regulars.quick_replies.models import QuickReply, QuickReplyUse
from regulars.quick_replies.operations import (
    ReplyDraft,
    change_reply,
    count_uses,
    create_reply,
    draft_of,
    remove_reply,
    restore_reply,
    switch_advice,
)
from regulars.quick_replies.queries import (
    QuickReplyFilter,
    Uses,
    folders_in,
    is_advised,
    lines_of,
    list_quick_replies,
    offered_replies,
    users_of,
    without_files_of_replies,
)
from regulars.quick_replies.wordings import Wording
from regulars.workspaces.access import Actor
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def _draft(shortcut: str = "hello", text: str = "Hello {{name|there}}", **more: Any) -> ReplyDraft:
    given = {"name": shortcut.title(), "wordings": (Wording(language="en", text=text),), **more}
    return ReplyDraft(shortcut=shortcut, **given)


def _make(by: Actor, *shortcuts: str, **more: Any) -> list[QuickReply]:
    return [create_reply(_draft(each, **more), by=by) for each in shortcuts]


def _offered(actor: Actor, typed: str = "") -> list[str]:
    return [each.shortcut for each in offered_replies(actor, typed)]


def _upload(by: Actor, content: bytes = b"%PDF-1.4 prices") -> Any:
    return store_upload(by.workspace_id, "document", [content], "prices.pdf", "application/pdf", by=by)


def test_a_reply_is_kept_as_it_was_written(cast):
    lead = cast.actor(cast.lead)
    texts = (
        Wording(language="en", text="Pay here: {{link}}\r\nThanks", buttons=("Paid", " ", "Later")),
        Wording(language="ko-KR", text="결제 링크", link_label="결제", link_url="{{link}}"),
    )
    reply = create_reply(_draft(" /Оплата ", folder=" Money ", wordings=texts, name="Payment"), by=lead)
    again = access_quick_reply(lead, reply.id)
    assert (again.shortcut, again.key, again.folder, again.version) == ("Оплата", "оплата", "Money", "1")
    assert again.wordings == (
        Wording(language="en", text="Pay here: {{link}}\nThanks", buttons=("Paid", "Later")),
        Wording(language="ko_KR", text="결제 링크", link_label="결제", link_url="{{link}}"),
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"shortcut": "two words"}, "shortcut"),
        ({"name": "\u200b"}, "name"),
        ({"folder": "f" * 41}, "folder"),
        ({"wordings": ()}, "texts"),
        ({"wordings": (Wording(language="e", text="a"),)}, "texts.0.language"),
        ({"wordings": (Wording(language="en", text=" "),)}, "texts.0.text"),
        (
            {"wordings": (Wording(language="en", text="a"), Wording(language="EN", text="b"))},
            "texts.1.language",
        ),
        ({"wordings": (Wording(language="en", text="{{nmae}}"),)}, "texts.0.text"),
        ({"wordings": (Wording(language="en", text="a" * 4097),)}, "texts.0.text"),
        ({"wordings": (Wording(language="en", text="a", buttons=("1", "2", "3", "4")),)}, "texts.0.buttons"),
        ({"wordings": (Wording(language="en", text="a", buttons=("1", "b" * 21)),)}, "texts.0.buttons.1"),
        ({"wordings": (Wording(language="en", text="a", buttons=("1", "1")),)}, "texts.0.buttons"),
        (
            {"wordings": (Wording(language="en", text="a", link_label="b", link_url="ftp://c"),)},
            "texts.0.link_url",
        ),
        ({"wordings": (Wording(language="en", text="a", link_url="https://c"),)}, "texts.0.link_label"),
        ({"audience": "teams"}, "teams"),
        ({"audience": "teams", "team_ids": (uuid4(),)}, "teams"),
        ({"media_ids": (uuid4(),)}, "files"),
    ],
)
def test_what_cannot_be_kept_is_told_by_field(cast, wrong, field):
    with pytest.raises(Invalid) as refused:
        create_reply(replace(_draft(), **wrong), by=cast.actor(cast.lead))
    told = refused.value.facts["fields"]
    assert isinstance(told, dict)
    assert list(told) == [field]
    assert not QuickReply.objects.exists()


def test_a_shortcut_is_one_replys_in_the_workspace(cast):
    lead = cast.actor(cast.lead)
    reply, other = _make(lead, "pay", "ship")
    with pytest.raises(Conflict):
        create_reply(_draft("ＰＡＹ", audience="member"), by=cast.actor(cast.agent))
    with pytest.raises(Conflict):
        change_reply(other, {"shortcut": "Pay"}, by=lead)
    assert change_reply(reply, {"shortcut": "PAY"}, by=lead).shortcut == "PAY"
    count_uses([reply.id], by=lead)
    assert remove_reply(reply, by=lead)
    change_reply(other, {"shortcut": "pay"}, by=lead)
    with pytest.raises(Conflict):
        restore_reply(reply, by=lead)


def test_agents_have_their_own_and_leads_those_of_others(cast):
    agent, lead = cast.actor(cast.agent), cast.actor(cast.lead)
    with pytest.raises(NotAllowed):
        create_reply(_draft(), by=agent)
    (own,) = _make(agent, "mine", audience="member")
    (shared,) = _make(lead, "shared")
    assert sorted(_offered(agent)) == ["mine", "shared"]
    assert _offered(lead) == ["shared"]
    for act in (
        lambda: change_reply(shared, {"name": "x"}, by=agent),
        lambda: remove_reply(shared, by=agent),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotAllowed):
        change_reply(own, {"audience": "all"}, by=agent)
    with pytest.raises(NotFound):
        change_reply(own, {"name": "x"}, by=lead)
    with pytest.raises(NotFound):
        access_quick_reply(lead, own.id)
    with pytest.raises(Invalid):
        create_reply(_draft("token", audience="member"), by=cast.token_actor("owner"))


def test_a_stranger_sees_none(cast):
    _make(cast.actor(cast.lead), "shared")
    stranger = cast.stranger.actor(cast.stranger.owner)
    assert _offered(stranger) == []
    with pytest.raises(NotFound):
        access_quick_reply(stranger, QuickReply.objects.get().id)


def test_a_teams_reply_is_offered_to_the_team(cast):
    owner, agent = cast.actor(cast.owner), cast.actor(cast.agent)
    (team,) = agent.team_ids
    (reply,) = _make(owner, "sales", audience="teams", team_ids=(team,))
    assert _offered(agent) == ["sales"]
    assert _offered(owner) == []
    assert [line.reply for line in list_quick_replies(owner, QuickReplyFilter()).lines] == [reply]
    change_reply(reply, {"audience": "all"}, by=owner)
    assert _offered(owner) == ["sales"]
    assert draft_of(reply).team_ids == ()


def test_what_was_typed_finds_by_shortcut_then_name_then_text(cast):
    lead = cast.actor(cast.lead)
    create_reply(_draft("zz", "the price list", name="Other"), by=lead)
    create_reply(_draft("yy", name="Our price"), by=lead)
    create_reply(_draft("xx", name="Price of it"), by=lead)
    create_reply(_draft("prices"), by=lead)
    create_reply(_draft("price"), by=lead)
    assert _offered(lead, "PRICE") == ["price", "prices", "xx", "yy", "zz"]
    assert _offered(lead, "list pri") == ["zz"]
    assert _offered(lead, "100%") == []


@pytest.mark.parametrize("typed", ["배송", "송지", "배ㅅ", "배소", "ราคา", "คาส", "достав", "ЗАВТРА"])
def test_parts_of_words_are_found_in_every_script(cast, typed):
    texts = tuple(
        Wording(language=language, text=text)
        for language, text in (("ko", "배송지를 알려주세요"), ("th", "ราคาสินค้า"), ("ru", "Доставка завтра"))
    )
    lead = cast.actor(cast.lead)
    create_reply(_draft("ship", wordings=texts), by=lead)
    assert _offered(lead, typed) == ["ship"]


def test_the_most_sent_by_oneself_comes_first(cast):
    lead, agent = cast.actor(cast.lead), cast.actor(cast.agent)
    a, b, c = _make(lead, "a", "b", "c")
    for reply, times in ((b, 2), (c, 1)):
        for _each in range(times):
            count_uses([reply.id], by=agent)
    count_uses([a.id, c.id], by=lead)
    assert _offered(agent) == ["b", "c", "a"]
    assert _offered(lead) == ["c", "a", "b"]
    assert [line.uses.count for line in lines_of([a, b, c])] == [1, 2, 2]
    assert [(each.name, each.count) for each in users_of(c)] == [(agent.name, 1), (lead.name, 1)]


def test_a_use_is_counted_by_day_and_member(cast):
    agent = cast.actor(cast.agent)
    (reply,) = _make(cast.actor(cast.lead), "a")
    now = clock.now()
    for at in (now, now, now + timedelta(days=1)):
        with clock.frozen_at(at):
            count_uses([reply.id, uuid4()], by=agent)
    rows = QuickReplyUse.objects.order_by("day").values_list("count", flat=True)
    assert list(rows) == [2, 1]
    (line,) = lines_of([reply])
    assert line.uses == Uses(3, now + timedelta(days=1), 1)
    assert QuickReplyUse.objects.filter(quick_reply=reply).count() == 2


def test_what_was_sent_is_archived_and_can_come_back(cast):
    lead = cast.actor(cast.lead)
    used, unused = _make(lead, "used", "unused")
    count_uses([used.id], by=lead)
    assert [remove_reply(used, by=lead), remove_reply(unused, by=lead)] == [True, False]
    assert _offered(lead) == []
    archived = list_quick_replies(lead, QuickReplyFilter(is_archived=True)).lines
    assert [line.reply.shortcut for line in archived] == ["used"]
    restore_reply(used, by=lead)
    assert _offered(lead) == ["used"]


def test_a_change_is_meant_for_a_version(cast):
    lead = cast.actor(cast.lead)
    (reply,) = _make(lead, "a")
    changed = change_reply(reply, {"name": "New"}, by=lead, if_version=["1"])
    assert (changed.version, change_reply(reply, {"name": "New"}, by=lead).version) == ("2", "2")
    with pytest.raises(ChangedMeanwhile):
        change_reply(reply, {"name": "Newer"}, by=lead, if_version=["1"])


def test_lists_narrow_and_page(cast, django_assert_num_queries):
    lead = cast.actor(cast.lead)
    replies = _make(lead, *(f"a{number}" for number in range(5)))
    change_reply(replies[3], {"folder": "Orders"}, by=lead)
    texts = (Wording(language="ru", text="Привет"),)
    change_reply(replies[4], {"wordings": texts}, by=lead)
    count_uses([replies[0].id], by=lead)
    seen, cursor = [], None
    for _page in range(3):
        with django_assert_num_queries(3):
            page = list_quick_replies(lead, QuickReplyFilter(), limit=2, cursor=cursor)
        seen += [line.reply.shortcut for line in page.lines]
        cursor = page.next_cursor
    assert (seen, cursor) == (["a0", "a1", "a2", "a4", "a3"], None)
    found = {
        "folder": QuickReplyFilter(folder="Orders"),
        "language": QuickReplyFilter(language="ru"),
        "text": QuickReplyFilter(text="приве"),
        "used": QuickReplyFilter(is_unused=False),
        "own": QuickReplyFilter(audience="member"),
    }
    assert {
        name: [line.reply.shortcut for line in list_quick_replies(lead, chosen).lines]
        for name, chosen in found.items()
    } == {"folder": ["a3"], "language": ["a4"], "text": ["a4"], "used": ["a0"], "own": []}
    assert folders_in(lead) == ["Orders"]


def test_files_go_with_a_reply_and_stay_with_it(cast):
    lead, agent = cast.actor(cast.lead), cast.actor(cast.agent)
    first, second = _upload(lead), _upload(lead, b"%PDF-1.4 more")
    reply = create_reply(_draft(media_ids=(second.id, first.id)), by=lead)
    assert draft_of(reply).media_ids == (second.id, first.id)
    change_reply(reply, {"media_ids": (first.id,)}, by=cast.actor(cast.owner))
    assert list(files_visible_to(agent)) == [first]
    assert without_files_of_replies([first.id, second.id]) == [second.id]
    buttons = (Wording(language="en", text="a", buttons=("b",)),)
    change_reply(reply, {"wordings": buttons}, by=lead)
    with pytest.raises(Invalid):
        change_reply(reply, {"media_ids": (first.id, second.id)}, by=lead)


def test_advice_can_be_switched_off(cast):
    agent = cast.actor(cast.agent)
    for on in (True, False, False, True):
        switch_advice(agent, on=on)
        assert is_advised(agent) is on
