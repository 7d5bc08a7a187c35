"""The form of a condition: what is drawn is read back the same, and buttons do what they say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from html.parser import HTMLParser
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from regulars.kernel.conditions.language import parse
from regulars.kernel.conditions.register import condition_fields
from regulars.kernel.conditions.tests import shop
from regulars.kernel.conditions.tests.generating import Generator
from regulars.kernel.conditions.tree import write
from regulars.kernel.conditions.values import write_value
from regulars.kernel.conditions.windows import EARLIEST
from regulars.web.design.conditions.drawing import ConditionForm
from regulars.web.design.conditions.form import Posted, act, read_form
from regulars.web.design.conditions.times import read_time, show_day, show_time
from regulars.workspaces.models import Member, Workspace
from tests.cast import Cast

LEAF = {"field": "contact.country", "op": "is", "value": "KR"}


class _Controls(HTMLParser):
    """What a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._select: tuple[str, bool, list[str], list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "input" and (name := known.get("name")):
            self.values.setdefault(name, []).append(known.get("value") or "")
        elif tag == "select":
            self._select = (known.get("name") or "", "multiple" in known, [], [])
        elif tag == "option" and self._select:
            self._select[2].append(known.get("value") or "")
            if "selected" in known:
                self._select[3].append(known.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            name, is_multiple, offered, chosen = self._select
            values = chosen if is_multiple or chosen else offered[:1]
            self.values.setdefault(name, []).extend(values if is_multiple else values[-1:])
            self._select = None


def _sent(html: str, zone: tzinfo = UTC) -> Posted:
    controls = _Controls()
    controls.feed(html)
    return Posted(controls.values, zone)


def _draw(written: Any, subject: str, zone: tzinfo = UTC, **rest: Any) -> str:
    form = ConditionForm(written, subject, rest.pop("workspace_id", shop.WORKSPACE), zone, **rest)
    return render_to_string("design/conditions/_inside.html", {"form": form})


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["UTC", "Asia/Seoul", "America/New_York"])
def test_what_is_drawn_is_read_back_the_same(zone: str) -> None:
    generator = Generator(
        shop.REGISTRY, "person", _plain_pools(), shop.MOMENTS, {"person.notes.<key>": ("size",)}
    )
    anchors = {each: each for each in ("trigger", "enrollment", "step-1")}
    for seed in range(40):
        written = generator.condition(Random(seed))
        condition = parse(written, shop.REGISTRY, "person")
        html = _draw(write(condition), "person", ZoneInfo(zone), registry=shop.REGISTRY, anchors=anchors)
        again = read_form(_sent(html, ZoneInfo(zone)), shop.REGISTRY)
        expected = write(condition)
        if "field" in expected:
            expected = {"all": [expected]}
        assert _with_groups(write(parse(again, shop.REGISTRY, "person"))) == _with_groups(expected), seed


def _plain_pools() -> dict[str, Any]:
    """Values that a line of text can say: no comma, no text that reads like a number."""
    return {**shop.POOLS, "text": ["Seoul", "Москва", "a_b\\c'"]}


ZONES = ("UTC", "Asia/Seoul", "Asia/Kathmandu", "America/New_York", "America/Sao_Paulo", "Africa/Casablanca")


SECONDS = st.integers(0, (datetime(2100, 1, 1, tzinfo=UTC) - EARLIEST) // timedelta(seconds=1) - 1)
MOMENTS = st.one_of(SECONDS, SECONDS.map(lambda seconds: seconds // 1800 * 1800)).map(
    lambda seconds: EARLIEST + timedelta(seconds=seconds)
)


@given(MOMENTS, st.sampled_from(ZONES))
def test_every_moment_stands_in_the_form_and_is_read_back_the_same(moment: datetime, zone: str) -> None:
    written, by = write_value(moment), ZoneInfo(zone)
    for shown in (show_day(written, by), show_time(written, by)):
        assert read_time(shown.text, by) == written


@given(st.dates(date(1970, 1, 2), date(2099, 12, 30)), st.sampled_from(ZONES))
def test_a_day_begins_when_it_does_in_the_workspace(day: date, zone: str) -> None:
    by = ZoneInfo(zone)
    written = read_time(day.isoformat(), by)
    assert show_day(written, by) == (day.isoformat(), "date")
    moment = datetime.fromisoformat(written)
    assert moment.astimezone(by).date() == day
    assert (moment - timedelta(microseconds=1)).astimezone(by).date() < day


@pytest.mark.parametrize("typed", ["", "soon", "2026-13-01", "0001-01-01", "9999-12-31T23:59"])
def test_what_is_no_day_stays_as_it_was_typed(typed: str) -> None:
    assert read_time(typed, ZoneInfo("Asia/Seoul" if typed < "5" else "America/New_York")) == typed


def _with_groups(written: Any) -> Any:
    """As the form has it: a single leaf of ``where`` stands in a group, chosen values in the order of the choices."""
    if isinstance(written.get("value"), list) and written["op"] != "between":
        written = {**written, "value": sorted(written["value"], key=str)}
    if "field" not in written:
        return {join: [_with_groups(each) for each in parts] for join, parts in written.items()}
    if "where" in written:
        where = _with_groups(written["where"])
        return {**written, "where": {"all": [where]} if "field" in where else where}
    return written


def test_buttons_add_nest_narrow_and_remove() -> None:
    written: dict[str, Any] = {"all": [LEAF]}
    written, place = act(written, "add:c", "contact.name")
    assert (written["all"][1], place) == ({"field": "contact.name", "op": "is"}, "c.1")
    written, place = act(written, "nest:c", "contact.name")
    assert (written["all"][2], place) == ({"any": []}, "c.2")
    written, place = act(written, "add:c.2", "contact.name")
    assert (written["all"][2], place) == ({"any": [{"field": "contact.name", "op": "is"}]}, "c.2.0")
    written, place = act(written, "narrow:c.0", "contact.name")
    assert (written["all"][0]["where"], place) == ({"all": []}, "c.0.where")
    written, _place = act(written, "add:c.0.where", "kind")
    assert written["all"][0]["where"] == {"all": [{"field": "kind", "op": "is"}]}
    for path in ("c.0.where", "c.2.0", "c.2", "c.1"):
        written, place = act(written, f"remove:{path}", "contact.name")
    assert (written, place) == ({"all": [LEAF]}, "c")
    for nonsense in ("remove:c", "remove:c.9", "add:c.0", "narrow:c", "nest:c.7.7", "boil:c", "", "add:c.x"):
        assert act(written, nonsense, "contact.name")[0] == {"all": [LEAF]}


def test_a_mistake_stands_at_its_leaf_and_the_sentence_waits(cast: Cast) -> None:
    wrong = {"all": [LEAF, {"field": "contact.score", "op": "between", "value": [90, 10]}]}
    html = _draw(wrong, "contact", workspace_id=cast.workspace.id)
    assert 'id="c.1-error"' in html
    assert 'id="c.0-error"' not in html
    assert "Something is still missing." in html
    for language, words in (("ko", "국가: ‘KR’"), ("ru", "Страна: «KR»"), ("th", "ประเทศ คือ “KR”")):
        with override(language):
            assert words in _draw({"all": [LEAF]}, "contact", workspace_id=cast.workspace.id)


def test_days_and_their_sentence_are_those_of_the_workspace(
    cast: Cast, sign_in: Callable[[Member], Client]
) -> None:
    Workspace.objects.filter(id=cast.workspace.id).update(time_zone="Asia/Seoul")
    posted = {
        "c.join": "all",
        "c.0.field": "messages.in_count",
        "c.0.op": ">=",
        "c.0.value": "2",
        "c.0.window": "between",
        "c.0.window.from": "2026-11-01",
        "c.0.window.to": "2026-12-01",
    }
    html = sign_in(cast.agent).post("/conditions/contact/form", posted).content.decode()
    assert 'value="2026-11-01"' in html
    assert "from 11/01/2026 to 12/01/2026" in html
    assert "Asia/Seoul" in html
    sent = read_form(_sent(html, ZoneInfo("Asia/Seoul")), condition_fields())
    assert sent["all"][0]["window"] == {"from": "2026-10-31T15:00:00Z", "to": "2026-11-30T15:00:00Z"}


def test_the_server_draws_it_anew_after_each_button(cast: Cast, sign_in: Callable[[Member], Client]) -> None:
    client = sign_in(cast.agent)
    posted = {
        "c.join": "any",
        "c.0.field": "conversation.assignee",
        "c.0.op": "is",
        "c.0.value": str(cast.agent.id),
    }
    answer = client.post("/conditions/conversation/form", {**posted, "act": "add:c"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'data-place="c.1"' in html
    assert "Ann Agent" in html
    assert read_form(_sent(html), condition_fields()) == {
        "any": [
            {"field": "conversation.assignee", "op": "is", "value": str(cast.agent.id)},
            {"field": "contact.name", "op": "is"},
        ]
    }
    assert client.post("/conditions/kettle/form", posted).status_code == 404
    assert Client().post("/conditions/contact/form", posted).status_code == 302


def test_what_is_added_to_a_where_asks_of_its_rows(cast: Cast, sign_in: Callable[[Member], Client]) -> None:
    posted = {
        "c.join": "all",
        "c.0.field": "messages.in_count",
        "c.0.op": ">=",
        "c.0.value": "2",
        "c.0.where.join": "any",
    }
    html = (
        sign_in(cast.agent)
        .post("/conditions/contact/form", {**posted, "act": "add:c.0.where"})
        .content.decode()
    )
    assert "There is no such field" not in html
    (added,) = read_form(_sent(html), condition_fields())["all"][0]["where"]["any"]
    counted = condition_fields().fields["messages.in_count"]
    assert counted.rows
    assert added["field"] in counted.rows.fields


def test_nothing_that_is_sent_breaks_it(cast: Cast, sign_in: Callable[[Member], Client]) -> None:
    client = sign_in(cast.agent)
    draw = Random(3)
    names = ["c", "c.0", "c.0.where", "c.0.0", "c.1"]
    ends = [
        ".join",
        ".field",
        ".op",
        ".value",
        ".window",
        ".window.count",
        ".compare",
        ".key",
        ".upper",
        ".currency",
        "",
    ]
    values = [
        "",
        "all",
        "contact.fields.<key>",
        "messages.in_count",
        "between",
        "in",
        "last",
        "since:",
        "9" * 40,
        "<b>",
    ]
    for _ in range(60):
        sent = {draw.choice(names) + draw.choice(ends): draw.choice(values) for _ in range(12)}
        answer = client.post(
            "/conditions/contact/form", {**sent, "act": draw.choice(["", "add:c.0", "remove:c.0.where"])}
        )
        assert answer.status_code == 200
        assert not re.search(r"<b>", answer.content.decode())


@pytest.mark.parametrize("verb", ["add", "nest", "remove", "narrow"])
@pytest.mark.parametrize("place", ["c." + "9" * 5000, "c.0." + "9" * 5000, "c.-1", "c.²", "c.where.0"])
def test_a_button_for_a_place_that_is_not_there_changes_nothing(verb: str, place: str) -> None:
    written: dict[str, Any] = {"all": [{"any": []}]}
    assert act(written, f"{verb}:{place}", "contact.name")[0] == written
