"""Tags on contacts and conversations: who put them there, until when, and that the counts agree."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.contacts.models import ContactTagging
from regulars.contacts.operations.tagging import CONTACTS, set_contact_tags, tag_contacts, untag_contacts
from regulars.contacts.tasks import end_due_taggings as end_contact_taggings
from regulars.conversations.models import Activity, Conversation, ConversationTagging
from regulars.conversations.operations.removing import remove_contact
from regulars.conversations.operations.tagging import (
    CONVERSATIONS,
    set_conversation_tags,
    tag_conversations,
    untag_conversations,
)
from regulars.conversations.tasks import end_due_taggings
from regulars.conversations.tests.saying import event_kinds, forget_events, fresh, open_conversation
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from regulars.kernel.events import Doer
from regulars.kernel.ids import new_id
from regulars.kernel.models import Event
from regulars.tags.counting import compact_uses, uses_of
from regulars.tags.models import Tag, Tagging, TagUse
from regulars.tags.operations import change_tag, create_tag, merge_tag, remove_tag, tags_named
from regulars.tags.queries import find_tag, list_tags, names_of
from regulars.tags.tagging import MOST_TAGS, end_due_tags
from regulars.tags.taggings import Said, tagging_models, tags_on
from regulars.workspaces.models import AuditEntry
from tests.cast import ALICE, BORIS, Cast

RULE = Doer("rule", new_id(), "Big spender")


def _tag(cast: Cast, name: str = "vip") -> Tag:
    (tag,) = tags_named(cast.workspace.id, [name], by=cast.actor())
    return tag


def _names(conversation: Conversation) -> list[str]:
    return names_of(tags_on(ConversationTagging, [conversation.id])[conversation.id])


def _uses(tag: Tag) -> int:
    return sum(uses_of([tag.id]).get(tag.id, {}).values())


# --- putting and taking off ---------------------------------------------------------------------------


def test_a_tag_is_told_once_with_its_facts_and_a_line(cast: Cast):
    conversation, tag = open_conversation(cast), _tag(cast)
    forget_events()
    for _ in range(2):
        tag_conversations([conversation], [tag], by=cast.actor(cast.agent))
    (told,) = Event.objects.all()
    assert (told.kind, told.body) == (
        "ConversationTagged",
        {
            "conversation_id": str(conversation.id),
            "by": {"kind": "member", "id": str(cast.agent.id), "name": "Ann Agent"},
            "tag_id": str(tag.id),
            "tag_name": "vip",
            "reason": "",
        },
    )
    (line,) = Activity.objects.all()
    assert (line.kind, line.actor_name, line.facts) == ("tag_added", "Ann Agent", {"tag": "vip"})
    assert untag_conversations([conversation], [tag], by=cast.actor(cast.agent)) == 1
    assert untag_conversations([conversation], [tag], by=cast.actor(cast.agent)) == 0
    assert event_kinds() == ["ConversationTagged", "ConversationUntagged"]
    assert Activity.objects.filter(kind="tag_removed").count() == 1


def test_who_or_what_put_it_there_stays_known_after_it_ended(cast: Cast):
    conversation, tag = open_conversation(cast), _tag(cast)
    said = Said(RULE, "two orders within 90 days", 0.92, clock.now() + timedelta(days=30))
    tag_conversations([conversation], [tag], by=cast.actor(), said=said)
    untag_conversations([conversation], [tag], by=cast.actor(cast.agent), reason="returned both")
    row = ConversationTagging.objects.get()
    assert (row.by_kind, row.by_id, row.by_name) == ("rule", RULE.id, "Big spender")
    assert (row.reason, row.confidence) == ("two orders within 90 days", 0.92)
    assert (row.ended_by_kind, row.ended_by_name, row.end_reason) == ("member", "Ann Agent", "returned both")
    assert row.until_at is not None
    assert row.until_at >= row.from_at
    assert Activity.objects.get(kind="tag_added").actor_name == "Big spender"


def test_the_database_holds_one_open_tagging(cast: Cast):
    tag = _tag(cast)
    tag_contacts([cast.alice], [tag], by=cast.actor())
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactTagging.objects.create(workspace=cast.workspace, contact=cast.alice, tag=tag, by_kind="member")


def test_setting_takes_off_what_is_not_named_and_makes_new_words(cast: Cast):
    conversation, by = open_conversation(cast), cast.actor(cast.agent)
    assert set_conversation_tags(conversation, ["b", " A ", "", "a"], by=by)
    assert not set_conversation_tags(conversation, ["B", "a"], by=by)
    assert _names(conversation) == ["A", "b"]
    assert set_conversation_tags(conversation, ["c"], by=by)
    assert _names(conversation) == ["c"]
    assert [_uses(_tag(cast, name)) for name in "abc"] == [0, 0, 1]
    assert ConversationTagging.objects.count() == 3


def test_without_the_permission_nothing_happens(cast: Cast):
    conversation, tag = open_conversation(cast), _tag(cast)
    by = cast.token_actor("agent", scopes=["contacts:read"])
    forget_events()
    for attempt in (
        partial(tag_conversations, [conversation], [tag], by=by),
        partial(untag_conversations, [conversation], [tag], by=by),
        partial(set_conversation_tags, conversation, ["new"], by=by),
        partial(tag_contacts, [cast.alice], [tag], by=by),
        partial(set_contact_tags, cast.alice, ["new"], by=by),
        partial(create_tag, cast.workspace.id, "new", by=by),
        partial(change_tag, tag, {"color": "red"}, by=by),
        partial(merge_tag, tag, into=tag, by=by),
        partial(remove_tag, tag, by=by),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert (event_kinds(), ConversationTagging.objects.count(), Tag.objects.count()) == ([], 0, 1)


def test_a_neighbour_s_things_and_tags_are_not_there(cast: Cast):
    conversation, tag = open_conversation(cast), _tag(cast)
    theirs = cast.stranger.actor()
    with pytest.raises(NotFound):
        tag_conversations([conversation], [tag], by=theirs)
    assert find_tag(cast.stranger.workspace.id, "vip") is None
    assert find_tag(cast.stranger.workspace.id, str(tag.id)) is None
    assert list_tags(cast.stranger.workspace.id).lines == []


def test_wrong_values_are_refused(cast: Cast):
    tag = _tag(cast)
    put = partial(tag_contacts, [cast.alice], [tag], by=cast.actor())
    for said in (
        Said(RULE, "x" * 501),
        Said(RULE, confidence=1.1),
        Said(RULE, expires_at=clock.now()),
        Said(RULE, expires_at=clock.LATEST),
    ):
        with pytest.raises(Invalid):
            put(said=said)
    for name in ("", " ", "x" * 65, "\u200b"):
        with pytest.raises(Invalid):
            create_tag(cast.workspace.id, name, by=cast.actor())
    with pytest.raises(Invalid):
        create_tag(cast.workspace.id, "new", color="#f00", by=cast.actor())
    many = tags_named(cast.workspace.id, [f"tag {number}" for number in range(MOST_TAGS)], by=cast.actor())
    assert tag_contacts([cast.alice], many, by=cast.actor()) == MOST_TAGS
    with pytest.raises(Invalid), transaction.atomic():
        put()


# --- running out ----------------------------------------------------------------------------------------


def test_what_has_run_out_ends_when_it_was_to(cast: Cast):
    conversation, tag = open_conversation(cast), _tag(cast)
    until = clock.now() + timedelta(days=1)
    said = Said(RULE, expires_at=until)
    tag_conversations([conversation], [tag], by=cast.actor(), said=said)
    tag_contacts([cast.alice], [tag], by=cast.actor(), said=said)
    assert (end_due_taggings(), end_contact_taggings()) == (0, 0)
    forget_events()
    with clock.frozen_at(until + timedelta(hours=1)):
        assert (end_due_taggings(), end_due_taggings(), end_contact_taggings()) == (1, 0, 1)
    row = ConversationTagging.objects.get()
    assert (row.until_at, row.ended_by_kind, row.end_reason) == (until, "rule", "expired")
    assert event_kinds() == ["ConversationUntagged", "ContactUntagged"]
    assert Activity.objects.filter(kind="tag_expired").count() == 1
    assert _uses(tag) == 0


@pytest.mark.parametrize(("days", "lasts"), [(None, None), (9, 9), (1, 5)])
def test_said_to_last_longer_it_lasts_longer_never_shorter(cast: Cast, days: int | None, lasts: int | None):
    tag, now = _tag(cast), clock.now()

    def after(count: int | None) -> Said:
        return Said(RULE, expires_at=now + timedelta(days=count) if count else None)

    tag_contacts([cast.alice], [tag], by=cast.actor(), said=after(5))
    tag_contacts([cast.alice], [tag], by=cast.actor(), said=after(days))
    assert ContactTagging.objects.get().expires_at == after(lasts).expires_at


# --- tags themselves ------------------------------------------------------------------------------------


def test_a_name_is_free_once_in_any_case_and_width(cast: Cast):
    tag = create_tag(cast.workspace.id, "VIP", color="green", description=" often ", by=cast.actor())
    with pytest.raises(Conflict):
        create_tag(cast.workspace.id, "\uff56\uff49\uff50", by=cast.actor())
    other = _tag(cast, "other")
    with pytest.raises(Conflict):
        change_tag(other, {"name": "vip"}, by=cast.actor())
    change_tag(tag, {"name": "Vip", "color": "red"}, by=cast.actor())
    change_tag(tag, {"name": "Vip", "color": "red"}, by=cast.actor())
    tag.refresh_from_db()
    assert (tag.name, tag.color, tag.description) == ("Vip", "red", "often")
    assert event_kinds().count("TagRenamed") == event_kinds().count("TagDescribed") == 1
    assert AuditEntry.objects.get(verb="tags:change").details == {
        "name": ["VIP", "Vip"],
        "color": ["green", "red"],
    }
    remove_tag(tag, by=cast.actor())
    assert create_tag(cast.workspace.id, "vip", by=cast.actor()).id != tag.id


def test_a_merged_tag_ends_and_the_other_is_there_by_the_same(cast: Cast):
    both, one = cast.hears(ALICE, "hello"), cast.hears(BORIS, "hello")
    keep, goes = _tag(cast, "keep"), _tag(cast, "goes")
    tag_conversations([both, one], [goes], by=cast.actor(), said=Said(RULE, "why", 0.5))
    tag_conversations([both], [keep], by=cast.actor(cast.agent))
    merge_tag(goes, into=keep, by=cast.actor(cast.lead))
    assert _names(both) == _names(one) == ["keep"]
    rows = ConversationTagging.objects
    assert rows.get(conversation=both, until_at=None).by_kind == "member"
    carried = rows.get(conversation=one, until_at=None)
    assert (carried.by_kind, carried.by_name, carried.reason, carried.confidence) == (
        "rule",
        "Big spender",
        "why",
        0.5,
    )
    assert set(rows.filter(tag=goes).values_list("end_reason", flat=True)) == {"merged"}
    assert (_uses(keep), _uses(goes), find_tag(cast.workspace.id, "goes")) == (2, 0, None)
    goes.refresh_from_db()
    assert goes.merged_into == keep
    with pytest.raises(NotFound):
        tag_conversations([one], [goes], by=cast.actor())
    with pytest.raises(Invalid):
        merge_tag(keep, into=keep, by=cast.actor())


def test_a_removed_tag_goes_from_everything_and_is_audited_with_its_uses(cast: Cast):
    conversation, tag = open_conversation(cast), _tag(cast)
    tag_conversations([conversation], [tag], by=cast.actor())
    tag_contacts([cast.alice], [tag], by=cast.actor())
    assert remove_tag(tag, by=cast.actor(cast.lead)) == 2
    assert (_names(conversation), _uses(tag), ContactTagging.objects.count()) == ([], 0, 1)
    assert AuditEntry.objects.get(verb="tags:remove").details == {"name": "vip", "ended": 2}
    with pytest.raises(NotFound):
        change_tag(tag, {"name": "back"}, by=cast.actor())


def test_who_is_removed_takes_their_taggings_along(cast: Cast):
    conversation, tag = cast.hears(ALICE, "hello"), _tag(cast)
    tag_conversations([conversation], [tag], by=cast.actor())
    tag_contacts([cast.alice, cast.boris], [tag], by=cast.actor())
    untag_contacts([cast.alice], [tag], by=cast.actor())
    remove_contact(fresh(conversation).contact, by=cast.actor())  # type: ignore[arg-type]
    assert _uses(tag) == ContactTagging.objects.count() == 1


def test_tags_are_listed_by_name_page_by_page(cast: Cast):
    tags_named(cast.workspace.id, ["b", "A", "\u0e01", "d"], by=cast.actor())
    change_tag(_tag(cast, "d"), {"description": "about A and B"}, by=cast.actor())
    first = list_tags(cast.workspace.id, limit=3)
    rest = list_tags(cast.workspace.id, limit=3, cursor=first.next_cursor)
    assert names_of([line.tag for line in first.lines + rest.lines]) == ["A", "b", "d", "\u0e01"]
    assert rest.next_cursor is None
    assert names_of([line.tag for line in list_tags(cast.workspace.id, text="a").lines]) == ["A", "d"]


def test_a_thousand_at_once_cost_a_fixed_number_of_queries(cast: Cast, django_assert_max_num_queries):
    conversations = [cast.hears(f"+1202555{number:04}", "hello") for number in range(30)]
    tag = _tag(cast)
    with django_assert_max_num_queries(14):
        assert tag_conversations(conversations, [tag], by=cast.actor()) == 30
    with django_assert_max_num_queries(14):
        assert untag_conversations(conversations, [tag], by=cast.actor()) == 30


# --- whatever the order ---------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "brief", "off", "set", "merge", "remove", "wait", "compact"]),
        st.integers(0, 1),
        st.integers(0, 2),
        st.integers(0, 2),
    ),
    max_size=14,
)


def _step(cast: Cast, step: tuple[str, int, int, int], things: dict[int, Any]) -> None:
    verb, kind, first, second = step
    tag, other = (_tag(cast, f"tag {number}") for number in (first, second))
    put: Any = (tag_conversations, tag_contacts)[kind]
    off = (untag_conversations, untag_contacts)[kind]
    set_all = (set_conversation_tags, set_contact_tags)[kind]
    soon = Said(RULE, expires_at=clock.now() + timedelta(minutes=first + 1))
    match verb:
        case "put":
            put(things[kind], [tag, other], by=cast.actor())
        case "brief":
            put(things[kind][:1], [tag], by=cast.actor(), said=soon)
        case "off":
            off(things[kind][second % 2 :], [tag], by=cast.actor())
        case "set":
            set_all(things[kind][0], [tag.name, other.name], by=cast.actor())
        case "merge" if tag != other:
            merge_tag(tag, into=other, by=cast.actor())
        case "remove":
            remove_tag(tag, by=cast.actor())
        case "wait":
            end_due_tags((CONVERSATIONS, CONTACTS)[kind])
        case "compact":
            compact_uses()


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_counts_agree_and_times_neither_overlap_nor_turn_round(
    cast: Cast, steps: list[tuple[str, int, int, int]]
):
    with transaction.atomic():
        things: dict[int, Any] = {
            0: [cast.hears(ALICE, "hello"), cast.hears(BORIS, "hello")],
            1: [cast.alice, cast.boris],
        }
        at = clock.now()
        for place, step in enumerate(steps):
            with clock.frozen_at(at + timedelta(minutes=place)):
                _step(cast, step, things)
        compact_uses()
        for model in tagging_models():
            rows = list(model.rows().order_by("tag_id", f"{model.subject}_id", "from_at", "until_at"))
            for tag in Tag.objects.all():
                is_open = sum(1 for row in rows if row.tag_id == tag.id and row.until_at is None)
                assert uses_of([tag.id]).get(tag.id, {}).get(model.subject, 0) == is_open
                assert not (tag.removed_at and is_open)
            for one, following in pairwise(rows):
                thing = f"{model.subject}_id"
                if (one.tag_id, getattr(one, thing)) == (following.tag_id, getattr(following, thing)):
                    assert one.until_at is not None
                    assert one.until_at <= following.from_at
        kept = TagUse.objects.values_list("tag_id", "subject")
        assert len(set(kept)) == len(kept)
        transaction.set_rollback(True)


@pytest.mark.parametrize(("doer", "kind"), [("token", "sync"), ("system", "rule")])
def test_who_tags_is_of_a_kind_that_the_interface_has(cast: Cast, doer: str, kind: str):
    by = cast.actor() if doer == "system" else cast.token_actor("admin")
    thread = cast.hears(ALICE, "hello")
    (tag,) = tags_named(cast.workspace.id, ["VIP"], by=by)
    tag_conversations([thread], [tag], by=by)
    untag_conversations([thread], [tag], by=by)
    row = ConversationTagging.objects.get()
    assert (row.by_kind, row.by_name, row.ended_by_kind) == (kind, by.name, kind)
    with transaction.atomic(), pytest.raises(IntegrityError):
        ConversationTagging.objects.update(ended_by_kind=doer)


@pytest.mark.parametrize("model", [ContactTagging, ConversationTagging])
def test_kinds_of_before_become_those_of_the_interface(cast: Cast, model: type[Tagging]):
    subject = model.subject
    app = model._meta.app_label
    migration = import_module(
        f"regulars.{app}.migrations.{'0015' if subject == 'contact' else '0029'}_tagging_sources"
    )
    thread = cast.hears(ALICE, "hello")
    (tag,) = tags_named(cast.workspace.id, ["VIP"], by=cast.actor())
    tag_conversations([thread], [tag], by=cast.actor())
    tag_contacts([cast.alice], [tag], by=cast.actor())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in ("by_kind", "ended_by_kind"):
            cursor.execute(f"ALTER TABLE {app}_{subject}tagging DROP CONSTRAINT {subject}_tagging_{name}")
        model.rows().update(by_kind="token", ended_by_kind="system")
        cursor.execute(migration._RENAME)
    assert model.rows().values_list("by_kind", "ended_by_kind").get() == ("sync", "rule")
