"""A group thread belongs to a group and to nobody in it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.contacts.models import Contact, Group
from regulars.contacts.operations.grouping import identify_groups, rename_group
from regulars.conversations.guardrails import GuardrailRefused, Refusal, words_of
from regulars.conversations.models import (
    Activity,
    Conversation,
    Message,
    MessageStatus,
    UnmatchedStatus,
)
from regulars.conversations.operations.handling import (
    mark_as_read,
    resolve_conversation,
    start_conversation,
)
from regulars.conversations.operations.removing import remove_contact
from regulars.conversations.operations.sending import OutgoingDraft, queue_message, queue_messages
from regulars.conversations.operations.settling import record_results
from regulars.conversations.queries.lists import ConversationFilter, list_conversations
from regulars.conversations.queries.threads import read_thread, read_writers
from regulars.conversations.tests.saying import (
    AnyContent,
    at,
    claim,
    fresh,
    job,
    queue,
    receive,
    said,
    status,
    tell,
)
from regulars.inboxes.ports import (
    Accepted,
    ContactRef,
    Identity,
    InboundMessage,
    OutgoingReaction,
    OutgoingTemplate,
    OutgoingText,
    ProviderError,
    Refused,
)
from regulars.kernel import clock
from regulars.kernel.models import Event
from regulars.message_templates.models import MessageTemplate
from tests.cast import ALICE, BORIS, CHAI, Cast

pytestmark = pytest.mark.django_db

G = "Y2FwaV9ncm91cDpib29rcw=="


def _group(cast: Cast, address: str = G) -> Conversation:
    return Conversation.objects.select_related("group", "inbox__connection", "contact").get(
        inbox=cast.inbox, group__address=address
    )


def _open_group(cast: Cast) -> Conversation:
    cast.hears(ALICE, "Does Thursday suit everybody?", group=G)
    cast.hears(BORIS, "Yes, and my door code is 4471", group=G)
    return _group(cast)


# --- receiving ----------------------------------------------------------------------------------------


def test_a_group_thread_has_a_group_and_no_contact(cast):
    conversation = _open_group(cast)
    assert conversation.contact is None
    assert conversation.group == Group.objects.get(address=G, channel="whatsapp", workspace=cast.workspace)
    assert list(conversation.messages.order_by("id").values_list("contact_id", flat=True)) == [
        cast.alice.id,
        cast.boris.id,
    ]


def test_a_writers_own_thread_is_another_one(cast):
    receive(cast, said("m1", 0, group=G), said("m2", 1), said("m3", 2, phone=BORIS, group=G))
    private = Conversation.objects.get(contact=cast.alice)
    assert [each.provider_id for each in private.messages.all()] == ["m2"]
    assert sorted(each.provider_id or "" for each in _group(cast).messages.all()) == ["m1", "m3"]
    assert start_conversation(cast.workspace.id, cast.inbox.id, cast.boris.id) != _group(cast)


def test_the_same_group_at_two_numbers_is_two_threads_and_one_group(cast):
    cast.hears(ALICE, "here", group=G)
    cast.hears(ALICE, "there", group=G, inbox=cast.second_inbox)
    assert Conversation.objects.filter(group__address=G).count() == 2
    assert Group.objects.count() == 1


def test_groups_of_other_workspaces_are_others(cast):
    cast.hears(ALICE, "ours", group=G)
    cast.stranger.hears(ALICE, "theirs", group=G)
    assert Group.objects.filter(address=G).count() == 2
    assert {
        each.group.workspace_id == each.workspace_id
        for each in Conversation.objects.filter(group__isnull=False).select_related("group")
        if each.group
    } == {True}


@pytest.mark.parametrize("both", [True, False])
def test_a_conversation_is_with_a_contact_or_a_group(cast, both):
    group_id = identify_groups(cast.workspace.id, "whatsapp", [G])[G]
    with pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.create(
            workspace=cast.workspace,
            inbox=cast.inbox,
            contact=cast.alice if both else None,
            group_id=group_id if both else None,
        )


def test_what_the_phone_app_says_to_a_group_is_said_to_nobody_alone(cast):
    receive(cast, said("m1", 0, group=G), said("e1", 1, group=G, direction="out", source="phone_app"))
    assert Message.objects.get(provider_id="e1").contact_id is None
    bodies = Event.objects.filter(kind="MessageReceived").order_by("id").values_list("body", flat=True)
    assert [body["contact_id"] for body in bodies] == [str(cast.alice.id), None]
    assert Event.objects.get(kind="ConversationStarted").body["contact_id"] is None


def test_a_resolved_group_opens_when_somebody_writes(cast):
    resolve_conversation(_open_group(cast), by=cast.actor(cast.agent))
    cast.hears(CHAI, "and me?", group=G)
    assert _group(cast).status == "open"
    assert Activity.objects.order_by("id").values_list("kind", flat=True).last() == "reopened_by_group"


def test_many_groups_cost_no_more_statements_than_one(cast, django_assert_max_num_queries):
    def batch(start: int, groups: int) -> list[InboundMessage]:
        return [said(f"m{start + number}", number, group=f"G{start + number}") for number in range(groups)]

    receive(cast, *batch(0, 1))
    with django_assert_max_num_queries(60) as first:
        receive(cast, *batch(100, 1))
    with django_assert_max_num_queries(60) as second:
        receive(cast, *batch(200, 30))
    assert len(second.captured_queries) == len(first.captured_queries)


# --- what it is called --------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations([(0, "Books"), (10, "Book club"), (20, "Reading circle")]))
def test_the_newest_subject_stands_whatever_the_order(cast, news):
    with transaction.atomic():
        for seconds, subject in news:
            rename_group(cast.workspace.id, "whatsapp", G, subject, at=at(seconds))
        assert Group.objects.get(address=G).subject == "Reading circle"
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("address", "short"),
    [(G, "b29rcw"), ("120363@g.us", "363gus"), ("x", "x"), ("Y2Fw-_==", "Y2Fw")],
)
def test_a_short_id_tells_groups_apart(cast, address, short):
    group = Group(workspace=cast.workspace, channel="whatsapp", address=address)
    assert group.short_id == short


def test_an_address_without_letters_still_has_a_short_id(cast):
    group = Group(workspace=cast.workspace, channel="whatsapp", address="\u202e==")
    assert group.short_id == group.id.hex[-6:]


def test_a_group_is_found_by_its_subject_and_not_by_its_people(cast):
    conversation = _open_group(cast)
    rename_group(cast.workspace.id, "whatsapp", G, "Thursday book club", at=clock.now())

    def found(text: str) -> list[object]:
        page = list_conversations(cast.actor(cast.owner), ConversationFilter(text=text))
        return [each.id for each in page.items]

    assert found("book thursday") == found("b29rcw") == [conversation.id]
    assert found("Alice") == found("b2") == found("nowhere") == []


# --- sending ------------------------------------------------------------------------------------------


def test_an_answer_goes_to_the_group_and_to_nobody_alone(cast):
    conversation = _open_group(cast)
    message = queue(cast, conversation, "Thursday it is", by=cast.agent)
    assert message.contact_id is None
    (claimed,) = claim(cast)
    assert (claimed.to_send.group_id, claimed.to_send.recipient, claimed.contact_id) == (G, None, None)
    record_results([(claimed, Accepted(provider_id="wamid.out.1"))])
    assert job(message).state == "accepted"
    assert (_group(cast).waiting_since, _group(cast).unread_count) == (None, 0)


def test_a_group_is_answered_when_whoever_wrote_is_erased(cast):
    conversation = _open_group(cast)
    message = queue(cast, conversation, "hello all", by=cast.agent)
    remove_contact(cast.alice, by=cast.actor(cast.admin))
    remove_contact(cast.boris, by=cast.actor(cast.admin))
    assert [each.to_send.message_id for each in claim(cast)] == [str(message.id)]


@pytest.mark.parametrize("meaning", ["unreachable", "opted_out"])
def test_what_fails_in_a_group_says_nothing_about_one_contact(cast, meaning):
    message = queue(cast, _open_group(cast), by=cast.agent)
    (claimed,) = claim(cast)
    error = ProviderError(code=131026, title="no", meaning=meaning)
    record_results([(claimed, Refused(error=error))])
    tell(cast, status(message, "failed", errors=(error,), participant=_at(ALICE)))
    assert set(Contact.objects.values_list("unreachable_reason", flat=True)) == {""}
    assert cast.alice.consents.count() == 0


def test_statuses_are_kept_for_each_participant_and_name_them(cast):
    message = queue(cast, _open_group(cast), by=cast.agent)
    record_results([(claim(cast)[0], Accepted(provider_id="o1"))])
    tell(
        cast,
        *(
            status(message, "read", second, participant=_at(phone))
            for second, phone in enumerate((ALICE, BORIS))
        ),
    )
    (shown,) = [each for each in read_thread(_group(cast)).messages if each.message.id == message.id]
    told = [(each.status, shown.participants.get(each.participant, "")) for each in shown.statuses]
    assert sorted(told) == [("accepted", ""), ("read", "Alice"), ("read", "Борис")]


def test_a_failure_at_one_participant_is_no_failure_of_the_message(cast):
    conversation = _open_group(cast)
    message = queue(cast, conversation, by=cast.agent)
    record_results([(claim(cast)[0], Accepted(provider_id="o1"))])
    error = ProviderError(code=131026, title="no")
    tell(cast, status(message, "failed", errors=(error,), participant=_at(ALICE)))
    assert (Message.objects.get(id=message.id).status, job(message).state) == ("sent", "accepted")
    assert (_group(cast).waiting_since, _group(cast).unread_count) == (None, 0)
    tell(cast, status(message, "delivered", 1, participant=_at(BORIS)))
    assert Message.objects.get(id=message.id).status == "delivered"


def _at(phone: str) -> ContactRef:
    return ContactRef(identities=(Identity("phone", phone),))


def test_machines_are_silent_in_groups_until_somebody_allows_them(cast):
    conversation = _open_group(cast)
    draft = OutgoingDraft(conversation, OutgoingText(body="We are closed now"))
    with pytest.raises(GuardrailRefused) as refused:
        queue_message(draft, by=cast.actor(), channel=AnyContent())
    assert refused.value.code == "group-automation-off"
    Group.objects.update(allows_automation=True)
    allowed = OutgoingDraft(fresh(conversation), draft.content)
    assert queue_message(allowed, by=cast.actor(), channel=AnyContent()).status == "queued"


PROMOTION = OutgoingTemplate(name="back_in_stock", language="en")


@pytest.mark.parametrize("allows_automation", [True, False])
def test_promotions_never_go_to_a_group(cast, allows_automation):
    conversation = _open_group(cast)
    Group.objects.update(allows_automation=allows_automation)
    draft = OutgoingDraft(fresh(conversation), PROMOTION, template_category="MARKETING")
    (outcome,) = queue_messages([draft], by=cast.actor(cast.agent), channel=AnyContent())
    assert isinstance(outcome, Refusal)
    with override("en"):
        assert (outcome.code, str(words_of(outcome)[0])) == (
            "promotion-in-group",
            "Promotions never go to groups",
        )
    assert Message.objects.filter(direction="out").count() == 0


def test_a_template_that_became_a_promotion_does_not_leave_for_a_group(cast):
    conversation = _open_group(cast)
    draft = OutgoingDraft(conversation, PROMOTION, template_category="UTILITY")
    message = queue_message(draft, by=cast.actor(cast.agent), channel=AnyContent())
    MessageTemplate.objects.create(
        workspace=cast.workspace,
        connection=cast.connection,
        name=PROMOTION.name,
        language=PROMOTION.language,
        category="MARKETING",
        status="APPROVED",
    )
    assert claim(cast) == []
    assert (job(message).state, job(message).outcome_reason) == ("refused", "promotion-in-group")


def test_what_the_channel_takes_for_no_group_is_refused_before_it_is_tried(cast):
    draft = OutgoingDraft(_open_group(cast), OutgoingReaction(target_provider_id="m1", emoji="👍"))
    with pytest.raises(GuardrailRefused) as refused:
        queue_message(draft, by=cast.actor(cast.agent), channel=AnyContent())
    assert refused.value.code == "not-for-groups"


# --- erasing ------------------------------------------------------------------------------------------


def test_erasing_a_member_takes_only_what_that_person_said(cast):
    conversation = _open_group(cast)
    answer = queue(cast, conversation, "noted", by=cast.agent)
    receive(cast, said("r1", 0, phone=BORIS, kind="reaction", target="x", group=G))
    private = cast.hears(ALICE, "only to you")
    remove_contact(cast.alice, by=cast.actor(cast.admin))
    left = _group(cast)
    assert sorted((each.direction, each.contact_id) for each in left.messages.all() if each.contact_id) == [
        ("in", cast.boris.id),
        ("in", cast.boris.id),
    ]
    assert left.messages.filter(id=answer.id).exists()
    assert not Conversation.objects.filter(id=private.id).exists()
    assert job(answer).state == "queued"


def test_erasing_whoever_wrote_last_moves_the_thread_back(cast):
    start = clock.now().replace(microsecond=0) - timedelta(minutes=5)
    for number, (phone, text) in enumerate(
        [(ALICE, "one"), (BORIS, "two"), (ALICE, "three"), (BORIS, "four")]
    ):
        cast.hears(phone, text, group=G, at=start + timedelta(seconds=number))
    remove_contact(cast.boris, by=cast.actor(cast.admin))
    left = _group(cast)
    texts = dict(Message.objects.values_list("id", "text"))
    assert left.last_message_id
    assert (texts[left.last_message_id], left.last_message_at, left.unread_count, left.waiting_since) == (
        "three",
        start + timedelta(seconds=2),
        2,
        start,
    )
    remove_contact(Contact.objects.get(id=cast.alice.id), by=cast.actor(cast.admin))
    empty = _group(cast)
    assert (empty.last_message_id, empty.last_message_at, empty.unread_count, empty.waiting_since) == (
        None,
        None,
        0,
        None,
    )
    cast.hears(CHAI, "anybody here?", group=G)
    assert (_group(cast).id, _group(cast).unread_count) == (left.id, 1)


def test_only_the_unread_ones_are_counted_off(cast):
    conversation = _open_group(cast)
    mark_as_read(conversation, by=cast.actor(cast.agent))
    cast.hears(CHAI, "unread", group=G)
    remove_contact(cast.alice, by=cast.actor(cast.admin))
    assert _group(cast).unread_count == 1


def test_erasing_takes_the_address_out_of_the_statuses(cast):
    message = queue(cast, _open_group(cast), by=cast.agent)
    record_results([(claim(cast)[0], Accepted(provider_id="o1"))])
    told = [status(message, "read", participant=_at(phone)) for phone in (ALICE, BORIS)]
    tell(cast, *told, status("elsewhere", "read", participant=_at(ALICE)))
    assert UnmatchedStatus.objects.count() == 1
    remove_contact(cast.alice, by=cast.actor(cast.admin))
    participants = MessageStatus.objects.exclude(participant="").values_list("participant", flat=True)
    assert list(participants) == [BORIS]
    assert UnmatchedStatus.objects.count() == 0


def test_erasing_somebody_who_never_wrote_there_changes_no_group(cast):
    conversation = _open_group(cast)
    before = Conversation.objects.values().get(id=conversation.id)
    remove_contact(cast.chai, by=cast.actor(cast.admin))
    assert Conversation.objects.values().get(id=conversation.id) == before


# --- reading ------------------------------------------------------------------------------------------


def test_writers_are_those_who_wrote_each_with_their_last_message(cast):
    _open_group(cast)
    cast.hears(ALICE, "at nine", group=G, at=clock.now() + timedelta(seconds=5))
    cast.hears(CHAI, group=G, kind="reaction", target="x")
    writers = [(each.contact_id, each.text) for each in read_writers(_group(cast))]
    assert writers == [(cast.alice.id, "at nine"), (cast.boris.id, "Yes, and my door code is 4471")]


def test_a_group_thread_asks_as_often_with_one_writer_as_with_three(cast, django_assert_num_queries):
    cast.hears(ALICE, "one", group=G)
    for phone in (ALICE, BORIS, CHAI):
        cast.hears(phone, "more", group="three")
    counted = []
    for address in (G, "three"):
        conversation = _group(cast, address)
        with django_assert_num_queries(5) as queries:
            shown = read_thread(conversation)
            assert all(each.message.contact and each.message.contact.display_name for each in shown.messages)
        counted.append(len(queries.captured_queries))
    assert counted[0] == counted[1]
